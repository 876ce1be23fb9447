"""What does a server do with the octets that come in? The server's half of the protocol, without a socket.

`ServerSession` takes octets and gives back, in order, octets to send and events that somebody with a disk and a socket
has to carry out. One handler for each verb answers its own question and returns a reply; whether the verb may come now
is asked of the table in `states`, once, before any handler runs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from smtplab.protocol import auth, commands, replies
from smtplab.protocol.commands import Lax, SyntaxRefused, parse_command
from smtplab.protocol.extensions import refuse_mail_parameters
from smtplab.protocol.grammar import same_mailbox
from smtplab.protocol.lines import Inbox, LineTooLong
from smtplab.protocol.mail import MailObject
from smtplab.protocol.policy import Policy
from smtplab.protocol.replies import Reply
from smtplab.protocol.states import END_OF_DATA, GREETING, TRANSITIONS, State, after

# §4.5.3.1.4 lets extensions lengthen the command line: SIZE by 26 (RFC 1870 §3), AUTH by 500 (RFC 4954 §3), 8BITMIME by
# 17 (RFC 6152 §2). An AUTH command with its initial response may be as long as any line of the exchange (RFC 4954 §4).
LINE_LIMIT: Final = auth.AUTH_LINE_LIMIT


@dataclass(frozen=True, slots=True)
class Deliver:
    """A message is whole. It has to be stored, and then `ServerSession.delivered` told what to answer (§4.2.5)."""

    mail: MailObject


@dataclass(frozen=True, slots=True)
class Close:
    """The session is over: close the connection once everything is sent."""


Output = bytes | Deliver | Close


class ServerSession:
    """One session, as its server sees it."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.state = State.CONNECTED
        self.client_domain = ""  # what EHLO or HELO said
        self.extended = False  # whether it was EHLO
        self.user: str | None = None  # who has authenticated
        self.reverse_path = ""
        self.forward_paths: list[str] = []
        self._inbox = Inbox(bare_lf=Lax.BARE_LF in policy.lax)
        self._exchange: auth.ServerExchange | None = None
        self._delivering = False
        self._closed = False
        self._errors = 0
        self._outputs: list[Output] = []

    # What a driver calls

    def greet(self) -> list[Output]:
        """Speak first, as the server does (§3.1)."""
        self._answer(GREETING, replies.greeting(self.policy.domain, self.policy.greeting))
        return self._take_outputs()

    def receive(self, octets: bytes) -> list[Output]:
        """Take in octets from the client, in pieces of any size, and give what follows from them.

        After a `Deliver` nothing more is read until `delivered` was called; octets that come meanwhile are kept.
        """
        if self.state is not State.CLOSED:
            self._inbox.add(octets)
        return self._read()

    def delivered(self, reply: Reply) -> list[Output]:
        """Answer the end of the mail data with `reply`, and read on."""
        self._delivering = False
        self.forget_transaction()
        self._answer(END_OF_DATA, reply)
        return self._read()

    def close(self, reply: Reply) -> list[Output]:
        """End the session from the server's side, with a 421 that says why (§3.8)."""
        if self.state is not State.CLOSED:
            self._answer("", reply)
        return self._take_outputs()

    # Reading

    def _read(self) -> list[Output]:
        while not self._delivering and self.state is not State.CLOSED and self._step():
            pass
        return self._take_outputs()

    def _step(self) -> bool:
        """Deal with one line, or one message; False where neither is whole yet."""
        if self.state is State.MAIL_DATA:
            return self._take_message()
        try:
            line = self._inbox.take_line(LINE_LIMIT)
        except LineTooLong:
            self._answer("AUTH" if self.state is State.AUTHENTICATING else "", replies.LINE_TOO_LONG)
            return True
        if line is None:
            return False
        if self.state is State.AUTHENTICATING:
            self._continue_exchange(line)
        else:
            self._perform(line)
        return True

    def _perform(self, line: bytes) -> None:
        try:
            command = parse_command(line, self.policy.lax)
        except SyntaxRefused as refused:
            self._answer("", refused.reply)
            return
        if (self.state, command.verb) not in TRANSITIONS:
            self._answer("", out_of_order(self.state, command.verb))
        else:
            self._answer(command.verb, HANDLERS[command.verb](self, command))

    def _take_message(self) -> bool:
        taken = self._inbox.take_mail_data(self.policy.size_limit)
        if taken is None:
            return False
        content, _size = taken
        if content is None:
            self.forget_transaction()
            self._answer(END_OF_DATA, replies.TOO_MUCH_DATA)
            return True
        self._delivering = True
        self._put(Deliver(MailObject(self.reverse_path, tuple(self.forward_paths), content)))
        return True

    # Answering

    def _answer(self, verb: str, reply: Reply) -> None:
        """Send a reply, and let it move the state. A verb of "" is answered without being in the table."""
        self.state = after(self.state, verb, reply.code)
        if reply.code >= 500:
            self._errors += 1
        if self._errors > self.policy.errors_limit:
            reply = replies.TOO_MANY_ERRORS
            self.state = State.CLOSED
        if not self.policy.offers("ENHANCEDSTATUSCODES"):
            reply = Reply(reply.code, "", reply.text)
        self._put(bytes(reply))

    def _put(self, output: Output) -> None:
        """Add to what goes out. Replies to commands that came together leave together (RFC 2920 §3.2)."""
        if isinstance(output, bytes) and self._outputs and isinstance(self._outputs[-1], bytes):
            self._outputs[-1] += output
        else:
            self._outputs.append(output)

    def _take_outputs(self) -> list[Output]:
        if self.state is State.CLOSED and not self._closed:
            self._closed = True
            self._put(Close())
        outputs, self._outputs = self._outputs, []
        return outputs

    # AUTH

    def begin_exchange(self, exchange: auth.ServerExchange) -> Reply:
        """Start an AUTH exchange and give the first reply: a challenge, or at once the verdict."""
        self._exchange = exchange
        return self._ask(None)

    def _continue_exchange(self, line: bytes) -> None:
        if line == auth.CANCEL:
            self._answer("AUTH", replies.AUTH_CANCELLED)
            return
        try:
            response = auth.decode(line)
        except ValueError:
            self._answer("AUTH", replies.BAD_BASE64)
        else:
            self._answer("AUTH", self._ask(response))

    def _ask(self, response: bytes | None) -> Reply:
        """Hand the client's response to the mechanism, and give what it says: another challenge, or the verdict."""
        assert self._exchange is not None
        try:
            question = next(self._exchange) if response is None else self._exchange.send(response)
        except StopIteration as verdict:
            self.user = verdict.value
            return replies.BAD_CREDENTIALS if self.user is None else replies.AUTHENTICATED
        return replies.challenge(auth.encode(question))

    # The mail transaction

    def forget_transaction(self) -> None:
        """Clear the envelope, as RSET, EHLO and the end of the mail data do (§4.1.1.5, §4.1.4, §4.1.1.4)."""
        self.reverse_path = ""
        self.forward_paths = []

    def offered(self) -> frozenset[str]:
        """The extensions that hold in this session: none before EHLO, and none after HELO (§2.2.1)."""
        return frozenset(filter(self.policy.offers, self.policy.extensions)) if self.extended else frozenset()


