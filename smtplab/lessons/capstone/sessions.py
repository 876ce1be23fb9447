"""What do the strangers say? Eight talks with servers of the lab, in which nothing is wrong but what happens every day.

Each function lets a client and a server talk, and gives the `Talk`. What the exercises ask about is drawn by `Plot`.
"""

from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import Final

from smtplab.lessons.capstone.cast import ODD_TLS_PORTS, Cast, Mail, Talk
from smtplab.lessons.capstone.enclosures import Enclosure, enclosed
from smtplab.lessons.cast import client_nonce, nonce
from smtplab.net.client import Client
from smtplab.net.memory import MemoryServer
from smtplab.protocol.client import AuthenticationRefused, RecipientRefused
from smtplab.protocol.hooks import Refuse
from smtplab.protocol.replies import GREYLISTED

LOCK_STEP: Final = ("SIZE", "AUTH", "STARTTLS")
PIPELINED: Final = (*LOCK_STEP, "PIPELINING")
RETRY: Final = 31 * 60  # seconds: RFC 5321 §4.5.4.1 asks for 30 minutes at least
BLIND: Final = ("clear", "opened", "relayed")  # one of these talks has the mail that somebody gets unnamed


class Plot:
    """What one file is going to hold.

    passwords: by the name of the talk whose user has it. blind: who gets a mail unnamed. refused: who has no mailbox.
    implicit: whether the talk whose keys are known begins with TLS; the hidden one then begins in clear text, or the
    other way round.
    """

    def __init__(self, variant: Random) -> None:
        self.cast = Cast(variant)
        self.passwords: dict[str, str] = {}
        self.blind = self.cast.mailbox()
        self.refused = self.cast.mailbox()
        self.enclosure: Enclosure = enclosed(variant)
        self._blind_in = variant.choice(BLIND)
        self.implicit = variant.random() < 0.5

    def talks(self) -> list[Talk]:
        """Let all of them talk."""
        return [talk(self) for talk in TALKS]

    def mail(self, name: str, sender: str = "", readers: int = 1) -> Mail:
        """Write the mail of a talk."""
        return self.cast.mail(sender, readers=readers, blind=self.blind if name == self._blind_in else "")

    def account(self, name: str) -> dict[str, str]:
        """Make the user of a talk, with a password."""
        self.passwords[name] = self.cast.password()
        return {self.cast.mailbox(): self.passwords[name]}

    def manner(self) -> tuple[str, ...]:
        """Draw whether a server offers PIPELINING."""
        return self.cast.variant.choice((LOCK_STEP, PIPELINED))


def clear(plot: Plot) -> Talk:
    """A user logs in without TLS, after a slip of the finger, and hands in a mail."""
    users = plot.account("clear")
    (user,) = users
    server = plot.cast.server(plot.cast.port(587), users, mechanisms=("PLAIN",), extensions=plot.manner())
    tape = plot.cast.tape(server)
    with Client(server) as client:
        client.ehlo("[192.168.1.20]")
        with suppress(AuthenticationRefused):
            client.auth("PLAIN", user, plot.cast.password())
        tape.pause(2)
        client.auth("PLAIN", user, users[user])
        _send(client, plot.mail("clear", user, readers=2))
    return Talk("clear", server, tape)


def proof(plot: Plot) -> Talk:
    """A user logs in by SCRAM-SHA-256, which says no password, and hands in a mail."""
    users = plot.account("proof")
    (user,) = users
    server = plot.cast.server(
        plot.cast.port(587), users, mechanisms=("SCRAM-SHA-256",), nonce=nonce, extensions=plot.manner()
    )
    tape = plot.cast.tape(server)
    with Client(server) as client:
        client.ehlo("[192.168.1.31]")
        client.auth("SCRAM-SHA-256", user, users[user], nonce=client_nonce)
        _send(client, plot.mail("proof", user))
    return Talk("proof", server, tape)


