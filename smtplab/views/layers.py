"""What do the two layers of a mail say? The envelope that the server acts on, and the letter that people read.

The envelope is MAIL and RCPT; the header is part of the letter (RFC 5321 §2.3.1, RFC 5322 §3.6). Nothing makes the two
agree, so each mailbox is looked for in both.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import Final, NamedTuple

from smtplab.protocol.grammar import same_mailbox
from smtplab.protocol.mail import stuff
from smtplab.protocol.octets import printable
from smtplab.protocol.text import safe
from smtplab.protocol.transactions import Transaction
from smtplab.views.message import Message

AUTHORS: Final = ("From", "Sender", "Reply-To")
READERS: Final = ("To", "Cc", "Bcc")
FIELDS: Final = (*AUTHORS, *READERS, "Subject", "Date", "Message-ID")
DOT_COLUMNS: Final = 80


class Mention(NamedTuple):
    """One mailbox, and what the two layers say of it.

    rcpt: the reply to its RCPT as text, "" where there was none. fields: the header fields that name it. so: what
    follows.
    """

    mailbox: str
    rcpt: str
    refused: bool
    fields: tuple[str, ...]
    so: str


class DotLine(NamedTuple):
    """One line of the message that begins with a dot: as it is, and as it went over the wire."""

    number: int
    line: str
    wire: str


class Layers:
    """The two layers of one mail transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self.transaction = transaction

    @cached_property
    def message(self) -> Message:
        """The letter."""
        return Message(self.transaction.content or b"")

    @cached_property
    def mentions(self) -> list[Mention]:
        """Every mailbox that is to get the mail or that the header names as a reader, those of the envelope first."""
        named: dict[str, list[str]] = {}
        shown: dict[str, str] = {}
        for name in READERS:
            for address in self.message.addresses(name):
                key = same_mailbox(address.mailbox)
                shown.setdefault(key, address.mailbox)
                named.setdefault(key, []).append(name)
        told = {same_mailbox(path): (safe(path), code) for path, code in self.transaction.recipients}
        lost = self.transaction.code is not None and not self.transaction.accepted
        mentions = [_mention(path, code, tuple(named.get(key, ())), lost) for key, (path, code) in told.items()]
        unasked = ((shown[key], tuple(fields)) for key, fields in named.items() if key not in told)
        return mentions + [
            Mention(mailbox, "", False, fields, "is named, but no copy goes there") for mailbox, fields in unasked
        ]

    @property
    def reverse_path(self) -> str:
        """The reverse-path in angle brackets, or that it was not seen."""
        path = self.transaction.reverse_path
        return "(not seen)" if path is None else f"<{safe(path)}>"

    @property
    def about_the_sender(self) -> str:
        """What follows from reverse-path and From, which need not agree."""
        path = self.transaction.reverse_path
        authors = {same_mailbox(address.mailbox) for address in self.message.addresses("From")}
        if path is None:
            return ""
        if not path:
            return "The reverse-path is null: nobody is told when the mail cannot be delivered (RFC 5321 §4.5.5)."
        if not authors:
            return "The header names no author: From is missing, though it is mandatory (RFC 5322 §3.6)."
        if same_mailbox(path) in authors:
            return "The reverse-path is the author's mailbox: who wrote it hears of a failure."
        return "The reverse-path is not what From says: a failure is told to one, and people answer the other."

    @property
    def dot_lines(self) -> list[DotLine]:
        """The lines that begin with a dot, whose dot is doubled on the wire (RFC 5321 §4.5.2)."""
        lines = (self.transaction.content or b"").split(b"\r\n")
        dotted = ((number, line) for number, line in enumerate(lines, 1) if line.startswith(b"."))
        return [
            DotLine(number, printable(line[:DOT_COLUMNS]), printable(stuff(line)[: DOT_COLUMNS + 1]))
            for number, line in dotted
        ]

    @property
    def fate(self) -> str:
        """What became of it, with a cross where the server did not take it."""
        refused = self.transaction.code is not None and not self.transaction.accepted
        return f"✕ {self.transaction.outcome}" if refused else self.transaction.outcome

    def header(self) -> Iterator[tuple[str, str]]:
        """Give the header fields that are for people, as (name, value)."""
        for name in FIELDS:
            for value in self.message.values(name):
                yield name, value


def _mention(mailbox: str, code: int | None, fields: tuple[str, ...], lost: bool) -> Mention:
    """Say what follows from a RCPT. code: of the reply to it. lost: the message itself was refused."""
    if not is_positive(code):
        return Mention(mailbox, written(code), True, fields, "gets no copy: the server refused it")
    if lost:
        so = "gets no copy: the server did not take the message"
    elif "Bcc" in fields:
        so = "gets a copy, and Bcc was left in: every reader sees it"
    elif fields:
        so = "gets a copy that names it"
    else:
        so = "gets a copy that does not name it, as with Bcc"
    return Mention(mailbox, written(code), False, fields, so)


def is_positive(code: int | None) -> bool:
    """Whether a reply code is one of completion; where none was seen, nothing speaks against it."""
    return code is None or 200 <= code < 300


def written(code: int | None) -> str:
    """Write a reply code, with a cross where it refuses."""
    if code is None:
        return "(no reply seen)"
    return f"{code}" if is_positive(code) else f"✕ {code}"
