"""How does the kernel know which packets we want?

By a program for the classic BSD packet filter, which it runs on every packet of the interface before it copies it.
scapy compiles such programs with libpcap, which need not be installed, so this one is written out. It says what
`tcpdump 'tcp port N or (ip and udp dst port M)'` says; M is where the sniffer sends itself its own end marks. For a
lesson on MX it takes the datagrams of a name server as well.
"""

import ctypes
import socket
import struct
from typing import Final, NamedTuple

SO_ATTACH_FILTER: Final = 26  # <asm-generic/socket.h>; Python's socket module has no name for it

# The instructions that are needed, from <linux/bpf_common.h>. A is the accumulator, X the index register.
LOAD_HALF: Final = 0x28  # A = the two octets at k
LOAD_HALF_AFTER_X: Final = 0x48  # A = the two octets at X + k
LOAD_OCTET: Final = 0x30  # A = the octet at k
LOAD_HEADER_LENGTH: Final = 0xB1  # X = 4 * (the low half of the octet at k): the length of an IPv4 header
JUMP_EQUAL: Final = 0x15  # A == k
JUMP_SET: Final = 0x45  # A & k
RETURN: Final = 0x06  # keep k octets of this packet; 0: do not take it

# Offsets in an Ethernet frame, which is what the loopback interface delivers too.
ETHERTYPE, IPV4_HEADER, IPV4_FRAGMENT, IPV4_PROTOCOL, IPV6_NEXT_HEADER, IPV6_PAYLOAD = 12, 14, 20, 23, 20, 54
IPV4, IPV6, TCP, UDP = 0x0800, 0x86DD, 6, 17
SOURCE_PORT, DESTINATION_PORT = 0, 2
FRAGMENT_OFFSET: Final = 0x1FFF
WHOLE_PACKET: Final = 262_144


class _Line(NamedTuple):
    """One instruction, its jumps still by name; an empty name is the next line."""

    code: int
    k: int
    then: str = ""
    otherwise: str = ""
    label: str = ""


def program(tcp_port: int, udp_port: int, datagrams: int | None = None) -> bytes:
    """Assemble the filter, 8 octets an instruction: TCP to or from `tcp_port`, and UDP over IPv4 to `udp_port`.

    datagrams: a further port; UDP over IPv4 to or from there is taken too.
    A later fragment has no ports in it and is not taken. IPv6 extension headers are not followed.
    """
    lines = (
        _Line(LOAD_HALF, ETHERTYPE),
        _Line(JUMP_EQUAL, IPV4, otherwise="not IPv4"),
        _Line(LOAD_HALF, IPV4_FRAGMENT),
        _Line(JUMP_SET, FRAGMENT_OFFSET, then="refuse"),
        _Line(LOAD_HEADER_LENGTH, IPV4_HEADER),
        _Line(LOAD_OCTET, IPV4_PROTOCOL),
        _Line(JUMP_EQUAL, TCP, otherwise="not TCP"),
        _Line(LOAD_HALF_AFTER_X, IPV4_HEADER + SOURCE_PORT),
        _Line(JUMP_EQUAL, tcp_port, then="accept"),
        _Line(LOAD_HALF_AFTER_X, IPV4_HEADER + DESTINATION_PORT),
        _Line(JUMP_EQUAL, tcp_port, then="accept", otherwise="refuse"),
        _Line(JUMP_EQUAL, UDP, otherwise="refuse", label="not TCP"),
        _Line(LOAD_HALF_AFTER_X, IPV4_HEADER + DESTINATION_PORT),
        _Line(JUMP_EQUAL, udp_port, then="accept"),
        *(_either_port(datagrams) if datagrams is not None else (_Line(RETURN, 0),)),
        _Line(JUMP_EQUAL, IPV6, otherwise="refuse", label="not IPv4"),
        _Line(LOAD_OCTET, IPV6_NEXT_HEADER),
        _Line(JUMP_EQUAL, TCP, otherwise="refuse"),
        _Line(LOAD_HALF, IPV6_PAYLOAD + SOURCE_PORT),
        _Line(JUMP_EQUAL, tcp_port, then="accept"),
        _Line(LOAD_HALF, IPV6_PAYLOAD + DESTINATION_PORT),
        _Line(JUMP_EQUAL, tcp_port, then="accept", otherwise="refuse"),
        _Line(RETURN, WHOLE_PACKET, label="accept"),
        _Line(RETURN, 0, label="refuse"),
    )
    places = {line.label: place for place, line in enumerate(lines) if line.label}
    return b"".join(_assembled(line, place, places) for place, line in enumerate(lines))


def _either_port(port: int) -> tuple[_Line, ...]:
    """Accept a datagram to or from a port, and refuse others. The accumulator holds the port that it goes to."""
    return (
        _Line(JUMP_EQUAL, port, then="accept"),
        _Line(LOAD_HALF_AFTER_X, IPV4_HEADER + SOURCE_PORT),
        _Line(JUMP_EQUAL, port, then="accept", otherwise="refuse"),
    )


def _assembled(line: _Line, place: int, places: dict[str, int]) -> bytes:
    # A jump is counted from the instruction after it.
    then, otherwise = (places[label] - place - 1 if label else 0 for label in (line.then, line.otherwise))
    return struct.pack("=HBBI", line.code, then, otherwise, line.k)


def attach(receiver: socket.socket, instructions: bytes) -> None:
    """Let the kernel drop what the program refuses, from now on. What is queued already stays."""
    held = ctypes.create_string_buffer(instructions, len(instructions))
    receiver.setsockopt(
        socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("@HP", len(instructions) // 8, ctypes.addressof(held))
    )
