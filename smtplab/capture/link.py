"""Where in a frame is the TCP segment?

Strips what lies below TCP: Ethernet with any number of VLAN tags, MPLS labels or PPPoE, PPP, the loopback headers of
BSD, macOS and Windows, the cooked headers of Linux, or nothing at all; then IPv4 or IPv6, also one inside the other.
What the capture cut off is counted, never made up. The first of several fragments gives the octets that it has;
`fragments` puts them together.

Link types: the registry of draft-ietf-opsawg-pcaplinktype. IPv4: RFC 791. IPv6: RFC 8200. TCP: RFC 9293 §3.1.
"""

import struct
from collections.abc import Callable
from functools import lru_cache
from ipaddress import ip_address
from typing import Final, NamedTuple

from smtplab.capture.frame import Frame

ETHERNET, RAW_IP = 1, 101
LINKS: Final = {  # link type -> where the ethertype stands (None: there is none), where what it names begins
    ETHERNET: (12, 14),
    113: (14, 16),  # Linux cooked, version 1
    276: (0, 20),  # and 2
    # The family number here differs by system and byte order; the version inside the IP header does not.
    0: (None, 4),  # loopback of BSD and macOS
    108: (None, 4),  # of OpenBSD
    RAW_IP: (None, 0),
    12: (None, 0),
    14: (None, 0),
    228: (None, 0),
    229: (None, 0),
    9: (None, 4),  # PPP; it says the protocol, but an IP header does so too
    50: (None, 4),  # PPP on a serial line
    104: (None, 4),  # Cisco's HDLC
    109: (None, 12),  # IPsec of OpenBSD, inside
}
IPV4, IPV6 = 0x0800, 0x86DD
IP_ETHERTYPES: Final = (IPV4, IPV6)
VLAN_ETHERTYPES: Final = (0x8100, 0x88A8, 0x9100)  # IEEE 802.1Q, 802.1ad, and what came before 802.1ad
MPLS_ETHERTYPES: Final = (0x8847, 0x8848)
MPLS_BOTTOM: Final = 1  # in the third octet of a label: none follows (RFC 3032 §2.1)
PPPOE: Final = 0x8864
PPP_IP: Final = (0x0021, 0x0057)  # PPP's numbers for IPv4 and IPv6, the last of the 8 octets of its header (RFC 2516)
MAX_8023_LENGTH: Final = 1500  # up to which an ethertype is a length, and LLC follows (IEEE 802.3)
SNAP: Final = b"\xaa\xaa\x03\0\0\0"  # before an ethertype (RFC 1042)

TCP, ICMP, ICMPV6 = 6, 1, 58
TUNNELS: Final = (4, 41)  # IPv4, IPv6 inside (RFC 2003, RFC 4213)
IPV6_FRAGMENT: Final = 44  # its second octet is reserved and zero, so that it is 8 octets long
EXTENSIONS: Final = {  # what to add to the length in the second octet, and its unit (RFC 8200 §4, RFC 4302 §2.2)
    0: (1, 8),
    43: (1, 8),
    IPV6_FRAGMENT: (1, 8),
    51: (2, 4),
    60: (1, 8),
    135: (1, 8),  # mobility (RFC 6275 §6.1)
}
ICMP_ERRORS: Final = {ICMP: (3, 4, 5, 11, 12), ICMPV6: (1, 2, 3, 4)}  # RFC 792, RFC 4443 §2.1
ICMP_HEADER: Final = 8
MORE_FRAGMENTS, FRAGMENT_OFFSET = 0x2000, 0x1FFF
FRAGMENT: Final = MORE_FRAGMENTS | FRAGMENT_OFFSET  # of a whole packet both are 0

FIN, SYN, RST, PSH, ACK, URG, ECE, CWR = (1 << bit for bit in range(8))
CONTROL: Final = SYN | FIN | RST  # what opens or closes a connection

