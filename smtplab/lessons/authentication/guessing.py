"""Which password was it? Challenge and digest are on the wire, and a list of words is at hand."""

from random import Random
from typing import Any

from smtplab.capture.record import Capture
from smtplab.lessons.authentication.words import WORDS
from smtplab.lessons.exercises import Unreadable, Wrong, at, say_back
from smtplab.lessons.functions import line_of
from smtplab.lessons.rehearsal import HOSTS, mailboxes
from smtplab.lessons.strangers import StrangersExercise, recorded
from smtplab.net.client import Client
from smtplab.net.memory import MemoryServer
from smtplab.protocol.auth.cram import digest
from smtplab.protocol.transcript import Entry, Kind

MEETING = """\
Date: Mon, 24 Nov 2025 09:00:00 +0000
From: <{sender}>
To: <{recipient}>
Subject: Meeting

Room {room}, at ten.
"""


class RecoverPassword(StrangersExercise):
    """Recover the password of a CRAM-MD5 session by trying words on it."""

    form = 'the password, such as `"secret"`'
    hints = (
        "For each word, take the digest of the challenge, as in exercise 3, and compare it with the one on the wire.",
        'A loop is enough: `[word for word in WORDS if hmac.new(word.encode(), challenge, "md5").hexdigest() == '
        "digest]`, with the challenge as octets, brackets included.",
    )

    def prepare(self, variant: Random) -> None:
        self._sender, self._recipient = mailboxes(variant)
        self._password = variant.choice(WORDS[1:])
        self._domain = variant.choice(HOSTS)
        self._nonce = f"{variant.randint(1000, 9999)}.{variant.randint(10**9, 2 * 10**9)}"
        self._room = variant.randint(2, 99)

    def record(self) -> Capture:
        server = MemoryServer(
            {self._sender: self._password},
            mechanisms=("CRAM-MD5",),
            nonce=lambda: self._nonce,
            domain=self._domain,
            extensions=("AUTH",),
        )
        return recorded(server, self._talk)

    def _talk(self, client: Client) -> None:
        client.ehlo("TINY-DESKTOP")
        client.auth("CRAM-MD5", self._sender, self._password)
        message = MEETING.format(sender=self._sender, recipient=self._recipient, room=self._room)
        client.send_message(self._sender, [self._recipient], message)

    def solve(self) -> str:
        return next(word for word in WORDS if digest(word, self._challenge) == self._heard)

    @property
    def _challenge(self) -> bytes:
        return self._entry("challenge").decoded[0][1].encode()

    @property
    def _heard(self) -> bytes:
        return dict(self._entry("digest").decoded)["digest"].encode()

    def _entry(self, name: str) -> Entry:
        return self.first(lambda entry: name in dict(entry.decoded), name)

    def judge(self, answer: Any) -> str:
        said = line_of(answer)
        if not said:
            raise Unreadable
        if said != self._password:
            raise Wrong(self._why_not(said))
        asked, answered = at(self._entry("challenge")), at(self._entry("digest"))
        mail = self.first(lambda entry: entry.kind is Kind.MAIL_DATA, "mail")
        return (
            f"Its digest for the challenge in {asked} is the one in {answered}: {WORDS.index(said) + 1} guesses, of "
            f"which the server noticed none. And the mail itself lies open in {at(mail)}. CRAM-MD5 protects nothing "
            "but the password, and that not well (RFC 2195 §4)."
        )

    def _why_not(self, said: str) -> str:
        if said not in WORDS:
            return f"`{say_back(said)}` is not in the list, and the password is."
        return (
            f"Keyed with `{said}`, the digest of the challenge in {at(self._entry('challenge'))} would be "
            f"`{digest(said, self._challenge).decode()}`. {at(self._entry('digest')).capitalize()} has another."
        )
