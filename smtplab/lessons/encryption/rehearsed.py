"""What would be said around STARTTLS? A session without sockets and without real TLS, which notes what is inside."""

from typing import Final, NamedTuple

from smtplab.lessons.rehearsal import CLIENT, in_one_line
from smtplab.protocol.policy import Policy
from smtplab.protocol.replies import Reply, parse_reply
from smtplab.protocol.server import ServerSession, StartTls

NOT_NOW: Final = Reply(454, "4.7.0", "TLS not available just now")  # RFC 3207 §4


class Line(NamedTuple):
    """What one party said. inside: of TLS, where no onlooker can read it."""

    party: str
    said: bytes
    inside: bool

    def __str__(self) -> str:
        return f"{self.party}: {in_one_line(self.said)}"


class Rehearsed:
    """A session of the lab's server from the greeting on: `lines` is what was said."""

    def __init__(self, policy: Policy) -> None:
        self._session = ServerSession(policy)
        self.lines: list[Line] = []
        for output in self._session.greet():
            if isinstance(output, bytes):
                self.lines.append(Line("S", output, inside=False))

    def say(self, line: str) -> None:
        """Say a line; after STARTTLS, TLS begins as if the handshake had been done."""
        octets, inside = line.encode() + b"\r\n", self._session.tls
        self.lines.append(Line("C", octets, inside))
        for output in self._session.receive(octets):
            if isinstance(output, bytes):
                self.lines.append(Line("S", output, inside))
            elif isinstance(output, StartTls):
                self._session.tls_started()


def reply_to_ehlo(policy: Policy, *, tls: bool) -> Reply:
    """Give what a server replies to EHLO, inside TLS or not."""
    session = ServerSession(policy, tls=tls)
    session.greet()
    (octets,) = session.receive(f"EHLO {CLIENT}\r\n".encode())
    assert isinstance(octets, bytes)
    return parse_reply(octets)
