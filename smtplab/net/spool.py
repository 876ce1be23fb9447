"""Where do mails wait? In a directory, so that no crash loses one.

Each mail is a pair of files: its content, which never changes, and its envelope, which says what is still to do. Both
are written under another name, flushed to the disk, and only then renamed, so each is whole or is not there. The
envelope comes last and goes first: a mail is in the queue exactly as long as its envelope is. Content that is found
without one belongs to a mail that was never taken, or is done with.
"""

import fcntl
import json
import os
import weakref
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from smtplab.protocol.dsn import Action
from smtplab.protocol.mail import MailObject, Recipient
from smtplab.protocol.outcomes import Outcome
from smtplab.protocol.replies import Reply


@dataclass(slots=True)
class Waiting:
    """One recipient of a queued mail.

    due: when to try next; None when everything is tried. tried: when the last try was, or when the mail came.
    outcome: of the last try. report: what the sender has to be told and has not been yet. is_warned: the sender knows
    of the delay.
    """

    recipient: Recipient
    due: datetime | None
    tried: datetime
    tries: int = 0
    outcome: Outcome | None = None
    report: Action | None = None
    is_warned: bool = False

    def is_due(self, now: datetime) -> bool:
        """Whether it is to be tried now."""
        return self.due is not None and self.due <= now


@dataclass(slots=True)
class Envelope:
    """All that is known of a queued mail but its content. notifications: so many were sent about it."""

    name: str
    arrived: datetime
    reverse_path: str
    parameters: dict[str, str]
    waiting: list[Waiting]
    notifications: int = 0

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to try and nothing to tell."""
        return all(waiting.due is None and waiting.report is None for waiting in self.waiting)


class InUse(OSError):
    """Another queue works in this directory: two would each send a copy."""


class Spool:
    """A directory of queued mails, for one queue at a time. Opening it clears away what a crash left half done.

    Raises `InUse`, and ValueError for a file that is no envelope. `envelopes` maps names to those that wait.
    """

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.directory = directory
        self._close = weakref.finalize(self, os.close, _lock(directory / "lock"))
        for leftover in directory.glob("*.new"):
            leftover.unlink()
        paths = sorted(directory.glob("*.json"))
        self.envelopes = {path.stem: _read(path.stem, path.read_text("ascii")) for path in paths}
        for path in directory.glob("*.eml"):
            if path.stem not in self.envelopes:
                path.unlink()
        self._number = max((int(name.partition(".")[0]) for name in self.envelopes), default=0)

    def close(self) -> None:
        """Let another queue have the directory."""
        self._close()

    def new_name(self) -> str:
        """Give the name of the next mail. One of a notification begins with the name of the mail it is about."""
        self._number += 1
        return f"{self._number:04}"

    def add(self, name: str, mail: MailObject, arrived: datetime) -> Envelope:
        """Take a mail, due at once. After this it is safe. One of the same name is replaced.

        A recipient that was named twice gets one copy.
        """
        recipients = {recipient.forward_path: recipient for recipient in mail.recipients}
        waiting = [Waiting(recipient, arrived, arrived) for recipient in recipients.values()]
        envelope = Envelope(name, arrived, mail.reverse_path, dict(mail.parameters), waiting)
        self._write(f"{name}.eml", mail.content)
        self.save(envelope)
        return envelope

    def save(self, envelope: Envelope) -> None:
        """Put an envelope on the disk; after this a crash forgets nothing of it."""
        self._write(f"{envelope.name}.json", _written(envelope).encode("ascii"))
        self.envelopes[envelope.name] = envelope

    def mail(self, envelope: Envelope) -> MailObject:
        """Give a queued mail with its content, and all recipients that it ever had."""
        content = (self.directory / f"{envelope.name}.eml").read_bytes()
        recipients = tuple(waiting.recipient for waiting in envelope.waiting)
        return MailObject(envelope.reverse_path, recipients, content, envelope.parameters)

    def remove(self, envelope: Envelope) -> None:
        """Forget a mail that is done."""
        del self.envelopes[envelope.name]
        (self.directory / f"{envelope.name}.json").unlink()
        _flush(self.directory)
        (self.directory / f"{envelope.name}.eml").unlink()

    def _write(self, name: str, octets: bytes) -> None:
        temporary = self.directory / f"{name}.new"
        with temporary.open("wb") as file:
            file.write(octets)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, self.directory / name)
        _flush(self.directory)


def _flush(directory: Path) -> None:
    """Have a change of names on the disk too, not only the octets of the files."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _lock(path: Path) -> int:
    """Lock a file, until it is closed or the process ends, however it ends."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise InUse(f"another queue works in {path.parent}; close it first") from None
    return descriptor


def _written(envelope: Envelope) -> str:
    return json.dumps(asdict(envelope), default=datetime.isoformat, indent=1)


def _read(name: str, text: str) -> Envelope:
    try:
        fields = json.loads(text)
        waiting = [_read_waiting(item) for item in fields.pop("waiting")]
        arrived = datetime.fromisoformat(fields.pop("arrived"))
        return Envelope(**fields, arrived=arrived, waiting=waiting)
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{name}.json is no envelope of this queue: {error}") from error


def _read_waiting(item: dict[str, Any]) -> Waiting:
    outcome = item["outcome"]
    if outcome is not None:
        reply = outcome["reply"]
        outcome = Outcome(**outcome | {"reply": None if reply is None else Reply(**reply)})
    return Waiting(
        Recipient(**item["recipient"]),
        None if item["due"] is None else datetime.fromisoformat(item["due"]),
        datetime.fromisoformat(item["tried"]),
        item["tries"],
        outcome,
        None if item["report"] is None else Action(item["report"]),
        item["is_warned"],
    )
