"""`smtplab serve`: a server for the mail clients of this machine."""

import argparse
import errno
import os
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from smtplab.cli import options
from smtplab.net.server import IDLE_TIMEOUT, Server
from smtplab.protocol.auth import SERVER_MECHANISMS
from smtplab.protocol.commands import Lax

if TYPE_CHECKING:
    from smtplab.net.certificates import Authority


# One word or more behind the option, and the option once or more.
SEVERAL: Final[dict[str, Any]] = {"action": "extend", "nargs": "+", "default": []}


def add(parser: argparse.ArgumentParser) -> None:
    """Say which options there are."""
    parser.description = (
        "Listen for mail clients. Every mail is stored here, none is ever sent on. Stop it with Ctrl-C: "
        "clients that are still connected are told 421."
    )
    option = parser.add_argument
    option("--host", default="127.0.0.1", help="where to listen: 127.0.0.1 or ::1 (default: %(default)s)")
    option("--port", type=options.port, default=2525, help="TCP port, 0 for any free one (default: %(default)s)")
    option("--user", type=options.user, metavar="NAME:PASSWORD", help="somebody who may log in", **SEVERAL)
    option("--tls", choices=["none", "starttls", "implicit"], default="none", help="offer TLS, or begin with it")
    store = parser.add_mutually_exclusive_group()
    store.add_argument("--maildir", metavar="DIR", help="keep the mail in DIR, one Maildir for each mailbox")
    store.add_argument("--discard", action="store_true", help="store nothing")
    option("--lax", choices=[str(name) for name in Lax], help="let a deviation from the standard pass", **SEVERAL)
    option(
        "--idle-timeout",
        type=options.seconds,
        default=IDLE_TIMEOUT,
        metavar="SECONDS",
        help="how long a client may be silent before it is told 421 (default: %(default)g)",
    )
    option("--allow-remote", action="store_true", help="allow a --host beyond loopback")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Listen until SIGINT or SIGTERM."""
    if arguments.maildir is not None:
        _make_writable(Path(arguments.maildir))
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    server = Server(
        dict(arguments.user),
        host=arguments.host,
        port=arguments.port,
        network="loopback",  # where other programs find it
        maildir=arguments.maildir,
        discard=arguments.discard,
        mechanisms=SERVER_MECHANISMS,
        tls=arguments.tls,
        authority=_authority() if arguments.tls != "none" else None,
        lax=arguments.lax,
        idle_timeout=arguments.idle_timeout,
        allow_remote=arguments.allow_remote,
    )
    with server:
        host = f"[{server.host}]" if ":" in server.host else server.host
        print(f"listening on {host}:{server.port}", flush=True)
        stop.wait()
    return 0


def _make_writable(directory: Path) -> None:
    """Make a directory where there is none. Raises OSError where no mail could be stored in it."""
    directory.mkdir(parents=True, exist_ok=True)
    if not os.access(directory, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(directory))


def _authority() -> "Authority":
    """Give this user's own certificate authority, which `smtplab send` trusts too."""
    from smtplab.net.certificates import Authority, kept_directory  # it loads a library that clear text has no need of

    try:
        return Authority.kept(kept_directory())
    except OSError as error:
        reason = f"{error.filename}: {error.strerror}"
        raise OSError(
            f"no place for a certificate authority ({reason}); XDG_CACHE_HOME names another folder"
        ) from error
