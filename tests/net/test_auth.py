"""AUTH over sockets: our client with our server, and each of them with somebody else's program."""

import smtplib
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from smtplab.net.client import Client
from smtplab.net.server import Server
from smtplab.protocol.auth import CLIENT_MECHANISMS, SERVER_MECHANISMS, encode
from smtplab.protocol.client import AuthenticationRefused, ServerNotProven

USER = "test01@coremail.cn"
PASSWORD = "password01"
Find = Callable[[str], str]


@pytest.fixture
def server() -> Iterator[Server]:
    with Server({USER: PASSWORD}, mechanisms=SERVER_MECHANISMS, auth_required=True) as running:
        yield running


@pytest.mark.parametrize("initial_response", [True, False])
@pytest.mark.parametrize("mechanism", CLIENT_MECHANISMS)
def test_client_logs_in(server: Server, mechanism: str, initial_response: bool) -> None:
    with Client(server) as client:
        client.ehlo()
        assert client.auth(mechanism, USER, PASSWORD, initial_response=initial_response).code == 235
        assert client.mail(USER).code == 250


@pytest.mark.parametrize("mechanism", CLIENT_MECHANISMS)
def test_client_with_a_wrong_password_is_refused(server: Server, mechanism: str) -> None:
    with Client(server) as client:
        client.ehlo()
        with pytest.raises(AuthenticationRefused, match=f"^AUTH {mechanism} was answered: 535 5.7.8"):
            client.auth(mechanism, USER, "wrong")


def test_challenges_of_two_connections_differ(server: Server) -> None:
    challenges = set()
    for _ in range(2):
        with Client(server) as client:
            client.ehlo()
            challenges.add(client.send_line("AUTH CRAM-MD5").text)
            client.send_line("*")
    assert len(challenges) == 2


def test_server_offers_by_itself_what_the_article_shows() -> None:
    with Server({USER: PASSWORD}) as server, Client(server) as client:
        client.ehlo()
        assert client.extensions["AUTH"] == "LOGIN PLAIN"


def test_server_with_a_nonce_of_ours_says_the_same_every_time() -> None:
    said = set()
    for _ in range(2):
        server = Server({USER: PASSWORD}, mechanisms=["CRAM-MD5"], nonce=lambda: "1896.697170952")
        with server, Client(server) as client:
            client.ehlo()
            said.add(client.send_line("AUTH CRAM-MD5").text)
            client.send_line("*")
    assert said == {encode(b"<1896.697170952@mail.coremail.cn>")}


@contextmanager
def scripted(*replies: bytes) -> Iterator[Client]:
    """Connect a client to a server that gives these replies, whatever it hears, one for each line."""

    def serve() -> None:
        connection, _ = listening.accept()
        with connection, connection.makefile("rb") as lines:
            for reply in replies:
                connection.sendall(reply)
                lines.readline()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve)
        thread.start()
        client = Client("127.0.0.1", listening.getsockname()[1], timeout=10)
        client.connect()
        try:
            yield client
        finally:
            client.close()
            thread.join()


def test_client_does_not_believe_a_server_that_says_yes_without_proof() -> None:
    with scripted(b"220 x\r\n", b"250-x\r\n250 AUTH SCRAM-SHA-256\r\n", b"235 Come in\r\n") as client:
        client.ehlo()
        with pytest.raises(ServerNotProven, match="before the server had proven itself"):
            client.auth("SCRAM-SHA-256", USER, PASSWORD)


def test_client_cancels_and_says_why_where_the_server_cannot_prove_itself() -> None:
    first = b"334 " + encode(b"r=abcdef,s=QUJD,i=4096").encode() + b"\r\n"
    last = b"334 " + encode(b"v=" + encode(bytes(32)).encode()).encode() + b"\r\n"
    replies = (b"220 x\r\n", b"250-x\r\n250 AUTH SCRAM-SHA-256\r\n", first, last, b"501 5.0.0 Cancelled\r\n")
    with scripted(*replies) as client:
        client.ehlo()
        with pytest.raises(AuthenticationRefused, match=r"cancelled here \(the server did not prove .* 501 5\.0\.0"):
            client.auth("SCRAM-SHA-256", USER, PASSWORD, nonce=lambda: "abc")


