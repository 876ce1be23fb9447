"""What does an attacker in the middle do? A proxy on loopback that changes what is said while that is in clear text."""

import asyncio
from typing import TYPE_CHECKING

from smtplab.net.proxy import SIZE, Passage, Proxy
from smtplab.protocol.tampering import Tamperer, Tampering

if TYPE_CHECKING:
    from smtplab.net.server import Server


class TamperingProxy(Proxy):
    """Stands between clients and a server, and tampers with each connection: see `Proxy`.

    A `Capture` of it shows what the clients see, one of the server what the server sees.
    """

    def __init__(self, server: "Server", tampering: Tampering) -> None:
        super().__init__(server)
        self.tampering = tampering

    def __repr__(self) -> str:
        return f"TamperingProxy({self.tampering}, {'running' if self.is_running else 'not running'})"

    def passage(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Passage:
        """Give a passage with somebody in it."""
        return _Tampered(self, reader, writer)


class _Tampered(Passage):
    def __init__(self, proxy: TamperingProxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        super().__init__(proxy.taps, reader, writer)
        self._tamperer = Tamperer(proxy.tampering)

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.TaskGroup() as ways:
            ways.create_task(self._from_client(writer))
            ways.create_task(self._from_server(reader))

    async def _from_client(self, server: asyncio.StreamWriter) -> None:
        octets = b"not the end yet"
        while octets:
            octets = await self.reader.read(SIZE)
            self.client_said(octets)
            on, back = self._tamperer.client(octets)
            await _write(server, on)
            await self._tell(back)
        server.write_eof()

    async def _from_server(self, reader: asyncio.StreamReader) -> None:
        octets = b"not the end yet"
        while octets:
            octets = await reader.read(SIZE)
            await self._tell(self._tamperer.server(octets))
        self.server_said(b"")
        self.writer.write_eof()

    async def _tell(self, octets: bytes) -> None:
        if octets:
            self.server_said(octets)
            await _write(self.writer, octets)


async def _write(writer: asyncio.StreamWriter, octets: bytes) -> None:
    if octets:
        writer.write(octets)
        await writer.drain()
