"""What was said in this capture? Frames become segments, streams, and the entries of a Transcript.

SMTP is looked for at ports 25, 465, 587 and 2525, at those that are named, and wherever two sides begin to talk as SMTP
does. Other streams are left out, but keep their numbers.
"""

import gc
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from os import PathLike
from pathlib import Path
from typing import Final

from smtplab.capture.conversation import SMTP_PORTS, Conversation
from smtplab.capture.files import BrokenCapture, Frame, read_frames
from smtplab.capture.segments import Segments
from smtplab.capture.streams import Piece, Streams
from smtplab.capture.tls.key_log import KeyLog, read_key_log
from smtplab.protocol.transcript import Entry, Segment, Transcript

# So many frames are put in order before what was said in them is read: one kind of work at a time stays in the
# processor's caches.
TOGETHER: Final = 250


def dissect(
    path: str | PathLike[str], ports: Collection[int] = (), *, keylog: str | PathLike[str] | None = None
) -> Transcript:
    """Read a capture file and give what was said in it.

    ports: further ones at which servers speak SMTP. keylog: a file with the keys of TLS sessions, see `tls.key_log`;
    those that a pcapng file carries itself are used without it.

    A file that is cut short or damaged gives what is whole, and its `problem`. Raises NotACapture when it is none,
    NotAKeyLog likewise, OSError when one of them cannot be opened.
    """
    problems: list[str] = []
    keys = KeyLog() if keylog is None else read_key_log(keylog)
    transcript = transcript_of(_whole_frames(path, problems, keys), Path(path).name, ports, keys)
    return replace(transcript, problem=problems[0]) if problems else transcript


def _whole_frames(path: str | PathLike[str], problems: list[str], keys: KeyLog) -> Iterator[Frame]:
    try:
        yield from read_frames(path, keys.add)
    except BrokenCapture as error:
        problems.append(str(error))


def transcript_of(
    frames: Iterable[Frame], source: str, ports: Collection[int] = (), keys: KeyLog | None = None
) -> Transcript:
    """Give what was said in these frames, which come in the order of their capture. source: see `Transcript`.

    keys: those of TLS sessions; more may be added while the frames come.
    """
    reading = _Reading(SMTP_PORTS.union(ports), KeyLog() if keys is None else keys)
    coming = iter(frames)
    with garbage_left():
        while together := list(islice(coming, TOGETHER)):
            reading.add(together)
        return reading.transcript(source)


@contextmanager
def garbage_left() -> Iterator[None]:
    """Look for no cycles of objects meanwhile: a capture becomes many small ones, without any.

    Python looks each time that there are some more, which takes a seventh of the time.
    """
    looks = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looks:
            gc.enable()


class _Reading:
    """A capture that is being read."""

    def __init__(self, ports: Collection[int], keys: KeyLog) -> None:
        self._ports = ports
        self._keys = keys
        self._tcp = Segments()
        self._streams = Streams()
        self._conversations: dict[int, Conversation] = {}  # by number of the stream, ascending
        self._start = 0
        self._packets = 0

    def add(self, frames: list[Frame]) -> None:
        """Take in the next frames."""
        if self._packets == 0:
            self._start = frames[0].time
        self._packets += len(frames)
        pieces = []
        for frame, segment in zip(frames, list(map(self._tcp.of, frames)), strict=True):
            if segment is not None:
                stream, completed = self._streams.add(segment, frame.number, frame.time)
                if stream.number not in self._conversations and not stream.ignored:
                    self._conversations[stream.number] = Conversation(stream, self._start, self._ports, self._keys)
                pieces += completed
        self._read(pieces)

    def _read(self, pieces: list[Piece]) -> None:
        for stream, side, part in pieces:
            if not stream.ignored:
                self._conversations[stream.number].add(side, part)
            if stream.ignored:
                self._conversations.pop(stream.number, None)

    def transcript(self, source: str) -> Transcript:
        self._read(self._streams.close())
        for conversation in self._conversations.values():
            conversation.close()
        spoken = [conversation for conversation in self._conversations.values() if conversation.is_smtp]
        entries = _in_place(placed for conversation in spoken for placed in conversation.entries())
        return Transcript(
            entries=entries,
            streams=tuple(conversation.endpoints() for conversation in spoken),
            segments=tuple(sorted(_segments(spoken), key=lambda segment: segment.frame or 0)),
            source=source,
            packets=self._packets,
            problem="" if entries else self._tcp.problem(),
        )


def _segments(conversations: Iterable[Conversation]) -> Iterator[Segment]:
    for conversation in conversations:
        yield from conversation.segments()


def _in_place(entries: Iterable[tuple[int, Entry]]) -> tuple[Entry, ...]:
    return tuple(entry for _, entry in sorted(entries, key=lambda placed: placed[0]))
