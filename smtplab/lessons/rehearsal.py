"""What would the lab's server say to this? A session without sockets, which judges answers and makes variants."""

from collections import deque
from collections.abc import Iterable, Mapping
from random import Random
from typing import Any, Final

from smtplab.lessons.cast import USERS
from smtplab.protocol import replies
from smtplab.protocol.octets import printable
from smtplab.protocol.policy import Policy
from smtplab.protocol.server import Deliver, ServerSession
from smtplab.protocol.states import State

CLIENT: Final = "TINY-DESKTOP"

# What variants are drawn from: names that nobody has, and domains that never will be anybody's (RFC 2606).
LOCAL_PARTS: Final = ("office", "news", "sales", "helpdesk", "library", "stock")
DOMAINS: Final = ("north.example", "blue.example", "lab.example", "river.example")
HOSTS: Final = ("mail.north.example", "mx1.blue.example", "relay.lab.example")


class Rehearsal:
    """A session of the lab's server, already introduced.

    hello: "EHLO" or "HELO". queued_as: the name that a message gets. users: passwords by user name. choices: of a
    `protocol.policy.Policy`.
    """

    def __init__(self, hello: str, *, queued_as: str = "1", users: Mapping[str, str] = USERS, **choices: Any) -> None:
        self._queued_as = queued_as
        self._session = ServerSession(Policy(passwords=users, **choices))
        self._session.greet()
        self.say(f"{hello} {CLIENT}")

    @property
    def state(self) -> State:
        """Where the session stands."""
        return self._session.state

    def say(self, line: str) -> bytes:
        """Say a line, or several with CRLF between them, and give the octets of what the server replies."""
        outputs, heard = deque(self._session.receive(line.encode() + b"\r\n")), b""
        while outputs:
            match outputs.popleft():
                case bytes(reply):
                    heard += reply
                case Deliver():
                    outputs.extend(self._session.delivered(replies.queued(self._queued_as)))
        return heard


def mailboxes(variant: Random) -> tuple[str, str]:
    """Draw two mailboxes that differ."""
    first, second = variant.sample(LOCAL_PARTS, 2)
    return f"{first}@{variant.choice(DOMAINS)}", f"{second}@{variant.choice(DOMAINS)}"


def shuffled(variant: Random, things: Iterable[str]) -> list[str]:
    """Give things in the order that the variant draws."""
    return variant.sample(drawn := list(things), len(drawn))


def in_one_line(octets: bytes) -> str:
    """Show lines as one, with a sign where each of them ends but the last."""
    return printable(octets.removesuffix(b"\r\n").replace(b"\r\n", " ⏎ ".encode()))
