"""Packets and capture files made by hand, octet by octet, for the tests of those who read them."""

import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from smtplab.capture.frame import Frame
from smtplab.capture.link import ACK, FIN, PSH, SYN, Endpoint

CLIENT = Endpoint(bytes([192, 0, 2, 1]), 50000)
SERVER = Endpoint(bytes([192, 0, 2, 25]), 25)
CLIENT6 = Endpoint(bytes.fromhex("20010db8" + "00" * 11 + "01"), 50000)
SERVER6 = Endpoint(bytes.fromhex("20010db8" + "00" * 11 + "19"), 25)

ETHERNET, RAW_IP = 1, 101
MICROSECOND = 1000


def tcp(
    payload: bytes = b"",
    flags: int = ACK,
    sequence: int = 0,
    acknowledgment: int = 0,
    source: Endpoint = CLIENT,
    destination: Endpoint = SERVER,
    options: bytes = b"",
) -> bytes:
    """Make a TCP segment with a checksum of 0. options: a multiple of 4 octets."""
    numbers = sequence % (1 << 32), acknowledgment % (1 << 32), (5 + len(options) // 4) << 4, flags, 65535, 0, 0
    return struct.pack("!HHIIBBHHH", source.port, destination.port, *numbers) + options + payload


def ipv4(
    payload: bytes,
    source: Endpoint = CLIENT,
    destination: Endpoint = SERVER,
    protocol: int = 6,
    options: bytes = b"",
    total: int | None = None,
    fragment: int = 0x4000,
) -> bytes:
    """Make an IPv4 packet. total: the length that it states, the true one if None. fragment: flags and offset."""
    header = 20 + len(options)
    total = header + len(payload) if total is None else total
    words = 0x40 + header // 4, 0, total, 1, fragment, 64, protocol, 0
    return struct.pack("!BBHHHBBH", *words) + source.address + destination.address + options + payload


def ipv6(
    payload: bytes,
    source: Endpoint = CLIENT6,
    destination: Endpoint = SERVER6,
    next_header: int = 6,
    length: int | None = None,
) -> bytes:
    """Make an IPv6 packet. length: the one that it states, the true one if None."""
    length = len(payload) if length is None else length
    return struct.pack("!IHBB", 6 << 28, length, next_header, 64) + source.address + destination.address + payload


def ethernet(packet: bytes, ethertype: int = 0x0800, tags: Sequence[int] = ()) -> bytes:
    """Make an Ethernet frame. tags: the ethertypes of its VLAN tags, outermost first."""
    types = b"".join(struct.pack("!HH", tag, 7) for tag in tags) + struct.pack("!H", ethertype)
    return b"\x02\0\0\0\0\x02" + b"\x02\0\0\0\0\x01" + types + packet


def frame(octets: bytes, link_type: int = ETHERNET, number: int = 1, time: int = 0, cut: int | None = None) -> Frame:
    """Make a frame; cut: keep so many octets only."""
    return Frame(number, time, link_type, octets[:cut], len(octets))


class Talk:
    """A TCP connection that is being talked on: each call makes one frame, with the right numbers in it.

    The frames are in `frames`, a millisecond apart, the first 10 seconds after 1970 began.
    """

    def __init__(
        self, client: Endpoint = CLIENT, server: Endpoint = SERVER, first: int = 1, isn: int = 0xFFFFFFF0
    ) -> None:
        self.frames: list[Frame] = []
        self._ends = {"client": client, "server": server}
        self._next = {"client": isn, "server": 7000}
        self._first = first

    def send(self, party: Literal["client", "server"], payload: bytes = b"", flags: int = ACK | PSH) -> Frame:
        other = "server" if party == "client" else "client"
        source, destination = self._ends[party], self._ends[other]
        acknowledgment = self._next[other] if flags & ACK else 0
        segment = tcp(payload, flags, self._next[party], acknowledgment, source, destination)
        self._next[party] += len(payload) + bool(flags & (SYN | FIN))
        packet = ipv4(segment, source, destination) if len(source.address) == 4 else ipv6(segment, source, destination)
        number = self._first + len(self.frames)
        made = frame(packet, RAW_IP, number, 10_000_000_000 + (number - 1) * 1_000_000)
        self.frames.append(made)
        return made

    def lose(self, party: Literal["client", "server"], octets: bytes) -> None:
        """Send octets that the capture misses."""
        self._next[party] += len(octets)

    def open(self) -> "Talk":
        self.send("client", flags=SYN)
        self.send("server", flags=SYN | ACK)
        self.send("client", flags=ACK)
        return self

    def close(self) -> "Talk":
        self.send("client", flags=FIN | ACK)
        self.send("server", flags=FIN | ACK)
        self.send("client", flags=ACK)
        return self

    def say(self, dialogue: Iterable[str]) -> "Talk":
        """Send lines such as "S: 220 ready", each in one frame, CRLF added."""
        for line in dialogue:
            self.send("client" if line.startswith("C: ") else "server", line[3:].encode() + b"\r\n")
        return self


GREETING = ("S: 220 mail.example.com ready", "C: EHLO TINY-DESKTOP", "S: 250 mail.example.com")
ONE_MAIL = (
    *GREETING,
    "C: MAIL FROM:<a@example.com>",
    "S: 250 2.1.0 OK",
    "C: RCPT TO:<b@example.com>",
    "S: 250 2.1.5 OK",
    "C: DATA",
    "S: 354 go ahead",
    "C: Subject: hello\r\n\r\nHi.",
    "C: .",
    "S: 250 2.0.0 OK",
    "C: QUIT",
    "S: 221 bye",
)


def pcap(
    frames: Iterable[Frame], order: str = "<", nanoseconds: bool = False, version: tuple[int, int] = (2, 4)
) -> bytes:
    """Write frames as pcap, all of one link type."""
    written, link_type, tick = b"", ETHERNET, 1 if nanoseconds else MICROSECOND
    for each in frames:
        link_type = each.link_type
        seconds, rest = divmod(each.time, 1_000_000_000)
        written += (
            struct.pack(order + "IIII", seconds, rest // tick, len(each.octets), each.original_length) + each.octets
        )
    magic = 0xA1B23C4D if nanoseconds else 0xA1B2C3D4
    return struct.pack(order + "IHHiIII", magic, *version, 0, 0, 65535, link_type) + written


def block(kind: int, body: bytes, order: str = "<") -> bytes:
    """Write a pcapng block."""
    body += bytes(-len(body) % 4)
    length = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", kind) + length + body + length


def option(code: int, value: bytes, order: str = "<") -> bytes:
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def section(order: str = "<", major: int = 1) -> bytes:
    return block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, major, 0, -1), order)


def interface(order: str = "<", link_type: int = ETHERNET, snap: int = 0, options: bytes = b"") -> bytes:
    return block(1, struct.pack(order + "HHI", link_type, 0, snap) + options, order)


def packet(
    octets: bytes,
    ticks: int = 0,
    order: str = "<",
    identity: int = 0,
    original: int | None = None,
    options: bytes = b"",
) -> bytes:
    """Write an enhanced packet block."""
    original = len(octets) if original is None else original
    header = struct.pack(order + "IIIII", identity, ticks >> 32, ticks & 0xFFFFFFFF, len(octets), original)
    return block(6, header + octets + bytes(-len(octets) % 4) + options, order)


def numbered(frames: Iterable[Frame]) -> Iterator[Frame]:
    """Number frames anew, in their order, as a capture would."""
    for number, each in enumerate(frames, 1):
        yield each._replace(number=number)
