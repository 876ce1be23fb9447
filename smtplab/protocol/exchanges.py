"""Which reply belongs to which command, and how long did the client wait for it?

Replies come in the order of their commands, pipelined or not (RFC 5321 §4.3.1, RFC 2920 §3.1), so they find each other
by standing in line. What TLS hides is not here, and a reply that the capture lost leaves its command without one.
"""

from bisect import bisect_right, insort
from collections import deque
from dataclasses import dataclass, replace
from math import inf
from typing import Final, NamedTuple

from smtplab.protocol.commands import Bdat
from smtplab.protocol.states import BDAT_LAST, END_OF_DATA, GREETING
from smtplab.protocol.text import by_stream
from smtplab.protocol.transcript import Entry, Kind, Transcript

ECN: Final = frozenset({"ECE", "CWR"})  # a SYN may offer congestion notification with these (RFC 3168 §6.1.1)


@dataclass
class Exchange:
    """Something that the client sent, and what the server answered.

    In LMTP, where a message has a reply for each recipient, there are as many with the same `sent` (RFC 2033).

    verb: what the reply answers: a verb, `GREETING`, `END_OF_DATA` or `BDAT_LAST`; "" for what is no command.
    sent: a command line, BDAT with its chunk, or mail data with its end mark, oldest first; empty for the greeting and
        for a reply that nobody asked for. reply: None where none was seen. One of the two is there.
    begun: when the client could begin with it, having seen the reply and sent the command before.
    asked: when the last of its octets was sent; for the greeting, which nothing begins, when the connection was open.
        Both are in seconds since the first packet, and None where the capture does not tell.
    trip: the number of the round trip that it was part of, from 1. What a client sends before it has seen a reply
        belongs to the same round trip as what that reply answers. 0 for a reply that nobody asked for.
    """

    stream: int
    verb: str
    sent: tuple[Entry, ...] = ()
    reply: Entry | None = None
    begun: float | None = None
    asked: float | None = None
    trip: int = 0

    @property
    def phase(self) -> str:
        """The phase of the session, named as `Entry.phase` names it."""
        entry = self.sent[-1] if self.sent else self.reply
        return entry.phase if entry else ""

    @property
    def response_time(self) -> float | None:
        """Seconds from the last octet of the question to the last one of its answer, or None."""
        return None if self.reply is None or self.asked is None else max(0.0, self.reply.time - self.asked)

    @property
    def client_time(self) -> float | None:
        """Seconds that the client took for it, sending included, or None."""
        return None if self.begun is None or self.asked is None else max(0.0, self.asked - self.begun)


class Handshake(NamedTuple):
    """The times of the segments that open a connection, in seconds since the first packet (RFC 9293 §3.5)."""

    syn: float
    syn_ack: float
    ack: float

    @property
    def round_trip(self) -> float:
        """Seconds to the server and back: it answers a SYN without looking at anything."""
        return self.syn_ack - self.syn


def handshake(transcript: Transcript, stream: int) -> Handshake | None:
    """Give the handshake of a connection, or None where the capture does not hold all three segments of it."""
    return handshakes(transcript).get(stream)


def handshakes(transcript: Transcript) -> dict[int, Handshake]:
    """Give the handshakes of which the capture holds all three segments, by number of the stream.

    Of a SYN that was sent again, the last one before the answer counts.
    """
    begun: dict[int, list[float]] = {}  # the times of SYN and SYN, ACK
    whole: dict[int, Handshake] = {}
    for segment in transcript.segments:
        times = begun.setdefault(segment.stream, [])
        flags = set(segment.flags.split(", ")) - ECN
        if flags == {"SYN"} and len(times) < 2:
            times[:] = [segment.time]
        elif flags == {"SYN", "ACK"} and len(times) == 1:
            times.append(segment.time)
        elif flags == {"ACK"} and len(times) == 2 and segment.stream not in whole:
            whole[segment.stream] = Handshake(times[0], times[1], segment.time)
    return whole


def exchanges(transcript: Transcript) -> list[Exchange]:
    """Give what was asked and answered, stream by stream, in the order of the questions."""
    found: list[Exchange] = []
    opened_at = handshakes(transcript)
    for stream, entries in by_stream(transcript):
        opened = opened_at.get(stream)
        pairing = _Pairing(stream, opened.ack if opened else None)
        for entry in entries:
            pairing.follow(entry)
        pairing.gather()
        found += pairing.exchanges
    return found


