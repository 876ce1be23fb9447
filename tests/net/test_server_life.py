"""A server comes and goes: where it listens, what it refuses, and that it leaves nothing behind."""

import errno
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from smtplab.net import networks
from smtplab.net.server import Server
from tests.net.talker import ENVELOPE, Talker, mail

pytestmark = pytest.mark.usefixtures("leaves_nothing", "leaves_no_directory")

SHUTTING_DOWN = b"421 4.3.2 Server is shutting down, closing the connection\r\n"


def test_server_listens_on_a_free_port_of_loopback() -> None:
    with Server() as server:
        assert server.host == "127.0.0.1"
        assert server.port > 1023
        with Talker(server) as talker:
            assert talker.greeting.startswith(b"220 mail.coremail.cn ")


def test_server_stopped_listens_no_more() -> None:
    with Server() as server:
        pass
    with pytest.raises(ConnectionRefusedError):
        Talker(server)


def test_server_stopped_twice_is_stopped_once() -> None:
    server = Server().start()
    server.stop()
    server.stop()


def test_server_that_was_never_started_can_be_stopped() -> None:
    Server().stop()


def test_server_started_twice_is_refused() -> None:
    with Server() as server, pytest.raises(RuntimeError, match="running already"):
        server.start()


def test_server_started_again_listens_on_the_same_port() -> None:
    server = Server()
    ports = set()
    for _ in range(3):
        with server, Talker(server) as talker:
            ports.add(server.port)
            assert talker.say("NOOP") == [250]
    assert len(ports) == 1


def test_server_keeps_its_mail_after_it_was_stopped() -> None:
    with Server() as server, Talker(server) as talker:
        talker.send(mail("Subject: kept"))
        assert talker.replies(6) == [250, 250, 250, 354, 250, 221]
    assert [message["Subject"] for message in server.mailboxes["test02@coremail.cn"]] == ["kept"]


def test_server_mail_in_a_directory_of_ours_stays_there(tmp_path: Path) -> None:
    with Server(maildir=tmp_path / "box") as server, Talker(server) as talker:
        talker.send(mail("Subject: kept"))
        assert talker.replies(6)[-1] == 221
    del server
    assert len(list(tmp_path.glob("box/*/new/*"))) == 1


def test_server_repr_says_whether_it_runs() -> None:
    server = Server()
    assert repr(server) == "Server(mail.coremail.cn on 127.0.0.1, not running)"
    with server:
        assert repr(server) == "Server(mail.coremail.cn on 127.0.0.1, running)"


# Where it cannot listen


def test_server_port_that_is_taken_is_refused_with_advice() -> None:
    with Server() as first, pytest.raises(OSError, match=r"port \d+: something else listens there already; port 0"):
        Server(port=first.port).start()


@pytest.mark.parametrize("port", [-1, 65536])
def test_server_port_that_cannot_be_is_refused(port: int) -> None:
    with pytest.raises(OSError, match=r"cannot listen on 127\.0\.0\.1 port"):
        Server(port=port).start()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org", ""])
def test_server_host_beyond_loopback_is_refused(host: str) -> None:
    with pytest.raises(PermissionError, match=r"will not listen on .*: it is not loopback; allow_remote=True"):
        Server(host=host).start()


def test_server_host_beyond_loopback_is_taken_if_that_is_said() -> None:
    with Server(host="0.0.0.0", allow_remote=True) as server:
        assert server.host == "0.0.0.0"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_server_listens_on_any_address_of_loopback(host: str) -> None:
    if host == "::1" and not _has_ipv6():
        pytest.skip("this machine has no IPv6")
    with Server(host=host) as server, Talker(server) as talker:
        talker.send(mail("Subject: x"))
        assert talker.replies(6) == [250, 250, 250, 354, 250, 221]
    (message,) = server.mailboxes["test02@coremail.cn"]
    assert f"[{'IPv6:::1' if host == '::1' else '127.0.0.'}" in message["Received"]


def _has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (OSError(errno.EADDRINUSE, "in use"), "something else listens there already; port 0 takes any free one"),
        (PermissionError(errno.EACCES, "denied"), "ports under 1024 need special rights; port 0 takes any free one"),
        (OSError(errno.EADDRNOTAVAIL, "no such address"), "[Errno 99] no such address"),
    ],
)
def test_advice_says_what_to_do(error: OSError, advice: str) -> None:
    assert networks._advice(error) == advice


# Many clients


def test_server_serves_many_connections_at_once() -> None:
    number = 100
    together = threading.Barrier(number)

    def send(serial: int) -> list[int]:
        with Talker(server) as talker:
            together.wait(30)
            talker.send(mail(f"Subject: {serial}"))
            return talker.replies(6)

    with Server() as server, ThreadPoolExecutor(number) as pool:
        assert list(pool.map(send, range(number))) == [[250, 250, 250, 354, 250, 221]] * number
    subjects = [int(message["Subject"]) for message in server.mailboxes["test02@coremail.cn"]]
    assert sorted(subjects) == list(range(number))


def test_server_sessions_are_separate() -> None:
    with Server() as server, Talker(server) as one, Talker(server) as other:
        assert one.say(*ENVELOPE) == [250, 250, 250]
        assert other.say("EHLO other.example", "RCPT TO:<test02@coremail.cn>") == [250, 503]
        assert one.say("DATA") == [354]


# Stopping while clients are there


@pytest.mark.parametrize(
    "lines", [(), ENVELOPE[:1], ENVELOPE, (*ENVELOPE, "DATA")], ids=["greeted", "EHLO", "RCPT", "DATA"]
)
def test_server_stopping_tells_each_client_421(lines: tuple[str, ...]) -> None:
    with Server() as server:
        talkers = [Talker(server) for _ in range(5)]
        for talker in talkers:
            talker.say(*lines)
    for talker in talkers:
        assert talker.reply() == SHUTTING_DOWN
        assert talker.at_end()
        talker.close()
    assert len(server.mailboxes) == 0


def test_server_stops_though_a_client_reads_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smtplab.net.server.STOP_TIMEOUT", 0.3)
    with Server() as server:
        talker = Talker(server, timeout=0.5, buffer=4096)
        talker.fill()
        begun = time.monotonic()
    assert time.monotonic() - begun < 4
    talker.close()


def test_server_stops_while_clients_are_connecting() -> None:
    for _ in range(20):
        with Server() as server:
            sockets = [socket.create_connection((server.host, server.port)) for _ in range(10)]
        for connected in sockets:
            connected.close()
