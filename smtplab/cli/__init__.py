"""What can be done from a shell? `smtplab serve`, `send`, `dissect`, `draw`, `demo`, `lab`, and for teachers `class`,
`answers` and `grade`: a module for each.

Exit status 0 when it was done, 1 when a server said no, 2 for bad input, with one line on stderr that says what is
wrong.
"""

import argparse
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from keyword import iskeyword
from typing import Final, NoReturn

from smtplab.cli.options import complain

COMMANDS: Final = {  # each is a module here, named like it (`class_`, since Python keeps `class` for itself)
    "serve": "take mail from real clients, on this machine",
    "send": "send one mail, and print the dialogue",
    "dissect": "tell what was said in a capture file",
    "draw": "draw a capture file as a ladder",
    "demo": "one mail end to end: server, client, capture, picture",
    "lab": "open JupyterLab on the lessons",
    "class": "make notebooks for a class, each student with other questions",
    "answers": "print the answers for some seeds",
    "grade": "judge what a class handed in",
}

EXAMPLES = """
examples:
  smtplab demo                                  one mail, captured and drawn
  smtplab serve --port 2525 --maildir mail      a server for any mail client on this machine
  smtplab send --server 127.0.0.1:2525 --from a@example.org --to b@example.org letter.eml
  smtplab dissect session.pcapng                what was said in a capture
  smtplab draw session.pcapng -o ladder.svg     the same as a picture
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says, and give the exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if isinstance(sys.stdout, io.TextIOWrapper):  # a character that its encoding lacks is no reason to stop
        sys.stdout.reconfigure(errors="backslashreplace")
    options = _parser(arguments).parse_args(arguments)
    try:
        status: int = options.run(options)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads our output, `head` for instance, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (OSError, ValueError) as error:
        return complain(_said(error))
    except KeyboardInterrupt:
        return 130
    return status


def _said(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(error)


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, without repeating the whole usage."""

    def error(self, message: str) -> NoReturn:
        self.exit(complain(f"{message} (`{self.prog} --help` tells more)"))


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """Give the parser of the command line. Only the module of the command that stands there is loaded."""
    parser = _Parser(
        prog="smtplab",
        description="Learn SMTP by running it, seeing it and breaking it.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, summary in COMMANDS.items():
        command = commands.add_parser(name, help=summary)
        if name in arguments:
            import_module(f"smtplab.cli.{name}{'_' * iskeyword(name)}").add(command)
    return parser