def opened(plot: Plot) -> Talk:
    """A user logs in inside TLS, of which the file has the keys."""
    server, talk = _inside_tls(plot, "opened", implicit=plot.implicit)
    assert server.key_log is not None
    return Talk("opened", server, talk.tape, server.key_log.read_bytes())


def hidden(plot: Plot) -> Talk:
    """A user logs in inside TLS, of which nobody has the keys."""
    return _inside_tls(plot, "hidden", implicit=not plot.implicit)[1]


def _inside_tls(plot: Plot, name: str, *, implicit: bool) -> tuple[MemoryServer, Talk]:
    users = plot.account(name)
    (user,) = users
    # Nothing tells SMTP at an odd port without the keys, so TLS that stays hidden begins at port 465.
    port = 465 if name == "hidden" else plot.cast.variant.choice((465, *ODD_TLS_PORTS))
    server = plot.cast.server(
        port if implicit else plot.cast.port(587),
        users,
        mechanisms=("PLAIN",),
        tls="implicit" if implicit else "starttls",
        auth_inside_tls=True,
        extensions=plot.manner(),
    )
    tape = plot.cast.tape(server)
    with Client(server, implicit_tls=implicit) as client:
        client.introduce("[192.168.1.44]", tls="required")
        client.auth("PLAIN", user, users[user])
        _send(client, plot.mail(name, user))
    return server, Talk(name, server, tape)


def relayed(plot: Plot) -> Talk:
    """A relay passes on a mail to four, of whom one has no mailbox, without waiting for each reply."""
    mail = plot.mail("relayed", readers=3)
    server = plot.cast.server(25, extensions=PIPELINED, mailboxes=mail.recipients)
    tape = plot.cast.tape(server)
    with Client(server) as client:
        client.ehlo("relay.river.example")
        client.send_message(mail.sender, [*mail.recipients, plot.refused], mail.text)
    return Talk("relayed", server, tape)


def attached(plot: Plot) -> Talk:
    """Somebody sends a file, at an odd port."""
    mail = plot.mail("attached")
    server = plot.cast.server(plot.cast.odd_port(), extensions=plot.manner())
    tape = plot.cast.tape(server)
    with Client(server) as client:
        client.ehlo("[192.168.1.57]")
        client.send_message(mail.sender, mail.recipients, plot.enclosure.within(mail.text))
    return Talk("attached", server, tape)


def greylisted(plot: Plot) -> Talk:
    """A relay is told to come back, and does. PIPELINING is offered, and it makes no use of it."""
    mail = plot.mail("greylisted")
    server = plot.cast.server(25, extensions=PIPELINED, hooks=[Refuse("RCPT", GREYLISTED, times=1)])
    tape = plot.cast.tape(server)
    with Client(server) as client:
        client.ehlo("mx2.lab.example")
        client.mail(mail.sender)
        with suppress(RecipientRefused):
            client.rcpt(*mail.recipients)
    tape.pause(RETRY)
    with Client(server) as client:
        client.ehlo("mx2.lab.example")
        _step_by_step(client, mail)
    return Talk("greylisted", server, tape)


def turned_away(plot: Plot) -> Talk:
    """A mail for somebody who has no mailbox."""
    mail = plot.mail("turned away")
    server = plot.cast.server(25, extensions=LOCK_STEP, mailboxes=[mail.sender])
    tape = plot.cast.tape(server)
    with Client(server) as client:
        client.ehlo("mail.blue.example")
        client.mail(mail.sender)
        with suppress(RecipientRefused):
            client.rcpt(*mail.recipients)
    return Talk("turned away", server, tape)


def _send(client: Client, mail: Mail) -> None:
    client.send_message(mail.sender, mail.recipients, mail.text)


def _step_by_step(client: Client, mail: Mail) -> None:
    client.mail(mail.sender)
    for recipient in mail.recipients:
        client.rcpt(recipient)
    client.data(mail.text)


TALKS: Final[tuple[Callable[[Plot], Talk], ...]] = (
    clear,
    proof,
    opened,
    hidden,
    relayed,
    attached,
    greylisted,
    turned_away,
)
