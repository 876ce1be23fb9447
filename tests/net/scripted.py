"""A server that says what a test tells it to, right or wrong."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

Script = Callable[[socket.socket, BinaryIO], None]


class Address:
    """Where it listens."""

    def __init__(self, port: int) -> None:
        self.host, self.port = "127.0.0.1", port


@contextmanager
def serving(script: Script) -> Iterator[Address]:
    """Accept one connection and hand it, with a file to read its lines from, to `script`; it is closed after that."""

    def serve() -> None:
        connection, _ = listening.accept()
        with connection, connection.makefile("rb") as lines:
            try:
                script(connection, lines)
            except OSError as error:
                failures.append(error)

    failures: list[OSError] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(10)
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield Address(listening.getsockname()[1])
        finally:
            thread.join(10)
    assert not thread.is_alive()


def saying(*replies: bytes) -> Script:
    """Say the first of these at once, and one more for each line that comes."""

    def script(connection: socket.socket, lines: BinaryIO) -> None:
        for reply in replies:
            connection.sendall(reply)
            if not lines.readline():
                return

    return script
