"""How do `dissect` and `draw` read a capture file? With the same options, and the same words when it is none."""

import argparse
from typing import Final

from smtplab.cli import options
from smtplab.protocol.transcript import Transcript

NO_SMTP: Final = "no SMTP in it; if it is on an unusual port, name that with --port"


def add(parser: argparse.ArgumentParser) -> None:
    """Say which options there are for reading a capture file."""
    parser.add_argument("file", metavar="FILE")
    parser.add_argument(
        "--port", type=options.port, action="append", default=[], metavar="N", help="SMTP is spoken here too"
    )
    parser.add_argument("--keylog", metavar="FILE", help="the keys of TLS sessions, as SSLKEYLOGFILE writes them")


def read(arguments: argparse.Namespace) -> Transcript:
    """Read the files. Raises ValueError when one is not what it should be, OSError when it cannot be opened."""
    from smtplab.capture.dissect import dissect
    from smtplab.capture.frame import NotACapture

    try:
        return dissect(arguments.file, arguments.port, keylog=arguments.keylog)
    except NotACapture as error:
        raise ValueError(f"{arguments.file}: {error}") from error


def status(arguments: argparse.Namespace, transcript: Transcript) -> int:
    """Give the exit status: 0, or 2 once it was said what stopped the reading."""
    return options.complain(f"{arguments.file}: {transcript.problem}") if transcript.problem else 0