# Somebody else's clients


def delivered(server: Server) -> int:
    return sum(map(len, server.mailboxes.values()))


@pytest.fixture
def message(tmp_path: Path) -> Path:
    file = tmp_path / "message.eml"
    file.write_bytes(b"Subject: First mail\r\n\r\nHello\r\n")
    return file


@pytest.mark.parametrize("mechanism", ["CRAM-MD5", "PLAIN", "LOGIN"])
@pytest.mark.parametrize(("password", "status"), [(PASSWORD, 0), ("wrong", 28)])
def test_swaks_logs_in(server: Server, program: Find, mechanism: str, password: str, status: int) -> None:
    command = [program("swaks"), "--server", f"127.0.0.1:{server.port}", "--from", USER, "--to", "test02@coremail.cn"]
    login = ["--auth", mechanism, "--auth-user", USER, "--auth-password", password]
    done = subprocess.run([*command, *login], capture_output=True, timeout=60, check=False)
    assert (done.returncode, delivered(server)) == (status, status == 0), done.stdout.decode()


@pytest.mark.parametrize("mechanism", ["scram-sha-256", "cram-md5", "plain", "login"])
@pytest.mark.parametrize(("password", "status"), [(PASSWORD, 0), ("wrong", 77)])
def test_msmtp_logs_in(
    server: Server, program: Find, message: Path, mechanism: str, password: str, status: int
) -> None:
    command = [program("msmtp"), "--host=127.0.0.1", f"--port={server.port}", "--tls=off", f"--from={USER}"]
    login = [f"--auth={mechanism}", f"--user={USER}", f"--passwordeval=echo {password}"]
    with message.open("rb") as content:
        done = subprocess.run(
            [*command, *login, "test02@coremail.cn"], stdin=content, capture_output=True, timeout=60, check=False
        )
    assert (done.returncode, delivered(server)) == (status, status == 0), done.stderr.decode()


@pytest.mark.parametrize("mechanism", ["CRAM-MD5", "PLAIN", "LOGIN", "*"])
@pytest.mark.parametrize(("password", "status"), [(PASSWORD, 0), ("wrong", 67)])
def test_curl_logs_in(server: Server, program: Find, message: Path, mechanism: str, password: str, status: int) -> None:
    command = [program("curl"), "-sS", f"smtp://127.0.0.1:{server.port}/client.example.org", "-T", str(message)]
    envelope = ["--mail-from", USER, "--mail-rcpt", "test02@coremail.cn"]
    login = ["--login-options", f"AUTH={mechanism}", "-u", f"{USER}:{password}"]
    done = subprocess.run([*command, *envelope, *login], capture_output=True, timeout=60, check=False)
    assert (done.returncode, delivered(server)) == (status, status == 0), done.stderr.decode()


@pytest.mark.parametrize("mechanism", ["CRAM-MD5", "PLAIN", "LOGIN"])
@pytest.mark.parametrize("initial_response", [True, False])
def test_smtplib_logs_in(server: Server, mechanism: str, initial_response: bool) -> None:
    with smtplib.SMTP("127.0.0.1", server.port) as client:
        client.ehlo()
        client.esmtp_features["auth"] = mechanism
        assert client.login(USER, PASSWORD, initial_response_ok=initial_response)[0] == 235


def test_smtplib_chooses_cram_md5_of_all(server: Server) -> None:
    with smtplib.SMTP("127.0.0.1", server.port) as client:
        code, _ = client.login(USER, PASSWORD)
        assert (code, client.esmtp_features["auth"].split()) == (235, list(SERVER_MECHANISMS))
