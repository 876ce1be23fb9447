"""What is being said to a server right now? Reads along at its sockets while sessions run.

The octets are those of the wire, so of a session inside TLS only its records are seen. No packet is looked at: for
those there is `smtplab.capture`.
"""

import threading
import time
from collections.abc import Callable
from typing import Final, Protocol

from smtplab.net.networks import Address, written
from smtplab.net.taps import Happening, Tap
from smtplab.protocol.observer import Observer
from smtplab.protocol.transcript import Entry, Stream, Transcript

KEPT: Final = 200  # sessions: those that began last
SOURCE: Final = "recorded at the socket"


class Tapped(Protocol):
    """A server that hands the octets of its connections to its taps."""

    taps: list[Tap]


class _Session:
    """One connection. `closed` is for both of its sides."""

    def __init__(self, number: int, client: Address, server: Address) -> None:
        self.stream = Stream(number, written(client), written(server))
        self.observer = Observer(number)
        self.timed: list[tuple[float, Entry]] = []  # in the order of the conversation
        self.open = {"client", "server"}

    def add(self, entries: list[Entry]) -> None:
        """Take in entries. One that was held is older than those before it, and stays behind them all the same."""
        for entry in entries:
            latest = self.timed[-1][0] if self.timed else 0.0
            self.timed.append((max(latest, entry.time), entry))


class Overheard:
    """The sessions of a server from now until `close`. changed: called, in the server's thread, when there is news.

    `forgotten` counts the sessions that began before those that are kept.
    """

    def __init__(self, server: Tapped, changed: Callable[[], None]) -> None:
        self.forgotten = 0
        self._server = server
        self._changed = changed
        self._began: float | None = None
        self._lock = threading.Lock()
        self._sessions: dict[tuple[Address, Address], _Session] = {}  # those that are open
        self._kept: dict[int, _Session] = {}
        server.taps = [*server.taps, self._tap]  # a new list: the server's thread may be going through the old one

    def close(self) -> None:
        """Read no more. Closing twice is fine."""
        self._server.taps = [tap for tap in self._server.taps if tap != self._tap]

    @property
    def transcript(self) -> Transcript:
        """What was said up to now on the sessions that are kept, in order of time."""
        with self._lock:
            streams = tuple(session.stream for session in self._kept.values())
            timed = [pair for session in self._kept.values() for pair in session.timed]
        timed.sort(key=lambda pair: pair[0])
        return Transcript(tuple(entry for _, entry in timed), streams, source=SOURCE)

    @property
    def open(self) -> frozenset[int]:
        """The numbers of the sessions that still run."""
        with self._lock:
            return frozenset(session.stream.number for session in self._sessions.values())

    def _tap(self, client: Address, server: Address, happening: Happening, octets: bytes) -> None:
        now = time.monotonic()
        with self._lock:
            self._began = now if self._began is None else self._began
            if happening == "open":
                self._open(client, server)
            session = self._sessions.get((client, server))
            if session is not None:  # not so where it had begun already when this began
                self._hear(session, happening, octets, now - self._began)
            if session is not None and not session.open:
                del self._sessions[client, server]
        self._changed()

    def _open(self, client: Address, server: Address) -> None:
        number = self.forgotten + len(self._kept)
        self._sessions[client, server] = self._kept[number] = _Session(number, client, server)
        if len(self._kept) > KEPT:
            del self._kept[self.forgotten]
            self.forgotten += 1

    def _hear(self, session: _Session, happening: Happening, octets: bytes, time: float) -> None:
        match happening:
            case "client" | "server":
                session.add(session.observer.receive(happening, octets, time))
            case "client closed" | "server closed":
                session.open.discard(happening.removesuffix(" closed"))
                if not session.open:
                    session.add(session.observer.close())
