"""How do fragments of IP packets become whole again?

A packet that is larger than a link allows is sent in pieces, each with an IP header of its own. Only the first piece
has the header of TCP, so that a capture of `port 25` has no other one: what the first has is given at once, and the
whole packet with the piece that completes it. TCP's sequence numbers tell what of that is new.

Where pieces overlap, the first that came is believed. Hosts differ in that, and IPv6 has forbidden it (RFC 5722).

RFC 791 §3.2 (fragmentation and reassembly), RFC 8200 §4.5 (of IPv6).
"""

from typing import Final, NamedTuple

from smtplab.capture.frame import SECOND, Frame
from smtplab.capture.link import (
    EXTENSIONS,
    FIN,
    FRAGMENT_OFFSET,
    MORE_FRAGMENTS,
    RAW_IP,
    TCP,
    TUNNELS,
    Place,
    TcpSegment,
    segment_of,
)

MAY_HOLD_TCP: Final = frozenset((TCP, *TUNNELS, *EXTENSIONS))
UNIT: Final = 8  # octets: offsets count these
MAX_PACKET: Final = 65_535
AT_ONCE: Final = 256  # packets that may be in pieces; the oldest is given up. None takes more than 72 KiB.
PATIENCE: Final = 60 * SECOND  # then a host gives a packet up, and its number may come again (RFC 8200 §4.5)

_Key = tuple[bytes, bytes, int]  # addresses, number of the packet, protocol


class Fragment(NamedTuple):
    """A piece of a packet. key: all pieces of the packet share it. header: an IP header for the packet made whole."""

    key: _Key
    header: bytes
    start: int
    octets: bytes
    is_last: bool


class _Packet:
    """What is there of a packet."""

    def __init__(self, time: int) -> None:
        self.time = time
        self._octets = bytearray()
        self._has = bytearray()  # for each unit, whether it came
        self._end: int | None = None

    def add(self, fragment: Fragment) -> None:
        if fragment.is_last and self._end is None:
            self._end = fragment.start + len(fragment.octets)
        short = fragment.start + len(fragment.octets) - len(self._octets)
        if short > 0:
            self._octets += bytes(short)
            self._has += bytes(_units(len(self._octets)) - len(self._has))
        for at in range(0, len(fragment.octets), UNIT):
            start = fragment.start + at
            if not self._has[start // UNIT]:
                piece = fragment.octets[at : at + UNIT]
                self._octets[start : start + len(piece)] = piece
                self._has[start // UNIT] = True

    def whole(self) -> bytes | None:
        """Give the payload of the packet; None while a piece is missing."""
        if self._end is None or self._has.find(0, 0, _units(self._end)) >= 0:
            return None
        return bytes(self._octets[: self._end])


class Fragments:
    """The packets of a capture that came in pieces and are not whole yet."""

    def __init__(self) -> None:
        self._packets: dict[_Key, _Packet] = {}  # oldest first

    def add(self, frame: Frame, place: Place) -> TcpSegment | None:
        """Take in a frame with a piece of a packet, and give the segment that it completes or begins, if any."""
        fragment = _fragment(frame.octets, place)
        if fragment is None:
            return None
        payload = self._whole(fragment, frame.time)
        if payload is not None:
            return _segment(frame, fragment.header + payload)
        if fragment.start > 0:
            return None
        begun = _segment(frame, fragment.header + fragment.octets)
        return begun and begun._replace(flags=begun.flags & ~FIN)  # which comes after the last octet, not after these

    def _whole(self, fragment: Fragment, time: int) -> bytes | None:
        packet = self._packets.get(fragment.key)
        if packet is None or time - packet.time > PATIENCE:
            self._packets.pop(fragment.key, None)
            packet = self._packets[fragment.key] = _Packet(time)
            if len(self._packets) > AT_ONCE:
                del self._packets[next(iter(self._packets))]
        packet.add(fragment)
        payload = packet.whole()
        if payload is not None:
            del self._packets[fragment.key]
        return payload


def _units(octets: int) -> int:
    return -(-octets // UNIT)


def _fragment(octets: bytes, place: Place) -> Fragment | None:
    """Take the piece out of a frame. None where it is cut, cannot be one, or TCP cannot be in it."""
    network, transport, end, _, protocol, word = place
    start, is_last = (word & FRAGMENT_OFFSET) * UNIT, not word & MORE_FRAGMENTS
    length = end - transport
    if protocol not in MAY_HOLD_TCP or end > len(octets):
        return None
    if start + length > MAX_PACKET or not (is_last or length % UNIT == 0):
        return None
    header, addresses, number = _header(octets, network, transport, protocol)
    return Fragment((addresses, number, protocol), header, start, octets[transport:end], is_last)


def _header(octets: bytes, network: int, transport: int, protocol: int) -> tuple[bytes, bytes, bytes]:
    """Give a header that says neither a length nor a fragment, then the addresses and the number of the packet.

    All that is behind a header without a length belongs to it, see `link`.
    """
    if octets[network] >> 4 == 6:
        addresses, number = octets[network + 8 : network + 40], octets[transport - 4 : transport]
        return octets[network : network + 4] + bytes([0, 0, protocol, 0]) + addresses, addresses, number
    addresses, number = octets[network + 12 : network + 20], octets[network + 4 : network + 6]
    return b"\x45" + bytes(8) + bytes([protocol, 0, 0]) + addresses, addresses, number


def _segment(frame: Frame, packet: bytes) -> TcpSegment | None:
    return segment_of(Frame(frame.number, frame.time, RAW_IP, packet, len(packet)))
