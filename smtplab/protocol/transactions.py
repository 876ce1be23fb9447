"""Which mails went over? The mail transactions in a transcript, each with its envelope, its message and its outcome."""

from collections import deque
from dataclasses import dataclass, field

from smtplab.protocol.commands import Bdat, Mail, Rcpt
from smtplab.protocol.fields import argument_of
from smtplab.protocol.mail import unstuff
from smtplab.protocol.octets import printable
from smtplab.protocol.text import by_stream
from smtplab.protocol.transcript import Entry, Kind, Transcript


@dataclass
class Transaction:
    """One mail transaction, as far as the transcript holds it.

    reverse_path: as MAIL gave it, "" for the null one; None where the MAIL command was not seen.
    recipients: (forward-path, reply code) for each RCPT, in order; the code is None where no reply was seen.
    pieces: the octets of the message, dots unstuffed, as they came; None where none was sent.
    code: of the reply to its end. sender_code: of the reply to MAIL. refusal: of a negative reply to DATA or a chunk.
    frame: of the reply that decided. All of these are None where they were not seen.
    aborted_by: the verb that ended it early, RSET, EHLO or HELO. tls: whether its message was inside TLS.
    """

    stream: int
    reverse_path: str | None = None
    recipients: list[tuple[str, int | None]] = field(default_factory=list)
    pieces: list[bytes] | None = None
    code: int | None = None
    sender_code: int | None = None
    refusal: int | None = None
    aborted_by: str = ""
    tls: bool = False
    frame: int | None = None

    @property
    def content(self) -> bytes | None:
        """The octets of the message; None where none was sent."""
        return None if self.pieces is None else b"".join(self.pieces)

    @property
    def accepted(self) -> bool:
        """Whether the server took the message, and with it the responsibility (§4.2.5)."""
        return self.code is not None and 200 <= self.code < 300

    @property
    def outcome(self) -> str:
        """What came of it, in a few words."""
        if self.code is not None:
            return f"{'accepted' if self.accepted else 'refused'} with {self.code}"
        if self.refusal is not None:
            return f"refused at {'DATA' if self.pieces is None else 'a chunk'} with {self.refusal}"
        if self.sender_code is not None and self.sender_code >= 400:
            return f"refused at MAIL with {self.sender_code}"
        if self.aborted_by:
            return f"aborted by {self.aborted_by}"
        if self.pieces is not None:
            return "no reply to its end was seen"
        refused = bool(self.recipients) and all(code is not None and code >= 400 for _, code in self.recipients)
        return "no recipient was accepted" if refused else "no message was sent"


def transactions(transcript: Transcript) -> list[Transaction]:
    """Give the mail transactions of a transcript in which a message was sent, stream by stream, oldest first."""
    return [transaction for transaction in all_transactions(transcript) if transaction.pieces is not None]


def all_transactions(transcript: Transcript) -> list[Transaction]:
    """Give those in which none was sent too."""
    numbers = {stream.number for stream in transcript.streams}
    found: list[Transaction] = []
    for number, entries in by_stream(transcript):
        if number in numbers:
            following = _Following(number)
            for entry in entries:
                following.follow(entry)
            found += following.transactions
    return found


class _Following:
    """Follows one connection. Replies come in the order of their commands, so each finds its own by counting."""

    def __init__(self, stream: int) -> None:
        self.transactions: list[Transaction] = []
        self._stream = stream
        self._is_open: list[Transaction] = []  # innermost last: a MAIL inside a transaction may still be refused
        self._chunked: Transaction | None = None  # the one that the next chunk belongs to
        self._mails: deque[Transaction] = deque()  # without a reply yet
        self._rcpts: deque[tuple[Transaction, int]] = deque()  # likewise
        self._ends: deque[Transaction] = deque()  # likewise
        self._resets: deque[list[Transaction]] = deque()  # likewise: what was open when RSET, EHLO or HELO was sent

    def follow(self, entry: Entry) -> None:
        """Take the next entry into account."""
        match entry.kind, entry.verb:
            case Kind.COMMAND, "MAIL":
                self._begin(_path(entry))
                self._mails.append(self._open)
            case Kind.COMMAND, "RCPT":
                self._rcpts.append((self._open, len(self._open.recipients)))
                self._open.recipients.append((_path(entry), None))
            case Kind.MAIL_DATA, _:
                _add(self._open, unstuff(entry.octets), entry)
            case Kind.COMMAND, "BDAT":
                self._chunked = self._open
                if isinstance(entry.message, Bdat) and entry.message.last:
                    self._end()
            case Kind.CHUNK, _:
                _add(self._chunked or self._open, entry.octets, entry)
            case Kind.END_OF_DATA, _:
                self._end()
            case Kind.COMMAND, "RSET" | "EHLO" | "HELO":
                self._resets.append(self._is_open.copy())
            case Kind.REPLY, _:
                self._reply(entry, entry.code or 0)

    def _reply(self, reply: Entry, code: int) -> None:
        match reply.verb:
            case "MAIL" if self._mails:
                self._decide_sender(self._mails.popleft(), reply, code)
            case "RCPT" if self._rcpts:
                transaction, index = self._rcpts.popleft()
                transaction.recipients[index] = (transaction.recipients[index][0], code)
            case "END-OF-DATA" | "BDAT LAST" if self._ends:
                transaction = self._ends.popleft()
                transaction.code, transaction.frame = code, reply.frame
            case "DATA" | "BDAT" if code >= 400 and self._is_open:
                self._open.refusal, self._open.frame = code, reply.frame
            case "RSET" | "EHLO" | "HELO" if self._resets:
                self._reset(self._resets.popleft(), reply, code)

    def _decide_sender(self, transaction: Transaction, reply: Entry, code: int) -> None:
        transaction.sender_code = code
        if code >= 400:
            transaction.frame = reply.frame
            if not transaction.recipients:
                self._is_open = [each for each in self._is_open if each is not transaction]

    def _reset(self, transactions: list[Transaction], reply: Entry, code: int) -> None:
        """End those that were open when the command was sent: a MAIL pipelined behind it has begun another."""
        if code >= 300 or not transactions:
            return
        transactions[-1].aborted_by, transactions[-1].frame = reply.verb or "", reply.frame
        self._is_open = [each for each in self._is_open if each not in transactions]

    @property
    def _open(self) -> Transaction:
        """The transaction that is open: begun by MAIL, or before the capture began."""
        if not self._is_open:
            self._begin(None)
        return self._is_open[-1]

    def _begin(self, reverse_path: str | None) -> None:
        self.transactions.append(Transaction(self._stream, reverse_path))
        self._is_open.append(self.transactions[-1])

    def _end(self) -> None:
        self._open.pieces = self._open.pieces or []
        self._ends.append(self._open)
        self._is_open.clear()


def _add(transaction: Transaction, octets: bytes, entry: Entry) -> None:
    if transaction.pieces is None:
        transaction.pieces = []
    transaction.pieces.append(octets)
    transaction.tls = entry.tls


def _path(entry: Entry) -> str:
    if isinstance(entry.message, Mail):
        return entry.message.reverse_path
    if isinstance(entry.message, Rcpt):
        return entry.message.forward_path
    fields = {field.name: field.value for field in entry.fields}
    path = fields.get("reverse-path", fields.get("forward-path"))
    return printable(argument_of(entry.octets)) if path is None or "not understood" in fields else path
