"""How does the mail come? From a mail host, from a stranger, or by a relay that stands between."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from smtplab.lessons.origin.cast import MAIL_HOST, READER, RELAY_HOST
from smtplab.net.client import Client
from smtplab.net.dialogue import Listening
from smtplab.net.server import Server
from smtplab.protocol.client import SmtpError
from smtplab.protocol.mail import MailObject
from smtplab.protocol.replies import Reply
from smtplab.protocol.server import ServerSession

RELAY: Final = "relay.lab.example"
FOOTER: Final = b"-- \r\nThe list of the lab. To leave it, write to leave@lab.example.\r\n"


def post(
    server: Listening,
    source: str,
    hello: str,
    reverse_path: str,
    message: bytes,
    forward_path: str = READER,
) -> Reply:
    """Send a mail from an address of this machine, and give the reply that decided."""
    with Client(server, source=source) as client:
        try:
            client.ehlo(hello)
            client.mail(reverse_path)
            client.rcpt(forward_path)
            return client.data(message)
        except SmtpError as refused:
            return refused.reply


@dataclass(frozen=True, slots=True)
class Handling:
    """What a relay does to a mail. reverse_path: "" leaves the sender's."""

    reverse_path: str
    change: Callable[[bytes], bytes]


FORWARD: Final = Handling("", lambda message: message)  # an alias (RFC 5321 §3.9.1)
MAILING_LIST: Final = Handling("list-bounces@lab.example", lambda message: message + FOOTER)  # a list (§3.9.2)
REWRITING: Final = Handling(  # a list that writes under its own name
    "list-bounces@lab.example",
    lambda message: (
        re.sub(rb"(?m)^From: <", b'From: "by the list" <list@lab.example>\r\nReply-To: <', message) + FOOTER
    ),
)


class Relay(Server):
    """Passes each mail on to the reader at once, and says what was said to it. handling: what it does to the mail."""

    def __init__(self, destination: Listening, handling: Handling, **choices: Any) -> None:
        super().__init__(domain=RELAY, **choices)
        self._destination = destination
        self._handling = handling

    def store(self, mail: MailObject, session: ServerSession, client_address: str) -> Reply:
        """Send the mail on, with a trace field on top."""
        received = self.received_field(mail, session, client_address, str(next(self.names)))
        content = received + self._handling.change(mail.content)
        reverse_path = self._handling.reverse_path or mail.reverse_path
        return post(self._destination, RELAY_HOST, RELAY, reverse_path, content)


def send_by(handling: Handling, server: Server, reverse_path: str, message: bytes) -> Reply:
    """Send a mail of coremail.cn by a relay, and give what became of it."""
    with Relay(server, handling, clock=server.clock) as relay:
        return post(relay, MAIL_HOST, "mail.coremail.cn", reverse_path, message)
