"""Why does SPF let a smuggled mail pass? Sentences of which some are true."""

from random import Random
from typing import Any, Final, NamedTuple

from smtplab.lessons.exercises import Exercise, Wrong, some_letters_of
from smtplab.lessons.verdicts import Lettered


class Reason(NamedTuple):
    """A sentence on smuggled mail, and what is said to who holds it for the opposite."""

    says: str
    is_true: bool
    because: str


REASONS: Final = (
    Reason(
        "It comes over the connection of the honest mail host, and so from an address that the record lists.",
        True,
        "Which host has opened the connection over which both mails came?",
    ),
    Reason(
        "The attacker writes its MAIL FROM, and may name any domain that has this host in its record.",
        True,
        "Who wrote the commands that stand in the middle of the first mail?",
    ),
    Reason(
        "SPF looks at an address and an envelope. It does not see where one mail ends and the next begins.",
        True,
        "Does check_host() have an argument for the mail data? RFC 7208 §4.1 lists three.",
    ),
    Reason(
        "A record lists hosts. Which of its users may use which name, is for the host to see to.",
        True,
        "Is there a term that names a user's password? RFC 7208 §11.4 says who has to look.",
    ),
    Reason(
        "The attacker has changed the record in the DNS.",
        False,
        "He needs nothing of the kind: the record is as it was, and the host is in it.",
    ),
    Reason(
        "The smuggled mail has a From field that SPF takes for genuine.",
        False,
        "SPF never reads the From field.",
    ),
    Reason(
        "The honest host has signed the smuggled mail.",
        False,
        "It saw one mail, and signed that one if any. And SPF asks for no signature.",
    ),
    Reason(
        "The record ends in “?all”, so that every host passes.",
        False,
        "`?all` is neutral, and it does not come to that: a term before it matches the honest host.",
    ),
    Reason(
        "The user named in the smuggled mail has logged in at the honest host.",
        False,
        "The attacker has, under his own name. Nobody asked the other.",
    ),
    Reason(
        "The receiving server does not ask SPF about the second mail of a connection.",
        False,
        "It asks about each mail. The answer is pass.",
    ),
)


class WhySmuggledPasses(Exercise):
    """Pick the true sentences."""

    form = 'letters, such as `"AC"`'
    hints = (
        "Write down the three things that SPF is told: an address, a domain, a sender (RFC 7208 §4.1). Which of them "
        "is wrong in a smuggled mail?",
        "In lesson 10 the honest host saw one mail, and the receiver two. Who opened the connection? Who wrote the "
        "second envelope?",
    )

    def prepare(self, variant: Random) -> None:
        right = [reason for reason in REASONS if reason.is_true]
        wrong = [reason for reason in REASONS if not reason.is_true]
        drawn = variant.sample(right, variant.randint(2, 3)) + variant.sample(wrong, 3)
        self._reasons = variant.sample(drawn, len(drawn))

    @property
    def lines(self) -> Lettered:
        return Lettered([reason.says for reason in self._reasons])

    def solve(self) -> str:
        return "".join(
            letter for letter, reason in zip(self.lines.letters, self._reasons, strict=True) if reason.is_true
        )

    def judge(self, answer: Any) -> str:
        said = some_letters_of(answer, self.lines)
        for letter, reason in zip(self.lines.letters, self._reasons, strict=True):
            if letter in said and not reason.is_true:
                raise Wrong(f"{letter}: {reason.because}")
        missing = min(set(self.solve()) - set(said), default="")
        if missing:
            because = self._reasons[self.lines.letters.index(missing)].because
            raise Wrong(f"There is another one, among {self.lines.half(missing)}. {because}")
        return (
            "Nothing that SPF is told is wrong: the address is the honest host's, and the domain allows it. Only "
            "servers that agree where a mail ends can stop this. RFC 7208 §4.1, §11.4."
        )
