r"""Dialogues as data: what a client says and what the server must answer, written as the RFCs print them.

    C: MAIL FROM:<test01@coremail.cn>
    S: {SENDER_OK}
    C: RCPT TO:<test02@coremail.cn>
    S: {RECIPIENT_OK}

`C:` is one line, to which CRLF is added; `c:` is octets that are sent as they stand. Both know Python's escapes, such
as `\xff` and `\n`. `S:` is a reply: a name in braces stands for that constant of `replies`, or for one of `NAMED`.

Each dialogue is played in several ways of cutting the client's octets into pieces (`FEEDS`), since a session must not
depend on how TCP delivers them.
"""

import re
from collections import deque
from collections.abc import Callable, Iterator
from typing import Final

from smtplab.protocol import auth, replies
from smtplab.protocol.mail import MailObject
from smtplab.protocol.policy import Policy
from smtplab.protocol.replies import Reply
from smtplab.protocol.server import Close, Deliver, Output, ServerSession, StartTls

LINES: Final = "a line at a time"
OCTETS: Final = "an octet at a time"
ONE_PIECE: Final = "in one piece"
FEEDS: Final = (LINES, OCTETS, ONE_PIECE)

# Who may log in, and how most dialogues begin.
USERS: Final = {"test01@coremail.cn": "password01"}
EHLO: Final = """
    S: {GREETING}
    C: EHLO TINY-DESKTOP
    S: {EHLO}
"""
ENVELOPE: Final = (
    EHLO
    + """
    C: MAIL FROM:<test01@coremail.cn>
    S: {SENDER_OK}
    C: RCPT TO:<test02@coremail.cn>
    S: {RECIPIENT_OK}
"""
)
DATA: Final = (
    ENVELOPE
    + """
    C: DATA
    S: {START_MAIL_INPUT}
"""
)

Store = Callable[[MailObject], Reply]


class Driver:
    """Does what a `ServerSession` asks for, with neither socket nor disk.

    mails: those that it was told to deliver, oldest first. said: all octets of the server. closed: whether it wanted
    the connection closed.
    """

    def __init__(self, policy: Policy | None = None, store: Store | None = None) -> None:
        self.session = ServerSession(policy or Policy())
        self.mails: list[MailObject] = []
        self.said = b""
        self.closed = False
        self._store = store or self._queued
        self.perform(self.session.greet())

    def _queued(self, _mail: MailObject) -> Reply:
        return replies.queued(str(len(self.mails)))

    def feed(self, octets: bytes) -> bytes:
        """Hand octets of the client to the session, and give what it says to them."""
        return self.perform(self.session.receive(octets))

    def perform(self, outputs: list[Output]) -> bytes:
        """Carry out what a session asked for, and give what it says."""
        before, to_do = len(self.said), deque(outputs)
        while to_do:
            assert not self.closed, "nothing may follow the close"
            match to_do.popleft():
                case bytes(octets):
                    self.said += octets
                case Deliver(mail):
                    self.mails.append(mail)
                    to_do.extend(self.session.delivered(self._store(mail)))
                case StartTls():
                    self.session.tls_started()
                case Close():
                    self.closed = True
        return self.said[before:]


def play(dialogue: str, feed: str, policy: Policy, store: Store | None = None) -> Driver:
    """Play the client's part of a dialogue, and assert that the server answers as it says."""
    driver = Driver(policy, store)
    turns = list(_turns(dialogue, policy))
    if feed == ONE_PIECE:
        driver.feed(b"".join(octets for party, octets in turns if party != "S"))
        assert driver.said == b"".join(octets for party, octets in turns if party == "S")
        return driver
    expected = b""
    heard = 0
    for party, octets in [*turns, ("C", b"")]:
        if party == "S":
            expected += octets
            continue
        if expected:
            assert driver.said[heard:] == expected
            heard, expected = len(driver.said), b""
        for piece in [octets] if feed == LINES else [bytes([octet]) for octet in octets]:
            driver.feed(piece)
    assert driver.said[heard:] == b"", "the server says more than the dialogue does"
    return driver


def _turns(dialogue: str, policy: Policy) -> Iterator[tuple[str, bytes]]:
    for party, text in re.findall(r"^ *([CcS]): ?(.*)$", dialogue, re.MULTILINE):
        if party == "S":
            yield party, _reply(text, policy)
        else:
            octets = text.encode("latin-1").decode("unicode_escape").encode("latin-1")
            yield party, octets + b"\r\n" if party == "C" else octets


def _reply(text: str, policy: Policy) -> bytes:
    name = re.fullmatch(r"\{(\w+)\}", text)
    if name is None:
        return f"{text}\r\n".encode()
    reply = NAMED[name[1]](policy) if name[1] in NAMED else getattr(replies, name[1])
    if "ENHANCEDSTATUSCODES" not in policy.extensions:
        reply = Reply(reply.code, "", reply.text)
    return bytes(reply)


# The replies that depend on the policy, or on what came before.
NAMED: Final[dict[str, Callable[[Policy], Reply]]] = {
    "GREETING": lambda policy: replies.greeting(policy.domain, policy.greeting),
    "EHLO": lambda policy: replies.parse_reply(Driver(policy).feed(b"EHLO client.example\r\n")),
    "HELO": lambda policy: replies.introduced(policy.domain),
    "ASK_USERNAME": lambda _: replies.challenge(auth.encode(auth.LOGIN_USERNAME)),
    "ASK_PASSWORD": lambda _: replies.challenge(auth.encode(auth.LOGIN_PASSWORD)),
    "ASK_NOTHING": lambda _: replies.challenge(""),
    "QUEUED_1": lambda _: replies.queued("1"),
    "QUEUED_2": lambda _: replies.queued("2"),
}
