"""In which order did one side's octets go by?

TCP numbers every octet, so that segments may come late, twice, cut anew or overlapping and still give one stream. They
are put in order here: each octet once, as the receiver's program read it, with the frame that carried it. A hole stays
a hole: it is given as a number of missing octets, never filled.

A hole is given up when the receiver has acknowledged what comes behind it, since then nobody will send it again: the
capture missed it. Without acknowledgments it is given up at the end.

RFC 9293 §3.4 (sequence numbers), §3.8 (data communication).
"""

from heapq import heappop, heappush
from typing import Final, NamedTuple

from smtplab.capture.link import CONTROL, FIN, RST, SYN, TcpSegment

SEQUENCE_NUMBERS: Final = 1 << 32
# So much may wait behind a hole, more than receivers have windows for; then the hole is given up. SEGMENT_COST is what
# Python needs for a segment besides its octets.
MAX_WAITING: Final = 64 << 20
SEGMENT_COST: Final = 256


class Part(NamedTuple):
    """Octets that come next, or a hole: then `octets` is empty and `missing` is not 0.

    number, time: of the frame that carried the octets, or whose octets come behind the hole. Segments may come late, so
    a later part may have an earlier frame. heard: which position of the other side the segment acknowledged; 0 for a
    hole, since nobody knows when its octets were sent.
    """

    octets: bytes
    missing: int
    number: int
    time: int
    heard: int = 0


