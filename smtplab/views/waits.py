"""Who kept whom waiting? The content of the timing picture, without any geometry.

A capture tells when something went by, not why. From the end of a command to the end of its reply, the time belongs to
the server and the network together; from a reply to the next command, to the client, as seen from where the packets
were captured. What happens inside TLS is nobody's. The handshake of TCP tells how long the network alone takes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final, NamedTuple

from smtplab.protocol.exchanges import Exchange, Handshake, exchanges, handshakes, round_trips
from smtplab.protocol.octets import count
from smtplab.protocol.states import GREETING
from smtplab.protocol.text import by_stream, error_word
from smtplab.protocol.transcript import Entry, Kind, Transcript
from smtplab.views.rows import TCP
from smtplab.views.summary import summary


class Span(NamedTuple):
    """From when to when, in seconds since the first packet."""

    start: float
    stop: float

    @property
    def length(self) -> float:
        """Seconds."""
        return max(0.0, self.stop - self.start)


@dataclass(frozen=True, slots=True)
class Row:
    """One command with its reply, or TCP opening the connection, or a run of TLS records.

    said: what the client sent; note: words of our own where it sent nothing. code: of the reply. error: the word for
    it, or "". trip: the number of the round trip, 0 where it is part of none. client, server, tls: whose time it was,
    where that is known; `server` is the server's and the network's. unasked: when a reply came that was not asked for,
    or nobody knows when. entries: those that it tells of.
    """

    phase: str
    said: str
    note: str = ""
    code: int | None = None
    error: str = ""
    trip: int = 0
    client: Span | None = None
    server: Span | None = None
    tls: Span | None = None
    unasked: float | None = None
    entries: tuple[Entry, ...] = ()

    def tells_of(self, wanted: Entry | None) -> bool:
        """Whether this very entry is among those that it tells of."""
        return any(entry is wanted for entry in self.entries)


class Shares(NamedTuple):
    """Where the time of a connection went, in seconds. Time in which a reply was due counts once, however many were.

    rest: when nothing was due, or when the capture does not tell what was.
    """

    server: float
    client: float
    handshake: float
    tls: float
    rest: float

    @property
    def total(self) -> float:
        """Seconds from the first segment to the last entry."""
        return sum(self)


class Lane(NamedTuple):
    """One connection. begun: when its first segment or entry went by. trips: how many round trips SMTP took."""

    number: int
    begun: float
    handshake: Handshake | None
    rows: list[Row]
    shares: Shares
    trips: int


GREETS: Final = "(the server greets)"
UNASKED: Final = "(nobody asked)"


def lanes(transcript: Transcript) -> list[Lane]:
    """Give one lane for each connection in which something was said, in order of their numbers."""
    found = {number: list(run) for number, run in groupby(exchanges(transcript), lambda exchange: exchange.stream)}
    opened = handshakes(transcript)
    return [_lane(entries, opened.get(number), found.get(number, [])) for number, entries in by_stream(transcript)]


def _lane(entries: list[Entry], opened: Handshake | None, found: list[Exchange]) -> Lane:
    begun = min((entry.time for entry in entries), default=0.0)
    if opened is not None:
        begun = min(begun, opened.syn)
    rows = [*_opening(opened), *_rows(entries, found)]
    shares = _shares(rows, Span(begun, max(entry.time for entry in entries)))
    return Lane(entries[0].stream, begun, opened, rows, shares, round_trips(found))


def _opening(opened: Handshake | None) -> Iterator[Row]:
    if opened is not None:
        to_server, to_client = Span(opened.syn, opened.syn_ack), Span(opened.syn_ack, opened.ack)
        yield Row(TCP, "SYN · SYN, ACK · ACK", client=to_client, server=to_server)


def _rows(entries: list[Entry], found: list[Exchange]) -> Iterator[Row]:
    """Give the exchanges in order, and the TLS records between them as one row for each run."""
    by_first = {id(exchange.sent[0] if exchange.sent else exchange.reply): exchange for exchange in found}
    for is_tls, run in groupby(entries, lambda entry: entry.kind is Kind.TLS):
        records = list(run)
        if is_tls:
            yield Row("TLS", "TLS records", tls=Span(records[0].time, records[-1].time), entries=tuple(records))
        else:
            yield from (_row(by_first[id(entry)]) for entry in records if id(entry) in by_first)


def _row(exchange: Exchange) -> Row:
    reply, asked, begun = exchange.reply, exchange.asked, exchange.begun
    note = "" if exchange.sent else GREETS if exchange.verb == GREETING else UNASKED
    return Row(
        exchange.phase,
        _said(exchange),
        note,
        reply.code if reply else None,
        error_word(reply) if reply else "",
        exchange.trip,
        client=None if begun is None or asked is None else Span(begun, asked),
        server=None if reply is None or asked is None else Span(asked, max(asked, reply.time)),
        unasked=reply.time if reply and asked is None else None,
        entries=(*exchange.sent, *([reply] if reply else [])),
    )


def _said(exchange: Exchange) -> str:
    if not exchange.sent:
        return ""
    first = exchange.sent[0]
    if first.kind is Kind.MAIL_DATA:
        octets = sum(len(entry.octets) for entry in exchange.sent if entry.kind is Kind.MAIL_DATA)
        return f"mail data {count(octets, 'octet')}"
    return summary(first).said


def _shares(rows: list[Row], whole: Span) -> Shares:
    said = [row for row in rows if row.phase != TCP]
    server = _union(row.server for row in said)
    client = _union(span for row in said for span in (row.client, row.server)) - server
    opening = _union(span for row in rows if row.phase == TCP for span in (row.client, row.server))
    tls = _union(row.tls for row in rows)
    return Shares(server, client, opening, tls, max(0.0, whole.length - server - client - opening - tls))


def _union(spans: Iterable[Span | None]) -> float:
    """Give the seconds that lie in at least one of the spans."""
    seconds, reached = 0.0, float("-inf")
    for start, stop in sorted(span for span in spans if span):
        seconds += max(0.0, stop - max(start, reached))
        reached = max(reached, stop)
    return seconds