def out_of_order(state: State, verb: str) -> Reply:
    """Give the 503 that tells a client what is missing before `verb` may come (§4.1.4)."""
    if state is State.GREETED:
        return replies.EHLO_FIRST
    if verb == "MAIL":
        return replies.NESTED_MAIL
    if verb in ("RCPT", "DATA") and state is State.READY:
        return replies.MAIL_FIRST
    if verb == "DATA" and state is State.SENDER:
        return replies.RCPT_FIRST
    return replies.BAD_SEQUENCE


# The handlers: one for each verb. The table has been asked already, so each answers its own question only.


def on_ehlo(session: ServerSession, command: commands.Ehlo) -> Reply:
    """Introduce each other, and list the extensions.

    Replies 250, one keyword a line after the first. It ends an open mail transaction.
    RFC 5321 §3.2, §4.1.1.1, §4.1.4.
    """
    session.forget_transaction()
    session.client_domain, session.extended = command.domain, True
    keywords = session.policy.keywords(tuple(auth.SERVER_MECHANISMS))
    return replies.introduced(session.policy.domain, *keywords)


def on_helo(session: ServerSession, command: commands.Helo) -> Reply:
    """Introduce each other, and no more: a session that began with HELO has no extensions.

    Replies 250 in one line. It ends an open mail transaction.
    RFC 5321 §3.2, §4.1.1.1, §4.1.4.
    """
    session.forget_transaction()
    session.client_domain, session.extended = command.domain, False
    return replies.introduced(session.policy.domain)


