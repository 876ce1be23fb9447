"""What was said? The one thing that every view, widget and check reads.

A `Transcript` is an ordered list of entries. An `Entry` is one thing that one party said: a command line, a reply (all
its lines), one line of an AUTH exchange, the mail data of one message, the line that ends it. Its fields tile its
octets: no gap, no overlap, and what nobody understands is a field that says so.

The server and client of the lab, a live capture and a stranger's file all end here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal, overload

from smtplab.protocol import fields
from smtplab.protocol.commands import Command
from smtplab.protocol.fields import Field
from smtplab.protocol.replies import Reply
from smtplab.protocol.states import BDAT_LAST, END_OF_DATA, GREETING, State

Party = Literal["client", "server"]


class Kind(StrEnum):
    """What an entry is. The values are part of the command line's JSON."""

    COMMAND = "command"
    REPLY = "reply"
    AUTH = "auth"  # a line of the client in an AUTH exchange (RFC 4954 §4)
    MAIL_DATA = "mail data"  # everything between 354 and the end mark, as it was on the wire: dots still stuffed
    END_OF_DATA = "end of data"  # the line with the single dot
    CHUNK = "chunk"  # the octets that follow a BDAT command (RFC 3030 §2)
    TLS = "tls"  # one TLS record
    GAP = "gap"  # octets that the capture does not hold: `missing` says how many
    UNKNOWN = "unknown"  # octets that are no SMTP


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that one party said.

    time: seconds since the first packet of the capture, or since the recording began.
    frames: numbers from 1 of the packets that carried its octets, ascending; the last one completed it. Empty where
        nothing was captured.
    message: the parsed command or reply; None where the octets do not parse strictly, and for other kinds.
    answers: for a reply, the verb that it answers, `GREETING` or `END_OF_DATA`; None for a reply nobody asked for.
    decoded: for AUTH, what the base64 says, as (name, value) pairs in order: ("username", "test01@coremail.cn"). For
        TLS, what the record holds, as far as it is known: ("client hello", "SNI mail.coremail.cn, offers TLS 1.3").
    tls: whether it was inside TLS: then its octets came out of the records that `frames` carried.
    continues: whether this is the rest of a message, or of a chunk, of which octets before it are not in the capture.
    before, after: the state of the session. They differ on replies only, since a command asks and a reply decides.
    """

    party: Party
    kind: Kind
    octets: bytes
    time: float = 0.0
    frames: tuple[int, ...] = ()
    stream: int = 0
    message: Command | Reply | None = None
    answers: str | None = None
    decoded: tuple[tuple[str, str], ...] = ()
    missing: int = 0
    continues: bool = False
    tls: bool = False
    before: State = State.CONNECTED
    after: State = State.CONNECTED

    @property
    def frame(self) -> int | None:
        """The number of the frame that completed this entry, or None where nothing was captured."""
        return self.frames[-1] if self.frames else None

    @property
    def verb(self) -> str | None:
        """The verb that this entry belongs to, in upper case: its own, or the one that it answers or continues."""
        if self.kind is Kind.REPLY:
            return self.answers
        return fields.verb_of(self.octets) if self.kind is Kind.COMMAND else CONTINUED.get(self.kind)

    @property
    def phase(self) -> str:
        """The phase of the session, as the lessons name it: greeting, EHLO, HELO, AUTH, MAIL, RCPT, DATA, QUIT, ..."""
        if self.kind is Kind.TLS:
            return "TLS"
        verb = self.verb or ""
        return PHASES.get(verb, verb)

    @property
    def argument(self) -> bytes:
        """The octets after the verb of a command, without the blank before and the line end behind them."""
        return fields.argument_of(self.octets) if self.kind is Kind.COMMAND else b""

    @property
    def code(self) -> int | None:
        """The reply code, from its octets, so that a reply which is wrong in other ways has one too."""
        return int(self.octets[:3]) if self.kind is Kind.REPLY else None

    @property
    def fields(self) -> tuple[Field, ...]:
        """What each octet is: the fields tile `octets` from 0 to the end, in order."""
        begins = self.before is not State.CHUNKS and not self.continues
        return fields.tile(self.kind, self.octets, self.answers, self.decoded, party=self.party, begins=begins)


CONTINUED = {Kind.AUTH: "AUTH", Kind.MAIL_DATA: "DATA", Kind.END_OF_DATA: END_OF_DATA, Kind.CHUNK: "BDAT"}
PHASES = {GREETING: "greeting", END_OF_DATA: "DATA", "BDAT": "DATA", BDAT_LAST: "DATA", "STARTTLS": "TLS"}


@dataclass(frozen=True, slots=True)
class Segment:
    """A TCP segment that opens or closes a connection, which an SMTP display filter hides.

    flags: as Wireshark names them, "SYN", "SYN, ACK", "FIN, ACK", "RST". Of bare ACKs only the one that ends the
        handshake is kept.
    """

    stream: int
    party: Party
    flags: str
    time: float
    frame: int | None = None


@dataclass(frozen=True, slots=True)
class Stream:
    """One TCP connection. number: from 0, in order of first packet; endpoints as "address:port"."""

    number: int
    client: str
    server: str


@dataclass(frozen=True)
class Transcript:
    """An ordered list of entries, oldest first, with the connections that they belong to.

    source: where the packets came from: "live", "private network", "recorded at the socket", or the name of a file.
    packets: how many packets were seen in all, those without SMTP too. lost: how many the system says it dropped, None
        where it does not say. problem: what stopped the reading of a file, in one line; empty when it was read to its
        end.
    """

    entries: tuple[Entry, ...] = ()
    streams: tuple[Stream, ...] = ()
    segments: tuple[Segment, ...] = ()
    source: str = ""
    packets: int = 0
    lost: int | None = None
    problem: str = ""

    def __str__(self) -> str:
        from smtplab.protocol.text import transcript_text  # it reads transcripts, so it cannot come first

        return transcript_text(self)

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    @overload
    def __getitem__(self, index: int) -> Entry: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Entry, ...]: ...
    def __getitem__(self, index: int | slice) -> Entry | tuple[Entry, ...]:
        return self.entries[index]

    def stream(self, number: int) -> "Transcript":
        """Give the transcript of one connection alone. Raises KeyError when there is none of that number."""
        kept = tuple(stream for stream in self.streams if stream.number == number)
        if not kept:
            raise KeyError(number)
        return replace(
            self,
            entries=tuple(entry for entry in self.entries if entry.stream == number),
            streams=kept,
            segments=tuple(segment for segment in self.segments if segment.stream == number),
        )
