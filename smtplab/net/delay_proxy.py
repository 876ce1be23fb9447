"""How does it feel when the server is far away? A proxy on loopback that holds all octets back, both ways.

TCP is not delayed: the handshake and the acknowledgements are the proxy's own, so a connection stands at once and only
what is said takes its time.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from smtplab.net.proxy import SIZE, Passage, Proxy

if TYPE_CHECKING:
    from smtplab.net.server import Server


class DelayProxy(Proxy):
    """Stands between clients and a server, and holds back what they say: see `Proxy`.

    one_way: seconds from one side to the other. Raises ValueError for a time under 0.
    """

    def __init__(self, server: "Server", one_way: float) -> None:
        if one_way < 0:
            raise ValueError("octets cannot arrive before they were sent")
        super().__init__(server)
        self.one_way = one_way

    def __repr__(self) -> str:
        return f"DelayProxy({self.one_way * 1000:g} ms each way, {'running' if self.is_running else 'not running'})"

    @property
    def round_trip(self) -> float:
        """Seconds from one side to the other and back."""
        return 2 * self.one_way

    def passage(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Passage:
        """Give a passage that is late."""
        return _LatePassage(self, reader, writer)


class _LatePassage(Passage):
    def __init__(self, proxy: DelayProxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        super().__init__(proxy.taps, reader, writer)
        self._proxy = proxy

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.TaskGroup() as ways:
            ways.create_task(self._one_way(self.reader, writer, heard=self.client_said))
            ways.create_task(self._one_way(reader, self.writer, told=self.server_said))

    async def _one_way(
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
