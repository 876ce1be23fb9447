"""`smtplab send`: one mail to a server, and the dialogue on the screen."""

import argparse
import ssl
import sys
from pathlib import Path

from smtplab.cli import options
from smtplab.net.client import Client
from smtplab.protocol.auth import CLIENT_MECHANISMS
from smtplab.protocol.client import SmtpError
from smtplab.protocol.mail import with_crlf
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
    option(
        "--auth",
        choices=list(CLIENT_MECHANISMS),
        metavar="MECH",
        type=str.upper,
        help=f"log in, by {', '.join(CLIENT_MECHANISMS)}",
    )
    option("--user", help="whom to log in")
    option("--password", help="and the password")
    tls = parser.add_mutually_exclusive_group()
    tls.add_argument("--starttls", action="store_true", help="go on inside TLS once the server has greeted")
    tls.add_argument("--tls", action="store_true", help="begin with TLS, as at port 465")
    option("--ca", metavar="FILE", help="trust this certificate authority (PEM) too")
    option("--insecure", action="store_true", help="do not check the server's certificate")
    option(
        "--timeout", type=options.seconds, default=30.0, metavar="SECONDS", help="for each reply (default: %(default)s)"
    )
    option("--allow-remote", action="store_true", help="allow a server beyond loopback")
    option("file", nargs="?", default="-", metavar="FILE", help="the message, header and body; - is standard input")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Send the mail. Exit status 1 when the server refuses it, or one of the recipients."""
    if arguments.auth and (arguments.user is None or arguments.password is None):
        raise ValueError("--auth needs --user and --password")
    content = with_crlf(sys.stdin.buffer.read() if arguments.file == "-" else Path(arguments.file).read_bytes())
    try:
        with _client(arguments) as client:
            client.ehlo(arguments.ehlo)
            if arguments.starttls:
                client.starttls()
                client.ehlo(arguments.ehlo)
            if arguments.auth:
                client.auth(arguments.auth, arguments.user, arguments.password)
            refused = client.send_message(arguments.reverse_path, arguments.forward_paths, content)
    except ssl.SSLCertVerificationError as error:
        reason = f"the server's certificate is not to be trusted: {error.verify_message}"
        return options.complain(f"{reason}; --ca names who is, --insecure does without")
    except ssl.SSLError as error:
        if arguments.tls and error.reason == "WRONG_VERSION_NUMBER":
            return options.complain("the server does not begin with TLS: say --starttls, or go without")
        return options.complain(f"TLS failed: {error.reason or error}")
    except SmtpError as error:
        print(f"smtplab: not sent: {options.one_line(str(error))}", file=sys.stderr)
        return 1
    for refusal in refused.values():
        print(f"smtplab: not sent to all: {options.one_line(str(refusal))}", file=sys.stderr)
    return 1 if refused else 0


def _client(arguments: argparse.Namespace) -> Client:
    return Client(
        *arguments.server,
        implicit_tls=arguments.tls,
        authority=_authority(arguments),
        verify=not arguments.insecure,
        timeout=arguments.timeout,
        allow_remote=arguments.allow_remote,
        listener=lambda entry: print(Transcript((entry,)), flush=True),
    )


def _authority(arguments: argparse.Namespace) -> str | None:
    """Give whom to trust. `smtplab serve` on this machine is certified by an authority of this user's own."""
    if arguments.ca:
        return _certificates(Path(arguments.ca))
    if not (arguments.tls or arguments.starttls):
        return None
    from smtplab.net.certificates import kept_pem

    return kept_pem()


def _certificates(path: Path) -> str:
    """Read a PEM file. Comments may stand between its certificates, in any alphabet."""
    text = path.read_text(encoding="ascii", errors="ignore")
    if "-----BEGIN CERTIFICATE-----" not in text:
        raise ValueError(f"{path}: no certificate in it; give a PEM file")
    return text
