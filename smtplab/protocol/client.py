"""What does a client do with the replies that come in? The client's half of the protocol, without a socket.

`ClientSession` turns commands into octets and octets into replies, remembers what it is waiting for, and follows the
same table of states as the server. It lets its user say anything in any order: in the lab, a wrong order is an
experiment.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

from smtplab.protocol import auth
from smtplab.protocol.commands import COMMAND_LINE_LIMIT, Auth, Command
from smtplab.protocol.fields import verb_of
from smtplab.protocol.flow import Flow
from smtplab.protocol.leniency import state_after
from smtplab.protocol.mail import mail_data
from smtplab.protocol.replies import Reply, parse_reply
from smtplab.protocol.states import BDAT_LAST, END_OF_DATA, GREETING, State

# A reply has no limit in lines; a server that never ends one must not fill the memory.
REPLY_LIMIT: Final = 2**16  # octets


class SmtpError(Exception):
    """The server did not say yes. `reply` is what it said, and `said` the command that it answers."""

    def __init__(self, reply: Reply, said: str = "") -> None:
        super().__init__(f"{said} was answered: {reply}" if said else str(reply))
        self.reply = reply
        self.said = said


class GreetingRefused(SmtpError):
    """The server does not want to talk: 554 or 421 instead of 220 (RFC 5321 §3.1)."""


class HelloRefused(SmtpError):
    """EHLO or HELO was refused."""


class AuthenticationRefused(SmtpError):
    """The user could not prove who it is: 535, or the mechanism is not known: 504 (RFC 4954 §6)."""


class ServerNotProven(SmtpError):
    """The server said yes to AUTH before the mechanism was at its end: one that has to prove itself has not."""


class TlsRefused(SmtpError):
    """STARTTLS was refused, or is not offered though TLS is required."""


class SenderRefused(SmtpError):
    """MAIL was refused."""


class RecipientRefused(SmtpError):
    """RCPT was refused: this recipient does not get the mail, others may."""


class MessageRefused(SmtpError):
    """DATA or BDAT, or the message itself, was refused."""


REFUSALS: Final[dict[str, type[SmtpError]]] = {
    GREETING: GreetingRefused,
    "EHLO": HelloRefused,
    "HELO": HelloRefused,
    "AUTH": AuthenticationRefused,
    "STARTTLS": TlsRefused,
    "MAIL": SenderRefused,
    "RCPT": RecipientRefused,
    "DATA": MessageRefused,
    "BDAT": MessageRefused,
    BDAT_LAST: MessageRefused,
    END_OF_DATA: MessageRefused,
}


class NotSmtp(ConnectionError):
    """What the other side sends is no reply of SMTP."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply with the verb that it answers."""

    verb: str
    reply: Reply

    @property
    def is_positive(self) -> bool:
        """Whether it says yes to what was asked: 3yz to DATA, 3yz or 2yz to AUTH, 2yz to everything else.

        A message sent after a 250 to DATA would be read as commands. RFC 5321 §4.3.2, RFC 4954 §4.
        """
        if 300 <= self.reply.code < 400:
            return self.verb in ("AUTH", "DATA")
        return self.reply.code < 300 and self.verb != "DATA"


