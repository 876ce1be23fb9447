"""Which servers are compared? Each in a process of its own, on a free port of 127.0.0.1, discarding what it gets.

The benchmarks beside this file start them; it measures nothing itself.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Final, NamedTuple

# The names that the tables give them.
SMTPLAB: Final = "smtplab"
SMTPLAB_ON_UVLOOP: Final = "smtplab on uvloop"
AIOSMTPD: Final = "aiosmtpd"
SMTP_SINK: Final = "smtp-sink"
BARE: Final = "bare asyncio"

_SMTPLAB_SOURCE = """
import sys
from smtplab.cli import main
main(["serve", "--port", sys.argv[1], "--discard"])
"""
_SMTPLAB_ON_UVLOOP_SOURCE = """
import sys, threading, uvloop
from smtplab import Server
Server(port=int(sys.argv[1]), discard=True, new_loop=uvloop.new_event_loop).start()
threading.Event().wait()
"""
# Told its name, since otherwise it asks the resolver for it at each connection, which may take seconds.
_AIOSMTPD_SOURCE = """
import sys, threading
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
Controller(Sink(), hostname="127.0.0.1", port=int(sys.argv[1]), server_hostname="localhost").start()
threading.Event().wait()
"""
# What is left of a server when the protocol is taken out: it looks at four octets, and knows a reply or two.
_BARE_SOURCE = """
import asyncio, sys
received = memoryview(bytearray(256 * 1024))

class Bare(asyncio.BufferedProtocol):
    def connection_made(self, transport):
        self.transport, self.in_data = transport, False
        transport.write(b"220 bare\\r\\n")

    def get_buffer(self, sizehint):
        return received

    def buffer_updated(self, nbytes):
        octets = bytes(received[:nbytes])
        if self.in_data:
            if not octets.endswith(b"\\r\\n.\\r\\n"):
                return
            self.in_data, reply = False, b"250 taken\\r\\n"
        elif octets[:4] == b"DATA":
            self.in_data, reply = True, b"354 go on\\r\\n"
        else:
            reply = b"250 OK\\r\\n"
        self.transport.write(reply)
        if octets[:4] == b"QUIT":
            self.transport.close()

async def serve():
    server = await asyncio.get_running_loop().create_server(Bare, "127.0.0.1", int(sys.argv[1]))
    await server.serve_forever()

asyncio.run(serve())
"""
_SOURCES: Final = {
    BARE: _BARE_SOURCE,
    SMTPLAB: _SMTPLAB_SOURCE,
    SMTPLAB_ON_UVLOOP: _SMTPLAB_ON_UVLOOP_SOURCE,
    AIOSMTPD: _AIOSMTPD_SOURCE,
}
_PATH = f"{os.environ['PATH']}{os.pathsep}/usr/sbin"  # where Debian keeps smtp-source, for root only


class Serving(NamedTuple):
    """A server that runs: its port at 127.0.0.1, and the number of its process."""

    port: int
    pid: int


def program(name: str) -> str:
    """Find a program of postfix, or say what to install."""
    path = shutil.which(name, path=_PATH)
    if path is None:
        sys.exit(f"{name} is not installed; on Debian it comes with postfix, which does not have to run")
    return path


@contextmanager
def serving(name: str) -> Iterator[Serving]:
    """Run a server until the end of the block, and give it once it answers."""
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port: int = taken.getsockname()[1]
    server = subprocess.Popen(_command(name, port), stdout=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield Serving(port, server.pid)
    finally:
        server.terminate()
        server.wait(timeout=10)


def _command(name: str, port: int) -> list[str]:
    if name == SMTP_SINK:
        nobody = ["-u", "nobody"] if os.geteuid() == 0 else []  # smtp-sink does not run as root
        return [program("smtp-sink"), *nobody, f"127.0.0.1:{port}", "100"]
    return [sys.executable, "-c", _SOURCES[name], str(port)]


def _wait_for(port: int, seconds: float = 10) -> None:
    """Return once something listens there. Raises ConnectionRefusedError when nothing does in time."""
    until = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except ConnectionRefusedError:
            if time.monotonic() > until:
                raise
        time.sleep(0.05)
