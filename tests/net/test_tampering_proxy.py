"""An attacker in the middle, on real sockets: what is changed, and that nothing else is."""

import smtplib
import ssl
import time
from contextlib import closing

import pytest

from smtplab.capture.record import Capture
from smtplab.net.client import Client, ServerGone
from smtplab.net.server import Server
from smtplab.net.tampering_proxy import TamperingProxy
from smtplab.protocol.client import TlsRefused
from smtplab.protocol.replies import Reply
from smtplab.protocol.tampering import Answer, Append, Strike, Tampering

SENDER, RECIPIENT, ATTACKER = "a@lab.example", "b@lab.example", "m@lab.example"
NOT_NOW = Reply(454, "4.7.0", "TLS not available")
INJECTED = b"EHLO a\r\nMAIL FROM:<m@lab.example>\r\nRCPT TO:<m@lab.example>\r\nDATA\r\n"


def test_mail_goes_through_unchanged_inside_tls() -> None:
    content = b"Subject: long\r\n\r\n" + b"0123456789\r\n" * 20_000
    with Server(tls="starttls") as server, TamperingProxy(server, Tampering()) as proxy, Client(proxy) as client:
        client.introduce(tls="required")
        client.send_message(SENDER, [RECIPIENT], content)
    (mail,) = server.mailboxes[RECIPIENT]
    assert len(str(mail.get_payload())) > 200_000


def test_starttls_is_struck_for_the_client_alone() -> None:
    with (
        Server(tls="starttls") as server,
        Capture(server, live=False) as behind,
        TamperingProxy(server, Strike("STARTTLS")) as proxy,
        Capture(proxy, live=False) as before,
        Client(proxy) as client,
    ):
        client.ehlo()
    lists = [next(e.octets for e in capture.transcript if e.answers == "EHLO") for capture in (before, behind)]
    assert [b"STARTTLS" in each for each in lists] == [False, True]


def test_command_that_is_answered_on_the_way_never_comes() -> None:
    with (
        Server(tls="starttls") as server,
        Capture(server, live=False) as capture,
        TamperingProxy(server, Answer("STARTTLS", NOT_NOW)) as proxy,
        Client(proxy) as client,
    ):
        client.ehlo()
        with pytest.raises(TlsRefused, match="454"):
            client.starttls()
        assert client.noop().code == 250
    assert [entry.verb for entry in capture.transcript if entry.party == "client"] == ["EHLO", "NOOP", "QUIT"]


@pytest.mark.parametrize(("lax", "receiver"), [((), RECIPIENT), (("octets-before-tls",), ATTACKER)])
def test_commands_put_behind_starttls_take_a_mail_from_a_server_that_keeps_them(
    lax: tuple[str, ...], receiver: str
) -> None:
    with (
        Server(tls="starttls", lax=lax, extensions=["STARTTLS"]) as server,
        TamperingProxy(server, Append("STARTTLS", INJECTED)) as proxy,
        closing(smtplib.SMTP(proxy.host, proxy.port)) as victim,
    ):
        victim.starttls(context=ssl.create_default_context(cadata=server.authority_pem))
        victim.ehlo()
        victim.sendmail(SENDER, [RECIPIENT], "Subject: hello\r\n\r\nHello!\r\n")
        victim.quit()
    assert list(server.mailboxes) == [receiver]


def test_server_that_is_gone_closes_the_clients_connection() -> None:
    with Server() as server, TamperingProxy(server, Tampering()) as proxy:
        server.stop()
        with pytest.raises((ServerGone, OSError)):
            Client(proxy).connect()


@pytest.mark.usefixtures("leaves_nothing")
def test_client_that_breaks_off_leaves_nothing() -> None:
    with Server() as server, TamperingProxy(server, Tampering()) as proxy:
        client = Client(proxy)
        client.connect()
        client.close()
        deadline = time.monotonic() + 5
        while server.connections and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not server.connections


def test_proxy_says_what_it_does() -> None:
    assert (
        repr(TamperingProxy(Server(), Strike("STARTTLS"))) == "TamperingProxy(Strike(keyword='STARTTLS'), not running)"
    )


def test_server_beyond_loopback_is_refused() -> None:
    with pytest.raises(PermissionError, match="not loopback"):
        TamperingProxy(Server(host="192.0.2.1", allow_remote=True), Tampering())