class Direction:
    """The octets of one side. Positions count them from 0 and do not wrap, as sequence numbers do.

    first: the sequence number of position 0, None until it is known. position: how far the octets are given out.
    """

    __slots__ = (
        "_acknowledged",
        "_end",
        "_expected",
        "_final",
        "_last",
        "_opening",
        "_unnumbered",
        "_waiting",
        "_weight",
        "first",
        "position",
    )

    def __init__(self) -> None:
        self.first: int | None = None
        self.position = 0
        self._expected: int | None = None  # the sequence number of `position`
        self._end = 0  # how far they are known to go
        self._final: int | None = None  # where a FIN ends them
        self._acknowledged = 0  # how far the receiver has them
        self._waiting: list[tuple[int, int, Part]] = []  # a heap: position, frame number, octets
        self._weight = 0  # of what waits
        self._last = (0, 0)  # number and time of the last frame
        self._opening = b""  # the first octets, where they were numbered 0
        self._unnumbered = False

    def begin(self, sequence: int) -> None:
        """Learn the sequence number of the first octet, unless it is known already."""
        if self.first is None:
            self.first = self._expected = sequence % SEQUENCE_NUMBERS

    def begin_no_later(self, sequence: int) -> None:
        """Learn that an octet with this number is one of the first. Call it before any was taken."""
        if self.first is None or -MAX_WAITING < self._place(sequence) < 0:
            self.first = self._expected = sequence

    def take(self, segment: TcpSegment, number: int, time: int, heard: int = 0) -> list[Part]:
        """Take in a segment and give what is in order now, oldest first. heard: see `Part`."""
        if self._is_next(segment):
            self._last = number, time
            if not segment.payload:
                return []
            self._go_on(len(segment.payload))
            self._end = max(self._end, self.position)
            return [Part(segment.payload, 0, number, time, heard)]
        return self._sort(segment, number, time, heard)

    def _is_next(self, segment: TcpSegment) -> bool:
        """Tell most segments, which are whole and where they are expected, from those that have to be looked at."""
        return (
            segment.sequence == self._expected
            and segment.sequence != 0
            and not (segment.flags & CONTROL or segment.missing or self._waiting)
            and self._final is None
        )

    def _sort(self, segment: TcpSegment, number: int, time: int, heard: int) -> list[Part]:
        if segment.flags & RST:  # what it may carry is a note for the diagnostician, not data (RFC 1122 §4.2.2.12)
            return []
        # A SYN takes a number of its own (§3.4).
        sequence = segment.sequence + 1 if segment.flags & SYN else segment.sequence
        if segment.flags & SYN and self.position == 0 and not self._waiting:
            # What came before it was of a connection that one host has lost (§3.5.1).
            self.first, self._acknowledged = None, 0
        self.begin(sequence)
        self._last = number, time
        if sequence == 0 and segment.payload and self._is_unnumbered(segment.payload):
            return [Part(segment.payload, 0, number, time, heard)]
        start = self._place(sequence)
        payload = self._within_the_end(start, segment)
        if payload and start + len(payload) > self.position:
            heappush(self._waiting, (start, number, Part(payload, 0, number, time, heard)))
            self._weight += len(payload) + SEGMENT_COST
        return self._in_order() if self._waiting else []

    def reach(self, sequence: int) -> int:
        """Give the position that an acknowledgment names: the receiver has all before it. 0 while that is unknown."""
        if sequence == self._expected:  # as most do
            return self.position
        if self.first is None:
            return 0
        position = self._place(sequence)
        return position if self._final is None else min(position, self._final)  # a FIN takes a number of its own

    def acknowledge(self, position: int) -> list[Part]:
        """Believe that the receiver has all before `position`, and give what waited for a hole there."""
        self._acknowledged = max(self._acknowledged, position)
        return self._in_order() if self._waiting else []

    def flush(self) -> list[Part]:
        """Give all that waits, with the holes before it, and the one after it where more is known to have been sent."""
        self._acknowledged = SEQUENCE_NUMBERS + self._end
        parts = self._in_order()
        if self._end > self.position:
            parts.append(Part(b"", self._end - self.position, *self._last))
            self._go_on(self._end - self.position)
        return parts

    def _go_on(self, octets: int) -> None:
        self.position += octets
        self._expected = ((self.first or 0) + self.position) % SEQUENCE_NUMBERS

    def _place(self, sequence: int) -> int:
        """Give the position that a sequence number means: of all those possible, the one closest to here."""
        half = SEQUENCE_NUMBERS // 2
        return self.position + (sequence - (self.first or 0) - self.position + half) % SEQUENCE_NUMBERS - half

    def _within_the_end(self, start: int, segment: TcpSegment) -> bytes:
        """Note how far the octets go, and give the payload without what comes after a FIN."""
        payload = segment.payload
        end = start + len(payload) + segment.missing
        if segment.flags & FIN and self._final is None:
            self._final = end
        if end > start or segment.flags & FIN:  # a bare ACK may come after a FIN, and have a number after it
            self._end = max(self._end, end)
        if self._final is not None:
            self._end = min(self._end, self._final)
            payload = payload[: max(0, self._final - start)]
        return payload

    def _in_order(self) -> list[Part]:
        """Take from what waits all that can be given out."""
        parts = []
        while self._waiting:
            start, _, part = self._waiting[0]
            if start > self.position:
                if start > self._acknowledged and self._weight <= MAX_WAITING:
                    break
                parts.append(Part(b"", start - self.position, part.number, part.time))
                self._go_on(start - self.position)
            heappop(self._waiting)
            self._weight -= len(part.octets) + SEGMENT_COST
            fresh = part.octets[self.position - start :]
            if fresh:
                parts.append(part._replace(octets=fresh))
                self._go_on(len(fresh))
        return parts

    def _is_unnumbered(self, payload: bytes) -> bool:
        """Tell whether all segments are numbered 0, as in captures that were made up: then they are taken as they come.

        It shows where a SYN took number 0 and the octets have it too (one octet alone may be a keep-alive), or where
        different octets have it.
        """
        if self._unnumbered or self.position == 0:
            self._unnumbered |= self.first == 1 and len(payload) > 1
            self._opening = payload
        elif self.first == 0:
            length = min(len(payload), len(self._opening))
            self._unnumbered = payload[:length] != self._opening[:length]
        return self._unnumbered
