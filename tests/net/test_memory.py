"""A server in memory: a client talks to it as to any other, and equal calls give equal octets."""

import ssl

import pytest

from smtplab.capture.record import Capture
from smtplab.net.client import Client, ServerGone
from smtplab.net.memory import MemoryServer
from smtplab.protocol import replies
from smtplab.protocol.client import GreetingRefused, RecipientRefused
from smtplab.protocol.hooks import Delay, DropConnection, Refuse
from smtplab.protocol.states import GREETING

MESSAGE = b"Subject: Hello\r\n\r\nHello.\r\n.\r\n"


def one_mail(server: MemoryServer) -> Capture:
    with Capture(server, live=False) as capture, Client(server) as client:
        client.ehlo("client.example")
        client.send_message("a@lab.example", ["b@lab.example"], MESSAGE)
    return capture


def test_mail_is_taken_whole() -> None:
    server = MemoryServer()
    one_mail(server)
    (mail,) = server.mails
    assert (mail.reverse_path, mail.forward_paths, mail.content) == ("a@lab.example", ("b@lab.example",), MESSAGE)


def test_equal_sessions_give_equal_packets() -> None:
    first, second = (one_mail(MemoryServer()) for _ in range(2))
    assert [frame.octets for frame in first.frames] == [frame.octets for frame in second.frames]
    assert first.frames


def test_packets_are_of_nobodys_addresses() -> None:
    (stream,) = one_mail(MemoryServer()).transcript.streams
    assert (stream.client, stream.server) == ("198.51.100.10:49152", "192.0.2.25:25")


def test_each_connection_has_a_port_of_its_own() -> None:
    server = MemoryServer()
    with Capture(server, live=False) as capture:
        for _ in range(2):
            with Client(server):
                pass
    assert len({stream.client for stream in capture.transcript.streams}) == 2


def test_mailbox_that_does_not_exist_is_refused() -> None:
    server = MemoryServer({"user@lab.example": "secret"}, mailboxes=["b@lab.example"])
    with Client(server) as client:
        client.helo("client.example")
        client.mail("a@lab.example")
        client.rcpt("user@lab.example")
        client.rcpt("b@LAB.example")
        with pytest.raises(RecipientRefused):
            client.rcpt("c@lab.example")


def test_unknown_choice_is_told() -> None:
    with pytest.raises(ValueError, match="unknown mechanism"):
        MemoryServer(mechanisms=["NONE"])


def test_delay_passes_at_once() -> None:
    with Client(MemoryServer(hooks=[Delay("NOOP", 3600)])) as client:
        client.helo("client.example")
        assert client.noop().code == 250


def test_connection_that_is_dropped_is_gone() -> None:
    with Client(MemoryServer(hooks=[DropConnection("NOOP")])) as client:
        client.helo("client.example")
        with pytest.raises(ServerGone):
            client.noop()


def test_nothing_is_heard_after_the_end() -> None:
    with Client(MemoryServer()) as client:
        client.quit()
        with pytest.raises(ServerGone):
            client.noop()


def test_server_that_does_not_want_to_talk_is_heard() -> None:
    hook = Refuse(GREETING, replies.Reply(554, "", "No service here"))
    with pytest.raises(GreetingRefused):
        Client(MemoryServer(hooks=[hook])).connect()


def test_wait_for_what_never_comes_ends_at_once() -> None:
    with Client(MemoryServer()) as client:
        with pytest.raises(TimeoutError):
            client.answer("nothing")
        client.close()


def test_capture_that_must_be_live_is_refused() -> None:
    with pytest.raises(PermissionError, match="no sockets"):
        Capture(MemoryServer(), live=True).start()


def test_capture_takes_what_there_is() -> None:
    server = MemoryServer()
    with Capture(server) as capture, Client(server):
        pass
    assert capture.source == "recorded at the socket"


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_session_inside_tls_is_opened_with_the_keys(tls: str) -> None:
    server = MemoryServer({"a@lab.example": "secret"}, tls=tls, auth_inside_tls=True)
    with Capture(server, live=False) as capture, Client(server, implicit_tls=tls == "implicit") as client:
        client.introduce("client.example", tls="required")
        client.auth("PLAIN", "a@lab.example", "secret")
        client.send_message("a@lab.example", ["b@lab.example"], MESSAGE)
        assert client.tls
    assert [mail.content for mail in server.mails] == [MESSAGE]
    inside = [entry.verb for entry in capture.transcript if entry.tls and entry.party == "client"]
    assert inside == ["EHLO", "AUTH", "MAIL", "RCPT", "DATA", "DATA", "END-OF-DATA", "QUIT"]


def test_client_that_does_not_trust_the_certificate_ends_the_session() -> None:
    server, other = MemoryServer(tls="implicit"), MemoryServer(tls="implicit")
    with pytest.raises(ssl.SSLCertVerificationError):
        Client(server, implicit_tls=True, authority=other.authority_pem).connect()


def test_octets_that_are_no_tls_end_the_session() -> None:
    server = MemoryServer(tls="implicit")
    connection = server.network.connect(server.host, server.port, 1)
    connection.sendall(b"EHLO client.example\r\n")
    assert b"220" not in connection.recv(100)  # an alert, or nothing, as the library likes
    assert connection.recv(100) == b""


def test_unknown_kind_of_tls_is_told() -> None:
    with pytest.raises(ValueError, match="unknown kind of TLS"):
        MemoryServer(tls="sometimes")
