"""What does a server do with the octets that come in? The server's half of the protocol, without a socket.

`ServerSession` takes octets and gives back, in order, octets to send and events that somebody with a disk and a socket
has to carry out. The commands are answered in `handlers`; whether the verb may come now
is asked of the table in `states`, once, before any handler runs.
"""

from dataclasses import dataclass
from typing import Final

from smtplab.protocol import auth, replies
from smtplab.protocol.commands import Bdat, Command, Lax, SyntaxRefused, parse_command
from smtplab.protocol.fields import verb_of
from smtplab.protocol.handlers import HANDLERS, out_of_order
from smtplab.protocol.hooks import Drop, Pause
from smtplab.protocol.lines import Inbox, LineTooLong
from smtplab.protocol.mail import Buffers, MailObject
from smtplab.protocol.policy import Policy
from smtplab.protocol.replies import Reply
from smtplab.protocol.states import BDAT_LAST, END_OF_DATA, GREETING, TRANSITIONS, State, after

# §4.5.3.1.4 lets extensions lengthen the command line: SIZE by 26 (RFC 1870 §3), AUTH by 500 (RFC 4954 §3), 8BITMIME by
# 17 (RFC 6152 §2). An AUTH command with its initial response may be as long as any line of the exchange (RFC 4954 §4).
LINE_LIMIT: Final = auth.AUTH_LINE_LIMIT

# The replies that may wait for those to the commands behind them in a group, so that they leave together. All others
# must leave at once (RFC 2920 §3.2).
MAY_WAIT: Final = frozenset({"RSET", "MAIL", "RCPT", END_OF_DATA, "BDAT", BDAT_LAST})

# What a server that requires TLS does without it, RFC 3207 §4.
IN_CLEAR_TEXT: Final = frozenset({"EHLO", "STARTTLS", "NOOP", "QUIT"})

NOT_READING: Final = frozenset({State.CLOSED, State.TLS_HANDSHAKE})


@dataclass(frozen=True, slots=True)
class Deliver:
    """A message is whole. It has to be stored, and then `ServerSession.delivered` told what to answer (§4.2.5)."""

    mail: MailObject


@dataclass(frozen=True, slots=True)
class Close:
    """The session is over: close the connection once everything is sent."""


@dataclass(frozen=True, slots=True)
class StartTls:
    """The client's next octets are TLS. Once the handshake is done, `ServerSession.tls_started` has to be called."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Do what follows only after so many seconds."""

    seconds: float


Output = bytes | Deliver | StartTls | Wait | Close


