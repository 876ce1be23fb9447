"""Which mails went over? The mail transactions in a transcript, each with its envelope, its message and its outcome."""

from collections import deque
from dataclasses import dataclass, field

from smtplab.protocol.commands import Bdat, Mail, Rcpt
from smtplab.protocol.fields import argument_of
from smtplab.protocol.mail import unstuff
from smtplab.protocol.octets import printable
from smtplab.protocol.transcript import Entry, Kind, Transcript


@dataclass
class Transaction:
    """One mail transaction, as far as the transcript holds it.

    reverse_path: as MAIL gave it, "" for the null one; None where the MAIL command was not seen.
    recipients: (forward-path, reply code) for each RCPT, in order; the code is None where no reply was seen.
    content: the octets of the message, dots unstuffed; None where none was sent. code: of the reply to its end.
    """

    stream: int
    reverse_path: str | None = None
    recipients: list[tuple[str, int | None]] = field(default_factory=list)
    content: bytes | None = None
    code: int | None = None

    @property
    def accepted(self) -> bool:
        """Whether the server took the message, and with it the responsibility (§4.2.5)."""
        return self.code is not None and 200 <= self.code < 300


def transactions(transcript: Transcript) -> list[Transaction]:
    """Give the mail transactions of a transcript in which a message was sent, stream by stream, oldest first."""
    found: list[Transaction] = []
    for stream in transcript.streams:
        following = _Following(stream.number)
        for entry in transcript:
            if entry.stream == stream.number:
                following.follow(entry)
        found += [transaction for transaction in following.transactions if transaction.content is not None]
    return found


class _Following:
    """Follows one connection. Replies come in the order of their commands, so each finds its own by counting."""

    def __init__(self, stream: int) -> None:
        self.transactions: list[Transaction] = []
        self._stream = stream
        self._rcpts: deque[tuple[Transaction, int]] = deque()  # without a reply yet
        self._ends: deque[Transaction] = deque()  # likewise

    def follow(self, entry: Entry) -> None:
        """Take the next entry into account."""
        match entry.kind, entry.verb:
            case Kind.COMMAND, "MAIL":
                self.transactions.append(Transaction(self._stream, reverse_path=_path(entry)))
            case Kind.COMMAND, "RCPT":
                self._rcpts.append((self._open, len(self._open.recipients)))
                self._open.recipients.append((_path(entry), None))
            case Kind.REPLY, "RCPT" if self._rcpts:
                transaction, index = self._rcpts.popleft()
                transaction.recipients[index] = (transaction.recipients[index][0], entry.code)
            case Kind.MAIL_DATA, _:
                self._open.content = (self._open.content or b"") + unstuff(entry.octets)
            case Kind.CHUNK, _:
                self._open.content = (self._open.content or b"") + entry.octets
            case Kind.COMMAND, "BDAT" if isinstance(entry.message, Bdat) and entry.message.last:
                self._end()
            case Kind.END_OF_DATA, _:
                self._end()
            case Kind.REPLY, ("END-OF-DATA" | "BDAT LAST") if self._ends:
                self._ends.popleft().code = entry.code

    @property
    def _open(self) -> Transaction:
        """The transaction that is open: begun by MAIL, or before the capture began."""
        if not self.transactions:
            self.transactions.append(Transaction(self._stream))
        return self.transactions[-1]

    def _end(self) -> None:
        self._open.content = self._open.content or b""
        self._ends.append(self._open)


def _path(entry: Entry) -> str:
    if isinstance(entry.message, Mail):
        return entry.message.reverse_path
    if isinstance(entry.message, Rcpt):
        return entry.message.forward_path
    return printable(argument_of(entry.octets))
