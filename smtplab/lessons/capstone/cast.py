"""Who are the strangers? Names, addresses, ports and mails, another set for each seed.

All domains and addresses are of those that are kept for documentation (RFC 2606, RFC 5737).
"""

from dataclasses import dataclass
from random import Random
from typing import Any, Final

from smtplab.capture.synthesis import Endpoint
from smtplab.lessons.authentication.words import WORDS
from smtplab.lessons.capstone.tape import MILLISECOND, SECOND, Tape
from smtplab.lessons.rehearsal import DOMAINS, LOCAL_PARTS
from smtplab.net.memory import MemoryServer

BEGIN: Final = 1_763_974_800 * SECOND  # Monday, 24 November 2025, 09:00 UTC
DURING: Final = 6 * SECOND  # all begin within so much of it
ODD_PORTS: Final = (1025, 1587, 2526, 3025, 5025, 5870, 8025, 8587, 10025, 10587)  # at none does Wireshark expect SMTP
ODD_TLS_PORTS: Final = (1465, 4650, 8465, 10465)  # for TLS from the first octet
NAMES: Final = (*LOCAL_PARTS, "editor", "garage", "choir", "kitchen", "museum", "bakery", "reception", "archive")
SUBJECTS: Final = ("The new timetable", "Keys for room 12", "Lunch on Friday", "Your order", "Minutes of the meeting")
LINES: Final = (
    "It is on the second floor now.",
    "Please tell those who have not heard of it.",
    "We begin at ten, as always.",
    "The old one may stay where it is.",
    "Whoever comes first makes the coffee.",
    "There are three copies left.",
)
MAIL: Final = (
    "Date: Mon, 24 Nov 2025 09:00:00 +0000\nFrom: <{0}>\nTo: {1}\nSubject: {2}\nMessage-ID: <{3}@{4}>\n\n{5}\n"
)


@dataclass(frozen=True)
class Mail:
    """A mail as it is handed to a client. blind: who gets it and is named by no field of it."""

    sender: str
    named: tuple[str, ...]
    text: str
    blind: tuple[str, ...] = ()

    @property
    def recipients(self) -> list[str]:
        """Who gets it, in the order of their RCPT."""
        return [*self.named, *self.blind]


class Cast:
    """Draws what differs from file to file: each name, host and password is given out once."""

    def __init__(self, variant: Random) -> None:
        self.variant = variant
        addresses = [f"{name}@{domain}" for name in NAMES for domain in DOMAINS]
        self._mailboxes = iter(variant.sample(addresses, len(addresses)))
        self._passwords = iter(variant.sample(WORDS[1:], 40))
        self._hosts = iter(variant.sample(range(10, 250), 100))
        self._ports = iter(variant.sample(ODD_PORTS, len(ODD_PORTS)))
        self._subjects = iter(variant.sample(SUBJECTS * 3, 15))

    def mailbox(self) -> str:
        """Give somebody."""
        return next(self._mailboxes)

    def password(self) -> str:
        """Give a password that nobody else has."""
        return next(self._passwords)

    def odd_port(self) -> int:
        """Give a port at which Wireshark expects no SMTP."""
        return next(self._ports)

    def port(self, usual: int) -> int:
        """Give the usual port or an odd one."""
        return self.variant.choice((usual, self.odd_port()))

    def address(self, network: str) -> str:
        """Give an address in one of the networks for documentation."""
        return f"{network}.{next(self._hosts)}"

    def mail(self, sender: str = "", *, readers: int = 1, blind: str = "") -> Mail:
        """Write a mail, to so many readers, and to one more whom it does not name."""
        author = sender or self.mailbox()
        named = tuple(self.mailbox() for _ in range(readers))
        text = self.text(author, named, "\n".join(self.variant.sample(LINES, 3)))
        return Mail(author, named, text, (blind,) if blind else ())

    def text(self, sender: str, named: tuple[str, ...], body: str) -> str:
        """Write the text of a mail."""
        domain, number = sender.partition("@")[2], self.variant.randint(10_000, 99_999)
        return MAIL.format(sender, ", ".join(f"<{each}>" for each in named), next(self._subjects), number, domain, body)

    def server(self, port: int, users: dict[str, str] | None = None, **choices: Any) -> MemoryServer:
        """Make a server at an address of its own, whom a client at another one is going to talk to."""
        domain = f"{self.variant.choice(('mail', 'mx1', 'relay', 'smtp'))}.{self.variant.choice(DOMAINS)}"
        return MemoryServer(
            users,
            host=self.address("192.0.2"),
            client_host=self.address("198.51.100"),
            port=port,
            domain=domain,
            **{"extensions": ("SIZE", "AUTH", "STARTTLS"), **choices},
        )

    def tape(self, server: MemoryServer) -> Tape:
        """Record a server, from some time on."""
        start = BEGIN + self.variant.randrange(DURING)
        tape = Tape(start, self.variant.randint(5, 90) * MILLISECOND)
        server.taps = [tape]
        return tape


@dataclass(frozen=True)
class Talk:
    """What strangers said to one server, in one connection or several.

    keys: the secrets of its TLS sessions, as far as the file is going to have them.
    """

    name: str
    server: MemoryServer
    tape: Tape
    keys: bytes = b""

    @property
    def ends(self) -> Endpoint:
        """Where the server listens: at no other talk's address."""
        return self.server.host, self.server.port
