"""What went over the wire while the grader talked? A tape of all its connections, which is a capture like any other."""

import shutil
import tempfile
import weakref
from pathlib import Path
from typing import Final

from smtplab.capture.record import Capture
from smtplab.capture.socket_recorder import Tap
from smtplab.net.networks import LOOPBACK, Address, Network
from smtplab.net.taps import Happening
from smtplab.protocol.transcript import Transcript


class Tape:
    """Records the connections of one port. `capture` is what it recorded; `key_log` collects the secrets of TLS."""

    tls: Final = "starttls"
    network: Final[Network] = LOOPBACK

    def __init__(self, address: Address) -> None:
        self.host, self.port = address
        self.taps: list[Tap] = []
        folder = tempfile.mkdtemp(prefix="smtplab-")
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self.key_log = Path(folder) / "keys.log"
        self.key_log.touch()
        self.capture = Capture(self, live=False).start()

    def join_private_network(self) -> None:
        """Refuse: these are sockets of the grader's, which stay where the learner's program is."""
        raise PermissionError("the grader meets programs on loopback alone")

    def record(self, client: Address, server: Address, what: Happening, octets: bytes = b"") -> None:
        """Take down what happened at a socket."""
        for tap in self.taps:
            tap(client, server, what, octets)

    def stop(self) -> None:
        """End the recording."""
        self.capture.stop()


def of_clients(transcript: Transcript, clients: list[Address]) -> Transcript:
    """Give what was said on the connections of these clients, and when they say nothing, nothing."""
    names = {f"{host}:{port}" for host, port in clients}
    streams = tuple(stream for stream in transcript.streams if stream.client in names)
    numbers = {stream.number for stream in streams}
    return Transcript(
        tuple(entry for entry in transcript.entries if entry.stream in numbers),
        streams,
        tuple(segment for segment in transcript.segments if segment.stream in numbers),
        transcript.source,
    )
