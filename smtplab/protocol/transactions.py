"""Which mails went over? The mail transactions in a transcript, each with its envelope, its message and its outcome."""

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import NamedTuple

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
    missing: how many octets the capture does not hold of it; where it does not hold the end mark either, with that, and
        with what the client said behind it. ended: whether its end was seen, the end mark or all of the last chunk.
    code: of the reply to its end. sender_code: of the reply to MAIL. refusal: of a negative reply to DATA or a chunk.
    frame: of the reply that decided. All of these are None where they were not seen. refused_at: "DATA" or "a chunk".
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
    refused_at: str = ""
    missing: int = 0
    ended: bool = False

    @property
    def content(self) -> bytes | None:
        """The octets of the message; None where none was sent."""
        return None if self.pieces is None else b"".join(self.pieces)

    @property
    def lack(self) -> str:
        """What is not known of its octets, in a few words behind how many are; "" where it is whole."""
        if self.missing:
            return f"{self.missing:,} more {'is' if self.missing == 1 else 'are'} missing from the capture"
        return "" if self.ended else "its end was not seen"

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
            return f"refused at {self.refused_at} with {self.refusal}"
        if self.sender_code is not None and self.sender_code >= 400:
            return f"refused at MAIL with {self.sender_code}"
        if self.aborted_by:
            return f"aborted by {self.aborted_by}"
        if self.pieces is not None:
            return "no reply to its end was seen" if self.ended else "its end was not seen"
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


class _Reset(NamedTuple):
    """A RSET, EHLO or HELO without a reply yet.

    until: it ends those that are open of the first `until` transactions: a MAIL pipelined behind it begins another.
    innermost: of those that were open when it was sent; None where none was.
    """

    until: int
    innermost: Transaction | None


