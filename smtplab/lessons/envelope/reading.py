"""Who sent it, and to whom? A stranger's mail, in which five names stand and two count."""

from random import Random
from typing import Any

from smtplab.capture.record import Capture
from smtplab.lessons.exercises import Unreadable, Wrong, at, in_order, mailbox_of, say_back
from smtplab.lessons.rehearsal import DOMAINS, HOSTS, LOCAL_PARTS
from smtplab.lessons.strangers import StrangersExercise, recorded
from smtplab.net.client import Client
from smtplab.net.memory import MemoryServer
from smtplab.protocol.transcript import Entry

MESSAGE = """\
Date: Mon, 24 Nov 2025 09:00:00 +0000
From: <{author}>
To: <{named}>
Subject: The list of {month}

Here is the list.
"""
MONTHS = ("May", "June", "July", "August", "October", "November")


class ReadEnvelope(StrangersExercise):
    """Read both addresses of the envelope off a capture in which login, From and To are others."""

    form = 'two addresses: where notices of failure go, and who gets the mail, such as `("a@x.example", "b@y.example")`'
    hints = (
        "What the client says before 354 is the envelope; what comes after it is for people.",
        "MAIL names the one address, and the RCPT that was answered 250 the other (RFC 5321 §3.3).",
    )

    def prepare(self, variant: Random) -> None:
        names = variant.sample(LOCAL_PARTS, 6)
        domains = [variant.choice(DOMAINS) for _ in names]
        mailboxes = [f"{name}@{domain}" for name, domain in zip(names, domains, strict=True)]
        self._user, self._reverse_path, self._author, self._named, self._recipient, self._unknown = mailboxes
        self._domain, self._month = variant.choice(HOSTS), variant.choice(MONTHS)

    def record(self) -> Capture:
        server = MemoryServer(
            {self._user: "correct horse"},
            mailboxes=[self._recipient],
            domain=self._domain,
            extensions=("AUTH", "SIZE"),
        )
        return recorded(server, self._talk)

    def _talk(self, client: Client) -> None:
        client.ehlo("TINY-DESKTOP")
        client.auth("PLAIN", self._user, "correct horse")
        message = MESSAGE.format(author=self._author, named=self._named, month=self._month)
        client.send_message(self._reverse_path, [self._unknown, self._recipient], message)

    def solve(self) -> tuple[str, str]:
        return self._reverse_path, self._recipient

    def judge(self, answer: Any) -> str:
        said = [mailbox_of(each) for each in in_order(answer, 2)]
        if not all(said):
            raise Unreadable
        if said == [self._recipient, self._reverse_path]:
            raise Wrong("You have both: now the other way round.")
        for address, right in zip(said, self.solve(), strict=True):
            if address != right:
                raise Wrong(self._why_not(address))
        mail, rcpt = self._command("MAIL", self._reverse_path), self._command("RCPT", self._recipient)
        return (
            f"{at(mail).capitalize()} says where notices go, and {at(rcpt)} who gets the mail. From and To name two "
            "others, the login a third: there is no inherent relationship (RFC 5321 §7.2)."
        )

    def _command(self, verb: str, address: str) -> Entry:
        return self.first(lambda entry: entry.verb == verb and address.encode() in entry.argument, verb)

    def _why_not(self, address: str) -> str:
        remarks = {
            self._user: "is who logged in. The envelope is not asked about that.",
            self._author: "stands in From: that is for people, and SMTP does not read it.",
            self._named: "stands in To: that is for people, and SMTP does not read it.",
            self._unknown: "was named in RCPT, and refused: look at the reply.",
            self._recipient: "is in the envelope, but in the other place.",
            self._reverse_path: "is in the envelope, but in the other place.",
        }
        return f"`{say_back(address)}` {remarks.get(address, 'is nowhere in this capture.')}"
