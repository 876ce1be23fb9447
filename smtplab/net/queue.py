"""What if the mail cannot be delivered now? It waits on the disk, and is tried again until it is delivered or given up.

The queue makes one attempt at a time, whichever is due first, and knows the time only from its clock: with a
`FakeClock` a lesson sees five days of tries in a moment. It loses no mail that it has taken, and sends a second copy
only where nobody could know better: when the connection was lost after the message and before the reply to it.
"""

import shutil
import tempfile
import threading
import weakref
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Final, Self

from smtplab.net.clocks import Clock, SystemClock
from smtplab.net.delivery import Courier
from smtplab.net.networks import LOOPBACK, Network
from smtplab.net.spool import Envelope, Spool, Waiting
from smtplab.net.timeline import Event, Timeline
from smtplab.protocol import outcomes, trace
from smtplab.protocol.bounce import Report, notification
from smtplab.protocol.commands import Mail, Rcpt
from smtplab.protocol.dsn import Action, is_wanted
from smtplab.protocol.grammar import split_mailbox
from smtplab.protocol.mail import MailObject
from smtplab.protocol.outcomes import Outcome
from smtplab.protocol.policy import Policy
from smtplab.protocol.retry import Schedule
from smtplab.protocol.routing import NoRoute, Resolver, candidates, refuse_loop

SMTP_PORT: Final = 25
TIMEOUT: Final = 30.0  # seconds for each reply; RFC 5321 §4.5.3.2 asks for minutes


