"""Say anything to a server, and hear whatever it says: a connection that knows nothing of what goes over it.

Whatever may take time happens in a thread of its own, which ends with the connection: who says something goes on at
once, and the owner is told in that thread.
"""

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final, Protocol

from smtplab.net.networks import Address
from smtplab.net.tls import TlsLayer
from smtplab.protocol.transcript import Party

CLOSING_TIMEOUT: Final = 5.0  # seconds to wait for the thread to end
LIMIT: Final = 16 * 2**20  # octets heard on one connection: a server that never stops must not fill the memory


class Owner(Protocol):
    """Who is told what happens on a wire, always in the thread of the wire."""

    def opened(self, client: Address, server: Address) -> None:
        """Note that the connection stands."""

    def carried(self, party: Party, octets: bytes, *, inside_tls: bool) -> None:
        """Note octets of one party; those of a TLS handshake are not inside TLS."""

    def secured(self, version: str) -> None:
        """Note that the TLS handshake is done: octets are inside TLS from now on."""

    def closed(self, why: str) -> None:
        """Note that the connection is over, or never came about."""


class Wire(asyncio.Protocol):
    """One connection, which begins at once. connect: gives a connected socket; it may take its time.

    No method waits for the server. `close` waits for the thread of the wire to end.
    """

    def __init__(self, connect: Callable[[], socket.socket], owner: Owner) -> None:
        self._connect = connect
        self._owner = owner
        self._loop = asyncio.new_event_loop()
        self._over: asyncio.Future[str] = self._loop.create_future()
        self._transport: asyncio.Transport | None = None
        self._tls: TlsLayer | None = None
        self._held = b""  # said while the TLS handshake was not done
        self._heard = 0
        self._why = ""
        self._thread = threading.Thread(target=self._run, name="smtplab wire", daemon=True)
        self._thread.start()

    # What its owner calls, in any thread but that of the wire

    def say(self, octets: bytes) -> None:
        """Send octets, whatever they are; nothing happens when the connection is over."""
        self._soon(lambda: self._say(octets))

    def begin_tls(self, context: ssl.SSLContext, host: str) -> None:
        """Begin a TLS handshake, whether the server waits for one or not. host: whom the certificate must name."""
        self._soon(lambda: self._begin_tls(context, host))

    def close(self) -> None:
        """Close the connection without a word. Closing twice is fine."""
        self._soon(lambda: self._end("closed here"))
        self._thread.join(CLOSING_TIMEOUT)

    def _soon(self, what: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the loop is closed: the connection is over
            self._loop.call_soon_threadsafe(what)

    # The thread

    def _run(self) -> None:
        try:
            why = self._loop.run_until_complete(self._carry())
        finally:
            self._loop.close()
        self._owner.closed(why)

    async def _carry(self) -> str:
        try:
            connection = self._connect()
            connection.setblocking(False)
            await self._loop.create_connection(lambda: self, sock=connection)
        except OSError as error:
            return str(error)
        return await self._over

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Tell between whom it is; or close it again, when that was asked for meanwhile."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._owner.opened(transport.get_extra_info("sockname")[:2], transport.get_extra_info("peername")[:2])
        if self._why:
            transport.abort()

    def data_received(self, data: bytes) -> None:
        """Hand on what the server said, out of TLS where that runs."""
        self._heard += len(data)
        if self._heard > LIMIT:
            self._end(f"closed here: the server said more than {LIMIT:,} octets")
        elif self._tls is None:
            self._owner.carried("server", data, inside_tls=False)
        else:
            self._receive_tls(self._tls, data)

    def eof_received(self) -> bool:
        """Close, as the server did."""
        self._why = self._why or "the server closed the connection"
        return False

    def connection_lost(self, error: Exception | None) -> None:
        """End the thread."""
        self._over.set_result(self._why or f"the connection broke: {error}")

    def _say(self, octets: bytes) -> None:
        if self._tls is not None and not self._tls.handshake_done:
            self._held += octets
        elif self._transport is not None:
            self._owner.carried("client", octets, inside_tls=self._tls is not None)
            self._transport.write(octets if self._tls is None else self._tls.send(octets))

    def _end(self, why: str) -> None:
        self._why = self._why or why
        if self._transport is not None:
            self._transport.abort()

    # TLS

    def _begin_tls(self, context: ssl.SSLContext, host: str) -> None:
        if self._tls is None and self._transport is not None:
            self._tls = TlsLayer(context, host)
            self._tls.receive(b"")
            self._send_handshake(self._tls.take_output())

    def _receive_tls(self, tls: TlsLayer, data: bytes) -> None:
        was_done = tls.handshake_done
        if not was_done:
            self._owner.carried("server", data, inside_tls=False)
        try:
            plain = tls.receive(data)
        except ssl.SSLError as error:
            self._send_handshake(tls.take_output())
            self._end(f"closed here: TLS failed ({error.reason or error})")
            return
        self._send_handshake(tls.take_output())
        if tls.handshake_done and not was_done:
            self._owner.secured(tls.version)
        if plain:
            self._owner.carried("server", plain, inside_tls=True)
        if tls.handshake_done and self._held:
            held, self._held = self._held, b""
            self._say(held)

    def _send_handshake(self, records: bytes) -> None:
        if records and self._transport is not None:
            self._owner.carried("client", records, inside_tls=False)
            self._transport.write(records)
