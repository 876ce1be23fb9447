"""What the tests know of lesson 00: the capture that its notebook makes, and typical mistakes."""

import re
from typing import Any

from smtplab.capture.record import Capture
from smtplab.lessons.cast import MAIL, USERS
from smtplab.lessons.exercises import Exercise
from smtplab.net.client import Client
from smtplab.net.server import Server

TEST01, TEST02 = USERS


def capture(*, live: bool | None = False) -> Capture:
    """Make the capture of lesson 00."""
    with Server(users=USERS) as server, Capture(server, live) as capture, Client(server) as client:
        client.ehlo("TINY-DESKTOP")
        client.auth("LOGIN", TEST01, USERS[TEST01])
        client.mail(TEST01)
        client.rcpt(TEST02)
        client.data(MAIL)
        client.quit()
    return capture


def mistaken_codes(exercise: Exercise) -> list[Any]:
    right = exercise.solve()
    return [{254, 250}, right - {min(right)}, right | {220}, right | {599}]


def mistaken_frames(exercise: Exercise) -> list[Any]:
    shown, all_of_them = exercise.solve()
    return [(all_of_them, shown), (shown + 1, all_of_them), (shown, all_of_them + 1), (shown - 1, all_of_them)]


def mistaken_rules(exercise: Exercise) -> list[Any]:
    right = exercise.solve()
    clients_port = exercise.transcript.streams[0].client.rpartition(":")[2]
    return [
        right.replace("==", "="),
        right.removesuffix(",smtp"),
        re.sub(r"\d+", "25", right),
        re.sub(r"\d+", clients_port, right),
        right.replace("tcp.", "udp."),
        right.replace("smtp", "imf"),
    ]


MISTAKES = {
    1: lambda _: ["client", "The Client"],
    2: mistaken_codes,
    3: mistaken_frames,
    4: mistaken_rules,
    5: lambda _: ["SYN, ACK", "ACK", "220", "FIN"],
}
