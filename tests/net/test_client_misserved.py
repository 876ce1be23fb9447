"""The client and servers that are gone, slow, or none of SMTP: each a clear error, and never a hang."""

import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO

import pytest

from smtplab.net.client import Client, ServerGone
from smtplab.net.dialogue import END_TIMEOUT
from smtplab.net.server import Server
from smtplab.protocol.client import (
    GreetingRefused,
    MessageRefused,
    NotSmtp,
    RecipientRefused,
    SmtpError,
)
from smtplab.protocol.states import State
from tests.net.scripted import saying, serving

pytestmark = pytest.mark.usefixtures("leaves_nothing")

ONE, TWO = "test01@coremail.cn", "test02@coremail.cn"
SLOW = 0.3  # seconds of time-out where a server says nothing


@pytest.fixture
def server(leaves_nothing: None) -> Iterator[Server]:
    with Server({ONE: "password01"}, mailboxes=[TWO], size_limit=1000) as running:
        yield running


# Servers that are gone, slow, or none of SMTP


def test_server_that_stops_is_heard_to_say_421(server: Server) -> None:
    client = Client(server)
    client.connect()
    server.stop()
    with pytest.raises(SmtpError, match=r"NOOP was answered: 421 4\.3\.2"):
        client.noop()
    assert client.state is State.CLOSED
    with pytest.raises(ServerGone):
        client.noop()
    client.close()


def test_server_gone_amid_a_command_is_an_error_that_says_so() -> None:
    def script(connection: socket.socket, lines: BinaryIO) -> None:
        connection.sendall(b"220 hi\r\n")
        lines.readline()

    with serving(script) as address:
        client = Client(address)
        client.connect()
        with pytest.raises(ServerGone, match="closed the connection instead of replying to EHLO"):
            client.ehlo()
        with pytest.raises(ServerGone, match=r"not connected, so EHLO .* cannot be sent: call connect\(\) first"):
            client.ehlo()


def test_server_that_never_closes_is_left_after_its_221() -> None:
    with serving(saying(b"220 hi\r\n", b"221 bye\r\n")) as address:
        client = Client(address)
        client.connect()
        begun = time.monotonic()
        assert client.quit().code == 221
        assert END_TIMEOUT <= time.monotonic() - begun < END_TIMEOUT + 5
        with pytest.raises(ServerGone, match="not connected"):
            client.noop()


def test_server_that_breaks_off_is_an_error_that_says_so() -> None:
    def script(connection: socket.socket, lines: BinaryIO) -> None:
        connection.sendall(b"220 hi\r\n")
        lines.readline()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    with serving(script) as address:
        client = Client(address)
        client.connect()
        with pytest.raises(ServerGone):
            client.noop()


def test_server_gone_before_the_greeting_is_an_error_that_says_so() -> None:
    with serving(lambda connection, lines: None) as address, pytest.raises(ServerGone, match="connecting"):
        Client(address).connect()


def test_server_amid_a_reply_gone_is_an_error() -> None:
    with serving(lambda connection, _: connection.sendall(b"220-hi\r\n22")) as address, pytest.raises(ServerGone):
        Client(address).connect()


def test_server_last_word_behind_a_reply_is_not_lost() -> None:
    with serving(saying(b"220 hi\r\n", b"250 OK\r\n421 good bye\r\n")) as address:
        client = Client(address)
        client.connect()
        assert client.noop().code == 250
        with pytest.raises(SmtpError, match="421 good bye"):
            client.noop()
        client.close()


def test_server_that_says_nothing_times_out_and_is_left() -> None:
    def script(connection: socket.socket, lines: BinaryIO) -> None:
        connection.sendall(b"220 hi\r\n")
        assert lines.read() == b"NOOP\r\n"

    with serving(script) as address:
        client = Client(address, timeout=SLOW)
        client.connect()
        begun = time.monotonic()
        with pytest.raises(TimeoutError, match=r"no reply to NOOP within 0\.3 seconds"):
            client.noop()
        assert SLOW <= time.monotonic() - begun < SLOW + 2
        # A reply that came now would be taken for that to the next command.
        with pytest.raises(ServerGone, match="not connected"):
            client.noop()


def test_server_that_draws_a_reply_out_times_out() -> None:
    def script(connection: socket.socket, lines: BinaryIO) -> None:
        connection.sendall(b"220 hi\r\n")
        lines.readline()
        with suppress(OSError):  # the client has left
            for _ in range(40):
                connection.sendall(b"2")
                time.sleep(SLOW / 4)

    with serving(script) as address:
        client = Client(address, timeout=SLOW)
        client.connect()
        begun = time.monotonic()
        with pytest.raises(TimeoutError, match="no reply to NOOP"):
            client.noop()
        assert time.monotonic() - begun < 4 * SLOW


