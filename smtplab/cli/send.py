"""`smtplab send`: one mail to a server, and the dialogue on the screen."""

import argparse
import sys
from pathlib import Path

from smtplab.cli import options
from smtplab.net.client import Client, Happening
from smtplab.protocol.client import SmtpError
from smtplab.protocol.mail import with_crlf
from smtplab.protocol.observer import Observer
from smtplab.protocol.transcript import Transcript


def add(parser: argparse.ArgumentParser) -> None:
    """Say which options there are."""
    parser.description = "Send one mail from a file, or from standard input, and print what both sides say."
    option = parser.add_argument
    option("--server", type=options.endpoint, required=True, metavar="HOST:PORT", help="where to send it")
    option("--from", dest="reverse_path", required=True, metavar="MAILBOX", help='reverse-path; "" for the null one')
    option(
        "--to", dest="forward_paths", required=True, action="append", metavar="MAILBOX", help="may be given repeatedly"
    )
    option(
        "--ehlo", default="[127.0.0.1]", metavar="DOMAIN", help="what the client calls itself (default: %(default)s)"
    )
    option("--auth", choices=["LOGIN", "PLAIN"], metavar="MECH", type=str.upper, help="log in, by LOGIN or PLAIN")
    option("--user", help="whom to log in")
    option("--password", help="and the password")
    option("--timeout", type=float, default=30.0, metavar="SECONDS", help="for each reply (default: %(default)s)")
    option("--allow-remote", action="store_true", help="allow a server beyond loopback")
    option("file", nargs="?", default="-", metavar="FILE", help="the message, header and body; - is standard input")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Send the mail. Exit status 1 when the server refuses it, or one of the recipients."""
    if arguments.auth and (arguments.user is None or arguments.password is None):
        raise ValueError("--auth needs --user and --password")
    content = with_crlf(sys.stdin.buffer.read() if arguments.file == "-" else Path(arguments.file).read_bytes())
    try:
        with Client(
            *arguments.server, timeout=arguments.timeout, allow_remote=arguments.allow_remote, taps=[_Printer().tap]
        ) as client:
            client.ehlo(arguments.ehlo)
            if arguments.auth:
                client.auth(arguments.auth, arguments.user, arguments.password)
            refused = client.send_message(arguments.reverse_path, arguments.forward_paths, content)
    except SmtpError as error:
        print(f"smtplab: not sent: {options.one_line(str(error))}", file=sys.stderr)
        return 1
    for refusal in refused.values():
        print(f"smtplab: not sent to all: {options.one_line(str(refusal))}", file=sys.stderr)
    return 1 if refused else 0


class _Printer:
    """Prints a dialogue while it goes on."""

    def __init__(self) -> None:
        self._observer = Observer()

    def tap(self, _client: object, _server: object, happening: Happening, octets: bytes) -> None:
        """Take what went over the connection."""
        if happening in ("client", "server"):
            for entry in self._observer.receive(happening, octets):
                print(Transcript((entry,)), flush=True)
