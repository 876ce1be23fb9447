"""What does DMARC make of it? Six mails with what SPF and DKIM proved, and the wish of the domain in From."""

from random import Random
from typing import Any, Final, NamedTuple

from smtplab.lessons.exercises import Exercise, Unreadable, Wrong, in_order
from smtplab.lessons.rehearsal import DOMAINS
from smtplab.lessons.verdicts import Lettered
from smtplab.net.zones import Written
from smtplab.protocol.dmarc import evaluate

WORDS: Final = ("pass", "none", "quarantine", "reject")


class Case(NamedTuple):
    """A mail: the domain in From, the one that SPF proved, the one that DKIM proved ("" for none), what to think of.

    `{own}` is the domain with the record, `{other}` somebody else's.
    """

    author: str
    spf: str
    dkim: str
    why: str


ALIGNED: Final = (
    Case("{own}", "{own}", "", "SPF proved the very domain in From. One of the two is enough."),
    Case("{own}", "", "{own}", "DKIM proved the very domain in From. One of the two is enough."),
    Case("{own}", "{other}", "{own}", "DKIM is enough; that SPF proved somebody else's domain does no harm."),
)
BELOW: Final = (
    Case("{own}", "bounces.{own}", "", "A domain below the one in From: what does aspf say?"),
    Case("{own}", "", "mail.{own}", "A domain below the one in From: what does adkim say?"),
    Case(
        "news.{own}", "", "{own}", "The domain above the one in From: what does adkim say? And sp is for those below."
    ),
    Case("news.{own}", "{own}", "", "The domain above the one in From: what does aspf say? And sp is for those below."),
)
STRANGE: Final = (
    Case("{own}", "{other}", "", "SPF proved somebody else's domain. Is that the one in From?"),
    Case("{own}", "{other}", "{other}", "Both proved a domain, and neither is the one in From."),
    Case("{own}", "my{own}", "", "That domain ends alike, and is another one: only a dot makes it one below."),
    Case("news.{own}", "", "", "Nothing is proven. The record says by sp what holds below its domain."),
    Case("{own}", "", "", "Nothing is proven. So the policy p holds."),
    Case("{other}", "", "", "The domain in From publishes nothing, so nothing is asked. {other} has no record."),
)


class SixVerdicts(Exercise):
    """Say what DMARC makes of six mails. The lab's own evaluation judges."""

    form = 'six words in the order of the lines, such as `["pass", "none", "reject", "pass", "quarantine", "reject"]`'
    hints = (
        "First question: did SPF or DKIM prove the domain in From? `s` asks for the same, `r` and nothing for one of "
        "the same organization.",
        "If so: pass. If not, what the record wishes: `p` for its own domain, `sp` for those below. Without a record "
        "nothing is asked.",
    )

    def prepare(self, variant: Random) -> None:
        self._own, self._other = variant.sample(DOMAINS, 2)
        policy, below = variant.sample(WORDS[1:], 2)
        strict = variant.choice(("aspf=s", "adkim=s", "adkim=s; aspf=s"))
        self._record = f"v=DMARC1; p={policy}; sp={below}; {strict}"
        drawn = [variant.choice(ALIGNED), *variant.sample(BELOW, 3), *variant.sample(STRANGE, 2)]
        cases = [Case(*(each.format(own=self._own, other=self._other) for each in case)) for case in drawn]
        self._cases = variant.sample(cases, len(cases))

    @property
    def question(self) -> str:
        return (
            f'`_dmarc.{self._own}. TXT "{self._record}"`, and no other record. Six mails, with the domains for which '
            "SPF and DKIM passed. Say `pass` if DMARC passes. If not, say what the record asks for: `none`, "
            "`quarantine` or `reject`; without a record, `none`."
        )

    @property
    def lines(self) -> Lettered:
        return Lettered(
            [
                f"From: <office@{case.author}>   SPF: {case.spf or 'fail'}   DKIM: {case.dkim or 'none'}"
                for case in self._cases
            ]
        )

    def solve(self) -> list[str]:
        names = Written(f'_dmarc.{self._own}. TXT "{self._record}"\n')
        verdicts = [
            evaluate(case.author, case.spf or None, [case.dkim] if case.dkim else [], names) for case in self._cases
        ]
        return ["pass" if verdict.result == "pass" else verdict.wish for verdict in verdicts]

    def judge(self, answer: Any) -> str:
        given = in_order(answer, len(self._cases))
        said = [word.strip().lower() if isinstance(word, str) else "" for word in given]
        if not set(said) <= set(WORDS):
            raise Unreadable
        for letter, word, right, case in zip(self.lines.letters, said, self.solve(), self._cases, strict=True):
            if word != right:
                raise Wrong(f"{letter}: not {word}. {case.why}")
        return (
            "So says the lab's evaluation of RFC 9989. Two things count: something has to be proven, and it has to be "
            "proven of the domain that the reader sees."
        )
