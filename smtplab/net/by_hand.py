"""Talk to a server by hand, as with telnet: type octets, and read along what becomes of them.

A `ByHand` keeps everything that was said on its connections as a transcript, and the octets besides that are no whole
line yet. It does not know what is right: whoever types decides what goes out.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Final

from smtplab.net import networks
from smtplab.net.dialogue import Listening
from smtplab.net.networks import Address
from smtplab.net.tls import client_context
from smtplab.net.wire import Wire
from smtplab.protocol.observer import Observer
from smtplab.protocol.states import State
from smtplab.protocol.transcript import Entry, Kind, Party, Stream, Transcript

CONNECT_TIMEOUT: Final = 5.0  # seconds
SOURCE: Final = "recorded at the socket"


class Standing(Enum):
    """How a connection stands. `WAITING` is for the other side to take it."""

    NONE = "not connected"
    WAITING = "connecting"
    OPEN = "connected"


@dataclass(frozen=True)
class Moment:
    """How things stand.

    remark: why there is no connection, where there is none. unread: for each party, octets that are no whole line yet,
    or cannot be understood before the other one has spoken. tls: its version, "" in clear text.
    """

    standing: Standing = Standing.NONE
    remark: str = ""
    transcript: Transcript = field(default_factory=lambda: Transcript(source=SOURCE))
    unread: tuple[tuple[Party, bytes], ...] = ()
    state: State = State.CONNECTED
    tls: str = ""

    @property
    def tls_may_begin(self) -> bool:
        """Whether the server may be waiting for TLS: after STARTTLS, or before it has said anything."""
        is_time = self.state in (State.CONNECTED, State.TLS_HANDSHAKE)
        return self.standing is Standing.OPEN and is_time and not self.tls

    @property
    def waits(self) -> bool:
        """Whether the client spoke last, and what it said asks for a reply."""
        said = self.transcript.entries[-1:]
        asks = (Kind.COMMAND, Kind.AUTH, Kind.END_OF_DATA, Kind.UNKNOWN)
        return self.standing is Standing.OPEN and any(one.party == "client" and one.kind in asks for one in said)

    @property
    def current(self) -> Transcript:
        """What was said on the current connection, or on the last one."""
        streams = self.transcript.streams
        return self.transcript.stream(streams[-1].number) if streams else self.transcript


class ByHand:
    """Connections to one server, one after the other.

    server: a `Server`, which also says in which network it is, or a host name with `port`; on loopback only. changed:
    called whenever `now` is another one, from any thread.
    """

    def __init__(self, server: Listening | str, port: int | None = None, *, changed: Callable[[], None]) -> None:
        if isinstance(server, str):
            if port is None:
                raise ValueError("a host needs a port, as in console('127.0.0.1', 2525)")
            self.host, self._port = server, port
        else:
            self.host, self._port = server.host, server.port
        self.now = Moment()
        self._server = server
        self._changed = changed
        self._began = time.monotonic()
        self._wire: Wire | None = None
        self._observer = Observer()

    @property
    def port(self) -> int:
        """Where the server listens; one that was started after this was made has another port than before."""
        return self._port if isinstance(self._server, str) else self._server.port

    def connect(self) -> None:
        """Begin to connect; nothing happens where a connection stands already."""
        if self.now.standing is Standing.NONE:
            self._tell(standing=Standing.WAITING, remark="", unread=(), tls="")
            network = getattr(self._server, "network", networks.LOOPBACK)  # asked now: a capture may have changed it
            self._wire = Wire(lambda: network.connect(self.host, self.port, CONNECT_TIMEOUT), self)

    def say(self, octets: bytes) -> None:
        """Send octets as they are; where there is no connection, they are lost."""
        if self._wire is not None:
            self._wire.say(octets)

    def begin_tls(self) -> None:
        """Begin TLS, now: where the server does not wait for it, it hears octets that are no command."""
        if self._wire is not None:
            context = client_context(getattr(self._server, "authority_pem", None), verify=True)
            self._wire.begin_tls(context, self.host)

    def close(self) -> None:
        """Close the connection without a word. Closing twice is fine."""
        if self._wire is not None:
            self._wire.close()

    # What the wire tells, in its own thread

    def opened(self, client: Address, server: Address) -> None:
        """Begin a new stream."""
        streams = self.now.transcript.streams
        stream = Stream(len(streams), networks.written(client), networks.written(server))
        self._observer = Observer(stream.number)
        transcript = replace(self.now.transcript, streams=(*streams, stream))
        self._tell(standing=Standing.OPEN, transcript=transcript, state=self._observer.state)

    def carried(self, party: Party, octets: bytes, *, inside_tls: bool) -> None:
        """Read along."""
        unread: dict[Party, bytes] = dict(self.now.unread)
        unread[party] = unread.get(party, b"") + octets
        self._read(self._observer.receive(party, octets, time.monotonic() - self._began), unread)

    def secured(self, version: str) -> None:
        """Go on inside TLS, where nothing counts that was learnt before (RFC 3207 §4.2)."""
        state = State.GREETED if self._observer.state is State.TLS_HANDSHAKE else State.CONNECTED
        self._read(self._observer.close(), {})
        self._observer = Observer(self._number, inside_tls=True, state=state)
        self._tell(tls=version, unread=(), state=state)

    def closed(self, why: str) -> None:
        """Read what is left."""
        if self.now.standing is Standing.OPEN:
            self._read(self._observer.close(), {})
        self._tell(standing=Standing.NONE, remark=why, tls="")

    @property
    def _number(self) -> int:
        return self.now.transcript.streams[-1].number

    def _read(self, entries: list[Entry], unread: dict[Party, bytes]) -> None:
        for entry in entries:
            unread[entry.party] = unread.get(entry.party, b"")[len(entry.octets) :]
        transcript = replace(self.now.transcript, entries=(*self.now.transcript.entries, *entries))
        left = tuple((party, octets) for party, octets in unread.items() if octets)
        self._tell(transcript=transcript, unread=left, state=self._observer.state)

    def _tell(self, **changes: object) -> None:
        self.now = replace(self.now, **changes)  # type: ignore[arg-type]  # the names are those of a Moment
        self._changed()