def round_trips(exchanges: list[Exchange]) -> int:
    """Count how often the client of one connection waited for the server, once for a group that was pipelined."""
    return max((exchange.trip for exchange in exchanges if exchange.reply is not None), default=0)


class _Pairing:
    """Follows one connection. opened: the time at which it was open, None where that was not seen."""

    def __init__(self, stream: int, opened: float | None) -> None:
        self.exchanges: list[Exchange] = []
        self._stream = stream
        self._opened = opened
        self._latest = opened  # the last thing that the client sent or saw
        self._unanswered: deque[Exchange] = deque()
        self._last: Exchange | None = None  # the last that the client sent, if more of it may follow
        self._more: list[Entry] = []  # of it, not yet in its `sent`: a message with many gaps has many parts
        self._reply_lost = False  # just now
        self._is_lmtp = False
        self._ended: Exchange | None = None  # the last message that has a reply
        self._replies: list[tuple[float, int]] = []  # time and round trip of each, oldest first by the clock

    def follow(self, entry: Entry) -> None:
        """Take the next entry into account."""
        if self._reply_lost:
            self._forget_lost_replies(entry)
        match entry.kind, entry.party:
            case Kind.REPLY, _:
                self._answer(entry)
            case Kind.TLS, _:
                self._latest = entry.time
            case Kind.GAP, "server":
                self._reply_lost = True
            case Kind.COMMAND | Kind.AUTH | Kind.UNKNOWN, "client":
                self._last = self._ask(entry, _verb(entry))
            case Kind.CHUNK, _:
                self._send_on(entry, "BDAT")
            case Kind.MAIL_DATA, _:
                self._send_on(entry, END_OF_DATA)
            case Kind.END_OF_DATA, _:
                self._send_on(entry, END_OF_DATA)
                self.gather()
                self._last = None

    def gather(self) -> None:
        """Put together what belongs to the last that the client sent. Call it at the end."""
        if self._last and self._more:
            self._last.sent += tuple(self._more)
            self._more.clear()

    def _forget_lost_replies(self, entry: Entry) -> None:
        """Expect replies no more that the capture does not hold, as the observer does: all, if the client goes on."""
        self._reply_lost = False
        self._unanswered = deque(list(self._unanswered)[-1:] if entry.party == "server" else ())

    def _ask(self, entry: Entry, verb: str) -> Exchange:
        self.gather()
        seen = bisect_right(self._replies, (entry.time, inf))
        trip = 1 + (self._replies[seen - 1][1] if seen else 0)
        asked = Exchange(self._stream, verb, (entry,), begun=self._latest, asked=entry.time, trip=trip)
        self._latest = entry.time
        self.exchanges.append(asked)
        self._unanswered.append(asked)
        self._is_lmtp |= verb == "LHLO"
        return asked

    def _send_on(self, entry: Entry, verb: str) -> None:
        """Add a chunk to its BDAT, or to a message what is left of it."""
        last = self._last
        if last is None or not last.verb.startswith(verb):  # BDAT LAST has chunks too
            self._last = self._ask(entry, verb)
            return
        self._more.append(entry)
        if last.reply is None:
            last.asked = self._latest = entry.time

    def _answer(self, reply: Entry) -> None:
        exchange = self._answered_by(reply)
        exchange.reply = reply
        if exchange.trip:
            insort(self._replies, (reply.time, exchange.trip))
        self._latest = max(reply.time, self._latest or 0.0)

    def _answered_by(self, reply: Entry) -> Exchange:
        """Find what a reply answers: the first in line that has its verb, since those before it will get no answer."""
        verb = reply.answers or ""
        place = next((n for n, asked in enumerate(self._unanswered) if asked.verb == verb), None)
        if place is not None and verb != GREETING:
            for _ in range(place):
                self._unanswered.popleft()
            answered = self._unanswered.popleft()
            self._ended = answered if verb in (END_OF_DATA, BDAT_LAST) else None
            return answered
        if self._is_lmtp and self._ended and self._ended.verb == verb:
            self.gather()
            self.exchanges.append(replace(self._ended))
            return self.exchanges[-1]
        greets = verb == GREETING
        asked = Exchange(self._stream, verb, asked=self._opened if greets else None, trip=1 if greets else 0)
        self.exchanges.append(asked)
        return asked


def _verb(entry: Entry) -> str:
    is_last = isinstance(entry.message, Bdat) and entry.message.last
    return BDAT_LAST if is_last else entry.verb or ""
