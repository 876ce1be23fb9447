"""TLS sessions that OpenSSL made, as captured packets, with their key log: made in memory, without any socket."""

import ssl
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import trustme

from smtplab.capture.frame import Frame
from smtplab.capture.link import Endpoint
from smtplab.net.tls import TlsLayer
from smtplab.protocol.transcript import Party
from tests.capture.packets import CLIENT, SERVER, Talk

TLS_1_2, TLS_1_3 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
VERSIONS = {"TLS 1.2": TLS_1_2, "TLS 1.3": TLS_1_3}
NAME = "mail.example.com"
SUBMISSIONS = Endpoint(SERVER.address, 465)

BEFORE = ("S: 220 mail.example.com ready", "C: STARTTLS", "S: 220 go ahead")
INSIDE = (
    "C: EHLO TINY-DESKTOP",
    "S: 250 mail.example.com",
    "C: MAIL FROM:<a@example.com>",
    "S: 250 2.1.0 OK",
    "C: RCPT TO:<b@example.com>",
    "S: 250 2.1.5 OK",
    "C: DATA",
    "S: 354 go ahead",
    "C: Subject: hello\r\n\r\nHi.",
    "C: .",
    "S: 250 2.0.0 OK",
    "C: QUIT",
    "S: 221 bye",
)
GREETED = ("S: 220 mail.example.com ready", *INSIDE)


@cache
def authority() -> trustme.CA:
    return trustme.CA()


@cache
def certificate(rsa: bool) -> trustme.LeafCert:
    return authority().issue_cert(NAME, "127.0.0.1", key_type=trustme.KeyType.RSA if rsa else trustme.KeyType.ECDSA)


@dataclass
class TlsTalk:
    """A connection on which both sides speak TLS.

    ciphers: as OpenSSL names them, for 1.2 only. curve: the only one that the server takes. mutual: whether the server
    wants a certificate too.
    """

    version: ssl.TLSVersion = TLS_1_3
    ciphers: str = ""
    client: Endpoint = CLIENT
    server: Endpoint = SUBMISSIONS
    first: int = 1
    tickets: int = 2
    curve: str = ""
    mutual: bool = False
    keys: bytes = b""
    talk: Talk = field(init=False)

    def __post_init__(self) -> None:
        self.talk = Talk(self.client, self.server, self.first).open()
        self.ends: dict[Party, TlsLayer] = {}

    @property
    def frames(self) -> list[Frame]:
        return self.talk.frames

    def _contexts(self, key_log: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
        client, server = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority().configure_trust(client)
        certificate("ECDSA" not in (self.ciphers or "ECDSA")).configure_cert(server)
        server.num_tickets = self.tickets
        if self.curve:
            server.set_ecdh_curve(self.curve)
        if self.mutual:
            certificate(rsa=False).configure_cert(client)
            authority().configure_trust(server)
            server.verify_mode = ssl.CERT_REQUIRED
        for context in (client, server):
            context.minimum_version = context.maximum_version = self.version
            if self.ciphers:
                context.set_ciphers(f"{self.ciphers}@SECLEVEL=0")
        server.keylog_filename = str(key_log)
        return client, server

    def handshake(self) -> "TlsTalk":
        """Do the handshake, each flight in one packet."""
        with TemporaryDirectory() as directory:
            key_log = Path(directory) / "keys"
            contexts = self._contexts(key_log)
            self.ends = {"client": TlsLayer(contexts[0], NAME), "server": TlsLayer(contexts[1])}
            self._exchange_flights(self.ends["client"], self.ends["server"])
            self.keys = key_log.read_bytes()
        return self

    def _exchange_flights(self, client: TlsLayer, server: TlsLayer) -> None:
        client.receive(b"")
        while flight := client.take_output():
            self.talk.send("client", flight)
            server.receive(flight)
            if answer := server.take_output():
                self.talk.send("server", answer)
                client.receive(answer)
        assert client.handshake_done
        assert server.handshake_done

    def sealed(self, party: Party, octets: bytes) -> bytes:
        """Give what carries these octets, and let the other side read it."""
        other: Party = "server" if party == "client" else "client"
        sealed = self.ends[party].send(octets)
        assert self.ends[other].receive(sealed) == octets
        return sealed

    def say(self, dialogue: Iterable[str]) -> "TlsTalk":
        """Send lines such as "S: 220 ready", each in one record and one packet, CRLF added."""
        for line in dialogue:
            party: Party = "client" if line.startswith("C: ") else "server"
            self.talk.send(party, self.sealed(party, line[3:].encode() + b"\r\n"))
        return self

    def close(self) -> "TlsTalk":
        """Close as a server does: close notify, and FIN."""
        self.talk.send("server", self.ends["server"].close())
        self.talk.close()
        return self


def implicit(version: ssl.TLSVersion = TLS_1_3, ciphers: str = "", dialogue: Sequence[str] = GREETED) -> TlsTalk:
    """Make a session that begins with TLS, at port 465."""
    return TlsTalk(version, ciphers).handshake().say(dialogue).close()


def starttls(version: ssl.TLSVersion = TLS_1_3, ciphers: str = "") -> TlsTalk:
    """Make a session in which TLS begins with STARTTLS, at port 25."""
    talk = TlsTalk(version, ciphers, server=SERVER)
    talk.talk.say(BEFORE)
    return talk.handshake().say(INSIDE).close()