class ServerSession:
    """One session, as its server sees it. tls: whether TLS runs from the beginning (RFC 8314 §3.3)."""

    def __init__(self, policy: Policy, *, tls: bool = False) -> None:
        self.policy = policy
        self.tls = tls
        self.state = State.CONNECTED
        self.client_domain = ""  # what EHLO or HELO said
        self.extended = False  # whether it was EHLO
        self.extensions: frozenset[str] = frozenset()  # that hold: none before EHLO, and none after HELO (§2.2.1)
        self.user: str | None = None  # who has authenticated
        self.buffers = Buffers()
        self._inbox = Inbox(bare_lf=Lax.BARE_LF in policy.lax)
        self._exchange: auth.ServerExchange | None = None
        self._bdat: Bdat | None = None  # whose chunk is coming in
        self._missing = 0  # octets of it
        self._delivering = ""  # the verb to answer once the message is stored
        self._closed = False
        self._errors = 0
        self._outputs: list[Output] = []
        self._last_may_wait = False  # the last reply among them

    # What a driver calls

    def greet(self) -> list[Output]:
        """Speak first, as the server does (§3.1)."""
        greeting = replies.greeting(self.policy.domain, self.policy.greeting)
        self._answer(GREETING, self._instead(GREETING, None) or greeting)
        return self._take_outputs()

    def receive(self, octets: bytes | memoryview) -> list[Output]:
        """Take in octets from the client, in pieces of any size, and give what follows from them. They are copied.

        After a `Deliver` nothing more is read until `delivered` was called; octets that come meanwhile are kept.
        """
        if self.state is not State.CLOSED:
            self._inbox.add(octets)
        return self._read()

    def delivered(self, reply: Reply) -> list[Output]:
        """Answer the end of the message with `reply`, and read on."""
        verb, self._delivering = self._delivering, ""
        self.forget_transaction()
        self.buffers.is_spoiled = verb == BDAT_LAST and not reply.is_positive
        self._answer(verb, reply)
        return self._read()

    def tls_started(self) -> list[Output]:
        """Forget all that was learnt in clear text, where anybody could have said it (RFC 3207 §4.2).

        Gives nothing, but where octets that came before TLS are obeyed.
        """
        self.tls, self.state = True, State.GREETED
        self.client_domain, self.extended, self.extensions, self.user = "", False, frozenset(), None
        self.forget_transaction()
        return self._read()

    def close(self, reply: Reply) -> list[Output]:
        """End the session from the server's side, with a 421 that says why (§3.8)."""
        if self.state is not State.CLOSED:
            self._answer("", reply)
        return self._take_outputs()

    # Reading

    def _read(self) -> list[Output]:
        while self._inbox and not self._delivering and self.state not in NOT_READING and self._step():
            pass
        return self._take_outputs()

    def _step(self) -> bool:
        """Deal with one line, one chunk or one message; False where it is not whole yet."""
        if self.state is State.MAIL_DATA:
            return self._take_message()
        if self._bdat is not None:
            return self._take_chunk(self._bdat)
        try:
            line = self._inbox.take_line(LINE_LIMIT)
        except LineTooLong:
            if self.state is State.AUTHENTICATING:
                self._answer("AUTH", replies.AUTH_LINE_TOO_LONG)
            else:
                self._answer("", replies.LINE_TOO_LONG)
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
            verb = verb_of(line)
            if verb == "BDAT":
                self.buffers.is_spoiled = True  # how many octets were to follow, nobody knows (RFC 3030 §2)
            self._answer(verb, refused.reply)
            return
        if isinstance(command, Bdat) and "CHUNKING" in self.policy.extensions:
            self._bdat, self._missing = command, command.size  # in any state the chunk has to be read (RFC 3030 §2)
            self._take_chunk(command)
        else:
            self._answer(command.verb, self._reply_to(command.verb, command))
        if self.state is State.TLS_HANDSHAKE:
            # Commands that came in clear text with STARTTLS must not be obeyed inside TLS (CVE-2011-0411, RFC 3207 §6).
            if Lax.OCTETS_BEFORE_TLS not in self.policy.lax:
                self._inbox.clear()
            self._outputs.append(StartTls())

    def _reply_to(self, verb: str, command: Command) -> Reply:
        if self.policy.tls_required and not self.tls and verb not in IN_CLEAR_TEXT:
            return replies.TLS_REQUIRED
        if (self.state, verb) not in TRANSITIONS:
            return out_of_order(self.state, verb)
        return self._instead(command.verb, command) or HANDLERS[command.verb](self, command)

    def _instead(self, verb: str, command: Command | None) -> Reply | None:
        for hook in self.policy.hooks:
            reply = hook.instead(self, verb, command)
            if reply is not None:
                return reply
        return None

    def _take_message(self) -> bool:
        taken = self._inbox.take_mail_data(self.policy.size_limit)
        if taken is None:
            return False
        content, _size = taken
        refused = replies.TOO_MUCH_DATA if content is None else self._instead(END_OF_DATA, None)
        if content is None or refused is not None:
            self.forget_transaction()
            self._answer(END_OF_DATA, refused or replies.TOO_MUCH_DATA)
        else:
            self._deliver(END_OF_DATA, content)
        return True

    def _take_chunk(self, command: Bdat) -> bool:
        octets = self._inbox.take(self._missing)
        self._missing -= len(octets)
        if (self.state, "BDAT") in TRANSITIONS:
            self.buffers.size += len(octets)
            if self.buffers.size <= self.policy.size_limit:
                self.buffers.chunks += octets
        if self._missing:
            return False
        self._bdat = None
        verb = BDAT_LAST if command.last else "BDAT"
        reply = self._reply_to(verb, command)
        if not reply.is_positive and (self.state, verb) in TRANSITIONS:
            self.buffers.is_spoiled = True  # by a hook, say: the message would lack this chunk
        if command.last and reply.is_positive:
            self._deliver(BDAT_LAST, bytes(self.buffers.chunks))
        else:
            self._answer(verb, reply)
        return True

    def _deliver(self, verb: str, content: bytes) -> None:
        self._delivering = verb
        self._outputs.append(Deliver(self.buffers.mail_object(content)))

    # Answering

    def _answer(self, verb: str, reply: Reply) -> None:
        """Send a reply, and let it move the state. A verb of "" is answered without being in the table."""
        for hook in self.policy.hooks:
            manner = hook.manner(verb, reply)
            if isinstance(manner, Drop):
                self.state = State.CLOSED
                return
            if isinstance(manner, Pause):
                self._outputs.append(Wait(manner.seconds))
                manner = manner.reply
            reply = manner
        self.state = after(self.state, verb, reply.code)
        if reply.code >= 500 and (verb, reply.code) != ("RCPT", 550):  # a list may have many that are gone
            self._errors += 1
        if self._errors > self.policy.errors_limit:
            reply = replies.TOO_MANY_ERRORS
            self.state = State.CLOSED
        if "ENHANCEDSTATUSCODES" not in self.policy.extensions:
            reply = Reply(reply.code, "", reply.text)
        self._say(bytes(reply), may_wait=verb in MAY_WAIT)

    def _say(self, octets: bytes, *, may_wait: bool) -> None:
        """Add a reply to what goes out, and to the same write as the reply before it, if that may wait."""
        if self._last_may_wait and self._outputs and isinstance(self._outputs[-1], bytes):
            self._outputs[-1] += octets
        else:
            self._outputs.append(octets)
        self._last_may_wait = may_wait

    def _take_outputs(self) -> list[Output]:
        if self.state is State.CLOSED and not self._closed:
            self._closed = True
            self._outputs.append(Close())
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
        self.buffers = Buffers()
