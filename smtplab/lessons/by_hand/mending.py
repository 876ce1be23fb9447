"""What is wrong with what the article types? Its session, with other names, to be mended line by line."""

from email import message_from_bytes
from email.policy import default
from random import Random
from typing import Any

from smtplab.lessons.by_hand.typed import hear
from smtplab.lessons.cast import USERS
from smtplab.lessons.exercises import Exercise, Unreadable, Wrong, say_back
from smtplab.lessons.rehearsal import mailboxes
from smtplab.lessons.verdicts import Lettered
from smtplab.protocol.mail import MailObject

_, TEST02 = USERS
FIELDS = ("Subject", "From", "To")


class MendTranscript(Exercise):
    """Mend the article's defects, and nothing else. A strict server is told the lines, and Python reads the mail."""

    form = 'the lines that change, by letter, such as `{"K": "NOOP", "L": None}`; None strikes a line out'
    hints = (
        "There are two kinds of defects. The strict server refuses the first; the second it takes, and the reader of "
        "the mail has the trouble.",
        "No blank may stand beside the colon (RFC 5321 §3.3), and the first empty line ends the header "
        "(RFC 5322 §2.1).",
    )

    def prepare(self, variant: Random) -> None:
        self._sender, _ = mailboxes(variant)
        mail, rcpt = f"MAIL FROM:<{self._sender}>", f"RCPT TO:<{TEST02}>"
        blank = variant.choice((": <", " :<", ":  <"))
        spoilt = variant.choice(((mail, rcpt), (mail,), (rcpt,)))
        header = f"Subject: test {variant.randint(10, 99)}", f"From: <{self._sender}>", f"To: <{TEST02}>"
        right = (variant.choice(("EHLO", "HELO")) + " TINY-DESKTOP", mail, rcpt, "DATA", None, *header)
        self._right = (*right, "", "Hello,", "this was typed.", ".", "QUIT")
        self._typed = [(line or "").replace(":<", blank) if line in spoilt else line or "" for line in self._right]

    @property
    def lines(self) -> Lettered:
        return Lettered([line or "(an empty line)" for line in self._typed])

    def solve(self) -> dict[str, str | None]:
        pairs = zip(self.lines.letters, self._typed, self._right, strict=True)
        return {letter: right for letter, typed, right in pairs if typed != right}

    def judge(self, answer: Any) -> str:
        mended = self._mended(answer)
        mails, refused = hear(line for _, line in mended)
        if refused is not None:
            (letter, line), reply = mended[refused[0]], refused[1]
            raise Wrong(f"{letter}: to `{say_back(line)}` the strict server says `{reply}`.")
        if len(mails) != 1:
            raise Wrong(f"The strict server refuses nothing, but it has taken {len(mails) or 'no'} mails.")
        self._look_at(mails[0], self._is_emptied(answer))
        if needless := self._needless(dict(mended)):
            raise Wrong(f"The strict server takes it. But {needless} was not broken: leave it as it is.")
        return (
            f"The strict server takes every line, and Python reads {', '.join(FIELDS)}. RFC 5321 §3.3 forbids the "
            "blank; RFC 5322 §2.1 ends the header with the first empty line."
        )

    def _mended(self, answer: object) -> list[tuple[str, str]]:
        if not isinstance(answer, dict):
            raise Unreadable
        changes = {str(letter).strip().upper(): line for letter, line in answer.items()}
        if not set(changes) <= set(self.lines.letters) or len(changes) < len(answer):
            raise Unreadable
        if not all(
            line is None or (isinstance(line, str) and len(line.splitlines()) <= 1) for line in changes.values()
        ):
            raise Unreadable
        if "None" in changes.values():
            raise Unreadable("`None` without quotes strikes a line out: within quotes it is a line of the mail.")
        lines = {**dict(zip(self.lines.letters, self._typed, strict=True)), **changes}
        return [(letter, line.rstrip("\r\n")) for letter, line in lines.items() if line is not None]

    def _needless(self, mended: dict[str, str]) -> str:
        """Give the letter of a line that was changed, and by more than capitals, though nothing was wrong with it."""
        typed = zip(self.lines.letters, self._typed, strict=True)
        good = {letter: line for letter, line in typed if letter not in self.solve()}
        return next((each for each, line in good.items() if mended.get(each, "").upper() != line.upper()), "")

    def _is_emptied(self, answer: dict[str, str | None]) -> bool:
        """Tell whether an empty line was replaced by an empty one."""
        return any(line is not None and not line.strip() for line in answer.values())

    def _look_at(self, mail: MailObject, is_emptied: bool) -> None:
        if (mail.reverse_path, mail.forward_paths) != (self._sender, (TEST02,)):
            raise Wrong(
                "The strict server takes it. But it is another envelope now: mend, and leave the rest as it is."
            )
        message, right = (message_from_bytes(octets, policy=default) for octets in (mail.content, self._content))
        lost = [name for name in FIELDS if str(message[name]) != str(right[name])]
        if len(lost) == len(FIELDS):
            still = " An empty text leaves the line there, empty; `None` strikes it out." if is_emptied else ""
            raise Wrong(f"The strict server takes it. But the mail has an empty header: all of it is body.{still}")
        if lost:
            raise Wrong(f"The strict server takes it. But the field {lost[0]} is no longer what it was.")
        if mail.content != self._content:
            raise Wrong("The strict server takes it, and the header is there. But the text is no longer what it was.")

    @property
    def _content(self) -> bytes:
        message = self._right[self._right.index(None) + 1 : self._right.index(".")]
        return "".join(f"{line}\r\n" for line in message).encode()