class ClientSession:
    """One session, as its client sees it.

    extensions: what the server listed after EHLO, parameters by keyword in upper case; empty after HELO.
    cancelled: why this client has cancelled AUTH, "" where it has not.
    """

    def __init__(self) -> None:
        self.state = State.CONNECTED
        self.extensions: dict[str, str] = {}
        self._inbox = Flow()
        self._waiting: deque[str] = deque([GREETING])
        self._was_told_unasked = False  # whether a reply came that answers nothing
        self.cancelled = ""
        self._exchange: auth.ClientExchange | None = None
        self._held: bytes | None = None  # an initial response that goes into a line of its own

    @property
    def is_waiting(self) -> bool:
        """Whether a reply is still to come."""
        return bool(self._waiting)

    def send(self, command: Command) -> bytes:
        """Give the octets of a command, and wait for its reply."""
        return self.send_line(bytes(command))

    def send_line(self, line: bytes) -> bytes:
        """Give the octets of any line, right or wrong, and wait for the reply to it. Takes it without CRLF.

        Amid the mail data a line is part of the message, and only the dot that ends it is answered.
        """
        if self.state is not State.MAIL_DATA or END_OF_DATA in self._waiting:
            self._waiting.append("AUTH" if self.state is State.AUTHENTICATING else _asked_by(line))
        elif line == b".":
            self._waiting.append(END_OF_DATA)
        return line + b"\r\n"

    def send_mail_data(self, content: bytes) -> bytes:
        """Give the octets of a message, made transparent, with its end mark (§4.5.2, §4.1.1.4)."""
        self._waiting.append(END_OF_DATA)
        return mail_data(content)

    def begin_auth(
        self,
        mechanism: str,
        user: str,
        password: str,
        *,
        initial_response: bool = True,
        nonce: auth.Nonce = auth.no_nonce,
    ) -> bytes:
        """Give the octets of AUTH, with an initial response where the mechanism has one, it is wanted, and it fits.

        Raises ValueError for a mechanism that is not known here, or that cannot carry the user name or password.
        RFC 4954 §4.
        """
        if mechanism not in auth.CLIENT_MECHANISMS:
            known = ", ".join(auth.CLIENT_MECHANISMS)
            raise ValueError(f"unknown mechanism {mechanism!r}: this client knows {known}")
        self._exchange = auth.CLIENT_MECHANISMS[mechanism](user, password, nonce)
        self._held, self.cancelled = None, ""
        first = next(self._exchange)
        command = Auth(mechanism, None if first is None else auth.encode(first))
        if not initial_response or len(bytes(command)) + len(b"\r\n") > COMMAND_LINE_LIMIT:
            command, self._held = Auth(mechanism), first
        return self.send(command)

    def respond(self, challenge: Reply) -> bytes:
        """Give the octets that answer a 334.

        The exchange is cancelled where the mechanism has nothing more to say, or does not trust the server. Raises
        `NotSmtp` for a server that goes on asking after that, since it might do so for ever.
        RFC 4954 §4.
        """
        if self.cancelled:
            raise NotSmtp("the server goes on with an AUTH exchange that was cancelled")
        try:
            response = self._next_response(auth.decode(challenge.text.encode()))
        except (StopIteration, ValueError) as error:
            self._exchange, self.cancelled = None, str(error) or "the mechanism has nothing more to say"
            return self.send_line(auth.CANCEL)
        return self.send_line(auth.encode(response).encode())

    def end_auth(self, reply: Reply) -> None:
        """Make sure, after a 235, that the mechanism was at its end. Raises `ServerNotProven`. RFC 5802 §5."""
        try:
            self._next_response(b"")
        except StopIteration:
            return
        except ValueError:
            pass
        raise ServerNotProven(reply, "AUTH, before the server had proven itself,")

    def _next_response(self, challenge: bytes) -> bytes:
        if self._held is not None:
            held, self._held = self._held, None
            return held
        if self._exchange is None:
            raise ValueError("no exchange is going on")
        return self._exchange.send(challenge) or b""

    def receive(self, octets: bytes) -> list[Answer]:
        """Take in octets from the server and give the replies that are now whole, oldest first.

        Raises `NotSmtp` for octets that are no reply.
        """
        self._inbox.add(octets, 0.0, None)
        answers = []
        while (taken := self._inbox.take_reply()) is not None:
            try:
                reply = parse_reply(taken.octets)
            except ValueError:
                raise NotSmtp(f"this is no reply of SMTP: {taken.octets[:80]!r}") from None
            answers.append(self._answer(reply))
        if len(self._inbox) > REPLY_LIMIT:
            raise NotSmtp(f"a reply without end: over {REPLY_LIMIT} octets")
        return answers

    def tls_started(self) -> None:
        """Forget all that the server said in clear text, where anybody could have changed it (RFC 3207 §4.2).

        Raises `NotSmtp` when it had said something after its 220, a whole reply or part of one: that would be read as
        if it came through TLS (CVE-2021-38371).
        """
        if self._inbox or self._was_told_unasked:
            raise NotSmtp("the server sent more in clear text after its reply to STARTTLS")
        self.state, self.extensions = State.GREETED, {}

    def _answer(self, reply: Reply) -> Answer:
        self._was_told_unasked |= not self._waiting
        verb = self._waiting.popleft() if self._waiting else ""
        self.state = state_after(self.state, verb, reply.code)
        if verb in ("EHLO", "HELO") and reply.is_positive:
            self.extensions = parse_extensions(reply) if verb == "EHLO" else {}
        return Answer(verb, reply)


def _asked_by(line: bytes) -> str:
    """The verb that the reply to a command line answers: of chunks, the last is answered in its own way."""
    verb = verb_of(line)
    return BDAT_LAST if verb == "BDAT" and line.upper().rstrip().endswith(b" LAST") else verb


def parse_extensions(reply: Reply) -> dict[str, str]:
    """Read the reply to EHLO: keywords in upper case with their parameters, in the server's order.

    `250-SIZE 1000` gives {"SIZE": "1000"}. The first line is no extension but the server's name (§4.1.1.1).
    """
    words = (line.partition(" ") for line in reply.lines[1:] if line.strip())  # postfix's smtp-sink ends with none
    return {keyword.upper(): parameters for keyword, _, parameters in words}


def refuse(answer: Answer, said: str = "") -> SmtpError:
    """Make the error for a reply that is not positive: of the kind that belongs to what it answers."""
    return REFUSALS.get(answer.verb, SmtpError)(answer.reply, said)
