"""What can be done from a shell? `smtplab serve`, `send`, `dissect`, `draw`, `demo` and `lab`: a module for each.

Exit status 0 when it was done, 1 when a server said no, 2 for bad input, with one line on stderr that says what is
wrong.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from smtplab.cli import demo, dissect, draw, lab, send, serve
from smtplab.cli.options import complain

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
    options = _parser().parse_args(arguments)
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


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="smtplab",
        description="Learn SMTP by running it, seeing it and breaking it.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    serve.add(commands.add_parser("serve", help="take mail from real clients, on this machine"))
    send.add(commands.add_parser("send", help="send one mail, and print the dialogue"))
    dissect.add(commands.add_parser("dissect", help="tell what was said in a capture file"))
    draw.add(commands.add_parser("draw", help="draw a capture file as a ladder"))
    demo.add(commands.add_parser("demo", help="one mail end to end: server, client, capture, picture"))
    lab.add(commands.add_parser("lab", help="open JupyterLab on the lessons"))
    return parser
