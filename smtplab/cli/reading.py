"""How do `dissect` and `draw` read a capture file? With the same options, and the same words when it is none."""

import argparse

from smtplab.cli import options
from smtplab.protocol.transcript import Transcript


def add(parser: argparse.ArgumentParser) -> None:
    """Say which options there are for reading a capture file."""
    parser.add_argument("file", metavar="FILE")
    parser.add_argument(
        "--port", type=options.port, action="append", default=[], metavar="N", help="SMTP is spoken here too"
    )


def read(arguments: argparse.Namespace) -> Transcript:
    """Read the file. Raises ValueError when it is no capture, OSError when it cannot be opened."""
    from smtplab.capture.dissect import dissect

    try:
        return dissect(arguments.file, arguments.port)
    except ValueError as error:
        raise ValueError(f"{arguments.file}: {error}") from error


def status(arguments: argparse.Namespace, transcript: Transcript) -> int:
    """Give the exit status: 0, or 2 once it was said what stopped the reading."""
    return options.complain(f"{arguments.file}: {transcript.problem}") if transcript.problem else 0
