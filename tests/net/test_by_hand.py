"""A server is talked to by hand: octets as they are typed, and what becomes of them."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from smtplab.net.by_hand import ByHand, Moment, Standing
from smtplab.net.server import Server
from smtplab.net.wire import LIMIT
from smtplab.protocol.states import State
from smtplab.protocol.transcript import Kind

PATIENCE = 10.0  # seconds


def until(hand: ByHand, condition: Callable[[Moment], bool]) -> Moment:
    """Wait until things stand so, and give how they stand."""
    deadline = time.monotonic() + PATIENCE
    while not condition(hand.now):
        assert time.monotonic() < deadline, f"it never came to that: {hand.now}"
        time.sleep(0.002)
    return hand.now


def codes(moment: Moment) -> list[int]:
    return [entry.code for entry in moment.transcript if entry.code]


def connected(server: Server) -> ByHand:
    hand = ByHand(server, changed=lambda: None)
    hand.connect()
    until(hand, lambda now: codes(now) == [220])
    return hand


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(users={"test01@coremail.cn": "password01"}, mailboxes=["test02@coremail.cn"]) as server:
        yield server


@pytest.fixture
def hand(server: Server) -> Iterator[ByHand]:
    hand = connected(server)
    yield hand
    hand.close()


@contextlib.contextmanager
def stranger(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """Run a server of one connection, and give its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection, contextlib.suppress(OSError):
                talk(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listening.getsockname()[1]
        thread.join(PATIENCE)


def test_greeting_is_heard_without_a_word(hand: ByHand) -> None:
    assert hand.now.standing is Standing.OPEN
    assert hand.now.state is State.GREETED


def test_line_is_answered_and_moves_the_state(hand: ByHand) -> None:
    hand.say(b"EHLO TINY-DESKTOP\r\n")
    now = until(hand, lambda now: codes(now) == [220, 250])
    assert now.state is State.READY
    assert now.transcript[1].octets == b"EHLO TINY-DESKTOP\r\n"


def test_octets_without_a_line_end_are_unread_until_it_comes(hand: ByHand) -> None:
    hand.say(b"NO")
    assert until(hand, lambda now: bool(now.unread)).unread == (("client", b"NO"),)
    hand.say(b"OP\r\n")
    now = until(hand, lambda now: codes(now) == [220, 250])
    assert (now.unread, now.transcript[1].octets) == ((), b"NOOP\r\n")


def test_raw_octets_go_out_as_they_are(hand: ByHand) -> None:
    hand.say(b"\x00\xff<script>\x1b[31m\r\n")
    now = until(hand, lambda now: codes(now) == [220, 500])
    assert now.transcript[1].octets == b"\x00\xff<script>\x1b[31m\r\n"


def test_quit_ends_with_the_servers_closing(hand: ByHand) -> None:
    hand.say(b"QUIT\r\n")
    now = until(hand, lambda now: now.standing is Standing.NONE)
    assert now.remark == "the server closed the connection"
    assert codes(now) == [220, 221]


def test_second_connection_is_a_second_stream_and_the_first_stays(hand: ByHand) -> None:
    hand.close()
    hand.connect()
    now = until(hand, lambda now: codes(now) == [220, 220])
    assert [stream.number for stream in now.transcript.streams] == [0, 1]
    assert len(now.current) == 1


def test_connect_where_a_connection_stands_does_nothing(hand: ByHand) -> None:
    hand.connect()
    assert len(hand.now.transcript.streams) == 1


def test_nobody_there_is_said_in_words(server: Server) -> None:
    server.stop()
    hand = ByHand(server, changed=lambda: None)
    hand.connect()
    now = until(hand, lambda now: bool(now.remark))
    assert "nobody listens" in now.remark
    assert now.standing is Standing.NONE


def test_server_that_stops_is_heard_to_say_421(server: Server, hand: ByHand) -> None:
    server.stop()
    assert codes(until(hand, lambda now: now.standing is Standing.NONE))[-1] == 421


def test_server_that_gives_up_waiting_closes() -> None:
    with Server(idle_timeout=0.2) as impatient, contextlib.closing(connected(impatient)) as typist:
        now = until(typist, lambda now: now.standing is Standing.NONE)
        assert codes(now) == [220, 421]


def test_what_is_said_without_a_connection_is_lost(hand: ByHand) -> None:
    hand.close()
    hand.say(b"NOOP\r\n")
    assert codes(hand.now) == [220]


def test_network_is_loopback_only() -> None:
    hand = ByHand("192.0.2.1", 25, changed=lambda: None)
    hand.connect()
    assert "not loopback" in until(hand, lambda now: bool(now.remark)).remark


def test_host_without_a_port_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a port"):
        ByHand("127.0.0.1", changed=lambda: None)


def test_stranger_that_resets_the_connection_ends_it() -> None:
    def talk(connection: socket.socket) -> None:
        connection.sendall(b"220 strange\r\n")
        connection.recv(1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")

    with stranger(talk) as port:
        hand = ByHand("127.0.0.1", port, changed=lambda: None)
        hand.connect()
        until(hand, lambda now: codes(now) == [220])
        hand.say(b"NOOP\r\n")
        now = until(hand, lambda now: now.standing is Standing.NONE)
        assert now.remark
        hand.close()


def test_stranger_without_end_is_cut_off() -> None:
    with stranger(lambda connection: connection.sendall(b"x" * (LIMIT + 2**20))) as port:
        hand = ByHand("127.0.0.1", port, changed=lambda: None)
        hand.connect()
        now = until(hand, lambda now: now.standing is Standing.NONE)
        assert "said more than 16,777,216 octets" in now.remark
        hand.close()


def test_stranger_that_reads_nothing_holds_nobody_up() -> None:
    done = threading.Event()

    def talk(connection: socket.socket) -> None:
        done.wait(PATIENCE)

    with stranger(talk) as port:
        typist = ByHand("127.0.0.1", port, changed=lambda: None)
        typist.connect()
        until(typist, lambda now: now.standing is Standing.OPEN)
        began = time.monotonic()
        typist.say(b"x" * 20_000_000)
        typist.close()
        assert time.monotonic() - began < PATIENCE / 2
        assert typist.now.standing is Standing.NONE
        done.set()


def test_changed_is_called_whenever_there_is_something_new(server: Server) -> None:
    moments: list[Moment] = []
    typist = ByHand(server, changed=lambda: moments.append(typist.now))
    typist.connect()
    until(typist, lambda now: codes(now) == [220])
    typist.close()
    standings = [moment.standing for moment in moments]
    assert standings[0] is Standing.WAITING
    assert standings[-1] is Standing.NONE
    assert Standing.OPEN in standings


def test_closing_leaves_no_thread_and_no_connection(server: Server) -> None:
    for _ in range(20):
        hand = connected(server)
        hand.close()
        hand.close()
    assert [thread.name for thread in threading.enumerate() if "wire" in thread.name] == []
    deadline = time.monotonic() + PATIENCE
    while server.connections and time.monotonic() < deadline:
        time.sleep(0.002)
    assert server.connections == set()


class TestTls:
    """TLS is begun by hand too."""

    def test_session_goes_on_inside_tls_after_starttls(self, server: Server) -> None:
        server.change(tls="starttls")
        hand = connected(server)
        hand.say(b"EHLO a.example\r\nSTARTTLS\r\n")
        assert until(hand, lambda now: now.state is State.TLS_HANDSHAKE).tls_may_begin
        hand.begin_tls()
        now = until(hand, lambda now: bool(now.tls))
        assert now.state is State.GREETED
        hand.say(b"EHLO a.example\r\n")
        now = until(hand, lambda now: now.state is State.READY)
        assert [entry.tls for entry in now.transcript if entry.verb == "EHLO"] == [False, False, True, True]
        assert Kind.TLS in {entry.kind for entry in now.transcript}
        hand.close()

    def test_line_said_during_the_handshake_waits_for_its_end(self, server: Server) -> None:
        server.change(tls="starttls")
        hand = connected(server)
        hand.say(b"STARTTLS\r\n")
        until(hand, lambda now: now.state is State.TLS_HANDSHAKE)
        hand.begin_tls()
        hand.say(b"EHLO a.example\r\n")
        assert until(hand, lambda now: now.state is State.READY).tls.startswith("TLS")
        hand.close()

    def test_implicit_tls_hears_the_greeting_inside(self, server: Server) -> None:
        server.change(tls="implicit")
        hand = ByHand(server, changed=lambda: None)
        hand.connect()
        until(hand, lambda now: now.standing is Standing.OPEN)
        hand.begin_tls()
        now = until(hand, lambda now: codes(now) == [220])
        assert (now.state, now.transcript[-1].tls) == (State.GREETED, True)
        hand.close()

    def test_begun_where_nobody_waits_for_it_is_no_command(self, hand: ByHand) -> None:
        assert not hand.now.tls_may_begin
        hand.begin_tls()
        now = until(hand, lambda now: len(now.transcript) > 1)
        assert now.transcript[1].octets.startswith(b"\x16\x03")
        assert (now.transcript[1].kind, now.tls) == (Kind.UNKNOWN, "")

    def test_server_that_answers_in_clear_text_ends_it_in_words(self) -> None:
        def talk(connection: socket.socket) -> None:
            connection.recv(1)
            connection.sendall(b"500 5.5.1 What?\r\n")

        with stranger(talk) as port:
            hand = ByHand("127.0.0.1", port, changed=lambda: None)
            hand.connect()
            assert until(hand, lambda now: now.standing is Standing.OPEN).tls_may_begin
            hand.begin_tls()
            assert "TLS failed" in until(hand, lambda now: now.standing is Standing.NONE).remark
