"""What went over the wire while this ran? A capture of one server's packets, live where the system allows it.

Where it does not, server and client meet in a private network, where it does; and where there is none to be had, the
packets are made from what the server's sockets saw: the same octets in the same order, in segments that nobody sent.
Which of the three it was is in `source`, and whatever is made from the capture says it too.
"""

import shlex
import socket
from dataclasses import dataclass, replace
from os import PathLike, fspath
from types import TracebackType
from typing import TYPE_CHECKING, Final, Protocol, Self

from smtplab.capture.dissect import transcript_of
from smtplab.capture.frame import Frame
from smtplab.capture.save import comments_of, decode_as, save
from smtplab.capture.socket_recorder import SocketRecorder, Tapped
from smtplab.capture.tls.key_log import KeyLog
from smtplab.protocol.octets import printable
from smtplab.protocol.transcript import Transcript

if TYPE_CHECKING:  # scapy is loaded when its packets are asked for
    from scapy.plist import PacketList

    from smtplab.capture.sniff import Sniffer

PATIENCE: Final = 1.0  # seconds that a capture waits for connections to close when it stops


class Recorder(Protocol):
    """What collects frames: a `Sniffer`, a `SocketRecorder`, or both as a `Witnessed`."""

    @property
    def source(self) -> str: ...
    @property
    def frames(self) -> list[Frame]: ...
    @property
    def lost(self) -> int | None: ...
    def start(self) -> None: ...
    def stop(self, patience: float) -> None: ...


class Network(Protocol):
    """A network that makes sockets, and what to call packets captured there."""

    source: str

    def new_socket(self, family: int, kind: int, protocol: int = 0) -> socket.socket: ...


class Captured(Tapped, Protocol):
    """A server whose packets can be captured: it says in which network they are, and can join one where they may be."""

    @property
    def network(self) -> Network: ...
    def join_private_network(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved capture. As text: where it is, and how to look at it.

    decode_as: what Wireshark's "Decode As" and `tshark -d` need to see SMTP in it; "" where they know the port.
    """

    path: str
    decode_as: str

    def __str__(self) -> str:
        path, option = shlex.quote(self.path), f" -d {self.decode_as}" if self.decode_as else ""
        return printable(f"{self.path}: open it in Wireshark, or say: tshark -r {path}{option}".encode())


class Capture:
    """The packets of one server. Use it in a `with` statement, or call `start` and `stop`.

    live: True for packets from the wire or not at all, False for packets made from what the sockets saw, None for the
    first if the system allows it. On the wire means on the loopback interface: connections from elsewhere are not seen.
    Where this user may not capture there, the server joins a private network, in which each `Client(server)` meets it
    from then on. If somebody connects in another way all the same, a capture with None is of what the sockets saw.

    A server that has a `datagram_port`, of a name server beside it, has the packets of that captured from the wire too.

    All attributes may be read during the capture, and any number of times after it.
    """

    def __init__(self, server: Captured, live: bool | None = None) -> None:
        self._server = server
        self._live = live
        self._recorder: Recorder | None = None
        self._running = False
        self._port = 0
        self._transcript: Transcript | None = None  # made when asked for, and again as long as the capture runs
        self._packets: PacketList | None = None

    def start(self) -> Self:
        """Begin to capture. Raises PermissionError, saying what to do, when `live` is True and the system refuses.

        Raises RuntimeError when this capture was started before, or when the server has no port yet.
        """
        if self._recorder is not None:
            raise RuntimeError("this capture was started before: make a new Capture for the next one")
        if not self._server.port:
            raise RuntimeError("the server has no port yet: start it before the capture")
        self._port = self._server.port
        self._recorder = self._new_recorder()
        self._recorder.start()
        self._running = True
        return self

    def stop(self) -> None:
        """Wait until all connections are closed, but not longer than a second, and end the capture. Twice is fine."""
        if self._running:
            self._started.stop(PATIENCE)
            self._running = False
            self._transcript = self._packets = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def source(self) -> str:
        """Where the packets come from: "live", "private network" or "recorded at the socket"."""
        return self._started.source

    @property
    def frames(self) -> list[Frame]:
        """The packets as octets, oldest first. Those from the wire have no checksums: see `checksums`."""
        return self._started.frames

    @property
    def lost(self) -> int | None:
        """How many packets the system says that it dropped; None where it does not say."""
        return self._started.lost

    @property
    def transcript(self) -> Transcript:
        """What has been said up to now."""
        if self._transcript is None or self._running:
            frames = self.frames
            keys = KeyLog()
            keys.add(self._key_log())  # asked after the frames: a secret is logged before anybody uses it
            transcript = transcript_of(frames, self.source, [self._port], keys)
            self._transcript = replace(transcript, lost=self.lost)
        return self._transcript

    @property
    def packets(self) -> "PacketList":
        """The packets as scapy shows them, with a layer for SMTP. It takes a second for about 8,000 of them."""
        if self._packets is None or self._running:
            from smtplab.capture import layer

            layer.bind_port(self._port)
            self._packets = layer.packets_of(self.frames)
        return self._packets

    def save(self, path: str | PathLike[str]) -> Saved:
        """Save as a pcapng file, with what was said as comments, the right checksums, and the keys of TLS."""
        frames = self.frames
        save(path, frames, comments=comments_of(self.transcript), source=self.source, keys=self._key_log())
        return Saved(fspath(path), decode_as(self._port, implicit_tls=self._server.tls == "implicit"))

    def _key_log(self) -> bytes:
        path = self._server.key_log
        return path.read_bytes() if path is not None else b""

    @property
    def _started(self) -> Recorder:
        if self._recorder is None:
            raise RuntimeError("this capture has not started: use it in a `with` statement, or call start()")
        return self._recorder

    def _new_recorder(self) -> Recorder:
        if self._live is False:
            return SocketRecorder(self._server)
        try:
            sniffer = self._new_sniffer()
        except OSError as error:
            if self._live is None:
                return SocketRecorder(self._server)
            if isinstance(error, PermissionError):
                raise PermissionError(f"{error}; or leave `live` out, to see what the sockets saw") from error
            raise
        if self._live or self._server.network.source == "live":
            return sniffer
        from smtplab.capture.witnessed import Witnessed

        return Witnessed(sniffer, SocketRecorder(self._server))

    def _new_sniffer(self) -> "Sniffer":
        try:
            return self._sniffer_where_the_server_is()
        except PermissionError as refusal:
            try:
                self._server.join_private_network()
            except OSError as error:
                raise PermissionError(f"{refusal}; {error}") from error
            return self._sniffer_where_the_server_is()

    def _sniffer_where_the_server_is(self) -> "Sniffer":
        from smtplab.capture.sniff import Sniffer

        network = self._server.network
        datagrams: int | None = getattr(self._server, "datagram_port", None)
        return Sniffer(self._port, network.new_socket, network.source, datagrams)
