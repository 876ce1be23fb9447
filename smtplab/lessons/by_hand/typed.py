"""What does the article type into telnet? Its lines, and hands that type them, waiting for a reply where one is due."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from smtplab.lessons.cast import USERS
from smtplab.lessons.exercises import Unreadable
from smtplab.net.client import Client, ServerGone
from smtplab.net.memory import MemoryServer
from smtplab.protocol.mail import MailObject
from smtplab.protocol.replies import Reply
from smtplab.protocol.states import State

# Word for word; what stood behind # was said to the reader alone.
ARTICLE: Final = """\
HELO TINY-DESKTOP
EHLO TINY-DESKTOP
AUTH LOGIN
dGVzdDAxQGNvcmVtYWlsLmNu
cGFzc3dvcmQwMQ==
MAIL FROM: <test01@coremail.cn>
RCPT TO: <test02@coremail.cn>
DATA

Subject: telnet test mail
From:"test01"<test01@coremail.cn>
To:"test02"<test02@coremail.cn>

Hello,
This is a smtp test via telnet.
Goodbye.

.
QUIT
"""


class Heard(NamedTuple):
    """What came of lines that were typed. refused: the number, from 0, of the first that was, and the reply to it."""

    mails: list[MailObject]
    refused: tuple[int, Reply] | None


def type_in(client: Client, lines: Iterable[str]) -> None:
    """Type lines to a server, right or wrong, each ended by CRLF, and wait for the reply where one is due."""
    for line in lines:
        say(client, line)


def say(client: Client, line: str) -> Reply | None:
    """Type one line and give the reply; None amid the mail data, where only the dot is answered (RFC 5321 §4.1.1.4)."""
    if client.state is State.MAIL_DATA and line != ".":
        client.send(client.session.send_line(line.encode()), "a line of the mail")
        return None
    return client.send_line(line)


def hear(lines: Iterable[str]) -> Heard:
    """Type lines to a strict server that knows nobody but the lab's users, up to the end of the session."""
    server = MemoryServer(USERS, mailboxes=())
    client, refused = Client(server), None
    client.connect()
    for number, line in enumerate(lines):
        try:
            reply = say(client, line)
        except ServerGone:
            break
        if reply is not None and reply.code >= 400 and refused is None:
            refused = number, reply
    client.close()
    return Heard(server.mails, refused)


def lines_of(answer: object) -> list[str]:
    """Read an answer that is lines to be typed: a list of them, or one text. Raises `Unreadable`."""
    lines = answer.splitlines() if isinstance(answer, str) else answer
    if not isinstance(lines, (list, tuple)) or not lines:
        raise Unreadable
    if not all(isinstance(line, str) and len(line.splitlines()) <= 1 for line in lines):
        raise Unreadable
    return [line.removesuffix("\n").removesuffix("\r") for line in lines]
