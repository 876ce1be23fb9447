"""What happens when the queue gets through to a host? One mail transaction, and what came of it for each recipient."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from smtplab.net.client import Client, ServerGone
from smtplab.net.clocks import Clock
from smtplab.net.networks import Network, is_loopback
from smtplab.protocol import commands, dsn, outcomes
from smtplab.protocol.client import HelloRefused, RecipientRefused, SmtpError, TlsRefused
from smtplab.protocol.commands import Bdat, Mail, Rcpt
from smtplab.protocol.mail import MailObject, Recipient
from smtplab.protocol.outcomes import Outcome
from smtplab.protocol.replies import Reply
from smtplab.protocol.routing import Candidate
from smtplab.protocol.sending import CannotSend, plan

Outcomes = dict[str, Outcome]  # by forward-path


class InDoubt(ConnectionError):
    """The whole message was sent and no reply came: the server may have taken it, or not."""


@dataclass(slots=True)
class Door:
    """Where a host is called, and in which network."""

    host: str
    port: int
    network: Network


@dataclass
class Courier:
    """Takes a mail to one host at a time, and remembers where nobody answered.

    domain: how it introduces itself. port: at which it calls all hosts. timeout: seconds for each reply.
    patience: for so long a host at which nobody answered is not called again, for whatever mail (RFC 5321 §4.5.4.1).
    source: the address of this machine to call from, "" for any.
    """

    domain: str
    port: int
    network: Network
    timeout: float
    clock: Clock
    patience: timedelta
    source: str = ""
    _unreachable: dict[str, datetime] = field(default_factory=dict)

    @contextmanager
    def visit(self, candidate: Candidate, mail: MailObject, recipients: Sequence[Recipient]) -> Iterator[Outcomes]:
        """Try to hand over a mail for some of its recipients, and give the outcome for each forward-path.

        The session stays open inside the `with` block, so that the outcomes can be put on the disk before QUIT is said.
        Raises nothing that a server can bring about.
        """
        door = Door(candidate.address, self.port, self.network)
        client = Client(door, timeout=self.timeout, source=self.source, verify=False)
        try:
            hindrance = self._refrain(candidate) or self._connect(client, candidate)
            if hindrance is None:
                yield Transaction(client, candidate.host, mail, recipients).perform(self.domain)
            else:
                yield {recipient.forward_path: hindrance for recipient in recipients}
        finally:
            client.leave()

    def _refrain(self, candidate: Candidate) -> Outcome | None:
        """Say why a host is not even called, or None where it is."""
        if not is_loopback(candidate.address):
            text = f"{candidate.address} is another machine, and nothing leaves this one"
            return Outcome("5.4.4", text, candidate.host, ask_next=True)
        since = self._unreachable.get(candidate.address)
        if since is not None and self.clock() < since + self.patience:
            return Outcome(
                "4.4.1", f"nobody answered at {since:%H:%M}: not called again yet", candidate.host, ask_next=True
            )
        return None

    def _connect(self, client: Client, candidate: Candidate) -> Outcome | None:
        """Connect and wait for the greeting. Gives None, or what hinders it."""
        try:
            client.connect()
        except SmtpError as refused:
            return outcomes.of_reply(refused.reply, candidate.host, about_host=True)
        except ServerGone as gone:
            return Outcome("4.4.2", str(gone), candidate.host, ask_next=True)
        except OSError as error:
            self._unreachable[candidate.address] = self.clock()
            text = "nobody listens there" if isinstance(error, ConnectionRefusedError) else str(error)
            return Outcome("4.4.1", text, candidate.host, ask_next=True)
        return None


class Transaction:
    """One mail transaction with a server that has greeted: the envelope, then the message (RFC 5321 §3.3)."""

    def __init__(self, client: Client, host: str, mail: MailObject, recipients: Sequence[Recipient]) -> None:
        self.client = client
        self.host = host
        self.mail = mail
        self.recipients = recipients
        self.refused: Outcomes = {}
        self.chunked = False

    def perform(self, domain: str) -> Outcomes:
        """Do it, one copy for all recipients (§4.5.4.1), and give the outcome for each forward-path."""
        try:
            self._introduce(domain)
            self._name_recipients()
            if len(self.refused) == len(self.recipients):
                return self.refused
            rest = outcomes.of_reply(self._send_message(), self.host, notifies="DSN" in self.client.extensions)
        except CannotSend as hindered:
            rest = Outcome(hindered.status, str(hindered), self.host, ask_next=True)
        except SmtpError as error:
            # A server that lets nobody in says nothing about the mail, which another may still take.
            rest = outcomes.of_reply(error.reply, self.host, about_host=isinstance(error, HelloRefused))
        except InDoubt as lost:
            rest = Outcome("4.4.2", str(lost), self.host)  # the next host would make a second copy at once
        except OSError as lost:
            rest = Outcome("4.4.2", str(lost), self.host, ask_next=True)
        return {path: self.refused.get(path, rest) for path in (each.forward_path for each in self.recipients)}

    def _introduce(self, domain: str) -> None:
        """Say EHLO, begin TLS where it can be had, and say MAIL with what the server has extensions for."""
        with suppress(TlsRefused):  # better in clear text than not at all (RFC 7435)
            self.client.introduce(domain, tls="opportunistic")
        paths = [recipient.forward_path for recipient in self.recipients]
        planned = plan(self.mail.content, self.mail.reverse_path, paths, self.client.extensions)
        passed_on = dsn.passed_on(self.mail.parameters, self.client.extensions)
        self.client.command(Mail(self.mail.reverse_path, planned.parameters | passed_on))
        self.chunked = planned.chunked

    def _name_recipients(self) -> None:
        """Say RCPT for each, and note who was refused. A 421 is for all of them, since it ends the session (§3.8)."""
        for recipient in self.recipients:
            parameters = dsn.passed_on(recipient.parameters, self.client.extensions)
            try:
                self.client.command(Rcpt(recipient.forward_path, parameters))
            except RecipientRefused as error:
                if error.reply.code == 421:
                    raise
                self.refused[recipient.forward_path] = outcomes.of_reply(error.reply, self.host, to_rcpt=True)

    def _send_message(self) -> Reply:
        """Send the message, and give the reply to its end. Raises `InDoubt` when there is none."""
        if self.chunked:
            octets = self.client.octets_of(Bdat(len(self.mail.content), last=True)) + self.mail.content
        else:
            self.client.command(commands.DATA)
            octets = self.client.session.send_mail_data(self.mail.content)
        self.client.send(octets, "the message")
        try:
            return self.client.wait("the message")
        except OSError as lost:
            raise InDoubt(f"{lost}: it may have the message, and a second try would make a second copy") from lost
