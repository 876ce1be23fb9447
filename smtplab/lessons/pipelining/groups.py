"""What may be sent in one group? Six groups, judged by the rule of RFC 2920."""

from random import Random
from typing import Any, ClassVar, Final

from smtplab.lessons.exercises import Exercise, Wrong, some_letters_of
from smtplab.lessons.verdicts import Lettered

MESSAGE: Final = "the mail and its dot"

# RFC 2920 §3.1. What else is said in SMTP may stand anywhere in a group, the mail at its beginning alone.
LAST_ONLY: Final = frozenset({"EHLO", "DATA", "VRFY", "EXPN", "TURN", "QUIT", "NOOP"})


def objection(group: tuple[str, ...]) -> str:
    """Say what is wrong with a group; "" where nothing is."""
    for number, said in enumerate(group):
        if said == MESSAGE and number:
            return (
                "The mail may only begin a group: whether it may be sent at all, the reply to DATA has to tell first."
            )
        if said in LAST_ONLY and number < len(group) - 1:
            return f"{said} may only end a group: what follows depends on its reply."
    return ""


class LegalGroups(Exercise):
    """Name the groups that a client may send at once."""

    form = 'letters, such as `"AC"`'
    hints = (
        "RSET, MAIL and RCPT may stand anywhere in a group. RFC 2920 §3.1 names seven commands that may only end one.",
        "Those are EHLO, DATA, VRFY, EXPN, TURN, QUIT and NOOP. The mail itself may only begin a group.",
    )
    LEGAL: ClassVar = (
        ("MAIL", "RCPT", "RCPT", "DATA"),
        ("RSET", "MAIL", "RCPT", "DATA"),
        ("MAIL", "RCPT", "NOOP"),
        (MESSAGE, "QUIT"),
        (MESSAGE, "MAIL", "RCPT", "DATA"),
        ("RCPT", "RCPT", "RCPT"),
        ("RSET", "QUIT"),
    )
    ILLEGAL: ClassVar = (
        ("EHLO", "MAIL", "RCPT", "DATA"),
        ("MAIL", "RCPT", "DATA", MESSAGE),
        ("MAIL", "RCPT", "DATA", "QUIT"),
        ("NOOP", "MAIL", "RCPT"),
        ("VRFY", "VRFY"),
        ("MAIL", "RCPT", "DATA", "RSET"),
        ("QUIT", "RSET"),
    )

    def prepare(self, variant: Random) -> None:
        legal = variant.randint(2, 4)
        drawn = [*variant.sample(self.LEGAL, legal), *variant.sample(self.ILLEGAL, 6 - legal)]
        self._groups = variant.sample(drawn, 6)

    @property
    def question(self) -> str:
        return "PIPELINING is offered. Which of these may a client send without waiting in between?"

    @property
    def lines(self) -> Lettered:
        return Lettered([" ⏎ ".join(group) for group in self._groups])

    def solve(self) -> str:
        return "".join(
            letter for letter, group in zip(self.lines.letters, self._groups, strict=True) if not objection(group)
        )

    def judge(self, answer: Any) -> str:
        said, right = some_letters_of(answer, self.lines), self.solve()
        for letter in said:
            if letter not in right:
                raise Wrong(f"{letter}: {objection(self._groups[self.lines.letters.index(letter)])}")
        if len(said) < len(right):
            raise Wrong("There is another one, in which nothing depends on a reply within the group.")
        return (
            "A command whose reply decides what may follow ends the group. The mail of one transaction and the "
            "envelope of the next may travel together. RFC 2920 §3.1."
        )
