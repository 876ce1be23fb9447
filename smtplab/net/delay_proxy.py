"""How does it feel when the server is far away? A proxy on loopback that holds all octets back, both ways.

TCP is not delayed: the handshake and the acknowledgements are the proxy's own, so a connection stands at once and only
what is said takes its time.
"""

import asyncio
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from smtplab.net import private_network
from smtplab.net.networks import LOOPBACK, Address, Network, is_loopback
from smtplab.net.taps import Happening, Tap

if TYPE_CHECKING:
    from smtplab.net.server import Server

SIZE: Final = 65536  # octets read at once


class DelayProxy:
    """Stands between clients and a server. Use it in a `with` statement, or call `start` and `stop`.

    server: where connections are passed on to, on loopback. one_way: seconds from one side to the other.

    It is to a `Client`, and to a `Capture`, what the server is: `host`, `port`, `network` and `taps` are those of the
    clients' side. Raises ValueError for a time under 0, PermissionError for a server beyond loopback.
    """

    def __init__(self, server: "Server", one_way: float) -> None:
        if one_way < 0:
            raise ValueError("octets cannot arrive before they were sent")
        if not is_loopback(server.host):
            raise PermissionError(f"will not connect to {server.host}: it is not loopback")
        self.one_way = one_way
        self.host = "127.0.0.1"
        self.port = 0
        self.network: Network = LOOPBACK
        self.taps: list[Tap] = []
        self._server = server
        self._passing: dict[asyncio.Task[None], socket.socket] = {}
        self._listening: list[socket.socket] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def __repr__(self) -> str:
        return f"DelayProxy({self.one_way * 1000:g} ms each way, {'running' if self._thread else 'not running'})"

    @property
    def round_trip(self) -> float:
        """Seconds from one side to the other and back."""
        return 2 * self.one_way

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

    # Running

    def start(self) -> Self:
        """Listen, on any free port."""
        if self._thread is not None:
            raise RuntimeError("this proxy is running already")
        listening = LOOPBACK.listen(self.host, self.port)
        self.port = listening.getsockname()[1]
        self._loop = asyncio.SelectorEventLoop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="smtplab delay proxy", daemon=True)
        self._thread.start()
        self._accept(self._loop, LOOPBACK, listening)
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
        if self._loop is None:
            raise RuntimeError("this proxy is not running: start it first")
        network = private_network.shared()
        self._accept(self._loop, network, network.listen(self.host, self.port))

    def stop(self) -> None:
        """Close all connections and stop listening. Stopping twice is fine."""
        if self._thread is None or self._loop is None:
            return
        asyncio.run_coroutine_threadsafe(self._close_all(self._loop), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._thread = self._loop = None
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
            await _Passage(self, reader, writer).run(self._server.host, self._server.port)
        finally:
            writer.close()  # here, since the proxy may be stopped while it still connects to the server


class _Passage:
    """One connection: what a client and the server say to each other, on its way."""

    def __init__(self, proxy: DelayProxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._proxy = proxy
        self._reader = reader
        self._writer = writer
        self._client: Address = writer.get_extra_info("peername")[:2]
        self._here: Address = writer.get_extra_info("sockname")[:2]

    async def run(self, host: str, port: int) -> None:
        """Connect to the server, and carry octets both ways until both sides are closed or one breaks off."""
        self._tap("open", b"")
        try:
            reader, writer = await asyncio.open_connection(host, port, limit=SIZE)
        except OSError:
            self._writer.transport.abort()
            return
        try:
            async with asyncio.TaskGroup() as ways:
                ways.create_task(self._carry(self._reader, writer, heard=self._client_said))
                ways.create_task(self._carry(reader, self._writer, told=self._server_said))
        except* OSError:
            pass  # one side broke off, so the other is closed too
        finally:
            writer.close()

    async def _carry(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        heard: Callable[[bytes], None] = lambda octets: None,
        told: Callable[[bytes], None] = lambda octets: None,
    ) -> None:
        """Carry octets one way, each of them late by the same time. heard, told: are given them at either end."""
        on_the_way = asyncio.Queue[tuple[float, bytes]]()
        now = asyncio.get_running_loop().time

        async def listen() -> None:
            octets = b"not the end yet"
            while octets:
                octets = await reader.read(SIZE)
                heard(octets)
                on_the_way.put_nowait((now() + self._proxy.one_way, octets))

        async with asyncio.TaskGroup() as both:
            both.create_task(listen())
            while True:
                due, octets = await on_the_way.get()
                await asyncio.sleep(max(0.0, due - now()))
                told(octets)
                if not octets:
                    break
                writer.write(octets)
                await writer.drain()
            writer.write_eof()

    def _client_said(self, octets: bytes) -> None:
        self._tap("client" if octets else "client closed", octets)

    def _server_said(self, octets: bytes) -> None:
        self._tap("server" if octets else "server closed", octets)

    def _tap(self, happening: Happening, octets: bytes) -> None:
        for tap in self._proxy.taps:
            tap(self._client, self._here, happening, octets)
