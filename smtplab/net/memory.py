"""A server that is talked to by calls alone: no socket, no thread, no rights, and the same octets every time.

A `Client` connects to it as to any other server, and a `Capture` makes packets of what was said, so
that a lesson can judge how a learner's own function talks, and give everybody another stranger's capture to read. TLS
is not there, and a hook's delay passes at once.
"""

import socket
from collections.abc import Iterable, Mapping
from itertools import count
from pathlib import Path
from typing import Any, Final

from smtplab.net.choices import checked
from smtplab.net.networks import Address
from smtplab.net.taps import Happening, Tap
from smtplab.protocol import replies
from smtplab.protocol.grammar import same_mailbox
from smtplab.protocol.mail import MailObject
from smtplab.protocol.policy import Policy
from smtplab.protocol.server import Close, Deliver, Output, ServerSession

# Addresses that are nobody's, for documentation (RFC 5737).
SERVER_HOST: Final = "192.0.2.25"
CLIENT_HOST: Final = "198.51.100.10"
SERVER_PORT: Final = 25
NO_SOCKETS: Final = "a server in memory has no sockets"
FIRST_CLIENT_PORT: Final = 49152  # the first that nobody registers (RFC 6335)


class MemoryServer:
    """An SMTP server in the memory of this thread.

    users: passwords by user name. mailboxes: those that exist beside them; None: every mailbox exists. choices: as for
    `net.server.Server`, without TLS; a mechanism that needs a nonce has to be given one.
    `mails` is what was taken, oldest first.
    """

    tls = "none"
    key_log: Path | None = None

    def __init__(
        self,
        users: Mapping[str, str] | None = None,
        *,
        mailboxes: Iterable[str] | None = None,
        host: str = SERVER_HOST,
        port: int = SERVER_PORT,
        client_host: str = CLIENT_HOST,
        **choices: Any,
    ) -> None:
        names = None if mailboxes is None else frozenset(map(same_mailbox, [*mailboxes, *(users or {})]))
        self.policy = Policy(passwords=dict(users or {}), mailboxes=names, **checked(choices))
        self.host = host
        self.port = port
        self.taps: list[Tap] = []
        self.mails: list[MailObject] = []
        self.network = MemoryNetwork(self, client_host)

    def join_private_network(self) -> None:
        """Raise PermissionError: there are no packets to be caught."""
        raise PermissionError(NO_SOCKETS)


class MemoryNetwork:
    """Where a server in memory is to be reached, and nothing else. client_host: whom the server sees connect."""

    name = "memory"
    source = "memory"

    def __init__(self, server: MemoryServer, client_host: str) -> None:
        self._server = server
        self._client_host = client_host
        self._client_ports = count(FIRST_CLIENT_PORT)

    def connect(self, host: str, port: int, timeout: float, *, allow_remote: bool = False) -> "MemoryConnection":
        """Connect to the server, as a `Client` does."""
        return MemoryConnection(self._server, (self._client_host, next(self._client_ports)))

    def new_socket(self, family: int, kind: int, protocol: int = 0) -> socket.socket:
        """Raise PermissionError: there is nothing to make one for."""
        raise PermissionError(NO_SOCKETS)


class MemoryConnection:
    """One connection: what a client needs of a socket, with the server's session behind it."""

    def __init__(self, server: MemoryServer, client: Address) -> None:
        self._server = server
        self._client = client
        self._session = ServerSession(server.policy)
        self._unread = bytearray()
        self._open = {"client closed", "server closed"}
        self._tap("open")
        self._carry_out(self._session.greet())

    def getsockname(self) -> Address:
        """Give the client's address."""
        return self._client

    def getpeername(self) -> Address:
        """Give the server's address."""
        return (self._server.host, self._server.port)

    def sendall(self, octets: bytes) -> None:
        """Hand octets to the server, which replies before this returns. After the end they are lost."""
        if "server closed" in self._open:
            self._tap("client", octets)
            self._carry_out(self._session.receive(octets))

    def recv(self, size: int) -> bytes:
        """Give what the server said, b"" after its end. Raises TimeoutError where nothing will ever come."""
        if not self._unread and "server closed" in self._open:
            raise TimeoutError
        octets = bytes(self._unread[:size])
        del self._unread[:size]
        return octets

    def close(self) -> None:
        """Close the connection from both sides. Closing twice is fine."""
        self._end("client closed")
        self._end("server closed")

    def _carry_out(self, outputs: list[Output]) -> None:
        for output in outputs:
            match output:
                case bytes(octets):
                    self._tap("server", octets)
                    self._unread += octets
                case Deliver(mail):
                    self._server.mails.append(mail)
                    self._carry_out(self._session.delivered(replies.queued(str(len(self._server.mails)))))
                case Close():
                    self._end("server closed")

    def _end(self, happening: Happening) -> None:
        if happening in self._open:
            self._open.remove(happening)
            self._tap(happening)

    def _tap(self, happening: Happening, octets: bytes = b"") -> None:
        for tap in self._server.taps:
            tap(self._client, self.getpeername(), happening, octets)
