"""How fast does the server take mail? Against aiosmtpd, under postfix's smtp-source.

smtp-sink shows what C can do, and a server of some twenty lines without any protocol what the kernel and asyncio take:
no server on asyncio can be faster than that.

    python3 -m benchmarks.server [--rounds N] [--uvloop]

All of them discard what they get, so that none waits for a disk. They take turns under each load in one run, since
machines differ more than servers do. Prints two tables, each the median of the rounds: messages a second by the clock,
and the processor time that a message costs, which says more on a machine that has other things to do. Linux only.
"""

import argparse
import os
import subprocess
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

from benchmarks.peers import AIOSMTPD, BARE, SMTP_SINK, SMTPLAB, SMTPLAB_ON_UVLOOP, Serving, program, serving

OTHERS: Final = (AIOSMTPD, SMTP_SINK, BARE)
SESSIONS: Final = 10  # at a time


class Load(NamedTuple):
    """What smtp-source sends. kept: all messages of a session over one connection, else one connection for each."""

    name: str
    octets: int
    messages: int
    kept: bool


LOADS: Final = (
    Load("1 KiB, one message a session", 1024, 5000, kept=False),
    Load("1 KiB, sessions kept", 1024, 20000, kept=True),
    Load("1 MiB, sessions kept", 1024 * 1024, 300, kept=True),
)


class Speed(NamedTuple):
    """Messages a second by the clock, and microseconds of processor time for each."""

    rate: float
    cost: float


def processor_seconds(pid: int) -> float:
    """Read the processor time that a process has taken, in its own code and in the kernel."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def send(load: Load, server: Serving) -> Speed:
    """Send one load to a server, and give its speed."""
    command = [program("smtp-source"), *(["-d"] if load.kept else []), "-s", str(SESSIONS), "-m", str(load.messages)]
    envelope = ["-f", "from@example.org", "-t", "to@example.org"]
    began, spent = time.perf_counter(), processor_seconds(server.pid)
    subprocess.run([*command, "-l", str(load.octets), *envelope, f"inet:127.0.0.1:{server.port}"], check=True)
    seconds, spent = time.perf_counter() - began, processor_seconds(server.pid) - spent
    return Speed(load.messages / seconds, spent / load.messages * 1e6)


def measure(names: Sequence[str], rounds: int) -> dict[Load, dict[str, Speed]]:
    """Give the median speed for each load and server."""
    with ExitStack() as stack:
        servers = {name: stack.enter_context(serving(name)) for name in names}
        seen: dict[Load, dict[str, list[Speed]]] = {load: {name: [] for name in names} for load in LOADS}
        for _ in range(rounds):
            for load in LOADS:
                for name, server in servers.items():
                    seen[load][name].append(send(load, server))
    return {
        load: {name: Speed(*map(median, zip(*speeds, strict=True))) for name, speeds in by_name.items()}
        for load, by_name in seen.items()
    }


def table(head: str, figures: dict[Load, dict[str, float]], *, more_is_better: bool) -> str:
    """Write a table in Markdown, with how many times as good as the others the first server is."""
    names = list(next(iter(figures.values())))
    rows = [[head, *names, *(f"x {name}" for name in OTHERS)], ["---", *["---:"] * (len(names) + len(OTHERS))]]
    for load, by_name in figures.items():
        ratios = [by_name[names[0]] / by_name[name] for name in OTHERS]
        better = ratios if more_is_better else [1 / ratio for ratio in ratios]
        rows.append(
            [load.name, *(f"{figure:,.0f}" for figure in by_name.values()), *(f"{times:.2f}" for times in better)]
        )
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description="How fast smtplab takes mail, against aiosmtpd and smtp-sink.")
    parser.add_argument("--rounds", type=int, default=3, help="how often each load is sent (default: %(default)s)")
    parser.add_argument("--uvloop", action="store_true", help="run smtplab on uvloop, which has to be installed")
    arguments = parser.parse_args()
    ours = SMTPLAB_ON_UVLOOP if arguments.uvloop else SMTPLAB
    speeds = measure((ours, *OTHERS), arguments.rounds)
    rates = {load: {name: speed.rate for name, speed in by_name.items()} for load, by_name in speeds.items()}
    costs = {load: {name: speed.cost for name, speed in by_name.items()} for load, by_name in speeds.items()}
    print(table("messages a second", rates, more_is_better=True))
    print()
    print(table("µs of processor a message", costs, more_is_better=False))


if __name__ == "__main__":
    main()
