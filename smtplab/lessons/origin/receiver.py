"""A mail host that asks who sent it: it writes down what it found, and does what the domain in From wishes."""

from dataclasses import replace
from typing import Any, Final

from smtplab.lessons.origin.cast import BOXES, JUNK
from smtplab.lessons.origin.judging import Judged, judge, results_field, without_claims
from smtplab.net.dns import NameServer
from smtplab.net.resolver import Resolver
from smtplab.net.server import Server
from smtplab.protocol.mail import MailObject, Recipient
from smtplab.protocol.replies import Reply
from smtplab.protocol.server import ServerSession

DOMAIN: Final = "mx.river.example"
REFUSED: Final = Reply(550, "5.7.1", "Refused, as the domain in From wishes")


class Receiver(Server):
    """Judges each mail when its end has come. `judged` lists what it found, the oldest first.

    names: who is asked. SPF alone refuses nothing here; DMARC does, and puts mail aside into the junk mailbox. A server
    outside the lab must not refuse for `p=reject` alone (RFC 9989); this one does, so that the reply can be seen.
    """

    def __init__(self, names: NameServer, **choices: Any) -> None:
        super().__init__(mailboxes=BOXES, domain=DOMAIN, extensions=["ENHANCEDSTATUSCODES"], **choices)
        self._resolver = Resolver(names)
        self.judged: list[Judged] = []

    def store(self, mail: MailObject, session: ServerSession, client_address: str) -> Reply:
        """Store a mail, put it aside, or refuse it: 550 5.7.1."""
        judged = judge(mail, session.client_domain, client_address, self._resolver)
        self.judged.append(judged)
        if judged.dmarc.wish == "reject":
            return REFUSED
        if judged.dmarc.wish == "quarantine":
            mail = replace(mail, recipients=(Recipient(JUNK),))
        honest = without_claims(DOMAIN, mail.content)
        return super().store(replace(mail, content=honest), session, client_address)

    def received_field(self, mail: MailObject, session: ServerSession, client_address: str, name: str) -> bytes:
        """Write the results above the Received field, where only this host can have put them."""
        return results_field(DOMAIN, self.judged[-1]) + super().received_field(mail, session, client_address, name)

    @property
    def results(self) -> str:
        """What was found out about the last mail, as the field says it."""
        return results_field(DOMAIN, self.judged[-1]).decode()
