"""A server that stops while TLS has not begun, or is over already, stops like any other."""

import ssl
from contextlib import suppress

import pytest

from smtplab.net.client import Client
from smtplab.net.server import Server


def test_server_stops_though_a_client_asked_for_tls_and_never_began_it() -> None:
    server = Server(tls="starttls").start()
    client = Client(server)
    client.connect()
    client.ehlo("client.example")
    client.send_line("STARTTLS")
    server.stop()
    client.close()
    assert not server.connections


@pytest.mark.parametrize("time", range(20))
def test_server_stops_at_once_after_a_client_that_did_not_trust_it(time: int) -> None:
    with Server(tls="starttls") as other, Server(tls="starttls") as server:
        client = Client(server, authority=other.authority_pem)
        client.connect()
        client.ehlo("client.example")
        with suppress(ssl.SSLError):
            client.starttls()
    assert not server.connections
