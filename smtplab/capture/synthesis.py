"""Which packets carried this? Makes them from what the server's sockets saw, where nobody may look at the wire.

What is true: who connected from where, every octet, in order, and when the server read or wrote it. What is made up,
and the same every time: Ethernet addresses, initial sequence numbers, and how the octets were cut into segments. One
read or write of the server becomes one write here, cut at what fits into an Ethernet frame, and acknowledged at once.
(Linux's loopback would take 65,483 octets in one segment; 1,460 is what a learner meets everywhere else, and it lets a
mail be seen in pieces.) All frames of one happening have its time, since nothing finer was seen.

TCP: RFC 9293 (§3.5 opening, §3.6 closing, §3.7.1 segment size), IPv4: RFC 791, IPv6: RFC 8200.
"""

import ipaddress
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from smtplab.capture.checksums import with_checksums
from smtplab.capture.frame import Frame
from smtplab.capture.link import ACK, FIN, PSH, SYN, TCP
from smtplab.protocol.transcript import Party

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Endpoint = tuple[str, int]  # the address as text, IPv4 or IPv6, and the port
What = Literal["open", "client", "server", "client closed", "server closed"]

LINK_TYPE_ETHERNET: Final = 1
MTU: Final = 1500  # of Ethernet: the octets of one IP packet at most
IPV4_HEADER, IPV6_HEADER, TCP_HEADER = 20, 40, 20
WINDOW: Final = 65_535  # the most without the window scale option, and never filled: two segments are acknowledged
HOP_LIMIT: Final = 64
DONT_FRAGMENT: Final = 0x4000
NO_CHECKSUM: Final = 0  # not yet

# The second bit of the first octet says "administered locally": no maker has such an address.
ETHERNET_ADDRESSES: Final[dict[Party, bytes]] = {
    "client": bytes.fromhex("02 00 00 00 00 01"),
    "server": bytes.fromhex("02 00 00 00 00 02"),
}
INITIAL_SEQUENCE_NUMBERS: Final[dict[Party, int]] = {"client": 1_000_000, "server": 5_000_000}
OTHER: Final[dict[Party, Party]] = {"client": "server", "server": "client"}


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that a socket of the server saw.

    what: "open", the party whose octets these are, or "client closed" and "server closed": no more octets from there.
    time: nanoseconds since 1970-01-01 00:00 UTC.
    """

    client: Endpoint
    server: Endpoint
    what: What
    octets: bytes
    time: int


def synthesised(
    happenings: Iterable[Happening],
    sequence_numbers: dict[Party, int] = INITIAL_SEQUENCE_NUMBERS,
    mtu: int = MTU,
) -> list[Frame]:
    """Make the frames of all connections, in the order of the happenings, which is that of their times.

    A connection whose "open" is missing begins in its middle, as it does in a capture started too late.
    `sequence_numbers` are those of the SYNs (§3.4.1), the same in each connection, so that equal sessions give equal
    octets. mtu: of the link, the octets of one IP packet at most.
    """
    frames: list[Frame] = []
    connections: dict[tuple[Endpoint, Endpoint], _Connection] = {}
    for happening in happenings:
        ends = happening.client, happening.server
        if happening.what == "open" or ends not in connections:
            connections[ends] = _Connection(*ends, sequence_numbers, mtu)
        for octets in connections[ends].packets(happening):
            frame = Frame(len(frames) + 1, happening.time, LINK_TYPE_ETHERNET, octets, len(octets))
            frames.append(with_checksums(frame))
    return frames


class _Connection:
    """Both ends of one TCP connection: each party's address and port, and the number that its next octet gets."""

    def __init__(self, client: Endpoint, server: Endpoint, sequence_numbers: dict[Party, int], mtu: int) -> None:
        self._ports: dict[Party, int] = {"client": client[1], "server": server[1]}
        self._addresses: dict[Party, Address] = {
            "client": ipaddress.ip_address(client[0]),
            "server": ipaddress.ip_address(server[0]),
        }
        self._next = dict(sequence_numbers)
        ip_header = IPV4_HEADER if self._addresses["server"].version == 4 else IPV6_HEADER
        self._segment_size = mtu - ip_header - TCP_HEADER

    def packets(self, happening: Happening) -> Iterator[bytes]:
        match happening.what:
            case "open":
                yield from self._open()
            case "client" | "server" as party:
                yield from self._write(party, happening.octets)
            case "client closed":
                yield from self._close("client")
            case "server closed":
                yield from self._close("server")

    def _open(self) -> Iterator[bytes]:
        segment_size = struct.pack("!BBH", 2, 4, self._segment_size)  # the option of §3.7.1
        yield self._packet("client", SYN, options=segment_size)
        yield self._packet("server", SYN | ACK, options=segment_size)
        yield self._packet("client", ACK)

    def _write(self, party: Party, octets: bytes) -> Iterator[bytes]:
        starts = range(0, len(octets), self._segment_size)
        for count, start in enumerate(starts, 1):
            last = count == len(starts)
            yield self._packet(party, PSH | ACK if last else ACK, octets[start : start + self._segment_size])
            if last or count % 2 == 0:  # at least every second full-sized segment (§3.8.6.3)
                yield self._packet(OTHER[party], ACK)

    def _close(self, party: Party) -> Iterator[bytes]:
        yield self._packet(party, FIN | ACK)
        yield self._packet(OTHER[party], ACK)

    def _packet(self, party: Party, flags: int, octets: bytes = b"", options: bytes = b"") -> bytes:
        """Make one Ethernet frame, and count what it carries: each octet takes a number, SYN and FIN too (§3.4)."""
        other = OTHER[party]
        header = struct.pack(
            "!HHIIBBHHH",
            self._ports[party],
            self._ports[other],
            self._next[party],
            self._next[other] if flags & ACK else 0,
            (TCP_HEADER + len(options)) // 4 << 4,
            flags,
            WINDOW,
            NO_CHECKSUM,
            0,  # nothing is urgent
        )
        self._next[party] = (self._next[party] + len(octets) + bool(flags & (SYN | FIN))) % 2**32
        source, destination = self._addresses[party], self._addresses[other]
        packet = _ip_packet(source, destination, header + options + octets)
        return ETHERNET_ADDRESSES[other] + ETHERNET_ADDRESSES[party] + packet


def _ip_packet(source: Address, destination: Address, segment: bytes) -> bytes:
    """Put a segment into IP, behind the EtherType that tells which version it is."""
    addresses = source.packed + destination.packed
    if source.version == 6:
        header = struct.pack("!IHBB", 6 << 28, len(segment), TCP, HOP_LIMIT)
        return b"\x86\xdd" + header + addresses + segment
    # RFC 6864 §4.1: where fragmenting is forbidden, the identification says nothing, so it may stay 0.
    header = struct.pack(
        "!BBHHHBBH", 0x45, 0, IPV4_HEADER + len(segment), 0, DONT_FRAGMENT, HOP_LIMIT, TCP, NO_CHECKSUM
    )
    return b"\x08\x00" + header + addresses + segment
