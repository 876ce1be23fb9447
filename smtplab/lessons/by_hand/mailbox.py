"""Did a mail arrive that somebody typed? The mailbox says it, and nothing else does."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from random import Random
from typing import Any, Final

from smtplab.lessons.by_hand.typed import hear, lines_of
from smtplab.lessons.cast import USERS
from smtplab.lessons.exercises import Exercise, Wrong, say_back
from smtplab.net.server import Server
from smtplab.protocol.mail import stuff
from smtplab.protocol.text import safe

TEST01, TEST02 = USERS
WORDS: Final = ("harbour", "lantern", "meadow", "compass", "granite", "orchard", "violin", "saffron")


class DeliverByHand(Exercise):
    """Type a mail to a server. The mailbox is looked at: that of the learner's own server, or of one in memory."""

    form = "`desk`, after you have typed the mail into the console; or with the lines to type, as a list of texts"
    hints = (
        "EHLO, MAIL, RCPT, DATA, each after the reply to the one before. After 354 come the fields, an empty line, the "
        "text, and a line that is a single dot.",
        "No blank beside the colon of MAIL and RCPT, and no empty line before `Subject:`.",
    )

    def prepare(self, variant: Random) -> None:
        self._subject = f"{variant.choice(WORDS)} {variant.randint(10, 99)}"

    @property
    def question(self) -> str:
        return f"Have a mail arrive in the mailbox of `{TEST02}` whose Subject is `{self._subject}`."

    def solve(self) -> list[str]:
        envelope = ["EHLO TINY-DESKTOP", f"MAIL FROM:<{TEST01}>", f"RCPT TO:<{TEST02}>", "DATA"]
        return [
            *envelope,
            f"Subject: {self._subject}",
            f"From: <{TEST01}>",
            f"To: <{TEST02}>",
            "",
            "Hello.",
            ".",
            "QUIT",
        ]

    def plain(self, answer: Any) -> Any:
        """Give the lines that bring the last mail of a server's mailbox there: a server that runs cannot be kept."""
        if not isinstance(answer, Server):
            return answer
        content = [*answer.mailboxes[TEST02]][-1].as_bytes(policy=SMTP)
        typed = stuff(content).decode("utf-8", "replace").splitlines()
        return [*self.solve()[:4], *typed, ".", "QUIT"]

    def judge(self, answer: Any) -> str:
        mails, why = _stored(answer) if isinstance(answer, Server) else _typed(lines_of(answer))
        if not mails:
            raise Wrong(f"The mailbox of `{TEST02}` is empty. {why}")
        if not any(self._is_wanted(mail) for mail in mails):
            raise Wrong(self._why_not(mails[-1]))
        return (
            f"In the mailbox of `{TEST02}` lies `{self._subject}`. That is the proof; 250 only says that the server "
            "answers for the mail from then on (RFC 5321 §4.2.5, §6.1)."
        )

    def _is_wanted(self, mail: EmailMessage) -> bool:
        return str(mail["Subject"] or "").strip().lower() == self._subject

    def _why_not(self, mail: EmailMessage) -> str:
        if mail["Subject"] is not None:
            return f"A mail is there, but its Subject is `{say_back(mail['Subject'])}`."
        if "subject:" in safe(mail.as_string()).lower():
            return "A mail is there, but it has no Subject: the line is in the body. An empty line came before it."
        return "A mail is there, but no line of it is a Subject."


def _stored(server: Server) -> tuple[list[EmailMessage], str]:
    """Give what is in the mailbox of a server, and why it may be empty."""
    mails: list[EmailMessage] = [*server.mailboxes[TEST02]]
    return mails, "No line was taken for the end of a mail to it: is the dot missing, or was a line before it refused?"


def _typed(lines: list[str]) -> tuple[list[EmailMessage], str]:
    """Give what is in the mailbox after these lines, and why it may be empty."""
    mails, refused = hear(lines)
    found = [message_from_bytes(mail.content, policy=default) for mail in mails if TEST02 in mail.forward_paths]
    if refused is not None:
        number, reply = refused
        return found, f"To `{say_back(lines[number])}` the strict server says `{reply}`."
    if mails:
        return found, f"A mail went to `{say_back(', '.join(mails[-1].forward_paths))}`."
    return found, "The server waits for more: a line that is a single dot ends the mail."
