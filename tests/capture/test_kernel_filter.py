"""The filter is tried on a pair of local sockets: the kernel runs it there too, and no rights are needed."""

import socket
import struct
import sys
from collections.abc import Iterator

import pytest

from smtplab.capture.kernel_filter import attach, program

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the filter is for Linux's packet sockets")

PORT, MARKS, QUESTIONS = 2525, 40404, 5353
ETHERNET = bytes(12)


def ipv4(protocol: int, source: int, destination: int, fragment: int = 0, options: bytes = b"") -> bytes:
    length = 20 + len(options)
    header = struct.pack("!BBHHHBBH8s", 0x40 | length // 4, 0, length + 4, 0, fragment, 64, protocol, 0, bytes(8))
    return ETHERNET + b"\x08\x00" + header + options + struct.pack("!HH", source, destination)


def ipv6(protocol: int, source: int, destination: int) -> bytes:
    header = struct.pack("!IHBB32s", 0x60000000, 4, protocol, 64, bytes(32))
    return ETHERNET + b"\x86\xdd" + header + struct.pack("!HH", source, destination)


@pytest.fixture
def filtered() -> Iterator[tuple[socket.socket, socket.socket]]:
    sender, receiver = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with sender, receiver:
        receiver.setblocking(False)
        attach(receiver, program(PORT, MARKS))
        yield sender, receiver


@pytest.mark.parametrize(
    ("frame", "passes"),
    [
        pytest.param(ipv4(17, 50000, QUESTIONS), True, id="question"),
        pytest.param(ipv4(17, QUESTIONS, 50000), True, id="answer"),
        pytest.param(ipv4(17, 1, MARKS), True, id="end mark"),
        pytest.param(ipv4(6, 50000, PORT), True, id="to the server"),
        pytest.param(ipv4(17, 50000, 5354), False, id="another port"),
        pytest.param(ipv4(6, 50000, QUESTIONS), False, id="TCP on the port of the datagrams"),
        pytest.param(ipv6(17, 50000, QUESTIONS), False, id="IPv6"),
    ],
)
def test_filter_with_a_port_of_datagrams_takes_those_too(
    filtered: tuple[socket.socket, socket.socket], frame: bytes, passes: bool
) -> None:
    sender, receiver = filtered
    attach(receiver, program(PORT, MARKS, QUESTIONS))
    sender.send(frame)
    if passes:
        assert receiver.recv(100) == frame
    else:
        with pytest.raises(BlockingIOError):
            receiver.recv(100)


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(ipv4(6, 50000, PORT), id="to the server"),
        pytest.param(ipv4(6, PORT, 50000), id="from the server"),
        pytest.param(ipv4(6, 50000, PORT, options=bytes(8)), id="IPv4 options"),
        pytest.param(ipv4(6, 50000, PORT, fragment=0x4000), id="don't fragment"),
        pytest.param(ipv4(17, 1, MARKS), id="end mark"),
        pytest.param(ipv6(6, 50000, PORT), id="IPv6 to the server"),
        pytest.param(ipv6(6, PORT, 50000), id="IPv6 from the server"),
    ],
)
def test_filter_frame_of_the_port_passes(filtered: tuple[socket.socket, socket.socket], frame: bytes) -> None:
    sender, receiver = filtered
    sender.send(frame)
    assert receiver.recv(100) == frame


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(ipv4(6, 50000, 25), id="another port"),
        pytest.param(ipv4(6, MARKS, MARKS), id="TCP on the port of the end marks"),
        pytest.param(ipv4(17, PORT, PORT), id="UDP on the port of the server"),
        pytest.param(ipv4(17, MARKS, 1), id="UDP from the port of the end marks"),
        pytest.param(ipv4(1, 50000, PORT), id="ICMP"),
        pytest.param(ipv4(6, 50000, PORT, fragment=1), id="later fragment"),
        pytest.param(ipv4(6, 0, 0, options=struct.pack("!HHI", PORT, PORT, 0)), id="port inside the IPv4 options"),
        pytest.param(ipv6(6, 50000, 25), id="IPv6, another port"),
        pytest.param(ipv6(17, 1, MARKS), id="IPv6, UDP"),
        pytest.param(ETHERNET + b"\x08\x06" + bytes(28), id="ARP"),
        pytest.param(ipv4(6, 50000, PORT)[:33], id="cut before the ports"),
        pytest.param(b"", id="empty"),
    ],
)
def test_filter_other_frame_is_refused(filtered: tuple[socket.socket, socket.socket], frame: bytes) -> None:
    sender, receiver = filtered
    sender.send(frame)
    with pytest.raises(BlockingIOError):
        receiver.recv(100)
