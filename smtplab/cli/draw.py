"""`smtplab draw`: a capture file as a picture: who said what, where the time went, which states it led through."""

import argparse
from pathlib import Path

from smtplab.cli import reading
from smtplab.protocol.transcript import Transcript
from smtplab.views.picture import Picture


def add(parser: argparse.ArgumentParser) -> None:
    """Say which options there are."""
    parser.description = (
        "Draw a pcap or pcapng file: what was said (ladder), where the time went (timing), or the way through the "
        "states of a session (states). The name of the picture says its form: .svg, .png or .pdf."
    )
    option = parser.add_argument
    reading.add(parser)
    option("-o", "--output", required=True, metavar="PICTURE", help="where to write it")
    option(
        "--view", choices=["ladder", "timing", "states"], default="ladder", help="what to draw (default: %(default)s)"
    )
    option(
        "--no-tcp",
        action="store_true",
        help="ladder: hide what opens and closes connections, as Wireshark's `smtp` does",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Draw what could be read, and then say what stopped the reading."""
    transcript = reading.read(arguments)
    if not transcript.entries and not transcript.problem:
        raise ValueError(f"{arguments.file}: {reading.NO_SMTP}")
    _view(arguments, transcript).save(Path(arguments.output))
    print(f"{arguments.output}: {len(transcript)} entries")
    return reading.status(arguments, transcript)


def _view(arguments: argparse.Namespace, transcript: Transcript) -> Picture:
    from smtplab.views.ladder import ladder
    from smtplab.views.states import states
    from smtplab.views.timing import timing

    match arguments.view:
        case "timing":
            return timing(transcript)
        case "states":
            return states(transcript)
        case _:
            return ladder(transcript, tcp=not arguments.no_tcp)
