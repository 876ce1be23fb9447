"""What has the queue done, and when? Its events, oldest first, for those who draw or read its history."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from smtplab.net.clocks import Clock
from smtplab.net.spool import Envelope, Waiting
from smtplab.protocol.octets import printable
from smtplab.protocol.outcomes import Outcome
from smtplab.protocol.replies import Reply
from smtplab.protocol.routing import Candidate


class What(StrEnum):
    """The kinds of events."""

    QUEUED = "queued"  # on the disk, and ours to care for
    TRIED = "tried"  # one host was asked, or would have been, and did not take it
    DELIVERED = "delivered"  # one host took it
    DEFERRED = "deferred"  # no host took it, and it is tried again
    FAILED = "failed"  # it is not tried again
    NOTIFIED = "notified"  # the sender is told, in a mail of its own
    DROPPED = "dropped"  # the sender cannot be told: the reverse-path is null


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a mail, for one of its recipients.

    message: its name in the queue. host, address: which host was asked. reply: what that said, None where it said
    nothing. text: in words.
    """

    time: datetime
    message: str
    recipient: str
    what: What
    host: str = ""
    address: str = ""
    reply: Reply | None = None
    text: str = ""

    def __str__(self) -> str:
        where = f"{self.host} [{self.address}]" if self.address else self.host
        said = f"{self.reply.code} {self.reply.enhanced} {self.text}" if self.reply else self.text
        words = (f"{self.time:%Y-%m-%d %H:%M:%S}", self.message, self.what, f"<{self.recipient}>", where, said)
        return printable("  ".join(filter(None, words)).encode("utf-8", "surrogateescape"))


class Timeline:
    """Writes the events of one queue down, oldest first."""

    def __init__(self, clock: Clock) -> None:
        self.events: list[Event] = []
        self._clock = clock

    def queued(self, envelope: Envelope) -> None:
        """Note that a mail was taken."""
        for waiting in envelope.waiting:
            self._add(envelope, waiting, What.QUEUED)

    def asked(self, envelope: Envelope, candidate: Candidate, found: Mapping[str, Outcome]) -> None:
        """Note what one host made of the mail, for each forward-path that it was asked about."""
        for waiting in envelope.waiting:
            outcome = found.get(waiting.recipient.forward_path)
            if outcome is not None:
                what = What.DELIVERED if outcome.is_delivered else What.TRIED
                self._add(envelope, waiting, what, outcome.text, candidate, outcome.reply)

    def ended(self, envelope: Envelope, group: Iterable[Waiting]) -> None:
        """Note how an attempt ended for those recipients that no host took."""
        for waiting in group:
            if waiting.outcome is None or waiting.outcome.is_delivered:
                continue
            if waiting.due is not None:
                self._add(envelope, waiting, What.DEFERRED, f"to {waiting.due:%Y-%m-%d %H:%M:%S}")
                continue
            self._add(envelope, waiting, What.FAILED, f"{waiting.outcome.status} {waiting.outcome.text}")
            if not envelope.reverse_path:
                self._add(envelope, waiting, What.DROPPED, "its reverse-path is null, so nobody is told")

    def notified(self, envelope: Envelope, told: Iterable[Waiting], name: str) -> None:
        """Note that the sender is told, in a mail of this name."""
        for waiting in told:
            self._add(envelope, waiting, What.NOTIFIED, f"{waiting.report}, in {name}")

    def _add(
        self,
        envelope: Envelope,
        waiting: Waiting,
        what: What,
        text: str = "",
        candidate: Candidate | None = None,
        reply: Reply | None = None,
    ) -> None:
        host, address = (candidate.host, candidate.address) if candidate else ("", "")
        recipient = waiting.recipient.forward_path
        self.events.append(Event(self._clock(), envelope.name, recipient, what, host, address, reply, text))
