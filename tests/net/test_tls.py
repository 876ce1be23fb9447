"""TLS on real sockets: both ways into it, and those who break off, talk nonsense or trust nobody."""

import os
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO

import pytest

from smtplab.net.certificates import Authority, kept_directory, kept_pem
from smtplab.net.client import Client, ServerGone
from smtplab.net.server import Server
from smtplab.protocol.client import HelloRefused, NotSmtp, TlsRefused
from smtplab.protocol.states import State
from tests.net.scripted import saying, serving
from tests.net.talker import Talker

pytestmark = pytest.mark.usefixtures("leaves_nothing")

USER, PASSWORD, RECIPIENT = "test01@coremail.cn", "password01", "test02@coremail.cn"


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def server(leaves_nothing: None, authority: Authority) -> Iterator[Server]:
    with Server({USER: PASSWORD}, tls="starttls", authority=authority) as running:
        yield running


@pytest.fixture
def inside(leaves_nothing: None, authority: Authority) -> Iterator[Server]:
    """Give a server that begins with TLS."""
    with Server({USER: PASSWORD}, tls="implicit", authority=authority) as running:
        yield running


# Both ways in


def test_starttls_goes_on_inside_and_forgets_what_was_said_before(server: Server) -> None:
    with Client(server) as client:
        client.ehlo()
        assert (client.tls, "STARTTLS" in client.extensions) == ("", True)
        assert client.starttls().code == 220
        assert client.tls in ("TLSv1.2", "TLSv1.3")
        assert (client.state, client.extensions) == (State.GREETED, {})
        client.ehlo()
        assert "STARTTLS" not in client.extensions
        client.auth("PLAIN", USER, PASSWORD)
        assert client.send_message(USER, [RECIPIENT], "Subject: x\n\n" + "body\n" * 50_000) == {}
    (message,) = server.mailboxes[RECIPIENT]
    assert "with ESMTPSA " in message["Received"]


def test_implicit_tls_greets_inside(inside: Server) -> None:
    with Client(inside, implicit_tls=True) as client:
        assert client.greeting is not None
        assert client.greeting.code == 220
        assert client.tls
        client.ehlo()
        assert client.send_message(USER, [RECIPIENT], "Subject: x\n\n") == {}


def test_quit_hears_the_end_of_tls_before_it_closes(inside: Server) -> None:
    """Else the server's last record would come to a closed door, and be answered with a RST."""
    happened: list[str] = []
    with Client(inside, implicit_tls=True, taps=[lambda _client, _server, what, _octets: happened.append(what)]):
        begun = len(happened)
    assert happened[begun : begun + 2] == ["client", "server"]
    assert set(happened[begun + 2 : -2]) <= {"server"}  # close_notify may share a read with the 221
    assert happened[-2:] == ["server closed", "client closed"]


def test_introduce_inside_tls_begins_no_other(inside: Server) -> None:
    with Client(inside, implicit_tls=True) as client:
        client.introduce(tls="required")
        assert client.state is State.READY


def test_introduce_begins_tls_where_it_is_offered(server: Server) -> None:
    with Client(server) as client:
        client.introduce(tls="opportunistic")
        assert client.tls
        assert client.state is State.READY


def test_introduce_without_tls_on_offer_goes_on_or_gives_up() -> None:
    with Server() as server:
        with Client(server) as client:
            client.introduce(tls="opportunistic")
            assert client.tls == ""
        with Client(server) as client, pytest.raises(TlsRefused):
            client.introduce(tls="required")


def test_introduce_says_helo_to_a_server_that_knows_no_ehlo() -> None:
    replies = saying(b"220 hi\r\n", b"502 no\r\n", b"250 hello\r\n", b"221 bye\r\n")
    with serving(replies) as address, Client(address) as client:
        assert client.introduce().text == "hello"


def test_introduce_refused_for_another_reason_is_refused() -> None:
    replies = saying(b"220 hi\r\n", b"550 not you\r\n", b"221 bye\r\n")
    with serving(replies) as address, Client(address) as client, pytest.raises(HelloRefused, match="550 not you"):
        client.introduce()


# Who is trusted


@pytest.mark.parametrize("implicit", [False, True], ids=["STARTTLS", "implicit"])
def test_client_that_does_not_know_the_authority_hangs_up(server: Server, inside: Server, implicit: bool) -> None:
    asked = inside if implicit else server
    client = Client("127.0.0.1", asked.port, implicit_tls=implicit)
    begin = client.connect if implicit else client.starttls
    if not implicit:
        client.connect()
    with pytest.raises(ssl.SSLCertVerificationError):
        begin()
    with pytest.raises(ServerGone, match="not connected"):
        client.noop()
    with Client(asked, implicit_tls=implicit) as other:
        assert other.noop().code == 250


