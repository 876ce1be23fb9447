"""Which segments belong to one connection, and who spoke when?

A connection is what goes between the same two endpoints until a SYN opens another one between them. Connections are
numbered as Wireshark numbers them (tcp.stream), so that a number can be looked up there. It differs only after one that
Wireshark takes for the rest of another: opened anew after FIN or RST with the old number, or by a SYN, ACK alone.

The octets of each side are put in order by `order`, those of both into one conversation by `turns`. What is captured a
few segments too late is waited for; only what does not come then is missing.

RFC 9293 §3.5 (opening), §3.6 (closing).
"""

from typing import Final, NamedTuple

from smtplab.capture.link import ACK, CONTROL, FIN, RST, SYN, Endpoint, TcpSegment
from smtplab.capture.order import SEQUENCE_NUMBERS, Direction, Part
from smtplab.capture.turns import Turns

REORDERED: Final = 8  # by how many segments of a connection a capture may have one of them too late


class Piece(NamedTuple):
    """What one side of a stream said next. side: 0 for the sender of the stream's first segment, 1 for the other."""

    stream: "TcpStream"
    side: int
    part: Part


class Control(NamedTuple):
    """A segment that opens or closes a connection: SYN, FIN, RST, or the bare ACK that ends the handshake."""

    side: int
    flags: int
    number: int
    time: int


class TcpStream:
    """One TCP connection.

    number: from 0, in order of first segment among all connections. ends: the endpoint of each side. opener: the side
    that sent SYN, None where the capture began later. ignored: set it to be given no more pieces.
    """

    def __init__(self, number: int, source: Endpoint, destination: Endpoint) -> None:
        self.number = number
        self.ends = (source, destination)
        self.opener: int | None = None
        self.controls: list[Control] = []
        self.ignored = False
        self._directions = (Direction(), Direction())
        # The first segments, while it may not be known where the octets begin; None from then on.
        self._beginning: list[tuple[TcpSegment, int, int, int]] | None = []
        self._count = 0  # segments so far
        self._ahead: list[tuple[int, int, int]] = []  # acknowledged and not captured: side, position, count
        self._turns: Turns | None = None  # made with the first octets: a port scan is a million streams without any
        self._to_acknowledge: int | None = None  # the side whose next ACK ends the handshake
        self._finished = False

    def is_followed_by(self, segment: TcpSegment, side: int) -> bool:
        """Tell whether a SYN between the same endpoints opens another connection, and is no repetition.

        One with ACK does so where this connection is over: then the SYN before it was not captured.
        """
        first = self._directions[side].first
        repeated = first is None or (segment.sequence + 1 - first) % SEQUENCE_NUMBERS == 0
        return self._finished and not repeated if segment.flags & ACK else self._finished or not repeated

    def add(self, segment: TcpSegment, side: int, number: int, time: int) -> list[Piece]:
        """Take in a segment and give what can be told by now, of both sides, oldest first."""
        if segment.flags & CONTROL or side == self._to_acknowledge:
            self._note(segment, side, number, time)
        if self.ignored:
            return []
        if self._beginning is not None:
            return self._begin(self._beginning, segment, side, number, time)
        return self._go_on(segment, side, number, time)

    def _begin(
        self, held: list[tuple[TcpSegment, int, int, int]], segment: TcpSegment, side: int, number: int, time: int
    ) -> list[Piece]:
        """Hold the first segments where no SYN tells which octet is the first: it may be in one that comes late."""
        held.append((segment, side, number, time))
        if self.opener is None:
            if not segment.flags & RST:
                self._directions[side].begin_no_later(segment.sequence)
            if len(held) <= REORDERED:
                return []
        return self._let_go()

    def _let_go(self) -> list[Piece]:
        held, self._beginning = self._beginning or [], None
        return [piece for each in held for piece in self._go_on(*each)]

    @property
    def _has_spoken(self) -> bool:
        """Whether one of the sides sent octets."""
        return self._turns is not None or any(segment.payload for segment, *_ in self._beginning or ())

    def _go_on(self, segment: TcpSegment, side: int, number: int, time: int) -> list[Piece]:
        self._count += 1
        heard = self._hear(segment, side)
        parts = self._directions[side].take(segment, number, time, heard)
        if parts:
            if len(parts) == 1 and self._turns is not None and self._turns.pass_by(side, parts[0]):
                return [Piece(self, side, parts[0])]
            self._hold(side, parts)
        return self._in_turn()

    def close(self) -> list[Piece]:
        """Give what still waits, with the holes before it."""
        if self.ignored:
            return []
        pieces = self._let_go()
        for side, direction in enumerate(self._directions):
            self._hold(side, direction.flush())
        return pieces + self._in_turn(last=True)

    def _hold(self, side: int, parts: list[Part]) -> None:
        if self._turns is None:
            self._turns = Turns()
        self._turns.hold(side, parts, self._count)

    def _in_turn(self, last: bool = False) -> list[Piece]:
        if self._turns is None or self._turns.is_empty:
            return []
        return [Piece(self, side, part) for side, part in self._turns.take(self._count, last)]

    def _hear(self, segment: TcpSegment, side: int) -> int:
        """Note what a segment acknowledges, and say how far that is. Believe what was acknowledged a while ago."""
        heard = 0
        if segment.flags & (ACK | RST) == ACK:
            other = self._directions[1 - side]
            if segment.flags & SYN:
                other.begin(segment.acknowledgment)
            heard = other.reach(segment.acknowledgment)
            if heard > other.position:
                self._ahead.append((1 - side, heard, self._count))
        while self._ahead and self._ahead[0][2] + REORDERED <= self._count:
            answered, position, _ = self._ahead.pop(0)
            self._hold(answered, self._directions[answered].acknowledge(position))
        return heard

    def _note(self, segment: TcpSegment, side: int, number: int, time: int) -> None:
        """Keep what opens and closes the connection, and who opened it."""
        flags = segment.flags
        ends_handshake = side == self._to_acknowledge and flags & ACK and not flags & SYN
        if ends_handshake:
            self._to_acknowledge = None
        if flags & SYN:
            self.opener = 1 - side if flags & ACK else side
            self._to_acknowledge = self.opener if flags & ACK else None
            self._ahead.clear()  # an old connection's, where a host that lost it opens another (§3.5.1)
        # Some systems send a SYN that was refused again: that is one connection still, as in Wireshark.
        self._finished |= bool(flags & FIN or (flags & RST and self._has_spoken))
        if flags & CONTROL or (ends_handshake and not segment.payload and not segment.missing):
            self.controls.append(Control(side, flags, number, time))


