"""`smtplab draw`: a capture file as a picture."""

import argparse
from pathlib import Path

from smtplab.cli import reading


def add(parser: argparse.ArgumentParser) -> None:
    """Say which options there are."""
    parser.description = (
        "Draw what was said in a pcap or pcapng file. The name of the picture says its form: .svg, .png or .pdf."
    )
    option = parser.add_argument
    reading.add(parser)
    option("-o", "--output", required=True, metavar="PICTURE", help="where to write it")
    option("--view", choices=["ladder"], default="ladder", help="what to draw (default: %(default)s)")
    option("--no-tcp", action="store_true", help="hide what opens and closes connections, as Wireshark's `smtp` does")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Draw what could be read, and then say what stopped the reading."""
    from smtplab.views.ladder import ladder

    transcript = reading.read(arguments)
    if not transcript.entries and not transcript.problem:
        raise ValueError(f"{arguments.file}: no SMTP in it; if it is on an unusual port, name that with --port")
    ladder(transcript, tcp=not arguments.no_tcp).save(Path(arguments.output))
    print(f"{arguments.output}: {len(transcript)} entries")
    return reading.status(arguments, transcript)
