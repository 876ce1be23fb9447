"""Who knows where a domain's mail goes? The lab's own name server, on loopback.

It answers over UDP and, for answers that are too long for that, over TCP (RFC 1035 §4.2). It also writes down who asked
what, since that is half of the lesson.
"""

import asyncio
import socket
from collections.abc import Iterable
from types import TracebackType
from typing import Final, NamedTuple, Self, cast

from dnslib import CLASS, OPCODE, QTYPE, RCODE, DNSBuffer, DNSHeader, DNSRecord
from dnslib.dns import EDNS0

from smtplab.net.background import Background
from smtplab.net.networks import LOOPBACK, Network
from smtplab.net.zones import UNREADABLE, Found, Zones
from smtplab.protocol.octets import printable

UDP_LIMIT: Final = 512  # octets of a message, RFC 1035 §4.2.1
EDNS_LIMIT: Final = 1232  # octets that this server takes where EDNS is spoken (RFC 6891 §6.2.3)
HEADER_SIZE: Final = 12  # octets
PORT_TRIES: Final = 20


class Query(NamedTuple):
    """One question that came, and what was answered.

    client: the address that it came from. transport: "UDP" or "TCP". code: such as "NOERROR", "" for no answer at all.
    answers: the records, each as a line of a zone file.
    """

    client: str
    transport: str
    name: str
    type: str
    code: str
    answers: tuple[str, ...]

    def __str__(self) -> str:
        said = "; ".join(self.answers) or self.code or "no answer"
        return f"{self.client} asks by {self.transport} for {self.type} of {self.name}: {said}"


class NameServer:
    """A name server for the whole world of the lab. Use it in a `with` statement, or call `start` and `stop`.

    zones: the text of a zone file, see `Zones`. host: on loopback. port: 0 for any free one. network: where it is.
    failing: domains about which it answers SERVFAIL. silent: domains about which it says nothing.

    `zones` may be replaced while it runs, by another `Zones`, `failing` and `silent` may be changed. `queries` lists
    what was asked, oldest first.
    """

    def __init__(
        self,
        zones: str,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        network: Network = LOOPBACK,
        failing: Iterable[str] = (),
        silent: Iterable[str] = (),
    ) -> None:
        self.zones = Zones(zones)
        self.host = host
        self.port = port
        self.network = network
        self.failing = set(failing)
        self.silent = set(silent)
        self.queries: list[Query] = []
        self._streams: set[asyncio.Transport] = set()
        self._background: Background | None = None

    def __repr__(self) -> str:
        return f"NameServer(on {self.host}, {'running' if self._background else 'not running'})"

    # Running

    def start(self) -> Self:
        """Listen. Raises OSError when the port cannot be had, PermissionError for a host beyond loopback."""
        if self._background is not None:
            raise RuntimeError("this name server is running already")
        listening, datagrams = _bind(self.network, self.host, self.port)
        self.port = listening.getsockname()[1]
        self._background = Background("name server", asyncio.new_event_loop())
        self._background.wait_for(self._serve(self._background.loop, listening, datagrams))
        return self

    async def _serve(self, loop: asyncio.AbstractEventLoop, listening: socket.socket, datagrams: socket.socket) -> None:
        self._listener = await loop.create_server(lambda: _Stream(self, self._streams), sock=listening)
        self._datagrams, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(self), sock=datagrams)

    def stop(self) -> None:
        """Stop listening. Stopping twice is fine."""
        if self._background is None:
            return
        self._background.wait_for(self._close())
        self._background.end()
        self._background = None

    async def _close(self) -> None:
        while accepting := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.gather(*accepting)  # one that finds the listener closed would stay open for ever
        self._listener.close()
        self._datagrams.close()
        for transport in tuple(self._streams):
            transport.abort()
        await asyncio.sleep(0)  # closed transports say so at the loop's next turn

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    # Answering

    def answer(self, octets: bytes, client: str, transport: str) -> bytes | None:
        """Give the answer to one message, and write it down; None where silence is the right answer, or asked for.

        Answers FORMERR to what cannot be read, NOTIMP to anything but a query, REFUSED for classes but IN, SERVFAIL
        for failing domains, and else what `Zones.look_up` finds. An answer over the limit of UDP comes without records
        and with TC set, so that the client asks again by TCP. RFC 1035 §4.1.1, §4.2.1.
        """
        if len(octets) < HEADER_SIZE:
            return None
        header = DNSHeader.parse(DNSBuffer(octets))
        if header.qr:
            return None  # an answer: two servers that answer answers never stop
        try:
            query = DNSRecord.parse(octets)
            query.pack()  # a name that is too long shows only here
        except UNREADABLE:
            query = None
        if query is None or len(query.questions) != 1:
            return bytes(DNSRecord(DNSHeader(id=header.id, qr=1, opcode=header.opcode, rcode=RCODE.FORMERR)).pack())
        name, kind = str(query.q.qname), QTYPE.get(query.q.qtype)
        found = self._find(query, name, kind)
        self._write_down(client, transport, name, kind, found)
        return None if found is None else _packed(query, found, transport)

    def _write_down(self, client: str, transport: str, name: str, kind: str, found: Found | None) -> None:
        code = found.code if found else ""
        answers = tuple(" ".join(record.toZone().split()) for record in found.answers) if found else ()
        self.queries.append(Query(client, transport, printable(name.encode()), kind, code, answers))

    def _find(self, query: DNSRecord, name: str, kind: str) -> Found | None:
        if query.header.opcode != OPCODE.QUERY:
            return Found("NOTIMP", [], [])
        if CLASS.get(query.q.qclass) != "IN":
            return Found("REFUSED", [], [])
        if _is_within(name, self.silent):
            return None
        if _is_within(name, self.failing):
            return Found("SERVFAIL", [], [])
        return self.zones.look_up(name, kind)


