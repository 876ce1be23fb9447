"""What the tests know of lesson 06: the capture that its notebook makes, and typical mistakes."""

from datetime import timedelta
from typing import Any

from smtplab.capture.record import Capture
from smtplab.lessons.exercises import Exercise
from smtplab.lessons.failure.cast import FULL, MAILBOX_FULL, MAILBOXES, NINE, NOBODY, SENDER, TEST02, letter
from smtplab.lessons.failure.relay import Relay
from smtplab.net.client import Client
from smtplab.net.clocks import FakeClock
from smtplab.net.server import Server
from smtplab.protocol.hooks import DropConnection, Greylist, Refuse
from smtplab.protocol.states import END_OF_DATA


def capture() -> Capture:
    """Make the capture of lesson 06: three mails through a relay to a host with misfortunes."""
    clock = FakeClock(NINE)
    trouble = [
        Greylist(600, lambda: clock().timestamp()),
        Refuse("RCPT", MAILBOX_FULL, times=2, about="full"),
        DropConnection(END_OF_DATA),
    ]
    with (
        Server(mailboxes=MAILBOXES, extensions=["SIZE", "ENHANCEDSTATUSCODES"], hooks=trouble, clock=clock) as server,
        Capture(server, live=False) as capture,
        Relay(server, clock) as relay,
    ):
        with Client(relay) as client:
            client.ehlo("TINY-DESKTOP")
            for recipient in (TEST02, NOBODY, FULL):
                client.send_message(SENDER, [recipient], letter(recipient))
        relay.run(NINE + timedelta(days=1))
    return capture


def mistaken_fates(exercise: Exercise) -> list[Any]:
    right, lines = exercise.solve(), exercise.lines
    assert lines is not None
    by_words = next(letter for letter in right["later"] + right["never"] if lines[letter] in exercise.MISLEADING)  # type: ignore[attr-defined]
    return [
        {"done": lines.letters},
        {"later": lines.letters[::-1]},
        {**right, "never": right["later"], "later": right["never"]},
        {fate: letters for fate, letters in right.items() if fate != "done"},
        {"done": by_words},
        {"go on": ""},
    ]


def mistaken_times(exercise: Exercise) -> list[Any]:
    hour, _, minute = exercise.solve().partition(":")
    arrived = exercise._arrived  # type: ignore[attr-defined]
    return [
        f"{arrived:%H:%M}",
        f"{arrived + timedelta(minutes=30):%H:%M}",
        f"{(int(hour) + 1) % 24:02}:{minute}",
        f"{int(hour):02}:{(int(minute) + 30) % 60:02}",
    ]


def mistaken_letters(exercise: Exercise) -> list[Any]:
    right, lines = exercise.solve(), exercise.lines
    assert lines is not None
    wrong = "".join(letter for letter in lines.letters if letter not in right)
    return [lines.letters, right[:-1], wrong, wrong[0], right + wrong[-1]]


def mistaken_copies(exercise: Exercise) -> list[Any]:
    right = exercise.solve()
    return [
        [1] * 4,
        [0] * 4,
        [2] * 4,
        [number - 1 for number in right],
        tuple(right[::-1]) if right != right[::-1] else [9] * 4,
    ]


def mistaken_waits(exercise: Exercise) -> list[Any]:
    right = exercise.solve()
    return [
        [5, 10, 20, 40, 80],  # impatient
        [120, 120],  # lawful, and late
        [right[0], 15],
        [right[0] - 1, 120],
        [29.5],
    ]


MISTAKES = {
    1: mistaken_fates,
    2: mistaken_times,
    3: mistaken_letters,
    4: mistaken_copies,
    5: mistaken_waits,
}
