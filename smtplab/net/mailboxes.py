"""Where does the mail go? Into Maildirs, which any mail reader opens.

A message is whole on the disk, or it is not there: it is written into `tmp`, flushed to the disk, and only then linked
into `new`. That is the Maildir way, and it needs no lock. Only after that may the server answer 250, since with the 250
it takes the responsibility (RFC 5321 §4.2.5).
"""

import email
import email.policy
import hashlib
import mailbox
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from typing import IO, Any, cast
from urllib.parse import quote, unquote

from smtplab.protocol.grammar import same_mailbox

NAME_LIMIT = 200  # octets of a directory name: file systems take 255

_serial = count(1)


class Mailbox(mailbox.Maildir):
    """A Maildir whose messages come as `email.message.EmailMessage`, oldest first."""

    def __init__(self, path: Path) -> None:
        # The type stubs know no factory but for their own message class; the documentation does.
        super().__init__(path, factory=cast(Any, _read_message), create=True)

    def __repr__(self) -> str:
        return f"Mailbox({len(self)} message{'s' * (len(self) != 1)})"

    def iterkeys(self) -> Iterator[str]:
        """The keys in order of delivery; the standard library's come in whatever order the directory has."""
        return iter(sorted(super().iterkeys()))


class Mailboxes(Mapping[str, Mailbox]):
    """The mailboxes of one server, by mailbox name: a Maildir each, in one directory.

    names: those that exist. None: every mailbox exists, and comes into being with its first message.
    """

    def __init__(self, directory: Path, names: Iterable[str] | None = None) -> None:
        self.directory = directory
        self.names = None if names is None else frozenset(map(same_mailbox, names))

    def __getitem__(self, name: str) -> Mailbox:
        """Open a mailbox. Raises KeyError when it does not exist."""
        if not self.exists(name):
            raise KeyError(f"no mailbox {name!r}; there are: {', '.join(sorted(self.names or ())) or 'none'}")
        directory = self._path(same_mailbox(name))
        _make_maildir(directory)
        return Mailbox(directory)

    def exists(self, name: str) -> bool:
        """Tell whether there is such a mailbox, or could be. That of the postmaster comes with its first message."""
        mailbox_name = same_mailbox(name)
        return self.names is None or mailbox_name in self.names or self._path(mailbox_name).is_dir()

    def __iter__(self) -> Iterator[str]:
        delivered = {unquote(path.parent.name) for path in self.directory.glob("*/new")}
        return iter(sorted(delivered | (self.names or set())))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"Mailboxes({', '.join(f'{name}: {len(self[name])}' for name in self)})"

    def deliver(self, messages: Mapping[str, bytes]) -> None:
        """Store one message in each mailbox named, octet for octet, in all of them or in none.

        Returns once they are on the disk. Raises OSError when they cannot be stored.
        """
        written: list[tuple[Path, Path]] = []
        moved: list[Path] = []
        try:
            for name, octets in messages.items():
                written.append(self._write(self._path(same_mailbox(name)), octets))
            for temporary, final in written:
                os.rename(temporary, final)
                moved.append(final)
                _flush_directory(final.parent)
        except OSError:
            for path in [temporary for temporary, _ in written] + moved:
                path.unlink(missing_ok=True)
            raise

    def _write(self, directory: Path, octets: bytes) -> tuple[Path, Path]:
        _make_maildir(directory)
        unique = f"{time.time_ns():020}.{os.getpid()}_{next(_serial)}.smtplab"
        temporary = directory / "tmp" / unique
        try:
            with temporary.open("xb") as file:
                file.write(octets)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
        return temporary, directory / "new" / unique

    def _path(self, name: str) -> Path:
        # A local-part may hold "/" or ".." (§4.1.2), which must not lead out of the directory.
        safe = quote(name, safe="@+=!$&'*^`{|}~")
        if len(safe) > NAME_LIMIT or not safe.strip("."):
            safe = hashlib.sha256(name.encode()).hexdigest()
        return self.directory / safe


def _make_maildir(directory: Path) -> None:
    for part in ("tmp", "new", "cur"):
        _make_directory(directory / part)


def _make_directory(directory: Path) -> None:
    """Have a directory on the disk, and those above it."""
    if directory.is_dir():
        return
    _make_directory(directory.parent)
    # Two threads may come here at once: a reader of the mailbox, and the server with its first message.
    directory.mkdir(mode=0o700, exist_ok=True)
    _flush_directory(directory.parent)


def _read_message(file: IO[bytes]) -> EmailMessage:
    return email.message_from_binary_file(file, policy=email.policy.default)


def _flush_directory(directory: Path) -> None:
    """Have the new name itself on the disk: without this, a crash can lose the file though its octets are safe."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
