"""Packets through a ring of memory, on plain packet sockets; `test_sniff` has it in use."""

import select
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from smtplab.capture import kernel_filter, ring
from smtplab.capture.ring import BLOCK_SIZE, SOL_PACKET, Ring

pytestmark = pytest.mark.usefixtures("may_capture")

PACKET_IGNORE_OUTGOING = 23
UDP_HEADERS = 14 + 20 + 8  # Ethernet, IPv4, UDP


@contextmanager
def ringed(size: int = 64 * BLOCK_SIZE) -> Iterator[tuple[Ring, socket.socket, socket.socket]]:
    """Give a ring, its packet socket, and a socket that sends datagrams to itself."""
    with (
        socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as receiver,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
    ):
        sender.bind(("127.0.0.1", 0))
        sender.connect(sender.getsockname())
        receiver.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
        opened = Ring(receiver, size)
        kernel_filter.attach(receiver, kernel_filter.program(0, sender.getsockname()[1]))
        receiver.bind(("lo", 3))
        yield opened, receiver, sender
        opened.close()


def take(opened: Ring, receiver: socket.socket, count: int) -> list[tuple[int, bytes]]:
    """Wait for so many packets, and give the time of each and what came after its headers."""
    found: list[tuple[int, bytes]] = []
    deadline = time.monotonic() + 10
    while len(found) < count and time.monotonic() < deadline:
        select.select([receiver], [], [], 1)
        found += [(when, octets[UDP_HEADERS:]) for when, octets in opened.take()]
    return found


def test_ring_gives_packets_whole_in_order_with_their_times() -> None:
    sent = [bytes([number]) * (number * 200) for number in range(100)]
    with ringed() as (opened, receiver, sender):
        before = time.time_ns()
        for payload in sent:
            sender.send(payload)
        taken = take(opened, receiver, len(sent))
    assert [payload for _, payload in taken] == sent
    times = [when for when, _ in taken]
    assert times == sorted(times)
    assert before <= times[0] <= times[-1] <= time.time_ns()


def test_ring_takes_the_largest_packets() -> None:
    with ringed() as (opened, receiver, sender):
        for number in range(9):
            sender.send(bytes([number]) * 65_507)
        taken = take(opened, receiver, 9)
    assert [(payload[0], len(payload)) for _, payload in taken] == [(number, 65_507) for number in range(9)]


def test_ring_that_is_read_goes_round_any_number_of_times() -> None:
    payload = bytes(range(256)) * 4
    with ringed(8 * BLOCK_SIZE) as (opened, receiver, sender):
        for _ in range(400):
            for _ in range(20):
                sender.send(payload)
            assert [octets for _, octets in take(opened, receiver, 20)] == [payload] * 20
        assert opened.newly_lost() == 0


def test_ring_that_is_not_read_counts_what_is_lost_and_goes_on() -> None:
    with ringed(2 * BLOCK_SIZE) as (opened, receiver, sender):
        for _ in range(20):
            sender.send(bytes(60_000))
        kept = len(take(opened, receiver, 20 - (lost := opened.newly_lost())))
        assert lost > 0
        assert kept + lost == 20
        assert opened.newly_lost() == 0
        sender.send(b"again")
        assert [payload for _, payload in take(opened, receiver, 1)] == [b"again"]


def test_ring_without_packets_gives_none() -> None:
    with ringed() as (opened, _, _):
        assert list(opened.take()) == []
        opened.close()
        opened.close()


def test_ring_closed_gives_its_memory_back() -> None:
    with ringed() as (opened, _, _):
        assert ring_maps() == 1
        opened.close()
        assert ring_maps() == 0


def ring_maps() -> int:
    return Path("/proc/self/maps").read_text().count("socket:[")


def test_ring_the_system_refuses_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ring, "BLOCK_SIZE", 1000)  # no whole number of pages
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as receiver, pytest.raises(OSError, match="Invalid"):
        Ring(receiver, 2000)
