"""A client and a server coupled by calls, and an observer between them: do the three always agree?"""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from smtplab.protocol import commands
from smtplab.protocol.client import Answer, ClientSession
from smtplab.protocol.commands import Auth, Bdat, Command, Ehlo, Expn, Helo, Help, Mail, Noop, Rcpt, Vrfy
from smtplab.protocol.observer import Observer
from smtplab.protocol.policy import Policy
from smtplab.protocol.states import State
from smtplab.protocol.transcript import Entry, Kind
from tests.protocol import strategies
from tests.protocol.dialogues import USERS, Driver

SIZE_LIMIT = 40  # octets, so that messages are often over it
MAILBOXES = ("test01@coremail.cn", "test02@coremail.cn", "nobody@coremail.cn", "postmaster")

short_commands: st.SearchStrategy[Command] = st.one_of(
    st.builds(Ehlo, st.sampled_from(["client.example", "a_b"])),
    st.builds(Helo, st.just("client.example")),
    st.builds(
        Mail, st.sampled_from(["", *MAILBOXES]), st.sampled_from([{}, {"SIZE": "30"}, {"SIZE": "99"}, {"X": ""}])
    ),
    st.builds(Rcpt, st.sampled_from(MAILBOXES)),
    st.sampled_from([Noop(), Vrfy("test01"), Expn("all"), Help(), commands.RSET, commands.STARTTLS]),
)
# Right and wrong lines; a mechanism is never begun by them, since the next line would not be a command.
lines = st.one_of(
    short_commands.map(bytes),
    st.sampled_from(
        [b"", b"XFOO", b"MAIL", b"RCPT TO:<a b@c>", b"AUTH XNOSUCH", b"BDAT", b"QUIT now", b"\xff", b"x" * 13000]
    ),
)
contents = st.one_of(st.just(b""), strategies.octets, st.binary(min_size=SIZE_LIMIT, max_size=SIZE_LIMIT + 3))


