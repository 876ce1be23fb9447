"""How fast does the client send mail? Against the standard library's smtplib, both into postfix's smtp-sink.

    python3 -m benchmarks.client [--rounds N]

Each sends mails of 1 KiB over one connection. They take turns in one run, since machines differ more than clients do.
Prints a table of messages a second, the median of the rounds.
"""

import argparse
import smtplib
import time
from collections.abc import Callable
from statistics import median
from typing import Final

from benchmarks.peers import SMTP_SINK, serving
from smtplab import Client

MAILS: Final = 2000  # in each round
SENDER, RECIPIENT = "from@example.org", "to@example.org"
LINE: Final = b"In a lab the same line may come again.\r\n"
MESSAGE: Final = b"Subject: speed\r\n\r\n" + LINE * (1024 // len(LINE))


def by_smtplib(port: int) -> None:
    """Send them as one does with the standard library: a round trip for each command."""
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.ehlo("client.example")
        for _ in range(MAILS):
            client.sendmail(SENDER, [RECIPIENT], MESSAGE)


def one_by_one(port: int) -> None:
    """Send each mail in a call of its own: the envelope in one group, then the message."""
    with Client("127.0.0.1", port) as client:
        client.ehlo("client.example")
        for _ in range(MAILS):
            client.send_message(SENDER, [RECIPIENT], MESSAGE)


def together(port: int) -> None:
    """Send all mails in one call, so that each envelope goes out right behind the message before it."""
    with Client("127.0.0.1", port) as client:
        client.ehlo("client.example")
        client.send_messages([(SENDER, [RECIPIENT], MESSAGE)] * MAILS)


CLIENTS: Final[dict[str, Callable[[int], None]]] = {
    "smtplib": by_smtplib,
    "smtplab, send_message": one_by_one,
    "smtplab, send_messages": together,
}


def rate(send: Callable[[int], None], port: int) -> float:
    """Send them, and give messages a second."""
    began = time.perf_counter()
    send(port)
    return MAILS / (time.perf_counter() - began)


def measure(rounds: int) -> dict[str, float]:
    """Give messages a second for each client."""
    rates: dict[str, list[float]] = {name: [] for name in CLIENTS}
    with serving(SMTP_SINK) as sink:
        for _ in range(rounds):
            for name, send in CLIENTS.items():
                rates[name].append(rate(send, sink.port))
    return {name: median(seen) for name, seen in rates.items()}


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description="Messages a second: smtplab's client against smtplib.")
    parser.add_argument("--rounds", type=int, default=5, help="how often each client sends (default: %(default)s)")
    rates = measure(parser.parse_args().rounds)
    print("| client | messages a second | x smtplib |\n| --- | ---: | ---: |")
    for name, figure in rates.items():
        print(f"| {name} | {figure:,.0f} | {figure / rates['smtplib']:.2f} |")


if __name__ == "__main__":
    main()
