"""How fast does the server take mail? Against aiosmtpd, under postfix's smtp-source; smtp-sink shows what C can do.

    python3 benchmarks/server.py [--rounds N]

All three discard what they get, so that none waits for a disk. They take turns under each load in one run, since
machines differ more than servers do. Prints a table of messages a second, the median of the rounds.
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from statistics import median
from typing import NamedTuple

SMTPLAB = """
import sys
from smtplab.cli import main
main(["serve", "--port", sys.argv[1], "--discard"])
"""
# Told its name, since otherwise it asks the resolver for it at each connection, which may take seconds.
AIOSMTPD = """
import sys, threading
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
Controller(Sink(), hostname="127.0.0.1", port=int(sys.argv[1]), server_hostname="localhost").start()
threading.Event().wait()
"""
SESSIONS = 10  # at a time
PATH = f"{os.environ['PATH']}{os.pathsep}/usr/sbin"  # where Debian keeps smtp-source, for root only


class Load(NamedTuple):
    """What smtp-source sends. kept: all messages of a session over one connection, else one connection for each."""

    name: str
    octets: int
    messages: int
    kept: bool


LOADS = (
    Load("1 KiB, one message a session", 1024, 5000, kept=False),
    Load("1 KiB, sessions kept", 1024, 20000, kept=True),
    Load("1 MiB, sessions kept", 1024 * 1024, 300, kept=True),
)


def commands(port: int) -> dict[str, list[str]]:
    """Give the command that starts each server on a port."""
    nobody = ["-u", "nobody"] if os.geteuid() == 0 else []  # smtp-sink does not run as root
    return {
        "smtplab": [sys.executable, "-c", SMTPLAB, str(port)],
        "aiosmtpd": [sys.executable, "-c", AIOSMTPD, str(port)],
        "smtp-sink": [program("smtp-sink"), *nobody, f"127.0.0.1:{port}", "100"],
    }


def program(name: str) -> str:
    """Find a program of postfix, or say what to install."""
    path = shutil.which(name, path=PATH)
    if path is None:
        sys.exit(f"{name} is not installed; on Debian it comes with postfix, which does not have to run")
    return path


@contextmanager
def serving(name: str) -> Iterator[int]:
    """Run a server on a free port of 127.0.0.1 until the end of the block, and give the port once it answers."""
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port: int = taken.getsockname()[1]
    server = subprocess.Popen(commands(port)[name], stdout=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=10)


def wait_for(port: int, seconds: float = 10) -> None:
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


def rate(load: Load, port: int) -> float:
    """Send one load, and give messages a second."""
    command = [program("smtp-source"), *(["-d"] if load.kept else []), "-s", str(SESSIONS), "-m", str(load.messages)]
    addresses = ["-f", "from@example.org", "-t", "to@example.org"]
    began = time.perf_counter()
    subprocess.run([*command, "-l", str(load.octets), *addresses, f"inet:127.0.0.1:{port}"], check=True, timeout=100)
    return load.messages / (time.perf_counter() - began)


def measure(rounds: int) -> dict[Load, dict[str, float]]:
    """Give messages a second for each load and server."""
    with ExitStack() as stack:
        ports = {name: stack.enter_context(serving(name)) for name in commands(0)}
        seen: dict[Load, dict[str, list[float]]] = {load: {name: [] for name in ports} for load in LOADS}
        for _ in range(rounds):
            for load in LOADS:
                for name, port in ports.items():
                    seen[load][name].append(rate(load, port))
    return {load: {name: median(rates) for name, rates in by_name.items()} for load, by_name in seen.items()}


def table(rates: dict[Load, dict[str, float]]) -> str:
    """Write a table in Markdown, with how many times as fast as the others smtplab is."""
    names = list(commands(0))
    others = names[1:]
    head = ["messages a second", *names, *(f"smtplab : {name}" for name in others)]
    rows = [head, ["---", *["---:"] * (len(head) - 1)]]
    for load, by_name in rates.items():
        figures = [f"{by_name[name]:,.0f}" for name in names]
        rows.append([load.name, *figures, *(f"{by_name['smtplab'] / by_name[name]:.2f}" for name in others)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description="Messages a second: smtplab against aiosmtpd and smtp-sink.")
    parser.add_argument("--rounds", type=int, default=3, help="how often each load is sent (default: %(default)s)")
    print(table(measure(parser.parse_args().rounds)))


if __name__ == "__main__":
    main()
