"""Which addresses may send? A record with all that records are made of, and five hosts that try."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from random import Random
from typing import Any, ClassVar, NamedTuple

from smtplab.lessons.exercises import Exercise, Unreadable, Wrong, in_order
from smtplab.lessons.rehearsal import DOMAINS, LOCAL_PARTS
from smtplab.lessons.verdicts import Lettered
from smtplab.net.zones import Written
from smtplab.protocol.spf import Checked, Result, check


class Trial(NamedTuple):
    """An address that sends, and what to think of."""

    address: str
    why: str


@dataclass(frozen=True, repr=False)
class Trials(Lettered):
    """Addresses with their letters, below the records that are asked for. records: lines of a zone file."""

    records: Sequence[str] = ()

    def text(self) -> str:
        """Give records and addresses as text."""
        return "\n".join((*self.records, "", super().text()))

    def html(self) -> str:
        """Give the same. No record is broken into two lines: a minus at the end of one would look like a hyphen."""
        records = escape("\n".join(self.records))
        return f'<pre style="white-space:pre;overflow-x:auto;margin:8px 0">{records}</pre>{super().html()}'


class SpfOfAddresses(Exercise):
    """Say what SPF makes of five addresses. The lab's own check_host() judges."""

    form = 'five words in the order of the lines, such as `["pass", "fail", "softfail", "neutral", "pass"]`'
    hints = (
        "From left to right: the first term that matches decides, and the sign before it says what. No sign is a plus.",
        "`include` matches only if the other record says pass; its own `-all` is not yours (RFC 7208 §5.2). Of a "
        "`/28` the first 28 bits count: blocks of 16 addresses.",
    )
    ENDS: ClassVar = ("-all", "~all", "?all")

    def prepare(self, variant: Random) -> None:
        own, partner = variant.sample(DOMAINS, 2)
        block = 16 * variant.randint(1, 14)
        excluded, within = variant.sample(range(block, block + 16), 2)
        outside = variant.choice((block - 1, block + 16))
        host, included, website = variant.randint(2, 99), variant.randint(1, 126), variant.randint(100, 250)
        end = variant.choice(self.ENDS)
        self._records = (
            f'{own}. TXT "v=spf1 -ip4:192.0.2.{excluded} ip4:192.0.2.{block}/28 mx include:_spf.{partner} {end}"',
            f'_spf.{partner}. TXT "v=spf1 ip4:203.0.113.0/25 -all"',
            f"{own}. MX 10 mx1.{own}.",
            f"mx1.{own}. A 198.51.100.{host}",
            f"{own}. A 198.51.100.{website}",
        )
        self._sender = f"{variant.choice(LOCAL_PARTS)}@{own}"
        trials = [
            Trial(f"192.0.2.{excluded}", "Which term is the first that matches it? Look at the sign before that one."),
            Trial(f"192.0.2.{within}", f"192.0.2.{block}/28 goes from .{block} to .{block + 15}."),
            Trial(f"192.0.2.{outside}", f"192.0.2.{block}/28 goes from .{block} to .{block + 15}, and no further."),
            Trial(f"198.51.100.{host}", "`mx` means the addresses of the hosts that the MX records name."),
            Trial(f"203.0.113.{included}", "The other record says pass to it, so `include` matches."),
            Trial(
                f"203.0.113.{included + 128}",
                "The other record says fail to it, so `include` does not match, and it is your own end that counts.",
            ),
            Trial(
                f"198.51.100.{website}", "It is the address of the domain itself: `a` would match it. Is there an `a`?"
            ),
        ]
        self._trials = [trials[0], *variant.sample(trials[1:], 4)]
        variant.shuffle(self._trials)

    @property
    def question(self) -> str:
        return f"Mails with `MAIL FROM:<{self._sender}>` come from five addresses. What does SPF say to each?"

    @property
    def lines(self) -> Trials:
        return Trials([trial.address for trial in self._trials], self._records)

    def _checked(self, trial: Trial) -> Checked:
        return check(trial.address, "somebody.example", self._sender, Written("\n".join(self._records)))

    def solve(self) -> list[str]:
        return [str(self._checked(trial).result) for trial in self._trials]

    def judge(self, answer: Any) -> str:
        given = in_order(answer, len(self._trials))
        said = [word.strip().lower() if isinstance(word, str) else "" for word in given]
        if not set(said) <= set(Result):
            raise Unreadable
        for letter, word, right, trial in zip(self.lines.letters, said, self.solve(), self._trials, strict=True):
            if word != right:
                raise Wrong(f"{letter}: not {word}. {trial.why}")
        terms = ", ".join(f"{letter} by `{self._checked(trial).because}`" for letter, trial in self._lettered())
        return f"So says check_host(): {terms}. The first term that matches decides. RFC 7208 §4.6.2, §5."

    def _lettered(self) -> list[tuple[str, Trial]]:
        return list(zip(self.lines.letters, self._trials, strict=True))
