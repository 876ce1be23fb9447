"""A server on real sockets: the protocol core behind an event loop in a thread of its own.

A notebook's kernel stays free while it runs. Whatever goes over its connections is also handed to the `taps`, so that
it can be recorded without this module knowing who records.
"""

import asyncio
import shutil
import tempfile
import threading
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Final, Literal, Self

from smtplab.net import networks
from smtplab.net.mailboxes import Mailboxes
from smtplab.protocol import replies, trace
from smtplab.protocol.commands import Lax
from smtplab.protocol.extensions import OFFERED
from smtplab.protocol.mail import MailObject
from smtplab.protocol.policy import SIZE_LIMIT, Policy
from smtplab.protocol.replies import Reply
from smtplab.protocol.server import Close, Deliver, Output, ServerSession
from smtplab.protocol.states import State

IDLE_TIMEOUT: Final = 300.0  # seconds, RFC 5321 §4.5.3.2.7
STOP_TIMEOUT: Final = 5.0  # seconds for the connections to close

Happening = Literal["open", "client", "server", "client closed", "server closed"]
Tap = Callable[[networks.Address, networks.Address, Happening, bytes], None]


class Server:
    """An SMTP server for the lab. Use it in a `with` statement, or call `start` and `stop`.

    users: passwords by user name; without any, AUTH is not offered. Nobody needs to log in to send.
    mailboxes: those that exist beside those of the users; None: every mailbox exists. Nothing is ever sent on.
    maildir: where they are kept; None: in a temporary directory that goes with the server. discard: store nothing.
    port: 0 for any free one. extensions: keywords to offer. lax: names of deviations to let pass. idle_timeout:
    seconds. clock: gives the time that Received fields carry.

    The attribute `mailboxes` maps a mailbox to its Maildir, `taps` is the list of those who are handed all octets, and
    `host` and `port` say where it listens.
    """

    def __init__(
        self,
        users: Mapping[str, str] | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        mailboxes: Iterable[str] | None = None,
        maildir: Path | str | None = None,
        discard: bool = False,
        domain: str = Policy.domain,
        greeting: str = Policy.greeting,
        extensions: Iterable[str] = OFFERED,
        size_limit: int = SIZE_LIMIT,
        lax: Iterable[str] = (),
        allow_remote: bool = False,
        idle_timeout: float = IDLE_TIMEOUT,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.host = host
        self.port = port
        self.taps: list[Tap] = []
        self.discard = discard
        self.clock = clock
        self.idle_timeout = idle_timeout
        self._allow_remote = allow_remote
        if maildir is None:
            maildir = tempfile.mkdtemp(prefix="smtplab-")
            weakref.finalize(self, shutil.rmtree, maildir, ignore_errors=True)
        names = None if mailboxes is None else [*mailboxes, *(users or {})]
        self.mailboxes = Mailboxes(Path(maildir), names)
        self.policy = Policy(
            domain=domain,
            greeting=greeting,
            passwords=dict(users or {}),
            mailboxes=self.mailboxes.names,
            extensions=frozenset(extensions),
            size_limit=size_limit,
            lax=frozenset(map(Lax, lax)),
        )
        self.connections: set[Connection] = set()
        self.names = count(1)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listener: asyncio.Server | None = None
        self._thread: threading.Thread | None = None

    def __repr__(self) -> str:
        return f"Server({self.policy.domain} on {self.host}, {'running' if self._thread else 'not running'})"

    def start(self) -> Self:
        """Listen. Raises OSError, saying what to do, when the port cannot be had or the host is beyond loopback."""
        if self._thread is not None:
            raise RuntimeError("this server is running already")
        listening = networks.listen(self.host, self.port, allow_remote=self._allow_remote)
        self.port = listening.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._listener = self._loop.run_until_complete(
            self._loop.create_server(lambda: Connection(self), sock=listening)
        )
        self._thread = threading.Thread(target=self._loop.run_forever, name="smtplab server", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Tell every client 421, close all connections and stop listening (RFC 5321 §3.8). Stopping twice is fine."""
        if self._thread is None or self._loop is None:
            return
        asyncio.run_coroutine_threadsafe(self._close_all(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._thread = self._loop = None

    async def _close_all(self) -> None:
        if self._listener is not None:
            self._listener.close()
        closing = [connection.shut_down() for connection in tuple(self.connections)]
        if closing:
            await asyncio.wait(closing, timeout=STOP_TIMEOUT)
        for connection in tuple(self.connections):
            connection.abort()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def store(self, mail: MailObject, session: ServerSession, client_address: str) -> Reply:
        """Store a message in the mailboxes of its recipients, trace fields on top, and give the reply to its end.

        Replies 250 2.0.0 once it is on the disk, 451 4.3.0 when it cannot be stored.
        """
        name = str(next(self.names))
        if self.discard:
            return replies.queued(name)
        protocol = trace.with_protocol(extended=session.extended, authenticated=session.user is not None)
        received = trace.received(
            session.client_domain, client_address, self.policy.domain, protocol, name, self.clock()
        )
        octets = trace.return_path(mail.reverse_path) + received + mail.content
        try:
            self.mailboxes.deliver(dict.fromkeys(mail.forward_paths, octets))
        except OSError:
            return replies.CANNOT_STORE
        return replies.queued(name)


class Connection(asyncio.Protocol):
    """One connection: carries octets between a socket and a `ServerSession`, and does what that asks for."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._session = ServerSession(server.policy)
        self._transport: asyncio.Transport
        self._client: networks.Address = ("", 0)
        self._local: networks.Address = ("", 0)
        self._loop = asyncio.get_running_loop()
        self._heard = self._loop.time()
        self._idle: asyncio.TimerHandle | None = None
        self._lost: asyncio.Future[None] = self._loop.create_future()
        self._closed: set[Happening] = set()

    # What the event loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._client = transport.get_extra_info("peername")[:2]
        self._local = transport.get_extra_info("sockname")[:2]
        self._server.connections.add(self)
        self._tap("open")
        self._watch()
        self._carry_out(self._session.greet())

    def data_received(self, data: bytes) -> None:
        """Hand octets to the session."""
        self._heard = self._loop.time()
        self._tap("client", data)
        self._carry_out(self._session.receive(data))

    def eof_received(self) -> bool:
        """Note that the client will say nothing more; what it has asked for is answered already."""
        self._tap_close("client closed")
        self._tap_close("server closed")
        return False

    def connection_lost(self, error: Exception | None) -> None:
        """Clean up."""
        self._tap_close("client closed")
        self._tap_close("server closed")
        if self._idle is not None:
            self._idle.cancel()
        self._server.connections.discard(self)
        self._lost.set_result(None)

    def pause_writing(self) -> None:
        """Read no more commands while the client does not read its replies: they would pile up in memory."""
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        """Go on reading."""
        self._transport.resume_reading()

    # What the session asks for

    def _carry_out(self, outputs: list[Output]) -> None:
        to_do = deque(outputs)
        while to_do:
            match to_do.popleft():
                case bytes(octets):
                    self._tap("server", octets)
                    self._transport.write(octets)
                case Deliver(mail):
                    reply = self._server.store(mail, self._session, self._client[0])
                    to_do.extend(self._session.delivered(reply))
                case Close():
                    self._tap_close("server closed")
                    self._transport.close()

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
