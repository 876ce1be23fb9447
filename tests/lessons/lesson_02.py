"""What the tests know of lesson 02: the capture that its notebook makes, and typical mistakes."""

from typing import Any

from smtplab.capture.record import Capture
from smtplab.lessons.by_hand.typed import ARTICLE, type_in
from smtplab.lessons.cast import EXTENSIONS, USERS, clock
from smtplab.lessons.exercises import Exercise
from smtplab.net.client import Client
from smtplab.net.server import Server

TEST01, TEST02 = USERS


def capture() -> Capture:
    """Make the capture of lesson 02: what the article types, to a strict server and to a lax one."""
    with Server(users=USERS, extensions=EXTENSIONS, clock=clock) as server, Capture(server, live=False) as capture:
        with Client(server) as client:
            type_in(client, ARTICLE.splitlines())
        server.change(lax=["blank-after-colon"])
        with Client(server) as client:
            type_in(client, ARTICLE.splitlines())
    return capture


def mistaken_mails(exercise: Exercise) -> list[Any]:
    right = exercise.solve()
    hello, mail, rcpt, data, subject, *rest = right

    return [
        ARTICLE,
        [hello, mail.replace(":<", ": <"), rcpt, data, subject, *rest],
        [hello, mail, rcpt, data, "", subject, *rest],  # all of it is body
        [hello, rcpt, mail, data, subject, *rest],
        [hello, mail, data, subject, *rest],
        [mail, rcpt, data, subject, *rest],
        [hello, mail, f"RCPT TO:<{TEST01}>", data, subject, *rest],  # to oneself
        [hello, mail, "RCPT TO:<nobody@lab.example>", data, subject, *rest],
        [hello, mail, rcpt, data, "Subject: Hello", *rest],
        [hello, mail, rcpt, data, *rest],
        [line for line in right if line != "."],
        ["QUIT", *right],
        [hello],
    ]


def mistaken_mends(exercise: Exercise) -> list[Any]:
    right, lines = exercise.solve(), exercise.lines
    assert lines is not None
    blank = next(letter for letter, line in right.items() if line is None)
    syntax = {letter: line for letter, line in right.items() if line is not None}
    subject = next(letter for letter in lines.letters if lines[letter].startswith("Subject"))
    dot = next(letter for letter in lines.letters if lines[letter] == ".")
    second_blank = [letter for letter in lines.letters if lines[letter] == "(an empty line)"][-1]
    return [
        syntax,  # the empty line left where it is
        {blank: None},  # the blanks left where they are
        right | {subject: None},
        right | {subject: "Subject: another"},
        right | {dot: None},
        right | {second_blank: None},
        right | {lines.letters[-1]: None},  # QUIT was not broken
        right | {"A": "EHLO tiny.lab.example"},
        right | {"B": "MAIL FROM:<>"},
        right | {"C": None},
        right | {"B": "MAIL FROM:test01@coremail.cn"},
        right | {dot: ".", "A": "EHLO tiny_desktop"},
        dict.fromkeys(lines.letters),
    ]


def mistaken_codes(exercise: Exercise) -> list[Any]:
    right = exercise.solve()
    return [
        [250] * len(right),
        [503] * len(right),
        [250 if code == 503 else 503 for code in right],
        [501 if code == 503 else code for code in right],
        [*right[:-1], 550],
        [354, *right[1:]],
    ]


def mistaken_recipients(exercise: Exercise) -> list[Any]:
    right, lines = exercise.solve(), exercise.lines
    assert lines is not None
    every = "".join(letter for letter in lines.letters if lines[letter].startswith("RCPT"))
    before = "".join(letter for letter in every if letter not in right)
    return [every, before, right[:-1] or before, right + "A", lines.letters]


def mistaken_counts(exercise: Exercise) -> list[Any]:
    right, lines = exercise.solve(), exercise.lines
    assert lines is not None
    every_lf = [lines[letter].split().count("0a") for letter in lines.letters]
    return [[1] * len(right), every_lf, [0] * len(right), [number + 1 for number in right], [*right[:-1], 9]]


MISTAKES = {
    1: mistaken_mails,
    2: mistaken_mends,
    3: mistaken_codes,
    4: mistaken_recipients,
    5: mistaken_counts,
}