class Pair(RuleBasedStateMachine):
    """One session: whatever the client says, all three are in one state after each reply.

    The observer does not know that the server is strict, and may wait for what comes next to find out.
    """

    def __init__(self) -> None:
        super().__init__()
        self.client = ClientSession()
        self.observer = Observer()
        self.entries: list[Entry] = []
        self.wire = {"client": b"", "server": b""}

    @initialize()
    def greet(self) -> None:
        policy = Policy(
            passwords=USERS,
            mailboxes=frozenset(MAILBOXES[:2]),
            size_limit=SIZE_LIMIT,
            recipients_limit=2,
            errors_limit=20,
        )
        self.server = Driver(policy)
        self.hear(self.server.said)

    def say(self, octets: bytes) -> list[Answer]:
        """Carry the client's octets to the server and its replies back."""
        self.wire["client"] += octets
        self.entries += self.observer.receive("client", octets)
        return self.hear(self.server.feed(octets))

    def hear(self, octets: bytes) -> list[Answer]:
        self.wire["server"] += octets
        self.entries += self.observer.receive("server", octets)
        answers = self.client.receive(octets)
        assert self.client.state is self.server.session.state
        if self.observer.is_in_doubt:  # for a server that is lax it would only have begun
            return answers
        assert self.client.state is self.observer.state
        replies = [entry for entry in self.entries if entry.kind is Kind.REPLY][-len(answers) :] if answers else []
        assert [(entry.answers or "", entry.message) for entry in replies] == [(a.verb, a.reply) for a in answers]
        return answers

    def is_open(self) -> bool:
        return self.client.state not in (State.CLOSED, State.MAIL_DATA, State.AUTHENTICATING)

    @precondition(is_open)
    @rule(line=lines)
    def line(self, line: bytes) -> None:
        (answer,) = self.say(self.client.send_line(line))
        assert not self.client.is_waiting
        assert answer.reply.code != 354

    @precondition(is_open)
    @rule(group=st.lists(short_commands, min_size=1, max_size=4), then_data=st.booleans())
    def pipelined(self, group: list[Command], then_data: bool) -> None:
        if then_data:
            group = [*group, commands.DATA]
        answers = self.say(b"".join(self.client.send(command) for command in group))
        assert len(answers) == len(group) or self.client.state is State.CLOSED

    @precondition(is_open)
    @rule(first=st.sampled_from(MAILBOXES), second=st.sampled_from(MAILBOXES))
    def envelope(self, first: str, second: str) -> None:
        group: list[Command] = [Ehlo("client.example"), Mail("test01@coremail.cn"), Rcpt(first), Rcpt(second)]
        self.say(b"".join(self.client.send(command) for command in group))

    @precondition(is_open)
    @rule(content=contents)
    def data(self, content: bytes) -> None:
        self.say(self.client.send(commands.DATA))
        if self.client.state is State.MAIL_DATA:
            self.mail_data(content)

    @precondition(lambda self: self.client.state is State.MAIL_DATA)
    @rule(content=contents)
    def mail_data(self, content: bytes) -> None:
        before = len(self.server.mails)
        (answer,) = self.say(self.client.send_mail_data(content))
        if answer.reply.is_positive:
            whole = content if content.endswith(b"\r\n") or not content else content + b"\r\n"
            assert self.server.mails[-1].content == whole
        else:
            assert len(self.server.mails) == before

    @precondition(lambda self: self.client.state is State.MAIL_DATA)
    @rule(lines=st.lists(st.sampled_from([b"", b"Subject: x", b"QUIT"]), max_size=2))
    def mail_data_by_hand(self, lines: list[bytes]) -> None:
        for line in lines:
            assert self.say(self.client.send_line(line)) == []
        assert len(self.say(self.client.send_line(b"."))) == 1

    @precondition(is_open)
    @rule(chunk=contents, last=st.booleans())
    def chunk(self, chunk: bytes, last: bool) -> None:
        (answer,) = self.say(self.client.send(Bdat(len(chunk), last)) + chunk)
        assert answer.verb == ("BDAT LAST" if last else "BDAT") or self.client.state is State.CLOSED

    @precondition(is_open)
    @rule(
        mechanism=st.sampled_from(["LOGIN", "PLAIN"]),
        password=st.sampled_from(["password01", "wrong"]),
        initial_response=st.booleans(),
    )
    def auth(self, mechanism: str, password: str, initial_response: bool) -> None:
        line = self.client.begin_auth(mechanism, "test01@coremail.cn", password, initial_response=initial_response)
        (answer,) = self.say(line)
        while answer.reply.code == 334:
            (answer,) = self.say(self.client.respond(answer.reply))
        assert (answer.reply.code == 235) <= (self.server.session.user == "test01@coremail.cn")

    @precondition(is_open)
    @rule(lines=st.lists(st.sampled_from([b"*", b"", b"$$$", b"QUIT", b"dGVzdDAx", b"A" * 13000]), max_size=2))
    def auth_by_hand(self, lines: list[bytes]) -> None:
        self.say(self.client.send(Auth("LOGIN")))
        for line in [*lines, b"*"]:
            if self.client.state is State.AUTHENTICATING:
                self.say(self.client.send_line(line))

    @precondition(is_open)
    @rule()
    def quit(self) -> None:
        self.say(self.client.send(commands.QUIT))
        assert self.server.closed
        assert self.client.state is State.CLOSED

    @precondition(lambda self: self.client.state is State.CLOSED)
    @rule(line=lines)
    def after_the_end(self, line: bytes) -> None:
        assert self.server.feed(line + b"\r\n") == b""

    def teardown(self) -> None:
        entries = self.entries + self.observer.close()
        for party in ("client", "server"):
            assert b"".join(entry.octets for entry in entries if entry.party == party) == self.wire[party]


TestPair = Pair.TestCase
