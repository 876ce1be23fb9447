"""Whoever taps a connection is handed exactly the octets that went over it, in order, from its opening to its end."""

from collections import defaultdict

import pytest

from smtplab.net.client import Client
from smtplab.net.networks import Address
from smtplab.net.server import Server
from smtplab.net.taps import Happening
from tests.net.talker import Talker, mail

USERS = {"test01@coremail.cn": "password01"}


class Tape:
    """Keeps what it is handed, by client."""

    def __init__(self) -> None:
        self.happenings: dict[Address, list[tuple[Happening, bytes]]] = defaultdict(list)
        self.servers: set[Address] = set()

    def __call__(self, client: Address, server: Address, happening: Happening, octets: bytes) -> None:
        self.happenings[client].append((happening, octets))
        self.servers.add(server)

    def octets(self, client: Address, party: str) -> bytes:
        return b"".join(octets for happening, octets in self.happenings[client] if happening == party)

    def others(self, client: Address) -> list[str]:
        """What happened beside octets."""
        return [happening for happening, _ in self.happenings[client] if happening not in ("client", "server")]


def test_tap_of_the_server_sees_exactly_the_octets() -> None:
    tape, sent = Tape(), mail("Subject: x", "", "..")
    with Server() as server:
        server.taps.append(tape)
        with Talker(server) as talker:
            client = talker.socket.getsockname()
            talker.send(sent)
            heard = talker.greeting + b"".join(talker.reply() for _ in range(6))
            assert talker.at_end()
    assert (tape.octets(client, "client"), tape.octets(client, "server")) == (sent, heard)
    assert tape.others(client) == ["open", "server closed", "client closed"]
    assert tape.servers == {("127.0.0.1", server.port)}


def test_tap_of_the_server_says_who_closed_first() -> None:
    tape = Tape()
    with Server() as server:
        server.taps.append(tape)
        with Talker(server) as talker:
            client = talker.socket.getsockname()
            talker.finish()
            assert talker.at_end()
    assert tape.others(client) == ["open", "client closed", "server closed"]


def test_tap_of_the_server_keeps_connections_apart() -> None:
    tape = Tape()
    with Server() as server:
        server.taps.append(tape)
        with Talker(server) as one, Talker(server) as other:
            clients = [talker.socket.getsockname() for talker in (one, other)]
            one.say("EHLO one.example")
            other.say("EHLO other.example")
            one.say("QUIT")
            other.say("QUIT")
    assert [tape.octets(client, "client") for client in clients] == [
        b"EHLO one.example\r\nQUIT\r\n",
        b"EHLO other.example\r\nQUIT\r\n",
    ]


@pytest.mark.parametrize("tls", ["none", "starttls", "implicit"])
def test_taps_of_client_and_server_agree(tls: str) -> None:
    ours, theirs = Tape(), Tape()
    with Server(USERS, tls=tls) as server:  # type: ignore[arg-type]
        server.taps.append(theirs)
        with Client(server, taps=[ours], implicit_tls=tls == "implicit") as client:
            client.introduce(tls="opportunistic")
            client.auth("PLAIN", *next(iter(USERS.items())))
            client.send_message("test01@coremail.cn", ["test02@coremail.cn"], "Subject: x\n\n.\n")
    (client_address,) = theirs.happenings
    assert ours.happenings.keys() == theirs.happenings.keys()
    assert ours.servers == theirs.servers
    assert ours.octets(client_address, "client") == theirs.octets(client_address, "client")
    # The server's farewell of TLS comes when the client has gone already.
    assert theirs.octets(client_address, "server").startswith(ours.octets(client_address, "server"))
    assert ours.others(client_address)[0] == theirs.others(client_address)[0] == "open"
    assert (b"password01" in ours.octets(client_address, "client")) is False
    assert (b"Subject: x" in ours.octets(client_address, "client")) is (tls == "none")


def test_tap_of_the_client_is_told_when_the_server_is_gone() -> None:
    tape = Tape()
    with Server() as server:
        client = Client(server, taps=[tape])
        client.connect()
    assert client.send_line("NOOP").code == 421
    with pytest.raises(ConnectionError):
        client.send_line("NOOP")
    (address,) = tape.happenings
    assert tape.others(address)[:2] == ["open", "server closed"]
    assert tape.octets(address, "server").endswith(b"421 4.3.2 Server is shutting down, closing the connection\r\n")
