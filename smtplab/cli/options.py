"""What may be written behind an option? The readers of their values, and the one way to complain."""

import argparse
import math
import sys
from typing import Final

from smtplab.protocol.octets import printable

A_DAY: Final = 86400  # seconds


def complain(trouble: str) -> int:
    """Say in one line on stderr what is wrong, and give the exit status for bad input."""
    print(f"smtplab: {one_line(trouble)}", file=sys.stderr)
    return 2


def one_line(text: str) -> str:
    """Make text that may hold anything safe to show in one line."""
    return printable(text.replace("\n", " / ").encode("utf-8", "surrogateescape"))


def port(text: str) -> int:
    """Read a TCP port, 0 to 65535."""
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: 0 to 65535")
    return int(text)


def seconds(text: str) -> float:
    """Read a time in seconds, more than none and a day at most."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value <= A_DAY:
        raise argparse.ArgumentTypeError(f"{text!r} is no time in seconds: more than 0, and {A_DAY:,} at most")
    return value


def endpoint(text: str) -> tuple[str, int]:
    """Read HOST:PORT; an IPv6 address stands in brackets, as in [::1]:2525."""
    host, _, number = text.rpartition(":")
    if not host or (":" in host and not host.startswith("[")):
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT")
    return host.strip("[]"), port(number)


def user(text: str) -> tuple[str, str]:
    """Read NAME:PASSWORD."""
    name, colon, password = text.partition(":")
    if not (name and colon):
        raise argparse.ArgumentTypeError("a user is NAME:PASSWORD")
    return name, password
