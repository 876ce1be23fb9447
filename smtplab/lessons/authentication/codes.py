"""What does each code of AUTH say? Six lines, and the six codes that answer them."""

from collections.abc import Mapping
from random import Random
from typing import Any, ClassVar, Final, NamedTuple

from smtplab.lessons.authentication.words import WORDS
from smtplab.lessons.exercises import Exercise, Wrong, numbers_in_order
from smtplab.lessons.rehearsal import Rehearsal, in_one_line, mailboxes
from smtplab.lessons.verdicts import Lettered
from smtplab.protocol.auth import encode
from smtplab.protocol.replies import CODES


class Case(NamedTuple):
    """A line that a client says, and the choices of the server that hears it. remark: tells a learner of these."""

    line: str
    remark: str = ""
    choices: Mapping[str, Any] = {}

    def __str__(self) -> str:
        return f"{self.line}{f'   {self.remark}' if self.remark else ''}"


# What to think of again, by the code that is right.
AGAIN: Final = {
    235: "Undo the base64: is anything wrong with it?",
    334: "Nothing has been said yet that could be right or wrong.",
    501: "Look at its characters: can this be read at all?",
    504: "Is this mechanism one of those that the server offers?",
    535: "Undo the base64, and compare with what the server knows.",
    538: "This server wants something else before any password.",
}


class AuthCodes(Exercise):
    """Say which code answers each line. The lab's server judges."""

    form = "six codes in the order of the lines, such as `[235, 334, 501, 504, 535, 538]`"
    hints = (
        "`base64.b64decode(...)` shows what a client says. Each of the six codes answers one line; RFC 4954 §6 tells "
        "what they mean.",
        "334 asks for more. 501: no base64. 504: a mechanism that is not offered. 535: wrong user or password. "
        "538: not without TLS.",
    )
    ELSEWHERE: ClassVar = ("GSSAPI", "NTLM", "XOAUTH2", "DIGEST-MD5", "SCRAM-SHA-256")

    def prepare(self, variant: Random) -> None:
        self._user, other = mailboxes(variant)
        self._password, wrong = variant.sample(WORDS, 2)
        right = _plain(self._user, self._password)
        mistaken = variant.choice(((self._user, wrong), (other, self._password), (self._user, self._password.upper())))
        broken = variant.choice((f"{self._user}/{self._password}", f"*{right[1:]}", f"{right.rstrip('=')}==="))
        cases = (
            Case(f"AUTH PLAIN {right}"),
            Case(variant.choice(("AUTH LOGIN", "AUTH PLAIN"))),
            Case(f"AUTH PLAIN {broken}"),
            Case(f"AUTH {variant.choice(self.ELSEWHERE)}"),
            Case(f"AUTH PLAIN {_plain(*mistaken)}"),
            Case(f"AUTH PLAIN {right}", "(to a server that takes AUTH inside TLS only)", {"auth_inside_tls": True}),
        )
        self._cases = variant.sample(cases, len(cases))

    @property
    def question(self) -> str:
        return f"The server offers LOGIN and PLAIN, and knows `{self._user}` with the password `{self._password}`."

    @property
    def lines(self) -> Lettered:
        return Lettered(list(map(str, self._cases)))

    def _reply(self, case: Case) -> bytes:
        return Rehearsal("EHLO", users={self._user: self._password}, **case.choices).say(case.line)

    def solve(self) -> list[int]:
        return [int(self._reply(case)[:3]) for case in self._cases]

    def judge(self, answer: Any) -> str:
        right = self.solve()
        codes = numbers_in_order(answer, len(right))
        for letter, said, code in zip(self.lines.letters, codes, right, strict=True):
            if said != code:
                raise Wrong(f"{letter}: not {said}{_meaning(said)}. {AGAIN[code]}")
        heard = " ".join(
            f"{letter}: `{in_one_line(self._reply(case))}`."
            for letter, case in zip(self.lines.letters, self._cases, strict=True)
        )
        return f"So says the lab's server. {heard} RFC 4954 §4, §6."


def _plain(user: str, password: str) -> str:
    return encode(f"\0{user}\0{password}".encode())


def _meaning(code: int) -> str:
    return f", which says: {CODES[code][0]}" if code in CODES else ", which is no code at all"
