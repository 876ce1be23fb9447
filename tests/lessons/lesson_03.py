"""What the tests know of lesson 03: the capture that its notebook makes, and typical mistakes."""

import hashlib
import hmac
from base64 import b64decode, b64encode
from typing import Any

from smtplab.capture.record import Capture
from smtplab.lessons.authentication.words import WORDS
from smtplab.lessons.cast import USERS, client_nonce, nonce
from smtplab.lessons.exercises import Exercise
from smtplab.net.client import Client
from smtplab.net.server import Server

TEST01, _ = USERS
MECHANISMS = ("LOGIN", "PLAIN", "CRAM-MD5", "SCRAM-SHA-256")


def capture() -> Capture:
    with (
        Server(users=USERS, mechanisms=MECHANISMS, extensions=["AUTH"], nonce=nonce) as server,
        Capture(server, live=False) as capture,
    ):
        for mechanism in MECHANISMS:
            with Client(server) as client:
                client.ehlo("TINY-DESKTOP")
                client.auth(mechanism, TEST01, USERS[TEST01], nonce=client_nonce)
    return capture


def mistaken_prompts(exercise: Exercise) -> list[Any]:
    first, second = exercise.solve()
    return [
        ("username", "Password"),  # the article's: where there are colons they are lost, and elsewhere it is another's
        (first.rstrip(":") + second.rstrip(":"))[:-1],  # one text, as in the article
        (first + second[:1], second[1:]),
        (second, first),
        tuple(b64encode(each.encode()).decode() for each in (first, second)),
        (first.swapcase(), second.swapcase()),
    ]


def mistaken_plain(exercise: Exercise) -> list[Any]:
    _, user, password = b64decode(exercise.solve()).decode().split("\0")
    return [
        *(encoded(text) for text in (f"{user}{password}", f"{user} {password}", f"{user}:{password}")),
        encoded(f"{user}\0{password}"),  # the identity forgotten, and its NUL
        encoded(f"\0{password}\0{user}"),
        encoded(f"\\0{user}\\0{password}"),
        encoded(f"\0{user}\0{password}\0"),
        f"{encoded(user)} {encoded(password)}",
        f"\0{user}\0{password}",
        user,
    ]


def encoded(text: str) -> str:
    return b64encode(text.encode()).decode()


def mistaken_digests(_exercise: Exercise) -> list[Any]:
    def keyed(key: bytes, text: bytes) -> str:
        return hmac.new(key, text, "md5").hexdigest()

    def unkeyed(user: str, password: str, challenge: str) -> str:
        return encoded(f"{user} {hashlib.md5(password.encode() + b64decode(challenge)).hexdigest()}")

    def raises(user: str, password: str, challenge: str) -> str:
        raise RuntimeError(user)

    return [
        lambda u, p, c: encoded(f"{u} {keyed(p.encode(), c.encode())}"),  # base64 not undone
        lambda u, p, c: encoded(f"{u} {keyed(b64decode(c), p.encode())}"),  # key and text swapped
        lambda u, p, c: encoded(f"{u} {keyed(p.encode(), b64decode(c)).upper()}"),
        lambda u, p, c: encoded(keyed(p.encode(), b64decode(c))),  # no name
        lambda u, p, c: f"{u} {keyed(p.encode(), b64decode(c))}",  # not encoded
        lambda u, p, c: encoded(f"tim {keyed(p.encode(), b64decode(c))}"),  # the example's name for everybody
        lambda u, p, c: "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw",  # the example's line for everybody
        lambda u, p, c: encoded(f"\0{u}\0{p}"),
        lambda u, p, c: None,
        lambda u, p: "",
        unkeyed,
        raises,
        lambda u, p, c: exit(),
    ]


def mistaken_words(exercise: Exercise) -> list[Any]:
    right = exercise.solve()
    return [next(word for word in WORDS if word != right), right.upper(), "tanstaaftanstaaf", WORDS[-1] + right]


def mistaken_replies(exercise: Exercise) -> list[Any]:
    right = exercise.solve()
    return [
        right[::-1],
        [code if code != 535 else 501 for code in right],
        [code if code != 334 else 235 for code in right],
        [code if code != 538 else 530 for code in right],
        [254] * len(right),
        [*right[:-1], 999],
    ]


MISTAKES = {
    1: mistaken_prompts,
    2: mistaken_plain,
    3: mistaken_digests,
    4: mistaken_words,
    5: mistaken_replies,
}