class Queue:
    """The outgoing queue of one host. Close it, or use it in a `with` statement.

    resolver: is asked for the mail hosts of each domain. directory: where the mails wait, for one queue at a time; a
    new queue takes up what an earlier one left there. None: a temporary one that goes with the queue.
    domain: how this host introduces itself, and who reports. own: its further names and addresses.
    port: at which all hosts are asked; servers need special rights for 25, but for in a private network. network: where
    the hosts are. source: the address of this machine to call from, "" for any. timeout: seconds for each reply.
    random: chooses among hosts of one preference.
    Hosts beyond loopback are never called. Mails may be put in from any thread.
    """

    def __init__(
        self,
        resolver: Resolver,
        directory: Path | str | None = None,
        *,
        domain: str = Policy.domain,
        own: Collection[str] = (),
        port: int = SMTP_PORT,
        network: Network = LOOPBACK,
        source: str = "",
        schedule: Schedule | None = None,
        clock: Clock | None = None,
        random: Random | None = None,
        timeout: float = TIMEOUT,
    ) -> None:
        if directory is None:
            directory = tempfile.mkdtemp(prefix="smtplab-")
            weakref.finalize(self, shutil.rmtree, directory, ignore_errors=True)
        self.resolver = resolver
        self.domain = domain
        self.own = {domain, *own}
        self.schedule = schedule or Schedule()
        self.clock = clock or SystemClock()
        self.random = random or Random()
        self._timeline = Timeline(self.clock)
        patience = self.schedule.interval(1)
        self._courier = Courier(domain, port, network, timeout, self.clock, patience, source)
        self._changing = threading.RLock()  # what is in the spool
        self._stepping = threading.Lock()
        self._spool = Spool(Path(directory))
        for envelope in tuple(self._spool.envelopes.values()):
            self._finish(envelope)  # an end may have come between a failure and its notification

    def __repr__(self) -> str:
        return f"Queue({self.domain}, {len(self)} waiting)"

    def __len__(self) -> int:
        return len(self._spool.envelopes)

    @property
    def mails(self) -> list[MailObject]:
        """What waits, oldest first: whoever runs a host can read all of it."""
        with self._changing:
            return [self._spool.mail(self._spool.envelopes[name]) for name in sorted(self._spool.envelopes)]

    @property
    def events(self) -> list[Event]:
        """What has happened, oldest first."""
        return self._timeline.events

    def close(self) -> None:
        """Let another queue have the directory. What waits there stays."""
        self._spool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def put(self, mail: MailObject) -> str:
        """Take the responsibility for a mail, and give its name in the queue. Once this returns, no crash loses it.

        Raises ValueError for a mail without recipients, or with a line end in its envelope, and OSError when it cannot
        be stored. RFC 5321 §4.2.5.
        """
        if not mail.recipients:
            raise ValueError("a mail needs a recipient")
        lines = [bytes(Mail(mail.reverse_path, mail.parameters))]
        lines += [bytes(Rcpt(recipient.forward_path, recipient.parameters)) for recipient in mail.recipients]
        if any(octet in line for octet in b"\r\n" for line in lines):
            raise ValueError("an address or a parameter has a line end in it")
        with self._changing:
            name = self._spool.new_name()
            self._take(name, mail)
        return name

    # Time

    def next_due(self) -> datetime | None:
        """Give the time at which something is to be tried next; None when nothing waits."""
        with self._changing:
            return min((due for due, _, _, _ in self._tries()), default=None)

    def step(self) -> bool:
        """Make the attempt that is due first, for all recipients of one mail in one domain; False when none is due."""
        with self._stepping:
            now = self.clock()
            with self._changing:
                due, name, _, domain = min(self._tries(), default=(None, "", 0, ""))
            if due is None or due > now:
                return False
            envelope = self._spool.envelopes[name]
            group = [each for each in envelope.waiting if each.is_due(now) and _domain(each) == domain]
            self._attempt(envelope, domain, group)
            self._finish(envelope)
            return True

    def run(self, until: datetime) -> None:
        """Make all attempts that are due up to a time, that time included; the clock waits for each."""
        run([self], until)

    def _tries(self) -> Iterable[tuple[datetime, str, int, str]]:
        """All that is to be tried: when, the mail's name, which of its recipients, and the domain of that one."""
        for name, envelope in self._spool.envelopes.items():
            for number, waiting in enumerate(envelope.waiting):
                if waiting.due is not None:
                    yield waiting.due, name, number, _domain(waiting)

    # One attempt

    def _attempt(self, envelope: Envelope, domain: str, group: Sequence[Waiting]) -> None:
        """Ask one host after the other, until none of these recipients is left to ask for."""
        mail = self._spool.mail(envelope)
        left = {waiting.recipient.forward_path: waiting for waiting in group}
        latest: dict[str, Outcome] = {}
        try:
            refuse_loop(trace.hops(mail.content))
            hosts = candidates(domain, self.resolver, self.random, self.own)
        except NoRoute as hindered:
            hosts, latest = [], dict.fromkeys(left, Outcome(hindered.status, hindered.text))
        for candidate in hosts:
            with self._courier.visit(candidate, mail, [waiting.recipient for waiting in left.values()]) as found:
                latest |= {path: outcomes.later_one(latest.get(path), outcome) for path, outcome in found.items()}
                self._timeline.asked(envelope, candidate, found)
                self._settle(envelope, [left.pop(path) for path in found if not found[path].ask_next], latest)
            if not left:
                return
        self._settle(envelope, list(left.values()), latest)

    def _settle(self, envelope: Envelope, group: Sequence[Waiting], latest: Mapping[str, Outcome]) -> None:
        """Put on the disk what came of an attempt, when the next one is due, and what the sender has to be told."""
        now = self.clock()
        for waiting in group:
            waiting.outcome = outcome = latest[waiting.recipient.forward_path]
            waiting.tried, waiting.tries = now, waiting.tries + 1
            waiting.due = self.schedule.next_try(envelope.arrived, now, waiting.tries) if outcome.is_transient else None
            news = self._news(waiting, outcome, now - envelope.arrived >= self.schedule.warn_after)
            if news is not None and is_wanted(news, envelope.reverse_path, waiting.recipient):
                waiting.report = news
        if group:
            self._save(envelope)
        self._timeline.ended(envelope, group)

    def _news(self, waiting: Waiting, outcome: Outcome, late: bool) -> Action | None:
        """Say what a sender who wants to know it all would be told."""
        if outcome.is_delivered:
            return None if outcome.notifies else Action.RELAYED
        if waiting.due is None:
            return Action.FAILED
        if late and not waiting.is_warned:
            waiting.is_warned = True
            return Action.DELAYED
        return None

    def _finish(self, envelope: Envelope) -> None:
        """Tell the sender what there is to tell, and let go of a mail that is done.

        That a report is due was put on the disk before; a crash here makes the next queue write the same notification
        under the same name, before it does anything else. So it is neither forgotten nor sent twice.
        """
        told = [waiting for waiting in envelope.waiting if waiting.report is not None]
        with self._changing:
            if told:
                name = f"{envelope.name}.{envelope.notifications + 1}"
                self._take(name, self._notification(envelope, told, name))
                self._timeline.notified(envelope, told, name)
                for waiting in told:
                    waiting.report = None
                envelope.notifications += 1
                self._spool.save(envelope)
            if envelope.is_done:
                self._spool.remove(envelope)

    def _notification(self, envelope: Envelope, told: Iterable[Waiting], name: str) -> MailObject:
        reports = []
        for waiting in told:
            assert waiting.report is not None
            assert waiting.outcome is not None
            until = envelope.arrived + self.schedule.give_up_after if waiting.report is Action.DELAYED else None
            reports.append(Report(waiting.recipient, waiting.report, waiting.outcome, waiting.tried, until))
        return notification(self._spool.mail(envelope), reports, self.domain, name, envelope.arrived)

    def _take(self, name: str, mail: MailObject) -> None:
        envelope = self._spool.add(name, mail, self.clock())
        self._timeline.queued(envelope)

    def _save(self, envelope: Envelope) -> None:
        with self._changing:
            self._spool.save(envelope)


def run(queues: Sequence[Queue], until: datetime) -> None:
    """Make all attempts of several queues that share a clock, in order of time, up to a time, that time included."""
    while True:
        due, number = min(
            ((due, number) for number, queue in enumerate(queues) if (due := queue.next_due()) is not None),
            default=(None, 0),
        )
        if due is None or due > until:
            return
        queues[number].clock.wait_until(due)
        queues[number].step()


def _domain(waiting: Waiting) -> str:
    return split_mailbox(waiting.recipient.forward_path)[1].lower()
