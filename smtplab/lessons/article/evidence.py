"""What shows that a claim is wrong, or right? Sections of standards, and frames of the learner's own capture."""

from collections.abc import Callable
from typing import Final

from smtplab.lessons.claims import Section
from smtplab.protocol.transcript import Entry, Transcript


def smtp(*sections: str) -> tuple[Section, ...]:
    """Give sections of RFC 5321."""
    return tuple(Section("5321", section) for section in sections)


def frames_of(wanted: Callable[[Entry], bool]) -> Callable[[Transcript], set[int]]:
    """Give a function that finds the frames of the entries that are wanted."""
    return lambda transcript: {frame for entry in transcript if wanted(entry) for frame in entry.frames}


def reply_to(*verbs: str, code: int | None = None) -> Callable[[Transcript], set[int]]:
    """Give a function that finds the replies to one of these verbs, with this code if there is one."""
    return frames_of(lambda entry: entry.code is not None and entry.answers in verbs and code in (None, entry.code))


def command(*verbs: str) -> Callable[[Transcript], set[int]]:
    """Give a function that finds what the client sends under one of these verbs."""
    return frames_of(lambda entry: entry.party == "client" and entry.verb in verbs)


def either(*finders: Callable[[Transcript], set[int]]) -> Callable[[Transcript], set[int]]:
    """Give a function that finds what any of these finds."""
    return lambda transcript: set().union(*(find(transcript) for find in finders))


every_smtp_frame: Final = frames_of(lambda _: True)


def without_smtp(transcript: Transcript) -> set[int]:
    """Find the frames that carry no octet of SMTP: the handshake, bare acknowledgements, the close."""
    return set(range(1, transcript.packets + 1)) - every_smtp_frame(transcript)
