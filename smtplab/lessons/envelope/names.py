"""Can somebody get a mail that names somebody else? The learner's client does it, and its capture is judged."""

import re
from collections.abc import Callable
from random import Random
from typing import Any, Final

from smtplab.capture.record import Capture
from smtplab.lessons.exercises import Exercise, Unanswered, Wrong
from smtplab.lessons.functions import call, function_of
from smtplab.lessons.rehearsal import mailboxes
from smtplab.net.client import Client
from smtplab.net.memory import MemoryServer
from smtplab.protocol.transactions import Transaction, transactions
from smtplab.views.layers import READERS, Layers

LONE_LETTER: Final = re.compile(rb"TO:<.>")

MESSAGE = """\
Date: Mon, 24 Nov 2025 09:00:00 +0000
From: <{named}>
To: <{named}>
Subject: Between us

Nobody sees who else got this.
"""


class OnlyInTheEnvelope(Exercise):
    """Make somebody get a mail whose header names only somebody else. Judged by what the learner's client said."""

    form = "a function that takes a client, which is connected and has said EHLO, and sends the mail with it"
    hints = (
        "`client.send_message(reverse_path, [forward_path], message)` takes the envelope and the message apart: they "
        "need not name the same people.",
        "Name in the list who is to get it, and in `To:` of the message the other one. An empty line ends the header.",
    )

    def prepare(self, variant: Random) -> None:
        self._named, self._recipient = mailboxes(variant)

    @property
    def question(self) -> str:
        return f"Have `{self._recipient}` get a mail that names `{self._named}` in To, and nobody else."

    def solve(self) -> Callable[[Client], object]:
        named, recipient = self._named, self._recipient

        def deliver(client: Client) -> object:
            return client.send_message(named, [recipient], MESSAGE.format(named=named))

        return deliver

    @property
    def source(self) -> str:
        message = f"From: <{self._named}>\\nTo: <{self._named}>\\n\\nHello.\\n"
        return (
            "def deliver(client):\n"
            f'    message = "{message}"\n'
            f'    client.send_message("{self._named}", ["{self._recipient}"], message)\n'
        )

    def judge(self, answer: Any) -> str:
        mails = transactions(self._capture_of(answer).transcript)
        if not mails:
            raise Wrong("No mail went over: the server has heard no DATA.")
        for mail in mails:
            self._look_at(mail)
        return (
            f"RCPT named `{self._recipient}`, and no field of the header does: so the mail arrived, and nobody who "
            "reads it can tell why. There is no inherent relationship between the two (RFC 5321 §7.2)."
        )

    def _capture_of(self, answer: object) -> Capture:
        function = function_of(answer)
        server = MemoryServer()
        with Capture(server, live=False) as capture:
            client = Client(server)
            client.connect()
            client.ehlo("TINY-DESKTOP")
            try:
                call(function, client, shown="a client that is connected")
            except Unanswered:
                if not server.mails:
                    raise
            except Wrong:
                if any(entry.verb == "RCPT" and LONE_LETTER.fullmatch(entry.argument) for entry in capture.transcript):
                    raise Wrong(
                        "RCPT named single letters: the recipients have to be a list, `[...]`, and of a text each "
                        "letter was taken for one."
                    ) from None
                raise
            finally:
                client.close()
        return capture

    def _look_at(self, mail: Transaction) -> None:
        message = Layers(mail).message
        got = [path for path, code in mail.recipients if code == 250]
        named = [address.mailbox for name in READERS for address in message.addresses(name)]
        if not mail.accepted:
            raise Wrong(f"The server did not take the mail: it said {mail.code}.")
        if self._recipient not in got:
            raise Wrong(f"RCPT named {_listed(got)}: `{self._recipient}` gets nothing, whatever the header says.")
        if any(self._recipient in field.value for field in message.fields):
            raise Wrong(f"It arrives, but a field of the header names `{self._recipient}`: who reads it sees that.")
        if message.octets.startswith(b"\r\n"):
            raise Wrong("It arrives. But it begins with an empty line: all the rest is body, and there is no header.")
        if named != [self._named]:
            raise Wrong(f"It arrives. But To has to name `{self._named}`, and the header names {_listed(named)}.")


def _listed(addresses: list[str]) -> str:
    return ", ".join(f"`{address}`" for address in addresses) or "nobody"
