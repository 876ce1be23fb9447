"""Which mails went over? The mail transactions in a transcript, each with its envelope, its message and its outcome."""

from collections import OrderedDict, deque
from typing import Any, Final, NamedTuple

from smtplab.protocol.commands import Bdat, Mail, Rcpt
from smtplab.protocol.fields import argument_of
from smtplab.protocol.mail import unstuff
from smtplab.protocol.mail_transaction import Transaction
from smtplab.protocol.octets import printable
from smtplab.protocol.states import BDAT_LAST, END_OF_DATA
from smtplab.protocol.text import by_stream
from smtplab.protocol.transcript import Entry, Kind, Transcript

__all__ = ["Transaction", "all_transactions", "transactions"]

RESETS: Final = frozenset({"RSET", "EHLO", "HELO", "LHLO"})  # what ends a mail transaction, if it is accepted (§4.1.4)


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
    """One of `RESETS` without a reply yet.

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
        self._waiting: dict[str, deque[Any]] = {  # what replies to these verbs are for
            "MAIL": self._mails,
            "RCPT": self._rcpts,
            END_OF_DATA: self._ends,
            BDAT_LAST: self._ends,
            **dict.fromkeys(RESETS, self._resets),
        }
        self._reply_lost = False  # just now
        self._is_lmtp = False
        self._untold: deque[int] = deque()  # in LMTP, recipients of the oldest of `_ends` without a reply to it

    def follow(self, entry: Entry) -> None:
        """Take the next entry into account."""
        if self._reply_lost and (entry.party == "client" or entry.kind is Kind.REPLY):
            self._reply_lost = False
            self._forget(entry.verb if entry.party == "server" else None)
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
            case Kind.GAP:
                self._reply_lost = True
            case Kind.REPLY:
                self._reply(entry, entry.code or 0)

    def _forget(self, answered: str | None) -> None:
        """Expect no replies that the capture does not hold: all but that to the last that was asked, if it came."""
        self._untold.clear()
        last = self._waiting.get(answered or "")
        for waiting in self._waiting.values():
            while len(waiting) > (waiting is last):
                waiting.popleft()

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
            case verb if verb in RESETS:
                self._is_lmtp |= verb == "LHLO"
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
            case verb if verb in RESETS and self._resets:
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
        if self._ends and self._is_lmtp:
            self._decide_recipient(self._ends[0], reply, code)
            return
        if self._ends:
            message = self._ends.popleft()
        elif self._message or self._are_open:
            message = self._sent()
            self._are_open.clear()
            self._to_come = self._to_come or 0  # mail data may follow, but nothing that is missing is of it
        else:
            return
        message.code, message.frame = code, reply.frame

    def _decide_recipient(self, message: Transaction, reply: Entry, code: int) -> None:
        """Take the reply to a message for the next of its recipients that the server had accepted (RFC 2033)."""
        if not self._untold:
            accepted = (index for index, (_, said) in enumerate(message.recipients) if said is None or said < 400)
            self._untold.extend(accepted)
        if self._untold:
            index = self._untold.popleft()
            message.recipients[index] = message.recipients[index][0], code
        if message.code is None or code < message.code:
            message.code, message.frame = code, reply.frame
        if not self._untold:
            self._ends.popleft()

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
