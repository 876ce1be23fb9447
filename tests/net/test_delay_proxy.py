"""A proxy that makes a server far away: nothing is lost or changed, and all of it is late."""

import gc
import socket
import threading
import time
from contextlib import closing

import pytest

from smtplab.capture.record import Capture
from smtplab.net.client import Client, ServerGone
from smtplab.net.delay_proxy import DelayProxy
from smtplab.net.networks import Address
from smtplab.net.server import Server
from smtplab.net.taps import Happening
from smtplab.protocol.exchanges import exchanges, round_trips

ONE_WAY = 0.02  # seconds
MAIL = "Subject: Hello\r\n\r\nHello!\r\n"
SENDER, RECIPIENT = "a@lab.example", "b@lab.example"


def test_greeting_is_late_by_one_way_and_a_reply_by_both() -> None:
    far = 0.25  # seconds: a machine that is busy with other things must not look like a way back
    with Server() as server, DelayProxy(server, far) as proxy:
        began = time.monotonic()
        with Client(proxy) as client:
            greeted = time.monotonic()
            client.noop()
            replied = time.monotonic()
    assert far <= greeted - began < 2 * far
    assert 2 * far <= replied - greeted < 3 * far


def test_connection_itself_is_not_delayed() -> None:
    with Server() as server, DelayProxy(server, 5.0) as proxy:
        began = time.monotonic()
        with closing(socket.create_connection((proxy.host, proxy.port))):
            assert time.monotonic() - began < 1


def test_mail_arrives_unchanged() -> None:
    content = "Subject: long\r\n\r\n" + "0123456789\r\n" * 50_000
    with Server() as server, DelayProxy(server, 0.0) as proxy, Client(proxy) as client:
        client.ehlo()
        client.send_message(SENDER, [RECIPIENT], content)
    (mail,) = server.mailboxes[RECIPIENT]
    assert str(mail.get_payload()).splitlines() == content.partition("\r\n\r\n")[2].splitlines()


def test_capture_of_the_proxy_shows_what_the_client_waits_for() -> None:
    with (
        Server() as server,
        DelayProxy(server, ONE_WAY) as proxy,
        Capture(proxy, live=False) as capture,
        Client(proxy) as client,
    ):
        client.ehlo()
        client.send_message(SENDER, [RECIPIENT, "c@lab.example"], MAIL)
    found = exchanges(capture.transcript)
    assert round_trips(found) == 5  # greeting, EHLO, the envelope, the message, QUIT
    for exchange in found[1:]:
        assert exchange.response_time is not None
        assert exchange.response_time >= 2 * ONE_WAY * 0.9


def test_proxy_in_a_private_network_is_found_there_by_a_client(private_network: None) -> None:
    with Server() as server, DelayProxy(server, 0.0) as proxy:
        proxy.join_private_network()
        assert proxy.network.name == "private"
        with Client(proxy) as client:
            assert client.noop().code == 250


def test_proxy_that_does_not_run_joins_no_network() -> None:
    with Server() as server, pytest.raises(RuntimeError, match="start it first"):
        DelayProxy(server, 0.0).join_private_network()


def test_tap_is_given_the_octets_of_both_sides_in_order() -> None:
    seen: list[tuple[Happening, bytes]] = []

    def tap(client: Address, server: Address, happening: Happening, octets: bytes) -> None:
        seen.append((happening, octets))

    with Server() as server, DelayProxy(server, 0.001) as proxy:
        proxy.taps.append(tap)
        with Client(proxy) as client:
            client.noop()
        deadline = time.monotonic() + 5
        while ("client closed", b"") not in seen and time.monotonic() < deadline:
            time.sleep(0.01)
    assert [happening for happening, _ in seen if "closed" not in happening] == [
        "open",
        *("server", "client") * 2,
        "server",
    ]
    assert {happening for happening, _ in seen} >= {"client closed", "server closed"}


def test_connections_at_once_do_not_wait_for_each_other() -> None:
    def talk() -> None:
        with Client(proxy) as client:
            client.noop()

    with Server() as server, DelayProxy(server, 0.05) as proxy:
        threads = [threading.Thread(target=talk) for _ in range(8)]
        began = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert time.monotonic() - began < 8 * 0.25


def test_server_that_is_gone_closes_the_clients_connection() -> None:
    with Server() as server, DelayProxy(server, 0.0) as proxy:
        server.stop()
        with pytest.raises((ServerGone, OSError)):
            Client(proxy).connect()


def test_client_that_breaks_off_leaves_the_server_alone() -> None:
    with Server() as server, DelayProxy(server, 0.001) as proxy:
        client = Client(proxy)
        client.connect()
        client.close()
        deadline = time.monotonic() + 5
        while server.connections and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not server.connections


@pytest.mark.usefixtures("leaves_nothing")
def test_stop_amid_a_connection_leaves_nothing() -> None:
    with Server() as server:
        proxy = DelayProxy(server, 10.0).start()
        with closing(socket.create_connection((proxy.host, proxy.port))) as connection:
            connection.sendall(b"EHLO x\r\n")
            time.sleep(0.05)
            proxy.stop()
            proxy.stop()


def test_proxy_starts_in_a_thread_that_runs_a_loop() -> None:
    import asyncio

    async def start() -> None:
        with DelayProxy(server, 0.0) as proxy, Client(proxy) as client:
            client.noop()

    with Server() as server:
        asyncio.run(start())


def test_proxy_that_runs_cannot_be_started_again() -> None:
    with Server() as server, DelayProxy(server, 0.0) as proxy, pytest.raises(RuntimeError, match="running already"):
        proxy.start()


def test_proxy_says_how_late_it_is() -> None:
    with Server() as server:
        proxy = DelayProxy(server, 0.005)
        assert (repr(proxy), proxy.round_trip) == ("DelayProxy(5 ms each way, not running)", 0.01)


def test_time_that_is_negative_is_refused() -> None:
    with Server() as server, pytest.raises(ValueError, match="before they were sent"):
        DelayProxy(server, -1.0)


def test_server_beyond_loopback_is_refused() -> None:
    with pytest.raises(PermissionError, match="not loopback"):
        DelayProxy(Server(host="192.0.2.1", allow_remote=True), 0.0)


def test_proxy_stopped_at_any_moment_of_connecting_closes_everything() -> None:
    with Server(discard=True) as server:
        for turn in range(40):
            with DelayProxy(server, 5.0) as proxy, closing(socket.create_connection((proxy.host, proxy.port))):
                time.sleep(turn % 7 * 0.0003)
            gc.collect()  # what was left open says so now, and that fails the test