_TCP_HEADER: Final = struct.Struct("!4sIIBB")  # both ports, up to the flags; all that follows is of no use here
_PORTS: Final = struct.Struct("!HH")
# Ethertype; version and header length, total length, fragment, protocol and addresses of IPv4; what _TCP_HEADER has.
_USUAL_HEADERS: Final = struct.Struct("!12xHBxH2xHxB2x8s4sIIBB6x")
_USUAL_IP, _USUAL_TCP = 14, 34  # where they begin
_LEAST_TCP_HEADER = _LEAST_IPV4_HEADER = 20
_IPV4_HEADER: Final = struct.Struct("!2xH2xHxB")
_IPV6_HEADER: Final = struct.Struct("!4xHB")


class Endpoint(NamedTuple):
    """One end of a connection. address: 4 octets or 16."""

    address: bytes
    port: int

    def __str__(self) -> str:
        address = ip_address(self.address)
        return f"[{address}]:{self.port}" if address.version == 6 else f"{address}:{self.port}"


class TcpSegment(NamedTuple):
    """A TCP segment.

    missing: how many octets of data followed `payload` on the wire and are not in the capture. quoted: it stands in an
    ICMP error, which tells that the connection exists; but it was not sent here, and its payload is no data.
    """

    source: Endpoint
    destination: Endpoint
    sequence: int
    acknowledgment: int
    flags: int
    payload: bytes
    missing: int = 0
    quoted: bool = False


class Place(NamedTuple):
    """Where the payload of the innermost IP header is in its frame: offsets of that header, of the payload and its end.

    end: greater than the length of the octets where the capture cut the frame. protocol: what the payload is, -1 where
    the header cannot be one. fragment: as IPv4 has it, an offset and whether more follow; 0 for a whole packet.
    """

    network: int
    transport: int
    end: int
    quoted: bool
    protocol: int
    fragment: int


def segment_of(frame: Frame) -> TcpSegment | None:
    """Take the TCP segment out of a frame; None where there is none, or where the frame ends inside a header."""
    try:
        usual = usual_segment(frame)
        if usual is not None:
            return usual
        place = place_of(frame)
        return None if place is None else segment_at(frame, place)
    except (struct.error, IndexError):
        return None


def usual_segment(frame: Frame) -> TcpSegment | None:
    """Read in one go what most frames are: Ethernet, IPv4 without options, TCP, whole. None for any other one."""
    _, _, link_type, octets, _ = frame
    if link_type != ETHERNET or len(octets) < _USUAL_HEADERS.size:
        return None
    ethertype, version, total, fragment, protocol, addresses, ports, sequence, acknowledgment, length, flags = (
        _USUAL_HEADERS.unpack_from(octets)
    )
    data, end = _USUAL_TCP + (length >> 4) * 4, _USUAL_IP + total
    is_tcp = ethertype == IPV4 and version == 0x45 and protocol == TCP and not fragment & FRAGMENT
    if is_tcp and _USUAL_TCP + _LEAST_TCP_HEADER <= data <= end <= len(octets):
        return TcpSegment(*_endpoints(addresses, ports), sequence, acknowledgment, flags, octets[data:end])
    return None


def place_of(frame: Frame) -> Place | None:
    """Find the innermost IP packet in a frame, or the outermost that is a fragment; None where there is none.

    Raises struct.error or IndexError where the frame ends inside a header.
    """
    octets = frame.octets
    network = _network(frame.link_type, octets)
    quoted = False
    while network is not None:
        beyond = _BEYOND.get(octets[network] >> 4)
        if beyond is None:
            return None
        transport, end, protocol, fragment = beyond(octets, network, frame.original_length)
        if protocol in TUNNELS and not fragment:
            network = transport
        elif not quoted and protocol in ICMP_ERRORS and octets[transport] in ICMP_ERRORS[protocol]:
            network, quoted = transport + ICMP_HEADER, True
        else:
            return Place(network, transport, end, quoted, protocol, fragment)
    return None


def segment_at(frame: Frame, place: Place) -> TcpSegment | None:
    """Take the TCP segment out of a place; None where there is none. Raises struct.error as `place_of` does."""
    octets = frame.octets
    network, transport, end, quoted, protocol, fragment = place
    if protocol != TCP or fragment & FRAGMENT_OFFSET or transport + _LEAST_TCP_HEADER > end:
        return None
    ports, sequence, acknowledgment, length, flags = _TCP_HEADER.unpack_from(octets, transport)
    length = (length >> 4) * 4
    data = transport + length if length >= _LEAST_TCP_HEADER else end
    first, size = (8, 16) if octets[network] >> 4 == 6 else (12, 4)
    addresses = octets[network + first : network + first + 2 * size]
    return TcpSegment(
        *_endpoints(addresses, ports),
        sequence,
        acknowledgment,
        flags,
        octets[data:end],
        max(0, end - max(data, len(octets))) if end > len(octets) else 0,
        quoted,
    )


