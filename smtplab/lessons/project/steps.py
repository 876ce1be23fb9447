"""What is a case? Data: what is said, which replies must come, where that is written, and what is often believed.

Replies are written as the standard writes them: "250", "5yz" for any of that digit, "503 554" for one of several.
Octets are text of Latin-1, in which the names of the learner's `Site` stand in braces: `RCPT TO:<{alice}>`.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Say:
    """Octets that the client sends, and the replies that must come to them, in order. split: octet by octet."""

    octets: str
    replies: tuple[str, ...] = ()
    split: bool = False


@dataclass(frozen=True)
class Silence:
    """Nothing must come."""

    why: str


@dataclass(frozen=True)
class Closed:
    """The server must close the connection, and say nothing before it."""


@dataclass(frozen=True)
class Handshake:
    """TLS begins, and the certificate must be that of the site. broken: the client sends no TLS, and leaves."""

    broken: bool = False


@dataclass(frozen=True)
class Again:
    """The client leaves without a word, and connects anew. over: the function that served it must be over soon."""

    over: bool = False


@dataclass(frozen=True)
class Lists:
    """What the last reply, which is that to EHLO, must list, and what it must not: keywords with their parameters."""

    offered: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reads:
    """The last reply must read so, as a regular expression for all of its octets. words: the same in words."""

    pattern: str
    words: str


@dataclass(frozen=True)
class Over:
    """The case is over here, and passed, if the last reply had this code: the standard leaves it open."""

    code: str


Step = Over | Say | Silence | Closed | Handshake | Again | Lists | Reads


@dataclass(frozen=True)
class Delivered:
    """A mail that must be delivered, and whose. message: as it was before its dots were stuffed, as in `Say`."""

    message: str
    reverse_path: str = "{sender}"
    forward_paths: tuple[str, ...] = ("{alice}",)


@dataclass(frozen=True)
class Case:
    """One thing that a server must do.

    name: "S2.3", stage and number. title: what is tried. delivers: what must have been delivered in the end; None where
    nobody looks. section: where it is written. belief: the misconception of whoever fails.
    """

    name: str
    title: str
    steps: tuple[Step, ...]
    section: str
    belief: str
    delivers: tuple[Delivered, ...] | None = None

    @property
    def stage(self) -> str:
        """The stage that the case belongs to: "S2"."""
        return self.name.partition(".")[0]


def say(line: str, *replies: str) -> Say:
    """Say a line."""
    return Say(f"{line}\r\n", replies)


GREETED: Final = Say("", ("220",))
EHLO: Final = say("EHLO client.example", "250")
MAIL: Final = say("MAIL FROM:<{sender}>", "250")
RCPT: Final = say("RCPT TO:<{alice}>", "250")
DATA: Final = say("DATA", "354")
STARTTLS: Final = say("STARTTLS", "220")
HELLO: Final = (GREETED, EHLO)
ENVELOPE: Final = (*HELLO, MAIL, RCPT)
IN_TLS: Final = (*HELLO, STARTTLS, Handshake(), EHLO)

HEADER: Final = "Date: Mon, 24 Nov 2025 09:00:00 +0000\r\nFrom: <{sender}>\r\nSubject: A case\r\n\r\n"
MESSAGE: Final = f"{HEADER}Hello,\r\nthis is the case.\r\n"


def content(message: str, *replies: str) -> Say:
    """Say a message, whose dots are stuffed already, with the line that ends it."""
    return Say(f"{message}.\r\n", replies or ("250",))