def on_auth(session: ServerSession, command: commands.Auth) -> Reply:
    """Let a user prove who it is, by one of the mechanisms that EHLO listed.

    Replies 334 with a challenge, or at once 235 2.7.0 or 535 5.7.8; 501 for an initial response that is no base64, 503
    without EHLO or when somebody has authenticated already, 504 for an unknown mechanism.
    RFC 4954 §4.
    """
    if not session.policy.offers("AUTH"):
        return replies.NOT_IMPLEMENTED
    if not session.extended:
        return replies.EHLO_FOR_AUTH
    if session.user is not None:
        return replies.AUTHENTICATED_ALREADY
    mechanism = auth.SERVER_MECHANISMS.get(command.mechanism)
    if mechanism is None:
        return replies.UNKNOWN_MECHANISM
    try:
        initial = auth.decode_initial(command.initial_response)
    except ValueError:
        return replies.BAD_BASE64
    return session.begin_exchange(mechanism(session.policy.passwords, initial))


def on_mail(session: ServerSession, command: commands.Mail) -> Reply:
    """Open a mail transaction with the reverse-path, which is "" for a notice that must not be answered.

    Replies 250 2.1.0; 555, 501 or 552 when a parameter cannot be taken.
    RFC 5321 §3.3, §4.1.1.2, §4.5.5; SIZE is RFC 1870, BODY is RFC 6152.
    """
    refused = refuse_mail_parameters(command.parameters, session.offered(), session.policy.size_limit)
    if refused is not None:
        return refused
    session.reverse_path = command.reverse_path
    return replies.SENDER_OK


def on_rcpt(session: ServerSession, command: commands.Rcpt) -> Reply:
    """Add one forward-path to the open mail transaction.

    Replies 250 2.1.5 when accepted, 550 5.1.1 when there is no such mailbox, 452 4.5.3 when there are too many, 555 for
    a parameter, since no extension that has one is offered. A postmaster there is always (§4.5.1).
    RFC 5321 §3.3, §4.1.1.3, §4.5.3.1.10.
    """
    if command.parameters:
        return replies.UNKNOWN_PARAMETER
    mailbox, known = same_mailbox(command.forward_path), session.policy.mailboxes
    if known is not None and mailbox not in known and mailbox.partition("@")[0] != "postmaster":
        return replies.NO_SUCH_MAILBOX
    if len(session.forward_paths) >= session.policy.recipients_limit:
        return replies.TOO_MANY_RECIPIENTS
    session.forward_paths.append(command.forward_path)
    return replies.RECIPIENT_OK


def on_data(_session: ServerSession, _command: commands.Bare) -> Reply:
    """Ask for the mail data. Replies 354. RFC 5321 §3.3, §4.1.1.4."""
    return replies.START_MAIL_INPUT


def on_rset(session: ServerSession, _command: commands.Bare) -> Reply:
    """Abort the mail transaction. Replies 250. RFC 5321 §4.1.1.5."""
    session.forget_transaction()
    return replies.RESET


def on_noop(_session: ServerSession, _command: commands.Noop) -> Reply:
    """Do nothing. Replies 250. RFC 5321 §4.1.1.9."""
    return replies.OK


def on_vrfy(_session: ServerSession, _command: commands.Vrfy) -> Reply:
    """Say neither yes nor no, so that nobody harvests addresses here. Replies 252 2.5.2. RFC 5321 §3.5.3, §7.3."""
    return replies.CANNOT_VERIFY


def on_help(_session: ServerSession, _command: commands.Help) -> Reply:
    """List the verbs. Replies 214. RFC 5321 §4.1.1.8."""
    return replies.help_text([verb for verb, handler in HANDLERS.items() if handler is not on_not_implemented])


def on_quit(_session: ServerSession, _command: commands.Bare) -> Reply:
    """End the session. Replies 221, and the connection is closed then. RFC 5321 §4.1.1.10."""
    return replies.BYE


def on_not_implemented(_session: ServerSession, _command: commands.Command) -> Reply:
    """Tell that a command is known but not done here. Replies 502. RFC 5321 §4.2.4."""
    return replies.NOT_IMPLEMENTED


# Each handler takes its own kind of command, which this table pairs with its verb; a dict's type cannot say so.
HANDLERS: Final[dict[str, Callable[[ServerSession, Any], Reply]]] = {
    "EHLO": on_ehlo,
    "HELO": on_helo,
    "AUTH": on_auth,
    "MAIL": on_mail,
    "RCPT": on_rcpt,
    "DATA": on_data,
    "RSET": on_rset,
    "NOOP": on_noop,
    "VRFY": on_vrfy,
    "EXPN": on_not_implemented,
    "HELP": on_help,
    "QUIT": on_quit,
    "BDAT": on_not_implemented,
    "STARTTLS": on_not_implemented,
}