class _Following:
    """Follows one connection. Replies come in the order of their commands, so each finds its own by counting."""

    def __init__(self, stream: int) -> None:
        self.transactions: list[Transaction] = []
        self._stream = stream
        # By index, innermost last: a MAIL inside a transaction may still be refused.
        self._are_open: OrderedDict[int, Transaction] = OrderedDict()
        self._message: Transaction | None = None  # the one whose mail data or chunk is being sent
        self._to_come: int | None = 0  # octets of it; None for mail data, of which nobody says how many there are
        self._is_last = False  # chunk
        self._mails: deque[int] = deque()  # without a reply yet
        self._rcpts: deque[tuple[Transaction, int]] = deque()  # likewise
        self._ends: deque[Transaction] = deque()  # likewise
        self._resets: deque[_Reset] = deque()  # likewise

    def follow(self, entry: Entry) -> None:
        """Take the next entry into account."""
        match entry.kind:
            case Kind.COMMAND:
                self._message, self._to_come = None, 0
                self._command(entry)
            case Kind.MAIL_DATA:
                self._to_come = None
                self._sent(_unstuffed(entry)).tls = entry.tls
            case Kind.CHUNK:
                self._sent(entry.octets).tls = entry.tls
                self._count(len(entry.octets))
            case Kind.END_OF_DATA:
                self._end()
            case Kind.GAP if entry.party == "client":
                self._lose(entry.missing)
            case Kind.REPLY:
                self._reply(entry, entry.code or 0)

    def _command(self, command: Entry) -> None:
        match command.verb:
            case "MAIL":
                self._mails.append(len(self.transactions))
                self._begin(_path(command))
            case "RCPT":
                self._rcpts.append((self._open, len(self._open.recipients)))
                self._open.recipients.append((_path(command), None))
            case "DATA":
                self._to_come = None
            case "BDAT":
                self._message = self._open
                if isinstance(command.message, Bdat):
                    self._begin_chunk(command.message)
            case "RSET" | "EHLO" | "HELO":
                innermost = next(reversed(self._are_open.values()), None)
                self._resets.append(_Reset(len(self.transactions), innermost))

    def _reply(self, reply: Entry, code: int) -> None:
        match reply.verb:
            case "MAIL" if self._mails:
                self._decide_sender(self._mails.popleft(), reply, code)
            case "RCPT" if self._rcpts:
                transaction, index = self._rcpts.popleft()
                transaction.recipients[index] = (transaction.recipients[index][0], code)
            case "END-OF-DATA" | "BDAT LAST":
                self._decide(reply, code)
            case "DATA" if code < 400 and not self._ends:
                self._to_come = None  # the capture may have lost the command
            case "DATA" | "BDAT" if code >= 400:
                self._refuse(reply, code)
            case "RSET" | "EHLO" | "HELO" if self._resets:
                self._reset(self._resets.popleft(), reply, code)

    def _decide_sender(self, index: int, reply: Entry, code: int) -> None:
        transaction = self.transactions[index]
        transaction.sender_code = code
        if code >= 400:
            transaction.frame = reply.frame
            if not transaction.recipients:
                self._are_open.pop(index, None)

    def _refuse(self, reply: Entry, code: int) -> None:
        if self._are_open:
            self._open.refusal, self._open.frame = code, reply.frame
            self._open.refused_at = "DATA" if reply.verb == "DATA" else "a chunk"
        if reply.verb == "DATA":
            self._to_come = 0

    def _decide(self, reply: Entry, code: int) -> None:
        """Take the reply to a message whose end was seen; or else its end is missing, or stands behind the reply."""
        if self._ends:
            message = self._ends.popleft()
        elif self._message or self._are_open:
            message = self._sent()
            self._are_open.clear()
            self._to_come = self._to_come or 0  # mail data may follow, but nothing that is missing is of it
        else:
            return
        message.code, message.frame = code, reply.frame

    def _reset(self, reset: _Reset, reply: Entry, code: int) -> None:
        if code >= 300 or reset.innermost is None:
            return
        reset.innermost.aborted_by, reset.innermost.frame = reply.verb or "", reply.frame
        while self._are_open and next(iter(self._are_open)) < reset.until:
            self._are_open.popitem(last=False)

    @property
    def _open(self) -> Transaction:
        """The transaction that is open: begun by MAIL, or before the capture began."""
        if not self._are_open:
            self._begin(None)
        return next(reversed(self._are_open.values()))

    def _begin(self, reverse_path: str | None) -> None:
        transaction = Transaction(self._stream, reverse_path)
        self._are_open[len(self.transactions)] = transaction
        self.transactions.append(transaction)

    def _begin_chunk(self, bdat: Bdat) -> None:
        self._to_come, self._is_last = bdat.size, bdat.last
        if bdat.last:
            self._close()
        self._count(0)

    # The message that is being sent

    def _sent(self, *pieces: bytes) -> Transaction:
        """Give the transaction that it belongs to, which has one from now on."""
        message = self._message = self._message or self._open
        message.pieces = message.pieces or []
        message.pieces += pieces
        return message

    def _lose(self, missing: int) -> None:
        if missing := self._count(missing):
            self._sent().missing += missing

    def _count(self, octets: int) -> int:
        """Tell how many of the next octets are of the message; all of mail data, since only its end mark ends it."""
        if self._to_come is None:
            return octets
        counted = min(octets, self._to_come)
        self._to_come -= counted
        if self._message:
            self._message.ended = self._is_last and self._to_come == 0
        return counted

    def _end(self) -> None:
        """End mail data. A server that said no before it came to its end says nothing more."""
        message = self._sent()
        message.ended = True
        self._close()
        self._message, self._to_come = None, 0

    def _close(self) -> None:
        message = self._sent()
        if message.code is None:
            self._ends.append(message)
        self._are_open.clear()


def _unstuffed(entry: Entry) -> bytes:
    """Take off the stuffed dots. Behind a gap, a first dot that is not doubled stood inside a line."""
    octets = entry.octets
    if entry.continues and octets.startswith(b".") and not octets.startswith(b".."):
        return b"." + unstuff(octets[1:])
    return unstuff(octets)


def _path(entry: Entry) -> str:
    if isinstance(entry.message, Mail):
        return entry.message.reverse_path
    if isinstance(entry.message, Rcpt):
        return entry.message.forward_path
    fields = {field.name: field.value for field in entry.fields}
    path = fields.get("reverse-path", fields.get("forward-path"))
    return printable(argument_of(entry.octets)) if path is None or "not understood" in fields else path