def test_client_that_does_not_care_goes_on(server: Server) -> None:
    with Client("127.0.0.1", server.port, verify=False) as client:
        client.starttls()
        assert client.noop().code == 250


def test_client_that_asks_for_another_name_is_not_fooled(authority: Authority) -> None:
    with Server(tls="implicit", authority=authority, host="127.0.0.2") as server, pytest.raises(ssl.SSLError):
        Client(server, implicit_tls=True).connect()


@pytest.mark.parametrize("more", [b"250 injec", b"250-evil\r\n250 AUTH PLAIN\r\n"], ids=["a part", "a whole reply"])
def test_server_that_sends_more_in_clear_text_is_left(more: bytes) -> None:
    """CVE-2021-38371: it would be read as if it had come through TLS."""
    with serving(saying(b"220 hi\r\n", b"220 go\r\n" + more)) as address:
        client = Client(address)
        client.connect()
        with pytest.raises(NotSmtp, match="clear text"):
            client.starttls()
        with pytest.raises(ServerGone, match="not connected"):
            client.noop()


def test_server_that_breaks_the_handshake_off_is_gone() -> None:
    def script(connection: socket.socket, lines: BinaryIO) -> None:
        connection.sendall(b"220 hi\r\n")
        lines.readline()
        connection.sendall(b"220 go\r\n")
        connection.recv(1)

    with serving(script) as address:
        client = Client(address)
        client.connect()
        with pytest.raises(ServerGone, match="the TLS handshake"):
            client.starttls()


def test_server_that_answers_the_handshake_in_clear_text_is_no_tls() -> None:
    with serving(saying(b"220 hi\r\n")) as address, pytest.raises(ssl.SSLError):
        Client(address, implicit_tls=True).connect()


# Clients that get stuck on the way


@contextmanager
def stuck_before_the_handshake(server: Server) -> Iterator[socket.socket]:
    with socket.create_connection((server.host, server.port), timeout=10) as connection:
        yield connection


@contextmanager
def stuck_after_starttls(server: Server) -> Iterator[socket.socket]:
    with Talker(server) as talker:
        assert talker.say("STARTTLS") == [220]
        yield talker.socket


STUCK = [
    pytest.param("inside", stuck_before_the_handshake, id="implicit"),
    pytest.param("server", stuck_after_starttls, id="STARTTLS"),
]


@pytest.mark.parametrize(("kind", "stuck"), STUCK)
def test_server_stops_though_a_client_has_not_shaken_hands(
    kind: str, stuck: Callable[[Server], AbstractContextManager[socket.socket]], request: pytest.FixtureRequest
) -> None:
    asked: Server = request.getfixturevalue(kind)
    with stuck(asked) as connection:
        begun = time.monotonic()
        asked.stop()
        assert time.monotonic() - begun < 4
        assert connection.recv(100) == b""


def test_client_that_does_not_shake_hands_is_dropped_after_the_idle_timeout(authority: Authority) -> None:
    server = Server(tls="implicit", authority=authority, idle_timeout=0.2)
    with server, stuck_before_the_handshake(server) as connection:
        assert connection.recv(100) == b""


def test_client_that_speaks_in_clear_text_to_tls_gets_an_alert(inside: Server) -> None:
    with stuck_before_the_handshake(inside) as connection:
        connection.sendall(b"EHLO client.example\r\n")
        assert connection.recv(100)[:1] in (b"\x15", b"")
    with Client(inside, implicit_tls=True) as other:
        assert other.noop().code == 250


def test_commands_behind_starttls_in_clear_text_are_not_obeyed(server: Server) -> None:
    with Talker(server) as talker:
        talker.send(b"STARTTLS\r\nNOOP\r\n")
        assert talker.replies(1) == [220]
        context = ssl.create_default_context(cadata=server.authority_pem)
        with context.wrap_socket(talker.socket.dup(), server_hostname="localhost") as tls:
            tls.sendall(b"HELP\r\n")
            assert tls.recv(4) == b"214-"


# The authority that stays


def test_kept_authority_is_made_once_and_only_its_owner_reads_the_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert kept_pem() is None
    made = Authority.kept(kept_directory())
    assert made.pem == Authority.kept(kept_directory()).pem == kept_pem()
    assert os.stat(kept_directory()).st_mode & 0o077 == 0


def test_kept_authority_is_trusted_by_a_client_in_another_shell(tmp_path: Path) -> None:
    with Server(tls="starttls", authority=Authority.kept(tmp_path / "authority")) as server:
        pem = (tmp_path / "authority" / "certificate.pem").read_text()
        with Client("127.0.0.1", server.port, authority=pem) as client:
            client.starttls()
            assert client.noop().code == 250
