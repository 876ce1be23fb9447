"""Which connections are in this capture, and has each been seen to its end?

A capture that stops when the client has said QUIT misses what TCP does after it: both FINs and the acknowledgment of
each. So it goes on until no connection is open any more. And one that begins right after another session still sees the
FINs of that: no part of what somebody wanted to see.
"""

from smtplab.capture.link import ACK, FIN, RST, SYN, Endpoint, TcpSegment

MODULUS = 2**32


class Connections:
    """The connections of a capture. Feed it each segment, in the order of the capture."""

    def __init__(self) -> None:
        self._ends: dict[frozenset[Endpoint], _End] = {}

    @property
    def known(self) -> set[frozenset[Endpoint]]:
        """Those that were seen, each by its two ends."""
        return set(self._ends)

    @property
    def all_closed(self) -> bool:
        return all(end.closed for end in self._ends.values())

    def see(self, segment: TcpSegment) -> bool:
        """Note a segment. False when it is only the rest of a connection that was closing when the capture began."""
        connection = frozenset((segment.source, segment.destination))
        if segment.flags & (SYN | ACK) == SYN:  # the ports of an old connection may come again
            self._ends[connection] = _End()
        elif segment.payload:
            self._ends.setdefault(connection, _End())
        end = self._ends.get(connection)
        if end is not None:
            end.see(segment)
        return end is not None


class _End:
    """How far the closing of one connection has come."""

    def __init__(self) -> None:
        self._reset = False
        self._after_fin: dict[Endpoint, int] = {}  # the sequence number after each FIN: the other party acknowledges it
        self._acknowledged: set[Endpoint] = set()

    @property
    def closed(self) -> bool:
        """Both FINs were acknowledged (RFC 9293 §3.6), or a reset cut it short (§3.5.2)."""
        return self._reset or len(self._acknowledged) == 2

    def see(self, segment: TcpSegment) -> None:
        if segment.flags & RST:
            self._reset = True
        if segment.flags & FIN:
            length = len(segment.payload) + segment.missing
            self._after_fin[segment.source] = (segment.sequence + length + 1) % MODULUS
        if segment.flags & ACK and self._after_fin.get(segment.destination) == segment.acknowledgment:
            self._acknowledged.add(segment.destination)
