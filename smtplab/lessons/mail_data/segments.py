"""One message, in as many TCP segments as you like: TCP carries octets, and knows of no lines and no mails."""

import threading
from itertools import pairwise

from smtplab.net.client import Client
from smtplab.net.networks import Address
from smtplab.net.server import Server
from smtplab.net.taps import Happening
from smtplab.protocol import commands
from smtplab.protocol.mail import with_crlf
from smtplab.protocol.replies import Reply

END_MARK = b".\r\n"
PATIENCE = 10.0  # seconds for the server to read one segment


def data_in_segments(client: Client, server: Server, message: str, count: int) -> Reply:
    """Say DATA and send a message in so many segments, and give the reply to its end.

    Each segment is sent when the server has read the one before, so that TCP cannot join them. With more than one, the
    last holds the end mark alone, as that of a client that sends line by line. message: of ASCII, `count` - 1 octets at
    least. RFC 5321 §4.1.1.4.
    """
    client.command(commands.DATA)
    octets = client.session.send_mail_data(with_crlf(message.encode()))
    reading = _Reading()
    server.taps = [*server.taps, reading.tap]
    try:
        for piece in cut(octets, count):
            client.send(piece, "a piece of the message")
            reading.wait_for(len(piece))
    finally:
        server.taps = [tap for tap in server.taps if tap != reading.tap]
    return client.wait("the message")


def cut(octets: bytes, count: int) -> list[bytes]:
    """Cut mail data into so many pieces: the content into equal ones, and the end mark by itself."""
    if count == 1:
        return [octets]
    content = octets.removesuffix(END_MARK)
    places = [len(content) * number // (count - 1) for number in range(count)]
    return [content[start:stop] for start, stop in pairwise(places)] + [END_MARK]


class _Reading:
    """Counts the octets that a server has read."""

    def __init__(self) -> None:
        self._unseen = 0
        self._changed = threading.Condition()

    def tap(self, client: Address, server: Address, happening: Happening, octets: bytes) -> None:
        """Be told what happens on the server's connections, in its thread."""
        if happening == "client":
            with self._changed:
                self._unseen += len(octets)
                self._changed.notify_all()

    def wait_for(self, size: int) -> None:
        """Wait until so many more octets were read. Raises TimeoutError."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._unseen >= size, PATIENCE):
                raise TimeoutError("the server does not read what is sent to it")
            self._unseen -= size
