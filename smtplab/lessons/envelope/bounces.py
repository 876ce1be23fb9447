"""Who hears of a failure? The reverse-path, and nobody where it is null."""

from random import Random
from typing import Any, ClassVar, Final

from smtplab.lessons.exercises import (
    Exercise,
    NoCapture,
    Unreadable,
    Wrong,
    at,
    in_order,
    mailbox_of,
    say_back,
    text_of,
)
from smtplab.lessons.rehearsal import DOMAINS, LOCAL_PARTS
from smtplab.lessons.verdicts import Lettered
from smtplab.protocol.commands import Mail
from smtplab.protocol.dsn import Action, is_wanted
from smtplab.protocol.mail import Recipient
from smtplab.protocol.transcript import Entry

NOBODY: Final = "nobody"


class WhoIsTold(Exercise):
    """Say to whom a notice goes when a mail that was taken cannot be delivered. The core that sends them judges."""

    form = (
        'three addresses in the order of the mails, or `"nobody"`, such as `["a@x.example", "nobody", "b@y.example"]`'
    )
    hints = (
        "The server that took the mail knows the envelope. From and Reply-To are for people who want to answer.",
        "The notice goes to the reverse-path of MAIL (RFC 5321 §3.6.3), and where that is `<>` there is none (§4.5.5).",
    )

    def prepare(self, variant: Random) -> None:
        self._mails = [self._mail(variant, kind) for kind in variant.sample(("letter", "list", "notice"), 3)]

    def _mail(self, variant: Random, kind: str) -> tuple[str, str]:
        """Make the reverse-path of a mail, and the line that shows it."""
        author, other, recipient = (f"{name}@{variant.choice(DOMAINS)}" for name in variant.sample(LOCAL_PARTS, 3))
        match kind:
            case "letter":
                reverse_path, fields = variant.choice(((author, f"Reply-To: <{other}>"), (other, f"Sender: <{other}>")))
            case "list":
                reverse_path = f"bounces+{variant.randint(100, 999)}@{variant.choice(DOMAINS)}"
                fields = f"Reply-To: <{other}>"
            case _:
                reverse_path, author, fields = "", f"postmaster@{variant.choice(DOMAINS)}", "Subject: Undelivered mail"
        line = f"MAIL FROM:<{reverse_path}> ⏎ RCPT TO:<{recipient}> ⏎ … ⏎ From: <{author}> ⏎ {fields}"
        return reverse_path, line

    @property
    def question(self) -> str:
        return "Each of these mails was taken with 250, and then could not be delivered. Who gets the notice of it?"

    @property
    def lines(self) -> Lettered:
        return Lettered([line for _, line in self._mails])

    def solve(self) -> list[str]:
        recipient = Recipient("anybody@lab.example")
        return [path if is_wanted(Action.FAILED, path, recipient) else NOBODY for path, _ in self._mails]

    def judge(self, answer: Any) -> str:
        right = self.solve()
        said = [_told(each) for each in in_order(answer, len(right))]
        for letter, address, path in zip(self.lines.letters, said, right, strict=True):
            if address != path:
                raise Wrong(f"{letter}: {self._why_not(letter, address)}")
        return (
            "The notice goes where MAIL says, and its own reverse-path is null. So none is ever sent about a notice, "
            "and two servers cannot go on writing to each other. RFC 5321 §3.6.3, §4.5.5, §6.1."
        )

    def _why_not(self, letter: str, address: str) -> str:
        line = self.lines[letter]
        if "MAIL FROM:<>" in line:
            return "its reverse-path is null, since this is a notice itself. Who should be told of a lost notice?"
        if address == NOBODY:
            return "somebody has to be told, and this mail says who."
        for name in ("From", "Reply-To", "Sender"):
            if f"{name}: <{address}>" in line:
                return f"{name} is for people. A server that cannot deliver reads the envelope."
        return f"`{say_back(address)}` is not whom this mail's envelope names for that."


class ReturnPath(Exercise):
    """Say what the server writes above a mail of the own capture."""

    form = 'what stands behind `Return-Path: `, such as `"<a@x.example>"`'
    hints = (
        "The server that delivers a mail writes there what MAIL said (RFC 5321 §4.4).",
        'Find the MAIL command of this mail in your transcript. The mailbox shows it, too: `mail["Return-Path"]`.',
    )
    PLACES: ClassVar = ("first", "second", "last but one", "last")

    def prepare(self, variant: Random) -> None:
        self._which = variant.choice(self.PLACES)

    @property
    def question(self) -> str:
        return f"The {self._which} mail of your capture: which Return-Path stands on top of it in the mailbox?"

    def _mail(self) -> Entry:
        mails = [entry for entry in self.transcript if isinstance(entry.message, Mail)]
        if len(mails) < len(self.PLACES):
            raise NoCapture("Your capture has fewer than four mails: run the cell that makes it again.")
        return {"first": mails[0], "second": mails[1], "last but one": mails[-2], "last": mails[-1]}[self._which]

    def solve(self) -> str:
        message = self._mail().message
        assert isinstance(message, Mail)
        return f"<{message.reverse_path}>"

    def judge(self, answer: Any) -> str:
        if not text_of(answer):
            raise Unreadable
        said = mailbox_of(text_of(answer).removeprefix("Return-Path:"))
        right, entry = self.solve(), self._mail()
        if said != mailbox_of(right):
            raise Wrong(self._why_not(said, right))
        return f"{at(entry).capitalize()} says so, and the server copies it. RFC 5321 §4.4."

    def _why_not(self, said: str, right: str) -> str:
        if right == "<>":
            return "This mail is a notice, and its MAIL has no address at all between the brackets."
        if not said:
            return "A null path is for notices, of which nobody is to be notified. This mail is none."
        if any(isinstance(entry.message, Mail) and entry.message.reverse_path == said for entry in self.transcript):
            return "MAIL said so for another mail of your capture, and not for this one."
        if any(said == value for entry in self.transcript for name, value in entry.decoded if name == "username"):
            return "That is who logged in. The server that took the mail does not write that there."
        if any(entry.verb == "RCPT" and f"<{said}>".encode() in entry.argument for entry in self.transcript):
            return "That is a recipient. The path leads back to the sender."
        return f"`{say_back(said)}` is not what MAIL said for this mail."


def _told(given: object) -> str:
    """Read who is told; whoever writes nothing, or `<>`, means nobody."""
    said = "" if given is None else mailbox_of(given)
    return said if said.lower() not in ("", NOBODY, "none", "no one") else NOBODY
