"""What the tests know of lesson 08: the capture that its notebook makes, and typical mistakes."""

from base64 import b64encode
from collections.abc import Callable
from typing import Any

from smtplab.capture.record import Capture
from smtplab.lessons.cast import MAIL, USERS, clock
from smtplab.lessons.encryption.opened import PasswordInside
from smtplab.lessons.exercises import Exercise
from smtplab.net.client import Client
from smtplab.net.server import Server

TEST01, TEST02 = USERS


def capture() -> Capture:
    """Make the capture of the door that begins in clear text."""
    with (
        Server(
            users=USERS, tls="starttls", auth_inside_tls=True, extensions=["SIZE", "STARTTLS", "AUTH"], clock=clock
        ) as server,
        Capture(server, live=False) as capture,
        Client(server) as client,
    ):
        client.ehlo("TINY-DESKTOP")
        client.starttls()
        client.ehlo("TINY-DESKTOP")
        client.auth("PLAIN", TEST01, USERS[TEST01])
        client.send_message(TEST01, [TEST02], MAIL)
    return capture


def mistaken_lines(exercise: Exercise) -> list[Any]:
    right, lines = exercise.solve(), exercise.lines
    assert lines is not None
    return [letter for letter in lines.letters if letter != right]


def mistaken_reasons(exercise: Exercise) -> list[Any]:
    right, lines = exercise.solve(), exercise.lines
    assert lines is not None
    others = [letter for letter in lines.letters if letter not in right]
    return ["".join(others), right[:-1], right + others[0], lines.letters, *others]


def mistaken_extensions(exercise: Exercise) -> list[Any]:
    right, lines = exercise.solve(), exercise.lines
    assert lines is not None
    sizes = "".join(letter for letter in lines.letters if "SIZE" in lines[letter])
    others = "".join(letter for letter in lines.letters if letter not in right)
    return [right + sizes, sizes, others, right[1:], right[:-1], lines.letters]


def mistaken_passwords(exercise: Exercise) -> list[Any]:
    assert isinstance(exercise, PasswordInside)
    user, password = exercise._user, exercise._password
    return [
        exercise._refused,
        user,
        b64encode(password.encode()).decode(),
        b64encode(f"\0{user}\0{password}".encode()),
        f"\0{user}\0{password}",
        password.upper() + "!",
        "••••••••",
    ]


def mistaken_settings(exercise: Exercise) -> list[Any]:
    right = exercise.solve()
    mistaken = [
        *([word] * 4 for word in ("good", "clear", "strippable", "unproven")),
        right[1:] + right[:1],
        ["strippable" if word == "good" else word for word in right],  # what ends in 587 is never good
        ["good" if word == "unproven" else word for word in right][::-1],
    ]
    return [words for words in mistaken if words != right]


MISTAKES: dict[int, Callable[[Exercise], list[Any]]] = {
    1: mistaken_lines,
    2: mistaken_reasons,
    3: mistaken_extensions,
    4: mistaken_passwords,
    5: mistaken_settings,
}
