"""A client that does whatever a test wants: a bare socket, and the reading of whole replies."""

import socket
import struct
from collections.abc import Iterable
from email.message import EmailMessage
from types import TracebackType
from typing import Self, cast

from smtplab.net.dialogue import Listening
from smtplab.net.server import Server

ENVELOPE = ("EHLO client.example", "MAIL FROM:<test01@coremail.cn>", "RCPT TO:<test02@coremail.cn>")


class Talker:
    """Connected to a server, whose greeting it has read. timeout: seconds for each wait.

    buffer: how many octets the kernel keeps for this side in each direction; 0 for what it likes.
    """

    def __init__(self, server: Listening, timeout: float = 10, buffer: int = 0) -> None:
        self.socket = socket.socket(socket.AF_INET6 if ":" in server.host else socket.AF_INET)
        if buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, buffer)
        self.socket.settimeout(timeout)
        try:
            self.socket.connect((server.host, server.port))
        except OSError:
            self.socket.close()
            raise
        self._lines = self.socket.makefile("rb")
        self.greeting = self.reply()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def reply(self) -> bytes:
        """Read one reply with all its lines; b"" at the end of the connection."""
        lines: list[bytes] = []
        while not lines or lines[-1][3:4] == b"-":
            lines.append(self._lines.readline())
        return b"".join(lines)

    def replies(self, number: int) -> list[int]:
        """Read so many replies, and give their codes."""
        return [int(self.reply()[:3]) for _ in range(number)]

    def say(self, *lines: str) -> list[int]:
        """Say lines one by one, and give the codes of the replies."""
        codes = []
        for line in lines:
            self.send(line.encode() + b"\r\n")
            codes += self.replies(1)
        return codes

    def fill(self) -> int:
        """Send commands until neither side takes any more, and give how many octets were sent."""
        sent = 0
        try:
            while True:
                sent += self.socket.send(b"NOOP\r\n" * 1000)
        except (TimeoutError, ConnectionError):  # or the server has had enough
            return sent

    def send(self, octets: bytes) -> None:
        """Send octets as they are."""
        self.socket.sendall(octets)

    def finish(self) -> None:
        """Say nothing more, but go on listening."""
        self.socket.shutdown(socket.SHUT_WR)

    def at_end(self) -> bool:
        """Wait for the server to close, and tell whether it did so without another word."""
        return self._lines.read() == b""

    def close(self, *, reset: bool = False) -> None:
        """Close, or break the connection off with an RST."""
        if reset:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._lines.close()
        self.socket.close()


def messages(server: Server, mailbox: str) -> list[EmailMessage]:
    """Give the messages in a mailbox, oldest first."""
    return [cast(EmailMessage, message) for message in server.mailboxes[mailbox]]


def mail(*lines: str) -> bytes:
    """Write the octets of a whole session in one piece, with a message of these lines."""
    return crlf([*ENVELOPE, "DATA", *lines, ".", "QUIT"])


def crlf(lines: Iterable[str]) -> bytes:
    """Join lines, each with CRLF."""
    return b"".join(line.encode() + b"\r\n" for line in lines)