@lru_cache(maxsize=4096)  # of one connection all segments have the same
def _endpoints(addresses: bytes, ports: bytes) -> tuple[Endpoint, Endpoint]:
    """Give source and destination. addresses, ports: both of them, as they stand in the headers."""
    source_port, destination_port = _PORTS.unpack(ports)
    size = len(addresses) // 2
    return Endpoint(addresses[:size], source_port), Endpoint(addresses[size:], destination_port)


def _network(link_type: int, octets: bytes) -> int | None:
    """Find where the IP header begins."""
    type_at, inside = LINKS.get(link_type, (None, None))
    if type_at is None or inside is None:
        return inside
    ethertype, inside = _behind_tags(octets, type_at, inside)
    return inside if ethertype in IP_ETHERTYPES else _behind(ethertype, octets, inside)


def ethertype_of(frame: Frame) -> int | None:
    """Say what a frame has behind its VLAN tags; None where its link does not say. Raises as `place_of` does."""
    type_at, inside = LINKS.get(frame.link_type, (None, None))
    return None if type_at is None or inside is None else _behind_tags(frame.octets, type_at, inside)[0]


def _behind_tags(octets: bytes, type_at: int, inside: int) -> tuple[int, int]:
    ethertype = octets[type_at] << 8 | octets[type_at + 1]
    while ethertype in VLAN_ETHERTYPES:
        ethertype = octets[inside + 2] << 8 | octets[inside + 3]
        inside += 4
    return ethertype, inside


def _behind(ethertype: int, octets: bytes, at: int) -> int | None:
    """Find where the IP header begins behind MPLS labels, PPPoE or LLC; None where there is none."""
    if ethertype in MPLS_ETHERTYPES:  # they do not say what is behind them; the version inside the IP header does
        while not octets[at + 2] & MPLS_BOTTOM:
            at += 4
        return at + 4
    if ethertype == PPPOE:
        return at + 8 if octets[at + 6] << 8 | octets[at + 7] in PPP_IP else None
    if ethertype <= MAX_8023_LENGTH and octets[at : at + 6] == SNAP:
        return at + 8 if octets[at + 6] << 8 | octets[at + 7] in IP_ETHERTYPES else None
    return None


# The next two give where the payload of an IP header begins and ends, its protocol and fragment: see `Place`. limit:
# where the frame ended on the wire. Octets after the length that the header states are padding of the link. A stated
# length of 0 means all the rest: the network card was still to split this segment (TSO).


def _beyond_ipv4(octets: bytes, network: int, limit: int) -> tuple[int, int, int, int]:
    total, fragment, protocol = _IPV4_HEADER.unpack_from(octets, network)
    header = (octets[network] & 0x0F) * 4
    end = min(network + total, limit) if total else limit
    return network + header, end, protocol if header >= _LEAST_IPV4_HEADER else -1, fragment & FRAGMENT


def _beyond_ipv6(octets: bytes, network: int, limit: int) -> tuple[int, int, int, int]:
    length, protocol = _IPV6_HEADER.unpack_from(octets, network)
    at = network + 40
    end = min(at + length, limit) if length else limit
    while protocol in EXTENSIONS:
        if protocol == IPV6_FRAGMENT:
            word = octets[at + 2] << 8 | octets[at + 3]
            fragment = word >> 3 | (MORE_FRAGMENTS if word & 1 else 0)
            if fragment:
                return at + 8, end, octets[at], fragment
        fixed, unit = EXTENSIONS[protocol]
        protocol, at = octets[at], at + (fixed + octets[at + 1]) * unit
    return at, end, protocol, 0


_BEYOND: Final[dict[int, Callable[[bytes, int, int], tuple[int, int, int, int]]]] = {4: _beyond_ipv4, 6: _beyond_ipv6}
