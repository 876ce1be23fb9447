"""In which order are the mail hosts of a domain tried? By their preference, and by chance where that is the same."""

from itertools import pairwise
from random import Random
from typing import Any, Final

from smtplab.lessons.exercises import Exercise, Wrong, some_letters_of
from smtplab.lessons.rehearsal import DOMAINS
from smtplab.lessons.verdicts import Lettered
from smtplab.net.dns import NameServer
from smtplab.net.resolver import Resolver
from smtplab.protocol.routing import Candidate, candidates

ADDRESS_OF_DOMAIN: Final = "127.0.0.9"


class AttemptOrder(Exercise):
    """Put the mail hosts of a zone in the order in which they are tried. The route of the lab's queue judges."""

    form = 'letters in the order of the attempts, such as `"DBA"`; some lines may be left over'
    hints = (
        "The number is a distance: the lowest comes first. Hosts with the same number come in any order, as chance has "
        "it.",
        "Leave out what is no MX record. And a host that finds itself in the list leaves out all that are not better "
        "than itself (RFC 5321 §5.1).",
    )

    def prepare(self, variant: Random) -> None:
        self._domain = variant.choice(DOMAINS)
        numbers = variant.sample((5, 10, 15, 20, 30, 50), 4)
        numbers.append(sorted(numbers)[variant.choice((0, 1))])  # two hosts are equally good
        names = variant.sample(("mx1", "mx2", "mail", "post", "backup", "in"), 5)
        self._exchangers = {f"{name}.{self._domain}": number for name, number in zip(names, numbers, strict=True)}
        worst = max(self._exchangers, key=self._exchangers.__getitem__)
        self._asking = variant.choice(("relay.lab.example", worst))
        records = [f"{self._domain}. MX {number} {name}." for name, number in self._exchangers.items()]
        self._records = variant.sample([*records, f"{self._domain}. A {ADDRESS_OF_DOMAIN}"], 6)

    @property
    def question(self) -> str:
        return (
            f"`{self._asking}` has a mail for {self._domain}, and gets these records. All hosts are up, and each says "
            "451. In which order are they tried?"
        )

    @property
    def lines(self) -> Lettered:
        return Lettered(self._records)

    @property
    def _route(self) -> list[Candidate]:
        addresses = (f"{name}. A 127.0.1.{number}" for number, name in enumerate(self._exchangers, 1))
        with NameServer("\n".join((*self._records, *addresses))) as names:
            return candidates(self._domain, Resolver(names), Random(0), own=[self._asking])

    def _letter(self, host: str) -> str:
        return next(letter for letter in self.lines.letters if self.lines[letter].endswith(f" {host}."))

    def solve(self) -> str:
        return "".join(self._letter(candidate.host) for candidate in self._route)

    def judge(self, answer: Any) -> str:
        said = some_letters_of(answer, self.lines)
        right = {self._letter(each.host): each.preference for each in self._route}
        for letter in said:
            if letter not in right:
                raise Wrong(f"{letter} is not tried. {self._why_not(letter)}")
        for before, after in pairwise(said):
            if right[before] > right[after]:
                raise Wrong(
                    f"{after}, at {right[after]}, is better than {before}, at {right[before]}: lower is better."
                )
        if missing := len(right) - len(said):
            raise Wrong(f"Right as far as it goes, but {missing} more would be tried before the mail has to wait.")
        return (
            "The lowest preference first, and for two that are equal chance decides, anew for each mail, so that both "
            "get their share. RFC 5321 §5.1."
        )

    def _why_not(self, letter: str) -> str:
        if self.lines[letter].endswith(ADDRESS_OF_DOMAIN):
            return "Where a domain has an MX record, its own address is not used for mail, not even at the last."
        return (
            f"The mail is at {self._asking} already. A host that is no better would bring it back, or round in circles."
        )
