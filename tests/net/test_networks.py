"""The machine's own network; `test_private_network` has the other."""

import socket
from contextlib import closing

import pytest

from smtplab.net.networks import LOOPBACK, is_loopback


@pytest.mark.parametrize("host", ["127.0.0.1", "127.255.255.254", "::1", "localhost"])
def test_loopback_addresses_are_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "mail.example", ""])
def test_other_addresses_are_not_loopback(host: str) -> None:
    assert not is_loopback(host)


def test_listen_and_connect_beyond_loopback_are_refused() -> None:
    with pytest.raises(PermissionError, match=r"will not listen on 192\.0\.2\.1: it is not loopback"):
        LOOPBACK.listen("192.0.2.1", 2525)
    with pytest.raises(PermissionError, match=r"will not connect to 192\.0\.2\.1: it is not loopback"):
        LOOPBACK.connect("192.0.2.1", 2525, 1)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_connect_to_a_name_tries_each_of_its_addresses(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    families = {"127.0.0.1": socket.AF_INET, "::1": socket.AF_INET6}

    def both(_: str, port: int, **__: object) -> list[object]:
        return [(family, socket.SOCK_STREAM, 0, "", (host, port)) for host, family in families.items()]

    with closing(LOOPBACK.listen(address, 0)) as listening:
        monkeypatch.setattr(socket, "getaddrinfo", both)
        with closing(LOOPBACK.connect("localhost", listening.getsockname()[1], 5)) as connection:
            assert connection.getpeername()[0] == address
            assert connection.gettimeout() == 5


def test_connect_where_nobody_listens_says_so() -> None:
    with closing(LOOPBACK.listen("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(ConnectionRefusedError, match=f"nobody listens on localhost port {port}: is the server started"):
        LOOPBACK.connect("localhost", port, 5)


def test_connect_to_a_name_without_address_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [])
    with pytest.raises(OSError, match="localhost has no address"):
        LOOPBACK.connect("localhost", 2525, 5)


def test_connect_without_answer_ends_in_time() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        host, port = full.getsockname()
        with (
            closing(LOOPBACK.connect(host, port, 5)),
            pytest.raises(TimeoutError, match=rf"no answer from {host} port {port} in 0.2 seconds"),
        ):
            LOOPBACK.connect(host, port, 0.2)


def test_listen_on_a_taken_port_says_what_to_do() -> None:
    with (
        closing(LOOPBACK.listen("127.0.0.1", 0)) as taken,
        pytest.raises(OSError, match="listens there already; port 0"),
    ):
        LOOPBACK.listen("127.0.0.1", taken.getsockname()[1])


def test_listen_on_no_port_at_all_says_so() -> None:
    with pytest.raises(OSError, match=r"cannot listen on 127.0.0.1 port 65536: ports go from 0 to 65535"):
        LOOPBACK.listen("127.0.0.1", 65536)


def test_sockets_wait_for_nothing_and_are_not_inherited() -> None:
    with (
        closing(LOOPBACK.listen("127.0.0.1", 0)) as listening,
        closing(LOOPBACK.connect("127.0.0.1", listening.getsockname()[1], 5)) as connection,
    ):
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert not connection.get_inheritable()
