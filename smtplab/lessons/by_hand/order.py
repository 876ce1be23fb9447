"""What comes of a wrong order? RCPT before MAIL, and an EHLO amid a mail transaction."""

from itertools import product
from random import Random
from typing import Any, ClassVar

from smtplab.lessons.exercises import Exercise, Wrong, numbers_in_order, some_letters_of
from smtplab.lessons.rehearsal import CLIENT, DOMAINS, LOCAL_PARTS, Rehearsal, in_one_line, mailboxes
from smtplab.lessons.verdicts import Lettered


class OutOfOrder(Exercise):
    """Say which code answers each line of a session that keeps to no order. The lab's server judges."""

    form = "the codes in the order of the lines, as a list of numbers"
    hints = (
        "Ask of each line whether a transaction is open. MAIL opens one, and only one at a time; RSET ends it.",
        "250: it may come now. 503: not now (RFC 5321 §4.1.4). An error changes nothing, so the next line finds what "
        "the last one found.",
    )
    NO_RECIPIENTS: ClassVar = 554

    def prepare(self, variant: Random) -> None:
        sender, recipient = mailboxes(variant)
        mail, rcpt = f"MAIL FROM:<{sender}>", f"RCPT TO:<{recipient}>"
        early = variant.sample((rcpt, "DATA"), variant.choice((1, 2)))
        if rcpt not in early:
            early = [rcpt]
        amid = variant.choice((mail, "DATA", "NOOP")), rcpt, variant.choice((mail, "NOOP", rcpt))
        self._commands = [*early, mail, *amid, "RSET", variant.choice((rcpt, "DATA"))]

    @property
    def question(self) -> str:
        return "A client has said EHLO, and now says these lines, one after the other."

    @property
    def lines(self) -> Lettered:
        return Lettered(self._commands)

    def _replies(self) -> list[bytes]:
        server = Rehearsal("EHLO")
        return [server.say(line) for line in self._commands]

    def solve(self) -> list[int]:
        return [int(reply[:3]) for reply in self._replies()]

    def judge(self, answer: Any) -> str:
        replies, right = self._replies(), self.solve()
        codes = numbers_in_order(answer, len(right))
        for letter, said, code, reply in zip(self.lines.letters, codes, right, replies, strict=True):
            if said != code and not (said == self.NO_RECIPIENTS and self._is_data_too_early(letter, code)):
                raise Wrong(f"{letter}: not {said}. To this the lab's server says `{in_one_line(reply)}`.")
        refused = [letter for letter, code in zip(self.lines.letters, right, strict=True) if code == 503]
        early = any(self._is_data_too_early(letter, 503) for letter in refused)
        also = f" To DATA another server may say {self.NO_RECIPIENTS} instead (§3.3)." if early else ""
        return f"So says the lab's server: {', '.join(refused)} come out of order. RFC 5321 §3.3, §4.1.4.{also}"

    def _is_data_too_early(self, letter: str, code: int) -> bool:
        return self.lines[letter] == "DATA" and code == 503


class EhloAmid(Exercise):
    """Say which RCPT still count after an EHLO amid a transaction. The lab's server judges."""

    form = 'letters, such as `"AC"`'
    hints = (
        "Say the lines to a server of your own, then type a message and look into its mailboxes.",
        "EHLO and HELO clear all buffers, as RSET does (RFC 5321 §4.1.4). After that a RCPT needs a new MAIL.",
    )
    QUIET: ClassVar = ("NOOP", "HELP", "VRFY office")

    def prepare(self, variant: Random) -> None:
        *paths, first, second = variant.sample(
            [f"{name}@{domain}" for name, domain in product(LOCAL_PARTS, DOMAINS)], 7
        )
        rcpt = [f"RCPT TO:<{path}>" for path in paths]
        before = [*rcpt[:2], variant.choice(self.QUIET)]
        after = [*rcpt[3:], variant.choice(self.QUIET)]
        self._hello = variant.choice((f"EHLO {CLIENT}", f"HELO {CLIENT}"))
        self._commands = [
            f"MAIL FROM:<{first}>",
            *variant.sample(before, variant.choice((2, 3))),
            self._hello,
            *variant.choice(([rcpt[2]], [])),
            f"MAIL FROM:<{second}>",
            *variant.sample(after, 3),
            "DATA",
        ]

    @property
    def lines(self) -> Lettered:
        return Lettered(self._commands)

    @property
    def _restart(self) -> int:
        return self._commands.index(self._hello)

    def _replies(self) -> dict[str, bytes]:
        server = Rehearsal("EHLO")
        return {letter: server.say(line) for letter, line in zip(self.lines.letters, self._commands, strict=True)}

    def solve(self) -> str:
        replies = self._replies()
        later = self.lines.letters[self._restart :]
        return "".join(letter for letter in later if self._is_rcpt(letter) and replies[letter].startswith(b"250"))

    def _is_rcpt(self, letter: str) -> bool:
        return self.lines[letter].startswith("RCPT")

    def judge(self, answer: Any) -> str:
        said, right = some_letters_of(answer, self.lines), self.solve()
        for letter in said:
            if letter not in right:
                raise Wrong(self._why_not(letter))
        if len(said) < len(right):
            raise Wrong("Somebody else gets it, too.")
        restart = self.lines.letters[self._restart]
        return f"{restart} has cleared all buffers, as if it were RSET; the mail goes to {right}. RFC 5321 §4.1.4."

    def _why_not(self, letter: str) -> str:
        if not self._is_rcpt(letter):
            return f"{letter} names no recipient."
        if self.lines.letters.index(letter) < self._restart:
            verb, restart = self._hello[:4], self.lines.letters[self._restart]
            return f"{letter} was accepted. But then came {verb}, in {restart}: what was said before it is forgotten."
        return f"{letter}: to this the lab's server says `{in_one_line(self._replies()[letter])}`."
