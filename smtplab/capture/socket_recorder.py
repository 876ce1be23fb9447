"""What did the sockets of a server see? Records it, for a system that lets nobody look at the wire.

The server hands on what happens at its sockets, and `synthesis` makes packets of it.
"""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from smtplab.capture.frame import Frame
from smtplab.capture.synthesis import Endpoint, Happening, What, synthesised

Tap = Callable[[Endpoint, Endpoint, What, bytes], None]


class Tapped(Protocol):
    """A server that says where it listens, and hands the octets of its connections to its taps.

    tls: "none", "starttls" or "implicit". key_log: a file that collects the secrets of its TLS sessions, if it has any.
    """

    host: str
    port: int
    taps: list[Tap]

    @property
    def tls(self) -> str: ...
    @property
    def key_log(self) -> Path | None: ...


class SocketRecorder:
    """Records what a server hands to its taps between `start` and `stop`."""

    source = "recorded at the socket"
    lost = 0  # there is no buffer that could run over

    def __init__(self, server: Tapped) -> None:
        self._server = server
        self._happenings: list[Happening] = []
        self._to_come: dict[tuple[Endpoint, Endpoint], set[What]] = {}  # which closings, by connection
        self._closing = threading.Condition()
        # The steps of the one clock and the date of the other: the time of day may be set back meanwhile.
        self._epoch = time.time_ns() - time.monotonic_ns()

    def start(self) -> None:
        self._server.taps = [*self._server.taps, self._tap]

    @property
    def frames(self) -> list[Frame]:
        """The packets that may have carried what was recorded up to now."""
        return synthesised(list(self._happenings))

    @property
    def connections(self) -> set[tuple[Endpoint, Endpoint]]:
        """Those of which something was recorded: client and server of each."""
        return {(happening.client, happening.server) for happening in list(self._happenings)}

    def stop(self, patience: float) -> None:
        """Wait until every connection is closed from both sides, but no longer than `patience` seconds."""
        with self._closing:
            self._closing.wait_for(lambda: not any(self._to_come.values()), patience)
        # A new list each time: the server's thread may be going through the old one.
        self._server.taps = [tap for tap in self._server.taps if tap != self._tap]

    def _tap(self, client: Endpoint, server: Endpoint, what: What, octets: bytes) -> None:
        when = self._epoch + time.monotonic_ns()
        with self._closing:
            if what == "open" or ((client, server) not in self._to_come and octets):
                self._to_come[client, server] = {"client closed", "server closed"}
            if (client, server) in self._to_come:  # not so when it was closing already when the recording began
                self._to_come[client, server].discard(what)
                self._happenings.append(Happening(client, server, what, octets, when))
            self._closing.notify_all()
