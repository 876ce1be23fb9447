"""One connection of the server: carries octets between a socket and a `ServerSession`, and does what that asks for."""

import asyncio
import ssl
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Final, cast

from smtplab.net.networks import Address
from smtplab.net.taps import Happening
from smtplab.net.tls import TlsLayer
from smtplab.protocol import replies
from smtplab.protocol.server import Close, Deliver, Output, ServerSession, StartTls, Wait
from smtplab.protocol.states import State

if TYPE_CHECKING:
    from smtplab.net.server import Server

UNREAD_LIMIT: Final = 16 * 1024  # octets of replies that the client has not taken; more are held back


class Connection(asyncio.BufferedProtocol):
    """One connection, from its first octet to its last."""

    def __init__(self, server: "Server") -> None:
        self._server = server
        self._implicit_tls = server.tls == "implicit"  # asked once: the server may choose otherwise meanwhile
        self._session = ServerSession(server.policy, tls=self._implicit_tls)
        self._tls: TlsLayer | None = None
        self._transport: asyncio.Transport
        self._client: Address = ("", 0)
        self._local: Address = ("", 0)
        self._loop = asyncio.get_running_loop()
        self._heard = self._loop.time()
        self._idle: asyncio.TimerHandle | None = None
        self._lost: asyncio.Future[None] = self._loop.create_future()
        self._closed: set[Happening] = set()
        self._to_do: deque[Output] = deque()
        self._pause: asyncio.TimerHandle | None = None
        self._is_full = False

    # What the event loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet, or wait for the TLS handshake of the client first."""
        self._transport = cast(asyncio.Transport, transport)  # by what it does: uvloop's has another class
        self._transport.set_write_buffer_limits(UNREAD_LIMIT)
        self._client = transport.get_extra_info("peername")[:2]
        self._local = transport.get_extra_info("sockname")[:2]
        self._server.connections.add(self)
        self._tap("open")
        self._watch()
        if self._session.tls:
            self._start_tls()
        else:
            self._carry_out(self._session.greet())

    def get_buffer(self, sizehint: int) -> memoryview:
        """Say where octets may be put that come: one place for all, since each are taken away at once.

        Without it the event loop makes room for 256 KiB, and gives it up again, for every command.
        """
        return self._server.receive_buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Hand octets to the session, out of TLS where that runs."""
        data = self._server.receive_buffer[:nbytes]
        self._heard = self._loop.time()
        if self._server.taps:
            self._tap("client", bytes(data))
        if self._tls is None:
            self._carry_out(self._session.receive(data))
        else:
            self._receive_tls(self._tls, data)

    def eof_received(self) -> bool:
        """Note that the client will say nothing more; what it has asked for is answered already."""
        self._tap_close("client closed")
        if self._to_do:
            return True  # replies are still to be said
        self._tap_close("server closed")
        return False

    def connection_lost(self, error: Exception | None) -> None:
        """Clean up."""
        self._tap_close("client closed")
        self._tap_close("server closed")
        for timer in (self._idle, self._pause):
            if timer is not None:
                timer.cancel()
        self._server.connections.discard(self)
        self._lost.set_result(None)

    def pause_writing(self) -> None:
        """Read no more commands and say no more while the client reads no replies: they would pile up in memory."""
        self._is_full = True
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        """Go on."""
        self._is_full = False
        self._transport.resume_reading()
        self._go_on_to_the_end()

    # What the session asks for

    def _carry_out(self, outputs: list[Output]) -> None:
        self._to_do.extend(outputs)
        self._go_on()

    def _go_on(self) -> None:
        while self._to_do and self._pause is None and not self._is_full:
            match self._to_do.popleft():
                case bytes(octets):
                    self._say(octets)
                case StartTls():
                    self._start_tls()
                case Deliver(mail):
                    reply = self._server.store(mail, self._session, self._client[0])
                    self._to_do.extend(self._session.delivered(reply))
                case Wait(seconds):
                    self._pause = self._loop.call_later(seconds, self._end_pause)
                case Close():
                    self._close()

    def _end_pause(self) -> None:
        self._pause = None
        self._go_on_to_the_end()

    def _go_on_to_the_end(self) -> None:
        """Go on with what had to wait. A client that has nothing more to say may only have waited for it."""
        self._go_on()
        if not self._to_do and "client closed" in self._closed:
            self._transport.close()

    def _say(self, octets: bytes) -> None:
        """Send octets of SMTP. While TLS has not begun, or when the client has ended it, nobody could read them."""
        with suppress(ssl.SSLError):
            self._write(octets if self._tls is None else self._tls.send(octets))

    def _write(self, octets: bytes) -> None:
        if octets:
            self._tap("server", octets)
            self._transport.write(octets)

    def _close(self) -> None:
        if self._tls is not None and self._tls.handshake_done:
            self._write(self._tls.close())
        self._tap_close("server closed")
        self._transport.close()

    # TLS

    def _start_tls(self) -> None:
        assert self._server.tls_context is not None
        self._tls = TlsLayer(self._server.tls_context)

    def _receive_tls(self, tls: TlsLayer, data: memoryview) -> None:
        was_done = tls.handshake_done
        try:
            plain = tls.receive(data)
        except ssl.SSLError:  # no TLS, or none that both sides can speak: the alert says it, and that is all
            self._write(tls.take_output())
            self._tap_close("server closed")
            self._transport.close()
            return
        self._write(tls.take_output())
        if tls.handshake_done and not was_done:
            self._begin_session_in_tls()
        if plain:
            self._carry_out(self._session.receive(plain))

    def _begin_session_in_tls(self) -> None:
        if self._implicit_tls:
            self._carry_out(self._session.greet())
        else:
            self._carry_out(self._session.tls_started())

    # Taps and time

    def _tap(self, happening: Happening, octets: bytes = b"") -> None:
        for tap in self._server.taps:
            tap(self._client, self._local, happening, octets)

    def _tap_close(self, happening: Happening) -> None:
        if happening not in self._closed:
            self._closed.add(happening)
            self._tap(happening)

    def _watch(self) -> None:
        """Close the connection with a 421 when nothing was heard for too long (§4.5.3.2.7)."""
        left = self._heard + self._server.idle_timeout - self._loop.time()
        if left <= 0:
            self._carry_out(self._session.close(replies.IDLE_TOO_LONG))
            # A client that reads nothing either would keep the connection, and the replies for it, for ever.
            self._idle = self._loop.call_later(self._server.idle_timeout, self.abort)
        else:
            self._idle = self._loop.call_later(left, self._watch)

    def shut_down(self) -> "asyncio.Future[None]":
        """Say 421 and close. The future is done when the connection is."""
        if self._session.state is not State.CLOSED:
            self._carry_out(self._session.close(replies.SHUTTING_DOWN))
        return self._lost

    def abort(self) -> None:
        """Close at once, whatever is still to be sent."""
        self._transport.abort()