def _packed(query: DNSRecord, found: Found, transport: str) -> bytes:
    header = DNSHeader(id=query.header.id, opcode=query.header.opcode, rcode=RCODE.reverse[found.code])
    header.qr, header.rd, header.ra, header.aa = 1, query.header.rd, 1, int(found.code in ("NOERROR", "NXDOMAIN"))
    reply = DNSRecord(header, q=query.q)
    options = [record for record in query.ar if record.rtype == QTYPE.OPT]
    if options:
        reply.add_ar(EDNS0(udp_len=EDNS_LIMIT))
    reply.add_answer(*found.answers)
    reply.add_auth(*found.authority)
    packed = bytes(reply.pack())
    limit = max([UDP_LIMIT, *(record.rclass for record in options)])  # EDNS keeps the client's limit there
    if transport == "UDP" and len(packed) > limit:
        reply.header.tc, reply.rr, reply.auth = 1, [], []
        packed = bytes(reply.pack())
    return packed


def _is_within(name: str, domains: Iterable[str]) -> bool:
    """Tell whether a name is one of these domains, or below one."""
    inner = "." + name.strip(".").lower()
    return any(inner.endswith("." + domain.strip(".").lower()) for domain in domains)


def _bind(network: Network, host: str, port: int) -> tuple[socket.socket, socket.socket]:
    """Open a TCP and a UDP socket at the same port; port 0 takes one that is free for both."""
    for tries_left in reversed(range(PORT_TRIES if port == 0 else 1)):
        listening = network.listen(host, port)
        datagrams = network.new_socket(listening.family, socket.SOCK_DGRAM)
        try:
            datagrams.bind((host, listening.getsockname()[1]))
        except OSError:
            listening.close()
            datagrams.close()
            if not tries_left:
                raise
        else:
            return listening, datagrams
    raise AssertionError("the last try raises")


class _Datagrams(asyncio.DatagramProtocol):
    """Answers each datagram by one."""

    def __init__(self, server: NameServer) -> None:
        self._server = server
        self._transport: asyncio.DatagramTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)  # asyncio's own is no subclass of it

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        answer = self._server.answer(data, addr[0], "UDP")
        if answer is not None:
            self._transport.sendto(answer, addr)


class _Stream(asyncio.Protocol):
    """Answers messages that come one after another, each behind its length in two octets (RFC 1035 §4.2.2)."""

    def __init__(self, server: NameServer, streams: set[asyncio.Transport]) -> None:
        self._server = server
        self._streams = streams
        self._transport: asyncio.Transport
        self._octets = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._streams.add(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._streams.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        self._octets += data
        while len(self._octets) >= 2 and len(self._octets) >= (end := 2 + int.from_bytes(self._octets[:2])):
            message, self._octets = self._octets[2:end], self._octets[end:]
            answer = self._server.answer(message, self._transport.get_extra_info("peername")[0], "TCP")
            if answer is not None:
                self._transport.write(len(answer).to_bytes(2) + answer)
