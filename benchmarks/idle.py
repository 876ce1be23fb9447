"""How much memory does a connection cost that says nothing? A thousand of them, at this server and at aiosmtpd.

    python3 -m benchmarks.idle [--connections N]

Counts what the server's process has in memory (VmRSS in /proc, so Linux only) before they come and after, once each
was greeted and has said EHLO. What the kernel keeps for a socket is not in it, and is the same for both.
"""

import argparse
import resource
import socket
from contextlib import ExitStack
from pathlib import Path

from benchmarks.peers import AIOSMTPD, SMTPLAB, serving

WARM_UP = 20  # connections before the measured ones, so that what a server loads once is not counted
DESCRIPTORS = 100  # of files, for all that is no connection


def resident_kib(pid: int) -> int:
    """Read how much of a process is in memory."""
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(fields["VmRSS"].split()[0])


def call(port: int) -> socket.socket:
    """Open a connection and say EHLO, and give it once the server has replied."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    replies = connection.makefile("rb", buffering=0)
    replies.readline()
    connection.sendall(b"EHLO client.example\r\n")
    while replies.readline()[3:4] == b"-":
        pass
    return connection


def kib_a_connection(name: str, connections: int) -> float:
    """Measure one server."""
    with ExitStack() as stack:
        server = stack.enter_context(serving(name))
        for _ in range(WARM_UP):
            stack.enter_context(call(server.port))
        before = resident_kib(server.pid)
        for _ in range(connections):
            stack.enter_context(call(server.port))
        return (resident_kib(server.pid) - before) / connections


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description="The memory of idle connections: smtplab against aiosmtpd.")
    parser.add_argument("--connections", type=int, default=1000, help="how many (default: %(default)s)")
    connections = parser.parse_args().connections
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (connections + WARM_UP + DESCRIPTORS, most))
    print("| KiB a connection |", " | ".join((SMTPLAB, AIOSMTPD)), "|")
    print("| --- | ---: | ---: |")
    figures = [f"{kib_a_connection(name, connections):.1f}" for name in (SMTPLAB, AIOSMTPD)]
    print(f"| {connections:,} idle connections |", " | ".join(figures), "|")


if __name__ == "__main__":
    main()
