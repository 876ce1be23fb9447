"""Did somebody come to a server past its private network? Then the packets captured in there are not the whole story.

A server that joined a private network listens on loopback as before, and whoever knows its port may connect there. So
while packets are captured in the private network, what the sockets of the server see is recorded as well. It is told
instead of the packets as soon as there is one connection that they do not show: better all of it made up than half of
it left out, and either way `source` says which it is.
"""

import time
from ipaddress import ip_address

from smtplab.capture import link, synthesis
from smtplab.capture.frame import Frame
from smtplab.capture.sniff import Sniffer
from smtplab.capture.socket_recorder import SocketRecorder


class Witnessed:
    """A sniffer, and the recorder that is told instead when the sniffer misses a connection."""

    def __init__(self, sniffer: Sniffer, sockets: SocketRecorder) -> None:
        self._sniffer = sniffer
        self._sockets = sockets
        self._told: Sniffer | SocketRecorder = sniffer

    def start(self) -> None:
        self._sockets.start()
        self._sniffer.start()

    @property
    def source(self) -> str:
        """What the frames are that were given last."""
        return self._told.source

    @property
    def lost(self) -> int | None:
        return self._told.lost

    @property
    def frames(self) -> list[Frame]:
        witnessed = {_ends(client, server) for client, server in self._sockets.connections}
        captured = self._sniffer.frames  # asked second: a connection that comes in between is then in here at least
        if witnessed <= self._sniffer.connections:
            return captured
        self._told = self._sockets
        return self._sockets.frames

    def stop(self, patience: float) -> None:
        """Wait until every connection is closed from both sides, but no longer than `patience` seconds."""
        deadline = time.monotonic() + patience
        self._sockets.stop(patience)
        self._sniffer.stop(max(0, deadline - time.monotonic()))
        _ = self.frames  # settles which is told


def _ends(client: synthesis.Endpoint, server: synthesis.Endpoint) -> frozenset[link.Endpoint]:
    return frozenset(link.Endpoint(ip_address(host).packed, port) for host, port in (client, server))
