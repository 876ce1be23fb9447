"""Live capture on loopback, of plain sockets; `test_record` has whole SMTP sessions."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes.util import find_library

import pytest
from scapy.supersocket import SuperSocket

from smtplab.capture.frame import Frame
from smtplab.capture.link import FIN, SYN, TcpSegment, segment_of
from smtplab.capture.sniff import Sniffer

pytestmark = pytest.mark.usefixtures("may_capture")


@contextmanager
def connection(host: str = "127.0.0.1") -> Iterator[tuple[socket.socket, socket.socket, Sniffer]]:
    """Open a connection that is being captured; then close what is still open, and stop."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with (
        socket.create_server((host, 0), family=family) as listening,
        sniffing(listening.getsockname()[1]) as sniffer,
        socket.create_connection(listening.getsockname()[:2]) as client,
        listening.accept()[0] as server,
    ):
        yield client, server, sniffer


@contextmanager
def sniffing(port: int) -> Iterator[Sniffer]:
    sniffer = Sniffer(port)
    sniffer.start()
    try:
        yield sniffer
    finally:
        sniffer.stop()


def segments(frames: list[Frame]) -> list[TcpSegment]:
    return [segment for segment in map(segment_of, frames) if segment is not None]


def put_in_order(segments: list[TcpSegment]) -> bytes:
    """Put what the client said in order: of large writes, two processors make Linux deliver some late, or twice."""
    start, parts = (segments[0].sequence + 1) % 2**32, [segment for segment in segments if segment.payload]
    octets = bytearray(max((part.sequence - start) % 2**32 + len(part.payload) for part in parts))
    for part in parts:
        place = (part.sequence - start) % 2**32
        octets[place : place + len(part.payload)] = part.payload
    return bytes(octets)


def receive(receiver: socket.socket, size: int) -> bytes:
    return receiver.recv(size, socket.MSG_WAITALL)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_sniffer_sees_each_packet_once(host: str) -> None:
    with connection(host) as (client, server, sniffer):
        for _ in range(50):
            client.sendall(b"NOOP\r\n")
            receive(server, 6)
    seen = [(segment.source.port, segment.sequence) for segment in segments(sniffer.frames) if segment.payload]
    assert len(seen) == len(set(seen)) == 50


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_sniffer_stopped_after_closing_has_both_fins(host: str) -> None:
    for _ in range(20):
        with connection(host) as (_, _, sniffer):
            pass
        flags = [segment.flags for segment in segments(sniffer.frames)]
        assert [sum(map(bool, (flag & wanted for flag in flags))) for wanted in (SYN, FIN)] == [2, 2]


def test_sniffer_sees_no_other_port() -> None:
    with connection() as (_, _, sniffer), connection() as (client, server, other):
        client.sendall(b"NOOP\r\n")
        receive(server, 6)
    assert b"NOOP\r\n" not in b"".join(segment.payload for segment in segments(sniffer.frames))
    assert b"NOOP\r\n" in b"".join(segment.payload for segment in segments(other.frames))


def test_sniffer_while_running_gives_what_was_just_said() -> None:
    with connection() as (client, server, sniffer):
        for count in range(1, 20):
            client.sendall(b"NOOP\r\n")
            receive(server, 6)
            assert sum(len(segment.payload) for segment in segments(sniffer.frames)) == 6 * count


def test_sniffer_large_writes_are_whole() -> None:
    octets = bytes(range(256)) * 16_384
    with connection() as (client, server, sniffer):
        sending = threading.Thread(target=client.sendall, args=(octets,))
        sending.start()
        assert receive(server, len(octets)) == octets
        sending.join()
    assert not any(segment.missing for segment in segments(sniffer.frames))
    assert put_in_order(segments(sniffer.frames)) == octets
    assert sniffer.lost == 0


def test_sniffer_times_are_nanoseconds_of_now_in_order() -> None:
    before = time.time_ns()
    with connection() as (_, _, sniffer):
        pass
    times = [frame.time for frame in sniffer.frames]
    assert times == sorted(times)
    assert before <= times[0] <= times[-1] <= time.time_ns()
    assert any(when % 1000 for when in times)


def test_sniffer_stop_with_an_open_connection_does_not_hang() -> None:
    with connection() as (_, _, sniffer):
        before = time.monotonic()
        sniffer.stop(0.2)
        assert 0.2 <= time.monotonic() - before < 0.7
    assert not any(segment.flags & FIN for segment in segments(sniffer.frames))


def test_sniffer_stop_waits_for_a_connection_to_close() -> None:
    with connection() as (client, server, sniffer):

        def close() -> None:
            client.close()
            server.close()

        later = threading.Timer(0.2, close)
        later.start()
        sniffer.stop(5)
        later.join()
    assert sum(bool(segment.flags & FIN) for segment in segments(sniffer.frames)) == 2


def test_sniffer_stopped_twice_or_never_started_is_fine() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        sniffer = Sniffer(listening.getsockname()[1])
        sniffer.stop()
        sniffer.stop()
    assert sniffer.frames == []


def test_sniffer_with_a_full_ring_says_how_many_were_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smtplab.capture.ring.BLOCK_SIZE", 4096)
    monkeypatch.setattr("smtplab.capture.loopback.RING_SIZE", 2 * 4096)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        sniffer = Sniffer(listening.getsockname()[1])
        with socket.create_connection(listening.getsockname()) as client, listening.accept()[0] as server:
            for _ in range(100):
                client.sendall(b"NOOP\r\n")
                receive(server, 6)
        assert sniffer.lost is not None
        assert sniffer.lost > 100
        sniffer.start()
        sniffer.stop()
    assert sniffer.lost > 100
    assert 0 < len(sniffer.frames) < 100


def test_sniffer_refused_by_the_system_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("smtplab.capture.loopback.LoopbackSocket", refuse)
    with pytest.raises(
        PermissionError, match=r"^this user may not capture packets: run as root, or give .*CAP_NET_RAW"
    ):
        Sniffer(2525)


def test_sniffer_on_a_system_that_cannot_leaves_nothing_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smtplab.capture.loopback.PACKET_IGNORE_OUTGOING", 12345)
    with pytest.raises(OSError, match="Protocol not available"):
        Sniffer(2525)


def test_sniffer_threads_are_gone_after_stop() -> None:
    before = threading.enumerate()
    with connection():
        assert len(threading.enumerate()) == len(before) + 1
    assert threading.enumerate() == before


@pytest.mark.skipif(find_library("pcap") is None, reason="scapy's own sockets need libpcap for their filter")
def test_system_socket_keeps_raw_octets(monkeypatch: pytest.MonkeyPatch) -> None:
    from smtplab.capture import loopback

    def instead(
        keep: loopback.Keep, tcp_port: int, udp_port: int, _: loopback.NewSocket, datagrams: int | None
    ) -> SuperSocket:
        return loopback.system_socket(keep, tcp_port, udp_port, datagrams)

    monkeypatch.setattr(loopback, "LoopbackSocket", instead)
    with connection() as (client, server, sniffer):
        client.sendall(b"NOOP\r\n")
        receive(server, 6)
    payloads = [segment.payload for segment in segments(sniffer.frames) if segment.payload]
    assert payloads == [b"NOOP\r\n"] * 2  # on Linux they come twice, which is why it is not used there
    assert sniffer.lost is None
