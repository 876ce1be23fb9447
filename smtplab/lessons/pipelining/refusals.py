"""What comes after the replies to a group? Four of them, and the lab's client is watched as it reads each."""

from collections import deque
from contextlib import suppress
from functools import cache
from random import Random
from typing import Any, ClassVar, Final

from smtplab.lessons.exercises import Exercise, Unreadable, Wrong, in_order
from smtplab.lessons.pipelining.cast import MAIL, SENDER, readers
from smtplab.lessons.verdicts import Lettered
from smtplab.net.client import Client
from smtplab.net.networks import Address
from smtplab.protocol.client import SmtpError

NEXT: Final = {"the message": "the message", ".": "a single dot", "RSET": "RSET"}
SAID: Final = {
    **dict.fromkeys(("the message", "message", "the mail"), "the message"),
    **dict.fromkeys((".", "dot", "the dot", "a dot", "a single dot"), "."),
    "rset": "RSET",
}

Codes = tuple[int, ...]


class Parrot:
    """A server that says what it is told: a line of codes for each thing that the client sends."""

    host, port = "192.0.2.25", 25

    def __init__(self, *codes: str) -> None:
        self.said: list[bytes] = []
        self.network = self  # it is its own network, too
        self._codes = deque(codes)

    def connect(self, host: str, port: int, timeout: float, *, allow_remote: bool = False) -> "Parrot":
        """Connect to itself."""
        return self

    def getsockname(self) -> Address:
        """Give no address."""
        return ("", 0)

    getpeername = getsockname

    def settimeout(self, seconds: float) -> None:
        """Do nothing: it never waits."""

    def sendall(self, octets: bytes) -> None:
        """Remember what the client says."""
        self.said.append(octets)

    def recv(self, size: int) -> bytes:
        """Give the next codes."""
        return self._codes.popleft().encode() if self._codes else b""

    def close(self) -> None:
        """Do nothing."""


@cache
def next_said(codes: Codes) -> str:
    """Give what the lab's client says after these replies to MAIL, RCPT and DATA: a key of `NEXT`."""
    group = "".join(f"{code} ...\r\n" for code in codes)
    parrot = Parrot("220 x\r\n", "250-x\r\n250 PIPELINING\r\n", group, "250 ...\r\n")
    client = Client(parrot)
    client.connect()
    client.ehlo()
    with suppress(SmtpError):  # raised after the client has said what is asked for here
        client.send_message(SENDER, readers(len(codes) - 2), MAIL)
    said = parrot.said[2].decode().removesuffix("\r\n")
    return said if said in NEXT else "the message"


class AfterTheGroup(Exercise):
    """Say what the client sends after the replies to its group. The lab's client judges."""

    form = 'four of `"the message"`, `"."` and `"RSET"`, such as `["RSET", "RSET", ".", "."]`'
    hints = (
        "The last code answers DATA: has the server asked for a message? And is there anybody left to get it?",
        "354 and somebody accepted: the message. 354 and nobody accepted: a single dot, which ends an empty message. "
        "No 354: nothing to send, so RSET.",
    )
    MESSAGE: ClassVar = ((250, 250, 550, 354), (250, 550, 251, 354), (250, 451, 250, 354), (250, 250, 250, 354))
    DOT: ClassVar = ((250, 550, 550, 354), (250, 450, 550, 354), (250, 553, 550, 354))
    RSET: ClassVar = ((250, 550, 550, 503), (250, 550, 550, 554), (250, 250, 250, 451), (250, 250, 550, 554))

    def prepare(self, variant: Random) -> None:
        dot, message = variant.choice(self.DOT), variant.choice(self.MESSAGE)
        drawn: list[Codes] = [dot, message, *variant.sample(self.RSET, 2)]
        self._replies = variant.sample(drawn, len(drawn))

    @property
    def question(self) -> str:
        return "A client sent MAIL, RCPT, RCPT and DATA as one group, and got these replies. What does it send next?"

    @property
    def lines(self) -> Lettered:
        verbs = ("MAIL", "RCPT", "RCPT", "DATA")
        return Lettered(
            ["   ".join(f"{verb} {code}" for verb, code in zip(verbs, codes, strict=True)) for codes in self._replies]
        )

    def solve(self) -> list[str]:
        return [next_said(codes) for codes in self._replies]

    def judge(self, answer: Any) -> str:
        right = self.solve()
        if isinstance(answer, str):
            raise Unreadable
        said = [_next_of(each) for each in in_order(answer, len(right))]
        for letter, one, other, codes in zip(self.lines.letters, said, right, self._replies, strict=True):
            if one != other:
                raise Wrong(f"{letter}: not {NEXT[one]}. {_why_not(codes)}")
        return (
            "So does the lab's client. That all RCPT were refused does not mean that DATA is: a server that has asked "
            "for a message takes whatever comes for one, so an empty one has to come. RFC 2920 §3.1, §3.2."
        )


def _why_not(codes: Codes) -> str:
    if codes[-1] != 354:
        return f"DATA was answered {codes[-1]}: the server reads commands, and the transaction is still open."
    if any(code // 100 == 2 for code in codes[1:-1]):
        return "The server has asked for the message, and somebody is to get it."
    return "The server has asked for a message, and reads no command until a dot comes. But nobody is to get it."


def _next_of(given: object) -> str:
    if not isinstance(given, str):
        raise Unreadable
    said = given.strip().removesuffix("\\r\\n").lower()
    if said not in SAID:
        raise Unreadable
    return SAID[said]
