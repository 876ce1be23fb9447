"""How are real packets captured without losing any?

scapy does the sniffing, in a thread of its own, on the socket that `loopback` opens. What scapy opens by itself shows
each packet of the loopback interface twice, since it leaves and arrives, dissects while it sniffs, and loses most of a
busy session meanwhile. Here each packet is kept as raw octets; what they mean is asked afterwards.

The hard part is to know when everything has been seen. For that the sniffer sends itself a datagram, an end mark: it
waits in the same queue behind all packets that came before it.
"""

import secrets
import socket
import threading
import time
from typing import Final

from scapy.sendrecv import AsyncSniffer

from smtplab.capture.closing import Connections
from smtplab.capture.frame import Frame
from smtplab.capture.link import Endpoint, segment_of
from smtplab.capture.loopback import LINK_TYPE, LoopbackSocket, NewSocket, open_loopback

PATIENCE: Final = 1.0  # seconds


class Sniffer:
    """The packets of one TCP port on the loopback interface, from the moment that this object exists.

    new_socket: makes sockets in the network whose loopback interface that is. source: what to call its packets.
    datagrams: a port of UDP, such as a name server's, whose packets are kept too.
    Raises PermissionError with a sentence that says what to do, when this user may not capture, and OSError when this
    system cannot. Call `start`, and in the end `stop`.
    """

    def __init__(
        self,
        port: int,
        new_socket: NewSocket = socket.socket,
        source: str = "live",
        datagrams: int | None = None,
    ) -> None:
        self.source = source
        self._received: list[tuple[int, bytes]] = []  # time and octets, as the sniffing thread found them
        self._frames: list[Frame] = []  # those of them that belong to this capture
        self._looked_at = 0
        self._connections = Connections()
        self._arrival = threading.Condition()
        self._lost = 0
        self._mark = secrets.token_bytes(16)  # no segment has these by chance; the number of the mark follows, 4 octets
        self._marks_sent = self._marks_seen = 0
        self._marker = new_socket(socket.AF_INET, socket.SOCK_DGRAM, 0)
        try:
            self._marker.bind(("127.0.0.1", 0))
            self._marker.connect(self._marker.getsockname())
            self._socket = open_loopback(self._keep, port, self._marker.getsockname()[1], new_socket, datagrams)
        except OSError:
            self._marker.close()
            raise
        self._started = threading.Event()
        self._thread = AsyncSniffer(opened_socket=self._socket, store=False, started_callback=self._started.set)

    def start(self) -> None:
        self._thread.start()
        self._started.wait(PATIENCE)

    @property
    def frames(self) -> list[Frame]:
        """What has been captured up to now, numbered from 1 in the order of arrival.

        What is left of a connection that was closing already when the capture began is not part of it.
        """
        self._catch_up(time.monotonic() + PATIENCE)
        self._look()
        return list(self._frames)

    @property
    def connections(self) -> set[frozenset[Endpoint]]:
        """Those of which something is in the frames that were given last, each by its two ends."""
        return self._connections.known

    @property
    def lost(self) -> int | None:
        """How many packets the kernel says that it dropped; None where the system does not say."""
        if not isinstance(self._socket, LoopbackSocket):
            return None
        if not self._socket.closed:
            self._lost += self._socket.newly_lost()
        return self._lost

    def stop(self, patience: float = PATIENCE) -> None:
        """Wait until every connection is closed and all its packets are here, but no longer than `patience` seconds."""
        self._see_all_closed(time.monotonic() + patience)
        if self._thread.running:
            self._thread.stop()
        self._lost = self.lost or 0  # asked now, since a closed socket does not say any more
        self._socket.close()
        self._marker.close()

    def _keep(self, when: int, octets: bytes) -> None:
        with self._arrival:
            if octets[-20:-4] == self._mark:
                self._marks_seen = int.from_bytes(octets[-4:], "big")
            else:
                self._received.append((when, octets))
            self._arrival.notify_all()

    def _look(self) -> None:
        """Make frames of what was received since the last look."""
        with self._arrival:
            for when, octets in self._received[self._looked_at :]:
                frame = Frame(len(self._frames) + 1, when, LINK_TYPE, octets, len(octets))
                segment = segment_of(frame)
                if segment is None or self._connections.see(segment):
                    self._frames.append(frame)
            self._looked_at = len(self._received)

    def _see_all_closed(self, deadline: float) -> None:
        while self._catch_up(deadline):
            self._look()
            if self._connections.all_closed:
                return
            with self._arrival:
                self._arrival.wait_for(lambda: len(self._received) > self._looked_at, deadline - time.monotonic())

    def _catch_up(self, deadline: float) -> bool:
        """Send an end mark and wait until it comes back. False when that took too long, or nothing sniffs any more."""
        if not self._thread.running:
            return False
        with self._arrival:
            self._marks_sent += 1
            number = self._marks_sent
            # Nobody reads the datagrams: when the marker's buffer is full they are dropped, after we have seen them.
            self._marker.send(self._mark + number.to_bytes(4, "big"))
            return self._arrival.wait_for(lambda: self._marks_seen >= number, deadline - time.monotonic())
