"""What the tests know of lesson 10: the capture that its notebook makes, and typical mistakes."""

import re
from collections.abc import Callable
from typing import Any

from smtplab.capture.record import Capture
from smtplab.lessons.attacks.injection import FrameOfInjection
from smtplab.lessons.attacks.relaying import by_name
from smtplab.lessons.attacks.smuggling import LAX, Relay, hand_in, poisoned, second_server
from smtplab.lessons.exercises import Exercise


def capture() -> Capture:
    """Make the capture of a letter that becomes two, at the second server."""
    with (
        second_server(lax=LAX, tls="starttls", extensions=["SIZE", "STARTTLS"]) as second,
        Capture(second, live=False) as capture,
        Relay(second) as first,
    ):
        hand_in(first, poisoned(b"\n.\r\n"))
    return capture


def mistaken_counts(exercise: Exercise) -> list[Any]:
    right = exercise.solve()
    mistaken = [[1, 1, 1, 1], [2, 2, 2, 2], [count + 1 for count in right], right[1:] + right[:1], [0, 0, 0, 0]]
    return [counts for counts in mistaken if counts != right]


def mistaken_ends(_exercise: Exercise) -> list[Any]:
    def as_lines(octets: bytes) -> int | None:
        match = re.search(rb"(?:\A|(?<=\n))\.\r?\n", octets)
        return match.end() if match else None

    return [
        as_lines,
        lambda octets: octets.find(b"\r\n.\r\n"),
        lambda octets: octets.index(b"\r\n.\r\n") + 5,
        lambda octets: octets.find(b"\r\n.\r\n") + 5 if b"\r\n.\r\n" in octets else None,
        lambda octets: len(octets) if octets.endswith((b"\r\n.\r\n",)) or octets == b".\r\n" else None,
        lambda octets: octets.decode(),
        lambda octets: None,
    ]


def mistaken_frames(exercise: Exercise) -> list[Any]:
    assert isinstance(exercise, FrameOfInjection)
    transcript, right = exercise.transcript, exercise.solve()
    other = next(entry.frame for entry in transcript if entry.verb == "STARTTLS" and entry.frame != right)
    first = next(entry.frame for entry in transcript if entry.verb == "EHLO")
    return [other, first, right + 2, right + 4, 9999]


def mistaken_settings(exercise: Exercise) -> list[Any]:
    right, lines = exercise.solve(), exercise.lines
    assert lines is not None
    others = "".join(letter for letter in lines.letters if letter not in right)
    return [lines.letters, others, right + others[0], *([right[:-1]] if len(right) > 1 else [])]


def mistaken_policies(_exercise: Exercise) -> list[Any]:
    def first_at(path: str, user: str | None, domains: Any, mailboxes: Any) -> int:
        return 250 if user or path.partition("@")[2] in domains else 550

    return [
        by_name,
        first_at,
        lambda path, user, domains, mailboxes: 250,
        lambda path, user, domains, mailboxes: 550,
        lambda path, user, domains, mailboxes: path in mailboxes,
        lambda path, user, domains, mailboxes: 250 if user or path.rpartition("@")[2] in domains else 550,
        lambda path, user, domains, mailboxes: 250 if user or path in mailboxes else 550,
    ]


MISTAKES: dict[int, Callable[[Exercise], list[Any]]] = {
    1: mistaken_counts,
    2: mistaken_ends,
    3: mistaken_frames,
    4: mistaken_settings,
    5: mistaken_policies,
}
