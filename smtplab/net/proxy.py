"""What stands between clients and a server? A proxy on loopback: what it does with the octets, its passages decide.

A proxy is to a `Client`, and to a `Capture`, what the server is: `host`, `port`, `network` and `taps` are those of the
clients' side.
"""

import asyncio
import socket
from abc import ABC, abstractmethod
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from smtplab.net import private_network
from smtplab.net.background import Background
from smtplab.net.networks import LOOPBACK, Address, Network, is_loopback
from smtplab.net.taps import Happening, Tap

if TYPE_CHECKING:
    from smtplab.net.server import Server

SIZE: Final = 65536  # octets read at once


class Proxy(ABC):
    """Stands between clients and a server. Use it in a `with` statement, or call `start` and `stop`.

    server: where connections are passed on to, on loopback. Raises PermissionError for one beyond it.
    """

    def __init__(self, server: "Server") -> None:
        if not is_loopback(server.host):
            raise PermissionError(f"will not connect to {server.host}: it is not loopback")
        self.host = "127.0.0.1"
        self.port = 0
        self.network: Network = LOOPBACK
        self.taps: list[Tap] = []
        self._server = server
        self._passing: dict[asyncio.Task[None], socket.socket] = {}
        self._listening: list[socket.socket] = []
        self._background: Background | None = None

    @abstractmethod
    def passage(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> "Passage":
        """Give what carries the octets of one connection. reader, writer: of the client's side."""

    @property
    def authority_pem(self) -> str | None:
        """What a client of the server has to trust."""
        return self._server.authority_pem

    @property
    def tls(self) -> str:
        """Whether the server begins TLS, and how."""
        return self._server.tls

    @property
    def key_log(self) -> Path | None:
        """The secrets of the server's TLS sessions, which go through unread."""
        return self._server.key_log

    @property
    def is_running(self) -> bool:
        """Whether it listens."""
        return self._background is not None

    # Running

    def start(self) -> Self:
        """Listen, on any free port."""
        if self._background is not None:
            raise RuntimeError("this proxy is running already")
        listening = LOOPBACK.listen(self.host, self.port)
        self.port = listening.getsockname()[1]
        self._background = Background("proxy", asyncio.SelectorEventLoop())
        self._accept(self._background.loop, LOOPBACK, listening)
        return self

    def _accept(self, loop: asyncio.AbstractEventLoop, network: Network, listening: socket.socket) -> None:
        listening.setblocking(False)
        self._listening.append(listening)
        loop.call_soon_threadsafe(loop.add_reader, listening, self._take, loop, listening)
        self.network = network

    def _take(self, loop: asyncio.AbstractEventLoop, listening: socket.socket) -> None:
        """Take a connection that is waiting, if it still is."""
        with suppress(BlockingIOError, ConnectionAbortedError):
            connection, _ = listening.accept()
            passing = loop.create_task(self._pass_on(connection))
            self._passing[passing] = connection
            passing.add_done_callback(lambda task: self._passing.pop(task, None))

    def join_private_network(self) -> None:
        """Listen in a private network too, where a `Client` goes from now on: see `Server.join_private_network`."""
        if self._background is None:
            raise RuntimeError("this proxy is not running: start it first")
        network = private_network.shared()
        self._accept(self._background.loop, network, network.listen(self.host, self.port))

    def stop(self) -> None:
        """Close all connections and stop listening. Stopping twice is fine."""
        if self._background is None:
            return
        self._background.wait_for(self._close_all(self._background.loop))
        self._background.end()
        self._background = None
        self.network = LOOPBACK

    async def _close_all(self, loop: asyncio.AbstractEventLoop) -> None:
        while self._listening:
            listening = self._listening.pop()
            loop.remove_reader(listening)
            listening.close()
        passing = dict(self._passing)
        for task in passing:
            task.cancel()
        await asyncio.gather(*passing, return_exceptions=True)
        await asyncio.sleep(0)  # closed transports say so at the loop's next turn
        for connection in passing.values():
            connection.close()  # one that had not begun yet has no transport

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    async def _pass_on(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        reader, writer = await asyncio.open_connection(sock=connection, limit=SIZE)
        try:
            await self.passage(reader, writer).run(self._server.host, self._server.port)
        finally:
            writer.close()  # here, since the proxy may be stopped while it still connects to the server


class Passage(ABC):
    """One connection: what a client and the server say to each other, on its way."""

    def __init__(self, taps: list[Tap], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self._taps = taps
        self._client: Address = writer.get_extra_info("peername")[:2]
        self._here: Address = writer.get_extra_info("sockname")[:2]

    @abstractmethod
    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry octets both ways until both sides are closed or one breaks off. reader, writer: of the server's side.

        `client_said` and `server_said` have to be told what goes over the client's side, b"" for the end.
        """

    async def run(self, host: str, port: int) -> None:
        """Connect to the server, and carry octets until it is over."""
        self._tap("open", b"")
        try:
            reader, writer = await asyncio.open_connection(host, port, limit=SIZE)
        except OSError:
            self.writer.transport.abort()
            return
        try:
            await self.carry(reader, writer)
        except* OSError:
            pass  # one side broke off, so the other is closed too
        finally:
            writer.close()

    def client_said(self, octets: bytes) -> None:
        """Note octets that came from the client."""
        self._tap("client" if octets else "client closed", octets)

    def server_said(self, octets: bytes) -> None:
        """Note octets that go to the client."""
        self._tap("server" if octets else "server closed", octets)

    def _tap(self, happening: Happening, octets: bytes) -> None:
        for tap in self._taps:
            tap(self._client, self._here, happening, octets)
