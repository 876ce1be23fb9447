"""What the tests know of lesson 01: the capture that its notebook makes, and typical mistakes."""

from typing import Any

from smtplab.capture.record import Capture
from smtplab.lessons.cast import EXTENSIONS, MAIL, USERS, clock
from smtplab.lessons.exercises import Exercise
from smtplab.net.client import Client
from smtplab.net.server import Server

TEST01, TEST02 = USERS


def capture() -> Capture:
    """Make the capture of lesson 01: the same mail by EHLO and by HELO."""
    with Server(users=USERS, extensions=EXTENSIONS, clock=clock) as server, Capture(server, live=False) as capture:
        with Client(server) as client:
            client.ehlo("TINY-DESKTOP")
            client.auth("LOGIN", TEST01, USERS[TEST01])
            client.send_message(TEST01, [TEST02], MAIL)
        with Client(server) as client:
            client.helo("TINY-DESKTOP")
            client.send_line("AUTH LOGIN")
            client.send_message(TEST01, [TEST02], MAIL)
    return capture


def mistaken_orders(exercise: Exercise) -> list[Any]:
    right, lines = exercise.solve(), exercise.lines
    assert lines is not None
    code_254, blank = ((set(lines.letters) - set(right)) & letters(lines, start) for start in ("S: 254", "C: MAIL"))
    return [
        right.replace(right[5], code_254.pop()),  # 254 in the place of 354
        blank.pop() + right[1:],  # MAIL FROM: <
        right[1] + right[0] + right[2:],  # the reply first
        right[0] + right[2] + right[1] + right[3:],  # two commands in a row
        right[2:4] + right[:2] + right[4:],  # RCPT before MAIL
        right[:6] + right[8] + right[6:8] + right[9],  # QUIT where the mail has to come
        right[8:] + right[:8],  # after QUIT
        right[:-2],
        right[-1],
    ]


def letters(lines: Any, start: str) -> set[str]:
    return {letter for letter in lines.letters if lines[letter].startswith(start)}


def mistaken_letters(exercise: Exercise) -> list[Any]:
    right, lines = exercise.solve(), exercise.lines
    assert lines is not None
    wrong = next(letter for letter in lines.letters if letter not in right)
    return [right[:-1], right + wrong, wrong, lines.letters]


def mistaken_functions(_exercise: Exercise) -> list[Any]:
    def raises(reply: str) -> dict[str, str]:
        return {reply: reply[10_000]}

    return [
        lambda reply: {},
        lambda reply: [],
        lambda reply: None,
        lambda reply: {line[4:].split(" ")[0].upper(): "" for line in reply.splitlines()[1:]},  # parameters lost
        lambda reply: {w[0]: w[2] for w in (line[4:].partition(" ") for line in reply.splitlines()[1:])},  # case kept
        lambda reply: {w[0].upper(): w[2] for w in (line[4:].partition(" ") for line in reply.splitlines())},  # line 1
        raises,
        dict,
        lambda reply: exit(),
    ]


MISTAKES = {
    1: mistaken_orders,
    2: lambda exercise: [name for name in ("QUIT", "DATA", "AUTH", "EHLO") if name != exercise.solve()],
    3: mistaken_letters,
    4: mistaken_letters,
    5: mistaken_functions,
}
