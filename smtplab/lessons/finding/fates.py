"""What becomes of a mail, by what the domain name system says of its domain? The lab's queue tries each case."""

from functools import cache
from random import Random
from typing import Any, ClassVar, Final, NamedTuple

from smtplab.lessons.exercises import Exercise, Unreadable, Wrong, in_order
from smtplab.lessons.failure.cast import NINE
from smtplab.lessons.finding.cast import MAIL, SENDER, SENDERS, SMTP, letter
from smtplab.lessons.finding.town import Town
from smtplab.lessons.rehearsal import DOMAINS
from smtplab.lessons.verdicts import Lettered
from smtplab.net.timeline import What

WORDS: Final = ("A", "MX", "back", "later", "undefined")
SOMEBODY: Final = "somebody"  # local part

# The host that the domain's own address belongs to, and the one that its MX record leads to. Both would take any mail.
AT_A, AT_MX, NOBODY = "127.0.0.4", "127.0.0.5", "127.0.0.9"
OTHERS: Final = f"{SENDERS}at-a.invalid. A {AT_A}\nat-mx.invalid. A {AT_MX}\n"


class Case(NamedTuple):
    """What there is about a domain, `D`. failing: the name server says SERVFAIL about it. why: what to think of."""

    records: tuple[str, ...]
    why: str
    failing: bool = False
    is_undefined: bool = False

    def words(self, domain: str) -> str:
        """Write it, each record on a line of its own."""
        if self.failing:
            return f"(the name server says SERVFAIL of {domain})"
        return "\n".join(self.records).replace("D", domain) or f"(there is no such name as {domain})"


@cache
def fate(case: Case, domain: str) -> str:
    """Send a mail to a domain, and say what becomes of it at the first try: one of the `WORDS` but the last."""
    zone = OTHERS + "\n".join(case.records).replace("D", domain)
    takes_all = {"delivers": [domain]}
    hosts = {SMTP: {}, MAIL: {"delivers": ["coremail.cn"]}, "at-a.invalid": takes_all, "at-mx.invalid": takes_all}
    with Town(zone, hosts, failing=[domain] if case.failing else ()) as town:
        sender = town[SMTP]
        sender.post(SENDER, f"{SOMEBODY}@{domain}", letter(f"{SOMEBODY}@{domain}"))
        town.run(NINE)
        events = [event for event in sender.queue.events if event.recipient != SENDER]
    last = next(each for each in reversed(events) if each.what in (What.DELIVERED, What.DEFERRED, What.FAILED))
    if last.what is What.DELIVERED:
        return "A" if last.address == AT_A else "MX"
    return "later" if last.what is What.DEFERRED else "back"


class Fates(Exercise):
    """Say what becomes of a mail for each of five zones."""

    form = 'five words in the order of the zones, such as `["A", "MX", "back", "later", "undefined"]`'
    hints = (
        "First ask whether there is an MX record. If there is one, the A record of the domain is of no use for mail.",
        "A no that is certain sends the mail back; a name server or a host that is silent only makes it wait. And an "
        "MX record must name a host that has an address of its own, not an alias (RFC 5321 §5.1).",
    )
    ALWAYS: ClassVar = (
        Case(
            (f"D. A {AT_A}",),
            "No MX record is no missing address: then the domain itself stands for one, with preference 0.",
        ),
        Case(("D. MX 0 .", f"D. A {AT_A}"), "The dot is no host. It says that this domain takes no mail (RFC 7505)."),
        Case(
            ("D. MX 10 mail.D.", "mail.D. CNAME host.D.", f"host.D. A {AT_MX}"),
            "What MX names has an alias, not an address. Many hosts follow it, and none has to.",
            is_undefined=True,
        ),
    )
    SOMETIMES: ClassVar = (
        Case(("D. MX 10 mx.D.", f"mx.D. A {AT_MX}", f"D. A {AT_A}"), "Where is an MX record, it alone counts."),
        Case(
            ("D. MX 10 mx.D.", f"mx.D. A {NOBODY} ; nobody listens there", f"D. A {AT_A}"),
            "There is an MX record, and its host is down. The A record of the domain does not stand in for it.",
        ),
        Case(
            ("D. MX 10 mx.D. ; and nothing about mx.D", f"D. A {AT_A}"),
            "There is an MX record, and it cannot be used. That is an error, and no reason to take the A record.",
        ),
        Case((), "The domain name system says for certain that there is no such name. What is left to wait for?"),
        Case((), "SERVFAIL says nothing of the domain: the name server is ill. It may be well again.", failing=True),
        Case(
            ("D. CNAME other.D.", "other.D. MX 10 mx.D.", f"mx.D. A {AT_MX}", f"other.D. A {AT_A}"),
            "A domain may be an alias. Then go on with the name that it leads to, as if it had been the first.",
        ),
    )

    def prepare(self, variant: Random) -> None:
        self._domain = variant.choice(DOMAINS)
        self._cases = variant.sample([*self.ALWAYS, *variant.sample(self.SOMETIMES, 2)], 5)

    @property
    def question(self) -> str:
        return (
            f"Five zones, and each time a mail to {SOMEBODY}@{self._domain}. At the first try, does it go to the host "
            f"at the domain's own address (`A`: {AT_A}), to the host that MX leads to (`MX`: {AT_MX}), back to the "
            "sender at once (`back`), or does it wait (`later`)? Say `undefined` where the standard does not tell."
        )

    @property
    def lines(self) -> Lettered:
        return Lettered([case.words(self._domain) for case in self._cases])

    def solve(self) -> list[str]:
        return ["undefined" if case.is_undefined else fate(case, self._domain) for case in self._cases]

    def judge(self, answer: Any) -> str:
        said = [_word(each) for each in in_order(answer, len(self._cases))]
        for letter_, word, right, case in zip(self.lines.letters, said, self.solve(), self._cases, strict=True):
            if word != right:
                raise Wrong(f"{letter_}: not {word}. {case.why}")
        alias = fate(self.ALWAYS[2], self._domain)
        return (
            f"So did the lab's queue. The alias behind MX it {'followed' if alias == 'MX' else 'did not follow'}; the "
            "next host may not, for the standard leaves it open. RFC 5321 §5.1, RFC 7505."
        )


def _word(given: object) -> str:
    words = {word.lower(): word for word in WORDS}
    if not isinstance(given, str) or given.strip().lower() not in words:
        raise Unreadable
    return words[given.strip().lower()]
