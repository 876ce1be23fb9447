"""How does a mail go out, and how do several? Envelope and message, in as few writes as the server allows.

Where PIPELINING is offered, the envelope goes out without a wait for the reply to each command, and that of the next
mail right behind a message, so that a mail costs one round trip. Every reply is looked at all the same (RFC 2920 §3.1).
"""

import email.policy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Final

from smtplab.net.dialogue import Dialogue, ServerGone, check_line
from smtplab.protocol import commands
from smtplab.protocol.client import Answer, SmtpError, refuse
from smtplab.protocol.commands import Bdat, Command, Mail, Rcpt
from smtplab.protocol.grouping import groups
from smtplab.protocol.mail import with_crlf
from smtplab.protocol.sending import Plan, plan
from smtplab.protocol.states import State

Message = EmailMessage | str | bytes

IN_TRANSACTION: Final = (State.SENDER, State.RECIPIENTS, State.CHUNKS)


def octets_of_message(message: Message) -> bytes:
    """Give a message as it goes out, but for the dots. A str has its line ends made CRLF; bytes stay as they are.

    The header of an `EmailMessage` is ASCII, but where it names an address that is not: no encoded-word may stand in
    one (RFC 2047 §5), so the header is UTF-8 then (RFC 6532).
    """
    if isinstance(message, bytes):
        return message
    if isinstance(message, str):
        return with_crlf(message.encode())
    return message.as_bytes(policy=email.policy.SMTP if _names_ascii(message) else email.policy.SMTPUTF8)


def _names_ascii(message: EmailMessage) -> bool:
    """Tell whether all addresses in the header are ASCII."""
    fields = [field for field in message.values() if hasattr(field, "addresses")]
    return all(address.addr_spec.isascii() for field in fields for address in field.addresses)


@dataclass
class Outgoing:
    """One mail, and what becomes of it.

    refused: recipients that do not get it, with their errors. failure: why nobody gets it. is_done: the server has said
    its last word about it.
    """

    forward_paths: Sequence[str]
    content: bytes
    plan: Plan
    envelope: Sequence[Command]
    refused: dict[str, SmtpError] = field(default_factory=dict)
    failure: SmtpError | OSError | None = None
    is_done: bool = False
    accepted: int = 0  # recipients
    heard: int = 0  # replies to RCPT

    def hear(self, command: Command, answer: Answer) -> None:
        """Note the reply to a command of the envelope."""
        if isinstance(command, Rcpt):
            self._hear_of(command.forward_path, answer)
        elif not answer.is_positive:
            self.fail(refuse(answer, command.verb))

    def _hear_of(self, forward_path: str, answer: Answer) -> None:
        self.heard += 1
        if answer.is_positive:
            self.accepted += 1
            return
        error = self.refused[forward_path] = refuse(answer, f"RCPT TO:<{forward_path}>")
        is_for_nobody = self.heard == len(self.forward_paths) and not self.accepted
        if is_for_nobody or answer.reply.code == 421:
            self.fail(error)

    def fail(self, error: SmtpError | OSError) -> None:
        """Note why nobody gets it. The first reason counts: what comes after it only follows from it."""
        self.failure, self.is_done = self.failure or error, True

    def missed(self) -> dict[str, Exception]:
        """Give the recipients that do not get it, each with the reason."""
        return dict.fromkeys(self.forward_paths, self.failure) if self.failure else {**self.refused}


def outgoing(
    reverse_path: str, forward_paths: Iterable[str], message: Message, extensions: Mapping[str, str]
) -> Outgoing:
    """Prepare a mail for a server with these extensions.

    Raises `CannotSend` when it needs one that is not offered, ValueError without a recipient, or where a command is
    hidden in an address.
    """
    recipients, content = list(forward_paths), octets_of_message(message)
    if not recipients:
        raise ValueError("a mail needs a recipient")
    planned = plan(content, reverse_path, recipients, extensions)
    envelope: list[Command] = [Mail(reverse_path, planned.parameters), *map(Rcpt, recipients)]
    for command in envelope:
        check_line(command)
    if not planned.chunked:
        envelope.append(commands.DATA)
    return Outgoing(recipients, content, planned, envelope)


class Mailing:
    """Sends mails over a session that has begun with EHLO or HELO."""

    def __init__(self, client: Dialogue) -> None:
        self._client = client
        self._last: Outgoing | None = None  # whose envelope was said

    def send(self, mails: Iterable[Outgoing]) -> None:
        """Send them one after the other, and note in each what becomes of it. Raises OSError when there is no reply."""
        for mail in mails:
            if not mail.plan.pipelined or (self._last is not None and self._last.plan.chunked):
                self._end_last()  # a chunk that failed would have to be followed by RSET (RFC 3030 §2)
            self._say_envelope(mail)
            self._last = mail
        self._end_last()

    def _say_envelope(self, mail: Outgoing) -> None:
        """Say the envelope, up to what makes the rest of it pointless; before it, what ends the last mail."""
        if self._client.state is State.CLOSED:
            raise ServerGone("the server has ended the session")
        ending = self._ending()
        for group in groups(mail.envelope, pipelined=mail.plan.pipelined):
            if mail.failure is not None:
                return
            self._client.send(ending + b"".join(map(self._client.session.send, group)), "the envelope")
            if ending:
                self._hear_ending()
                ending = b""
            for command in group:
                answer = self._client.answer("the envelope")
                mail.hear(command, answer)
                if answer.reply.code == 421:  # nothing comes after it (RFC 5321 §3.8)
                    return

    def _end_last(self) -> None:
        """Send the last message, and RSET behind it should it have been a chunk that failed."""
        for _ in range(2):
            if ending := self._ending():
                self._client.send(ending, "the message")
                self._hear_ending()

    def _ending(self) -> bytes:
        """Give the octets that end the last mail: its message, or what undoes the envelope of one that nobody gets."""
        mail, session = self._last, self._client.session
        if mail is None:
            return b""
        if not mail.is_done and mail.plan.chunked:
            return session.send(Bdat(len(mail.content), last=True)) + mail.content
        if session.state is State.MAIL_DATA:
            # A server that asks for the message though it takes it for nobody gets an empty one (RFC 2920 §3.1).
            return session.send_mail_data(b"" if mail.is_done else mail.content)
        return session.send(commands.RSET) if session.state in IN_TRANSACTION else b""

    def _hear_ending(self) -> None:
        assert self._last is not None
        answer = self._client.answer("the message")
        if not self._last.is_done and not answer.is_positive:
            self._last.fail(refuse(answer, "the message"))
        self._last.is_done = True
