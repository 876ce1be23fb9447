"""How does the grader talk to a learner's program? Through a socket that waits no longer than it should, and records.

Whatever goes over the wire is handed to the taps, inside TLS as records of TLS. Used at both ends: where the learner
wrote the server, and where the client.
"""

import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from smtplab.net.networks import Address
from smtplab.net.taps import Happening
from smtplab.net.tls import TlsLayer
from smtplab.protocol.transcript import Party

PATIENCE: Final = 1.0  # seconds that a reply may take
PAUSE: Final = 0.06  # seconds in which nothing must come
PACE: Final = 0.002  # seconds between octets that travel alone
READ_SIZE: Final = 65536
ENOUGH: Final = 200_000  # octets that are read without sense in them

Record = Callable[[Address, Address, Happening, bytes], None]


class Ended(Exception):
    """The other side closed the connection."""


class Silent(Exception):
    """The other side said nothing in time."""


class Line:
    """One connection of the grader's, from the time on when it is open. party: whom the grader plays."""

    def __init__(self, connection: socket.socket, party: Party, record: Record) -> None:
        self._socket = connection
        self._party: Party = party
        self._other: Party = "client" if party == "server" else "server"
        own, other = connection.getsockname()[:2], connection.getpeername()[:2]
        self.client, self.server = (own, other) if party == "client" else (other, own)
        self._record = record
        self._tls: TlsLayer | None = None
        self._ended = False
        self.heard = b""  # not used up yet
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._note("open")

    def _note(self, what: Happening, octets: bytes = b"") -> None:
        self._record(self.client, self.server, what, octets)

    @property
    def in_tls(self) -> bool:
        """Whether TLS has begun."""
        return self._tls is not None

    @property
    def has_ended(self) -> bool:
        """Whether the end of the connection was heard."""
        return self._ended

    def send(self, octets: bytes) -> None:
        """Send octets. What the other side does not take is lost, as it is on any wire."""
        self._write(octets if self._tls is None else self._tls.send(octets))

    def _write(self, octets: bytes) -> None:
        if not octets:
            return
        self._note(self._party, octets)
        with suppress(OSError):
            self._socket.settimeout(PATIENCE)
            self._socket.sendall(octets)

    def read(self, patience: float = PATIENCE) -> None:
        """Wait for octets, and add them to those that were heard. Raises `Ended` or `Silent`, ssl.SSLError in TLS."""
        if self._ended:
            raise Ended
        self._socket.settimeout(patience)
        try:
            octets = self._socket.recv(READ_SIZE)
        except TimeoutError:
            raise Silent from None
        except OSError:
            octets = b""
        if not octets:
            self._ended = True
            self._note("server closed" if self._party == "client" else "client closed")
            raise Ended
        self._note(self._other, octets)
        self.heard += octets if self._tls is None else self._decrypted(self._tls, octets)
        if len(self.heard) > ENOUGH:
            raise Silent

    def _decrypted(self, tls: TlsLayer, octets: bytes) -> bytes:
        try:
            return tls.receive(octets)
        finally:
            self._write(tls.take_output())

    def line(self, patience: float = PATIENCE) -> bytes:
        """Take one line, with its end, whatever it is: LF alone is enough here. Raises `Ended` or `Silent`."""
        deadline = time.monotonic() + patience
        while b"\n" not in self.heard:
            self.read(max(deadline - time.monotonic(), 0.001))
        line, mark, self.heard = self.heard.partition(b"\n")
        return line + mark

    def is_silent(self) -> bool:
        """Whether nothing was heard, and nothing comes for a moment. An end of the connection is nothing, too."""
        deadline = time.monotonic() + PAUSE
        with suppress(Silent, Ended):
            while not self.heard:  # TLS may say something that says nothing, such as a ticket
                self.read(max(deadline - time.monotonic(), 0.001))
        return not self.heard

    def handshake(self, context: ssl.SSLContext, name: str | None = None) -> None:
        """Begin TLS. name: whose certificate a client wants to see. Raises as `read` does; what was heard is lost."""
        tls, self.heard = TlsLayer(context, name), b""
        if name is not None:
            tls.receive(b"")
        self._write(tls.take_output())
        self._tls = tls
        while not tls.handshake_done:
            self.read()

    def close(self) -> None:
        """Close the connection without a word."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)
        self._note("client closed" if self._party == "client" else "server closed")
        if not self._ended:
            self._ended = True
            self._note("server closed" if self._party == "client" else "client closed")
        self._socket.close()
