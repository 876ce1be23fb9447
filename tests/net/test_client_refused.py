"""The client when the server says no: each refusal is the error of its phase, with the reply."""

import socket
from collections.abc import Iterator
from typing import BinaryIO

import pytest

from smtplab.net.client import Client
from smtplab.net.server import Server
from smtplab.protocol.client import (
    AuthenticationRefused,
    GreetingRefused,
    HelloRefused,
    MessageRefused,
    RecipientRefused,
    SenderRefused,
    TlsRefused,
)
from tests.net.scripted import saying, serving

pytestmark = pytest.mark.usefixtures("leaves_nothing")

ONE, TWO = "test01@coremail.cn", "test02@coremail.cn"
SLOW = 0.3  # seconds of time-out where a server says nothing


@pytest.fixture
def server(leaves_nothing: None) -> Iterator[Server]:
    with Server({ONE: "password01"}, mailboxes=[TWO], size_limit=1000) as running:
        yield running


# Refusals


def test_ehlo_refused_is_a_hello_refused(server: Server) -> None:
    with Client(server) as client, pytest.raises(HelloRefused, match="EHLO a_b was answered: 501") as refused:
        client.ehlo("a_b")
    assert refused.value.reply.enhanced == "5.5.4"


def test_auth_refused_is_an_authentication_refused(server: Server) -> None:
    with Client(server) as client:
        client.ehlo()
        with pytest.raises(AuthenticationRefused, match="535"):
            client.auth("PLAIN", ONE, "wrong")


def test_auth_error_does_not_tell_the_password(server: Server) -> None:
    with Client(server) as client:
        client.ehlo()
        with pytest.raises(AuthenticationRefused) as refused:
            client.auth("PLAIN", ONE, "wrong")
    assert str(refused.value) == "AUTH PLAIN was answered: 535 5.7.8 Wrong user name or password"


def test_mail_refused_is_a_sender_refused(server: Server) -> None:
    with Client(server) as client:
        client.ehlo()
        with pytest.raises(SenderRefused, match="552"):
            client.mail(ONE, size="1001")


def test_rcpt_refused_is_a_recipient_refused(server: Server) -> None:
    with Client(server) as client:
        client.ehlo()
        client.mail(ONE)
        with pytest.raises(RecipientRefused, match=r"RCPT TO:<nobody@coremail\.cn> was answered: 550 5\.1\.1"):
            client.rcpt("nobody@coremail.cn")


def test_data_refused_is_a_message_refused(server: Server) -> None:
    with Client(server) as client:
        client.ehlo()
        with pytest.raises(MessageRefused, match="DATA was answered: 503"):
            client.data("x")


def test_message_refused_after_the_dot_is_a_message_refused(server: Server) -> None:
    with Client(server) as client:
        client.ehlo()
        client.mail(ONE)
        client.rcpt(TWO)
        with pytest.raises(MessageRefused, match="the message was answered: 552"):
            client.data("x" * 1001)
        assert client.noop().code == 250


def test_starttls_refused_is_a_tls_refused(server: Server) -> None:
    with Client(server) as client:
        client.ehlo()
        with pytest.raises(TlsRefused, match="502"):
            client.starttls()


def test_greeting_refused_with_554_is_left_with_quit() -> None:
    def script(connection: socket.socket, lines: BinaryIO) -> None:
        connection.sendall(b"554 no service\r\n")
        heard.append(lines.readline())
        connection.sendall(b"221 bye\r\n")

    heard: list[bytes] = []
    with serving(script) as address, pytest.raises(GreetingRefused):
        Client(address).connect()
    assert heard == [b"QUIT\r\n"]


@pytest.mark.parametrize("reply", [b"554 go away\r\n", b"421 too busy\r\n"])
def test_greeting_refused_closes_the_connection(reply: bytes) -> None:
    with serving(saying(reply)) as address, pytest.raises(GreetingRefused, match=reply.decode().strip()) as refused:
        Client(address).connect()
    assert refused.value.reply.code == int(reply[:3])


def test_send_line_says_anything_and_raises_nothing(server: Server) -> None:
    with Client(server) as client:
        assert client.send_line("XFOO bar").code == 500
        assert client.send_line(b"\xff").code == 500
        assert client.send_line("").code == 500
