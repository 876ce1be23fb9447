"""What the tests know of lesson 05: the capture that its notebook makes, and typical mistakes."""

import base64
import re
from email.header import decode_header
from typing import Any

from smtplab.capture.record import Capture
from smtplab.lessons.cast import EXTENSIONS, MAIL, RECIPIENT, SENDER, clock
from smtplab.lessons.exercises import Exercise
from smtplab.lessons.mail_data.mails import TYPED, with_picture
from smtplab.lessons.mail_data.segments import data_in_segments
from smtplab.net.client import Client
from smtplab.net.server import Server

SEGMENTS = (1, 3, 200)


def capture(*, live: bool | None = False) -> Capture:
    with Server(extensions=EXTENSIONS, clock=clock) as server, Capture(server, live) as capture:
        for count in SEGMENTS:
            with Client(server) as client:
                client.ehlo("TINY-DESKTOP")
                client.mail(SENDER)
                client.rcpt(RECIPIENT)
                data_in_segments(client, server, MAIL, count)
        with Client(server) as client:
            client.ehlo("TINY-DESKTOP")
            for message in (with_picture(), TYPED, TYPED.lstrip()):
                client.send_message(SENDER, [RECIPIENT], message)
    return capture


def mistaken_dots(exercise: Exercise) -> list[Any]:
    stuff, unstuff = exercise.solve()

    def not_the_first(content: bytes) -> bytes:
        return content.replace(b"\r\n.", b"\r\n..")

    def lone_dots_only(content: bytes) -> bytes:
        return b"".join(b".." + line[1:] if line == b".\r\n" else line for line in content.splitlines(keepends=True))

    def bare_lf_too(content: bytes) -> bytes:
        return re.sub(rb"(?m)^\.", b"..", content)

    def all_dots_off(wire: bytes) -> bytes:
        return b"\r\n".join(line.lstrip(b".") for line in wire.split(b"\r\n"))

    def raises(content: bytes) -> bytes:
        return content[10_000:10_001][0:1] or bytes([content[10_000]])

    return [
        (not_the_first, unstuff),
        (lone_dots_only, unstuff),
        (bare_lf_too, unstuff),
        (lambda content: content.replace(b".", b".."), unstuff),
        (lambda content: content, lambda wire: wire),
        (lambda content: b"." + content, unstuff),
        (stuff, all_dots_off),
        (stuff, lambda wire: wire.replace(b"..", b".")),
        (stuff, lambda wire: wire.replace(b"\r\n..", b"\r\n.")),
        (unstuff, stuff),
        (stuff, lambda wire: ...),
        (lambda content: ..., unstuff),
        (lambda content: content.decode(), unstuff),
        (stuff, lambda wire: None),
        (raises, unstuff),
        (lambda content: exit(), unstuff),
        (stuff, lambda: b""),
    ]


def mistaken_fields(exercise: Exercise) -> list[Any]:
    names = ("Date", "From", "To", "Subject", "Message-ID", "Sender", "Received", "Anything:")
    return [name for name in names if name != exercise.solve()]


def mistaken_counts(exercise: Exercise) -> list[Any]:
    right, lines = exercise.solve(), exercise.lines
    assert lines is not None
    like_fields = sum(":" in line for line in lines.lines)
    return [count for count in (like_fields, like_fields - 1, right + 1, len(lines), -1) if count != right]


def mistaken_sizes(_exercise: Exercise) -> list[Any]:
    def per_line(count: int, end: int) -> int:
        characters = 4 * -(-count // 3)
        return characters + end * -(-characters // 76)

    return [
        lambda count: count,
        lambda count: count * 4 // 3,
        lambda count: count * 4 / 3,
        lambda count: 4 * -(-count // 3),  # no line ends
        lambda count: per_line(count, 1),  # LF
        lambda count: per_line(count, 2) - 2,  # none behind the last line
        lambda count: 4 * -(-count // 3) + 2 * (count // 57),
        lambda count: count * 2,
        lambda count: str(count),
        lambda count: None,
        lambda count: len(base64.b64encode(bytes(count))),
        lambda count: 1 // (count - 3),
        lambda: 0,
        lambda count: exit(),
    ]


def mistaken_words(exercise: Exercise) -> list[Any]:
    word = exercise.question.partition("Subject: ")[2].partition("`")[0]
    ((octets, _),) = decode_header(word)
    other = octets.decode("iso-8859-1" if "iso-8859-1" not in word else "utf-8", "replace")
    right = exercise.solve()
    wrong = [word, word.split("?")[3], other, right.replace(" ", "_"), right.upper(), right[:-1], "Hello"]
    return [text for text in wrong if text != right]


MISTAKES = {
    1: mistaken_dots,
    2: mistaken_fields,
    3: mistaken_counts,
    4: mistaken_sizes,
    5: mistaken_words,
}
