"""Which change kills which signature? A mail that is signed twice, and what happens to it on the way."""

from collections.abc import Callable
from random import Random
from typing import Any, Final, NamedTuple

from smtplab.lessons.exercises import Exercise, Wrong, by_name, letters_of
from smtplab.lessons.origin.cast import SELECTOR
from smtplab.lessons.origin.keys import key_of
from smtplab.lessons.origin.signing import sign, signatures
from smtplab.lessons.rehearsal import mailboxes
from smtplab.lessons.verdicts import Lettered
from smtplab.net.zones import Written
from smtplab.protocol.grammar import split_mailbox

KINDS: Final = ("simple", "relaxed")  # the same for header and body
SIGNED: Final = "From, To, Subject, Date, Message-ID"


class Change(NamedTuple):
    """What happens to a mail: in words, as a function of its octets, and what to think of."""

    words: str
    made: Callable[[bytes], bytes]
    why: str


def _swap(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    return lambda mail: mail.replace(old, new)


OF_BLANKS: Final = (
    Change(
        "“Subject: The” becomes “Subject:  The”", _swap(b"Subject: The", b"Subject:  The"), "A blank in the header."
    ),
    Change("“Subject:” becomes “SUBJECT:”", _swap(b"\r\nSubject:", b"\r\nSUBJECT:"), "Capitals in a field's name."),
    Change(
        "the Subject field is folded: CRLF before its last blank",
        _swap(b"\r\nSubject: The minutes", b"\r\nSubject: The\r\n minutes"),
        "A fold is blank space in a header.",
    ),
    Change(
        "a blank at the end of the body's first line", _swap(b"meeting,\r\n", b"meeting, \r\n"), "A blank at an end."
    ),
    Change(
        "“in the” becomes “in  the” in the body", _swap(b" in the ", b" in  the "), "One blank more, inside a line."
    ),
)
OF_WORDS: Final = (
    Change("“nine” becomes “five” in the body", _swap(b"nine", b"five"), "The body says something else."),
    Change(
        "two lines of a mailing list below the body", lambda mail: mail + b"-- \r\nThe list\r\n", "The body is longer."
    ),
    Change("“[list] ” before the text of Subject", _swap(b"Subject: ", b"Subject: [list] "), "Subject is signed."),
    Change("the Date field is taken away", _swap(b"Date: Mon, 24 Nov 2025 09:00:00 +0000\r\n", b""), "Date is signed."),
)
HARMLESS: Final = (
    Change("a Received field on top", lambda mail: b"Received: by relay.lab.example\r\n" + mail, "Is Received signed?"),
    Change(
        "a field X-Spam at the end of the header",
        lambda mail: mail.replace(b"\r\n\r\n", b"\r\nX-Spam: no\r\n\r\n", 1),
        "Is X-Spam signed?",
    ),
    Change(
        "an empty line more at the end of the body", lambda mail: mail + b"\r\n", "What becomes of empty lines there?"
    ),
    Change(
        "other dots at the next server: each line that begins with one has two on the wire",
        lambda mail: mail,
        "The server takes the second dot away before anybody looks at the mail (RFC 5321 §4.5.2).",
    ),
)

# What the two kinds make of blank space, for who has taken one for the other.
SIMPLE_IS_STRICT: Final = (
    "For simple, whatever differs by an octet differs, but for empty lines at the end of the body."
)
RELAXED_IS_NOT: Final = (
    "Relaxed evens that out before it counts: names in small letters, folds undone, blanks made one."
)


class WhatKills(Exercise):
    """Say which changes kill a signature made by `c=simple/simple`, and which one by `c=relaxed/relaxed`.

    The library that signed it judges.
    """

    form = 'a dict of letters, such as `{"simple": "ABD", "relaxed": "B"}`'
    hints = (
        "Simple takes the mail as it is. Relaxed evens out blanks, folds and capitals before it counts. Neither lets a "
        "word pass.",
        f"Signed are {SIGNED}, and the whole body but for empty lines at its end. Whatever else is in the header may "
        "change (RFC 6376 §3.4).",
    )

    def prepare(self, variant: Random) -> None:
        drawn = [*variant.sample(OF_BLANKS, 2), *variant.sample(OF_WORDS, 2), *variant.sample(HARMLESS, 2)]
        self._changes = variant.sample(drawn, len(drawn))
        author, reader = mailboxes(variant)
        self._domain = split_mailbox(author)[1]
        self._mail = (
            f"Date: Mon, 24 Nov 2025 09:00:00 +0000\r\nFrom: <{author}>\r\nTo: <{reader}>\r\n"
            f"Subject: The minutes\r\nMessage-ID: <minutes@{self._domain}>\r\n\r\n"
            "Here are the minutes of our meeting,\r\nwhich was in the library, at nine.\r\n"
        ).encode()

    @property
    def question(self) -> str:
        return (
            f"A mail of {self._domain} is signed twice, by `c=simple/simple` and by `c=relaxed/relaxed`. Both "
            f"signatures are of {SIGNED} and the body. On the way one of these things happens. Which of "
            "them kill which signature?"
        )

    @property
    def lines(self) -> Lettered:
        return Lettered([change.words for change in self._changes])

    def _dies(self, kind: str, change: Change) -> bool:
        key = key_of("everybody's")  # that of one domain would do, and takes a moment to find
        names = Written(f'{SELECTOR}._domainkey.{self._domain}. TXT "{key.record}"\n')
        signed = sign(self._mail, self._domain, key, f"{kind}/{kind}")
        return [each.result for each in signatures(change.made(signed), names)] != ["pass"]

    def solve(self) -> dict[str, str]:
        lettered = list(zip(self.lines.letters, self._changes, strict=True))
        return {kind: "".join(letter for letter, change in lettered if self._dies(kind, change)) for kind in KINDS}

    def judge(self, answer: Any) -> str:
        named = by_name(answer, KINDS)
        said = {kind: letters_of(named[kind], self.lines) for kind in KINDS}
        for kind, right in self.solve().items():
            for letter, change in zip(self.lines.letters, self._changes, strict=True):
                if (letter in said[kind]) != (letter in right):
                    lives = (
                        f"{letter} kills the {kind} signature"
                        if letter in right
                        else f"the {kind} one survives {letter}"
                    )
                    raise Wrong(f"No: {lives}. {change.why} {self._rule(change)}")
        return (
            "Each of them was done to the mail, and the library that had signed it looked again. A list that adds a "
            "line breaks every signature; a server that folds a field only a simple one. RFC 6376 §3.4."
        )

    def _rule(self, change: Change) -> str:
        if change in OF_BLANKS:
            return f"{SIMPLE_IS_STRICT} {RELAXED_IS_NOT}"
        return "No way of counting lets a word pass." if change in OF_WORDS else "Only what is signed counts."
