"""A server that is talked to by calls alone: no socket, no thread, no rights, and the same octets every time.

A `Client` connects to it as to any other server, and a `Capture` makes packets of what was said, so
that a lesson can judge how a learner's own function talks, and give everybody another stranger's capture to read. TLS
is real, with keys that are new each time. A hook's delay passes at once.
"""

import shutil
import socket
import ssl
import tempfile
import weakref
from collections.abc import Iterable, Mapping
from itertools import count
from pathlib import Path
from typing import Any, Final

from smtplab.net.choices import TLS_KINDS, checked, known
from smtplab.net.networks import Address
from smtplab.net.taps import Happening, Tap
from smtplab.net.tls import TlsLayer, server_context
from smtplab.protocol import replies
from smtplab.protocol.grammar import same_mailbox
from smtplab.protocol.mail import MailObject
from smtplab.protocol.policy import Policy
from smtplab.protocol.server import Close, Deliver, Output, ServerSession, StartTls

# Addresses that are nobody's, for documentation (RFC 5737).
SERVER_HOST: Final = "192.0.2.25"
CLIENT_HOST: Final = "198.51.100.10"
SERVER_PORT: Final = 25
NO_SOCKETS: Final = "a server in memory has no sockets"
FIRST_CLIENT_PORT: Final = 49152  # the first that nobody registers (RFC 6335)


class MemoryServer:
    """An SMTP server in the memory of this thread.

    users: passwords by user name. mailboxes: those that exist beside them; None: every mailbox exists. tls, choices: as
    for `net.server.Server`; a mechanism that needs a nonce has to be given one.
    `mails` is what was taken, oldest first; `authority_pem` and `key_log` are those of a `net.server.Server`.
    """

    def __init__(
        self,
        users: Mapping[str, str] | None = None,
        *,
        mailboxes: Iterable[str] | None = None,
        host: str = SERVER_HOST,
        port: int = SERVER_PORT,
        client_host: str = CLIENT_HOST,
        tls: str = "none",
        **choices: Any,
    ) -> None:
        names = None if mailboxes is None else frozenset(map(same_mailbox, [*mailboxes, *(users or {})]))
        (self.tls,) = known("kind of TLS", [tls], TLS_KINDS)
        self.policy = Policy(
            passwords=dict(users or {}), mailboxes=names, starttls=tls == "starttls", **checked(choices)
        )
        self.host = host
        self.port = port
        self.taps: list[Tap] = []
        self.mails: list[MailObject] = []
        self.network = MemoryNetwork(self, client_host)
        self.tls_context: ssl.SSLContext | None = None
        self.authority_pem: str | None = None
        self.key_log: Path | None = None
        if tls != "none":
            self._prepare_tls()

    def _prepare_tls(self) -> None:
        from smtplab.net.certificates import Authority  # it loads a library for certificates, which few sessions need

        scratch = Path(tempfile.mkdtemp(prefix="smtplab-"))
        weakref.finalize(self, shutil.rmtree, scratch, ignore_errors=True)
        authority = Authority()
        self.authority_pem, self.key_log = authority.pem, scratch / "keys.log"
        self.tls_context = server_context(authority, self.host, self.key_log)

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
        self._implicit_tls = server.tls == "implicit"
        self._session = ServerSession(server.policy, tls=self._implicit_tls)
        self._tls: TlsLayer | None = None
        self._unread = bytearray()
        self._open = {"client closed", "server closed"}
        self._tap("open")
        if self._implicit_tls:
            self._start_tls()
        else:
            self._carry_out(self._session.greet())

    def getsockname(self) -> Address:
        """Give the client's address."""
        return self._client

    def getpeername(self) -> Address:
        """Give the server's address."""
        return (self._server.host, self._server.port)

    def settimeout(self, seconds: float) -> None:
        """Do nothing: whatever comes has come already."""

    def sendall(self, octets: bytes) -> None:
        """Hand octets to the server, which replies before this returns. After the end they are lost."""
        if "server closed" in self._open:
            self._tap("client", octets)
            if self._tls is None:
                self._carry_out(self._session.receive(octets))
            else:
                self._receive_tls(self._tls, octets)

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
                    self._write(octets if self._tls is None else self._tls.send(octets))
                case StartTls():
                    self._start_tls()
                case Deliver(mail):
                    self._server.mails.append(mail)
                    self._carry_out(self._session.delivered(replies.queued(str(len(self._server.mails)))))
                case Close():
                    if self._tls is not None and self._tls.handshake_done:
                        self._write(self._tls.close())
                    self._end("server closed")

    def _write(self, octets: bytes) -> None:
        if octets:
            self._tap("server", octets)
            self._unread += octets

    def _start_tls(self) -> None:
        assert self._server.tls_context is not None
        self._tls = TlsLayer(self._server.tls_context)

    def _receive_tls(self, tls: TlsLayer, octets: bytes) -> None:
        was_done = tls.handshake_done
        try:
            plain = tls.receive(octets)
        except ssl.SSLError:  # the alert says why, and that is all
            self._write(tls.take_output())
            self._end("server closed")
            return
        self._write(tls.take_output())
        if tls.handshake_done and not was_done:
            self._begin_inside_tls()
        if plain:
            self._carry_out(self._session.receive(plain))

    def _begin_inside_tls(self) -> None:
        if self._implicit_tls:
            self._carry_out(self._session.greet())
        else:
            self._carry_out(self._session.tls_started())

    def _end(self, happening: Happening) -> None:
        if happening in self._open:
            self._open.remove(happening)
            self._tap(happening)

    def _tap(self, happening: Happening, octets: bytes = b"") -> None:
        for tap in self._server.taps:
            tap(self._client, self.getpeername(), happening, octets)