def test_server_that_greets_late_times_out() -> None:
    def script(_: socket.socket, lines: BinaryIO) -> None:
        lines.read()

    with serving(script) as address, pytest.raises(TimeoutError, match="connecting"):
        Client(address, timeout=SLOW).connect()


def test_server_that_takes_no_message_times_out() -> None:
    def script(connection: socket.socket, lines: BinaryIO) -> None:
        saying(b"220 hi\r\n", b"250 a\r\n", b"250 OK\r\n", b"250 OK\r\n")(connection, lines)
        connection.sendall(b"354 go on\r\n")
        time.sleep(4 * SLOW)

    with serving(script) as address:
        client = Client(address, timeout=SLOW)
        client.connect()
        client.helo()
        client.mail(ONE)
        client.rcpt(TWO)
        with pytest.raises(TimeoutError, match=r"the server took no octets of the message for 0\.3 seconds"):
            client.data(b"x" * 50_000_000)
        client.close()


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(b"HTTP/1.1 400 Bad Request\r\n\r\n", id="HTTP"),
        pytest.param(b"+OK ready\r\n", id="POP3"),
        pytest.param(b"\x15\x03\x03\x00\x02\x02\x28\n", id="TLS alert"),
        pytest.param(b"220 hi\n", id="bare LF"),
    ],
)
def test_server_that_speaks_no_smtp_is_found_out(said: bytes) -> None:
    with serving(saying(said)) as address, pytest.raises(NotSmtp, match="this is no reply of SMTP: b'"):
        Client(address).connect()


def test_server_that_stops_speaking_smtp_is_left() -> None:
    with serving(saying(b"220 hi\r\n", b"what?\r\n")) as address:
        client = Client(address)
        client.connect()
        with pytest.raises(NotSmtp):
            client.noop()
        with pytest.raises(ServerGone, match="not connected"):
            client.noop()


@pytest.mark.parametrize("piece", [b"220-more\r\n" * 1000, b"x" * 10_000], ids=["lines", "one line"])
def test_server_whose_reply_never_ends_is_given_up(piece: bytes) -> None:
    def script(connection: socket.socket, _: BinaryIO) -> None:
        while True:
            connection.sendall(piece)

    with serving(script) as address, pytest.raises(NotSmtp, match="a reply without end"):
        Client(address).connect()


def test_server_that_asks_for_ever_in_auth_is_left() -> None:
    def script(connection: socket.socket, lines: BinaryIO) -> None:
        connection.sendall(b"220 hi\r\n")
        while lines.readline():
            connection.sendall(b"334 \r\n")  # to AUTH, though nobody said EHLO

    with serving(script) as address:
        client = Client(address)
        client.connect()
        with pytest.raises(NotSmtp, match="was cancelled"):
            client.auth("LOGIN", ONE, "password01")
        client.close()


def test_server_that_answers_data_with_250_is_sent_no_message() -> None:
    heard = []

    def script(connection: socket.socket, lines: BinaryIO) -> None:
        connection.sendall(b"220 hi\r\n")
        while line := lines.readline():
            heard.append(line)
            connection.sendall(b"250 OK\r\n")

    with serving(script) as address:
        client = Client(address)
        client.connect()
        client.helo()
        for send in (lambda: client.data("x"), lambda: client.send_message(ONE, [TWO], "x")):
            with pytest.raises(MessageRefused, match="DATA was answered: 250"):
                send()
        client.close()
    assert b"x\r\n" not in heard


def test_server_text_that_is_not_utf8_is_shown_safely() -> None:
    with serving(saying(b"554 Postf\xe4cher \x1b[2J\r\n")) as address, pytest.raises(GreetingRefused) as refused:
        Client(address).connect()
    assert str(refused.value) == "connecting was answered: 554 Postf\\xe4cher \\x1b[2J"


def test_server_that_wants_the_message_for_nobody_gets_an_empty_one() -> None:
    """RFC 2920 §3.1: a client that pipelined DATA has to send something, and nobody may get it."""
    heard = b""

    def script(connection: socket.socket, lines: BinaryIO) -> None:
        nonlocal heard
        saying(b"220 hi\r\n", b"250-a\r\n250 PIPELINING\r\n")(connection, lines)  # and MAIL is read
        heard = lines.readline() + lines.readline()
        connection.sendall(b"250 OK\r\n550 no\r\n354 go on\r\n")
        heard += lines.readline()
        connection.sendall(b"554 no recipients\r\n")
        assert lines.readline() == b"QUIT\r\n"
        connection.sendall(b"221 bye\r\n")

    with serving(script) as address, Client(address) as client:
        client.ehlo()
        with pytest.raises(RecipientRefused, match="550 no"):
            client.send_message(ONE, [TWO], "Subject: x\n\n")
    assert heard == b"RCPT TO:<test02@coremail.cn>\r\nDATA\r\n.\r\n"