class Streams:
    """All TCP streams of a capture."""

    def __init__(self) -> None:
        self._count = 0
        self._latest: dict[tuple[Endpoint, Endpoint], tuple[TcpStream, int]] = {}  # (from, to) -> stream, side

    def add(self, segment: TcpSegment, number: int, time: int) -> tuple[TcpStream, list[Piece]]:
        """Take in the segment of a frame, in the order of frames. Give its stream, and what it completes, oldest first.

        Where it opens a stream between endpoints that had one, what is left of the older one comes first.
        """
        stream, side = self._latest.get((segment.source, segment.destination), (None, 0))
        left: list[Piece] = []
        if stream is None:
            stream = self._open(segment.source, segment.destination)
        elif segment.flags & SYN and stream.is_followed_by(segment, side):
            left = stream.close()
            stream, side = self._open(segment.source, segment.destination), 0
        if segment.quoted:  # in an ICMP error: it tells that the connection exists, and was not sent here
            return stream, left
        heard = stream.add(segment, side, number, time)
        return stream, left + heard if left else heard

    def close(self) -> list[Piece]:
        """End the capture, and give what is left of all streams."""
        return [piece for stream, side in self._latest.values() if side == 0 for piece in stream.close()]

    def _open(self, source: Endpoint, destination: Endpoint) -> TcpStream:
        stream = TcpStream(self._count, source, destination)
        self._count += 1
        self._latest[source, destination] = stream, 0
        self._latest[destination, source] = stream, 1
        return stream
