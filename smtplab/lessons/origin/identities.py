"""Which line does each of them look at? A mail that names another domain in every line."""

from random import Random
from typing import Any, ClassVar, Final, NamedTuple

from smtplab.lessons.exercises import Exercise, Unreadable, Wrong, at, by_name, letters_of
from smtplab.lessons.origin.judging import author_domain
from smtplab.lessons.rehearsal import LOCAL_PARTS
from smtplab.lessons.verdicts import Lettered
from smtplab.protocol.grammar import split_mailbox
from smtplab.protocol.spf import identity
from smtplab.protocol.tags import parse_tags

DOMAINS: Final = ("north.example", "blue.example", "lab.example", "river.example", "stone.example", "green.example")
CHECKS: Final = ("SPF", "DKIM", "DMARC")


class Line(NamedTuple):
    """A line, what of it is looked at, and the domain in it."""

    text: str
    kind: str
    domain: str


class WhoIsChecked(Exercise):
    """Name the line whose domain SPF, DKIM and DMARC ask about. The functions of the lab judge."""

    form = 'a dict of one letter each, such as `{"SPF": "A", "DKIM": "B", "DMARC": "C"}`'
    hints = (
        "One of them looks at the envelope alone, one at a signature, and one at what a reader sees.",
        "SPF: MAIL FROM, and where that is null, EHLO (RFC 7208 §2.4). DKIM: the tag d= (RFC 6376 §3.5). DMARC: From.",
    )
    WHY: ClassVar = {
        "EHLO": "SPF looks at EHLO where the reverse-path is null; DKIM and DMARC never do.",
        "MAIL": "That is the reverse-path: SPF looks at it, if there is a mailbox in it.",
        "RCPT": "That is who gets the mail. Nobody asks it where the mail comes from.",
        "DKIM-Signature": "That is who signed, in the tag d=. Only DKIM asks that domain for a key.",
        "From": "That is what a reader sees. Neither SPF nor DKIM asks who is named there.",
        "Reply-To": "That is where an answer goes, and nothing is proven by it.",
        "Message-ID": "That is a name for the mail. Whoever writes it writes what he likes.",
    }

    def prepare(self, variant: Random) -> None:
        domains = variant.sample(DOMAINS, len(DOMAINS))
        one, two, three, four = variant.sample(LOCAL_PARTS, 4)
        hello = f"mail.{domains[0]}"
        path = "" if variant.random() < 0.4 else f"{one}@{domains[1]}"
        other = variant.choice(("Reply-To", "Message-ID"))
        self._lines = [
            Line(f"EHLO {hello}", "EHLO", hello),
            Line(f"MAIL FROM:<{path}>", "MAIL", split_mailbox(path)[1]),
            Line(f"RCPT TO:<{two}@{domains[2]}>", "RCPT", domains[2]),
            Line(f"DKIM-Signature: v=1; d={domains[3]}; s=nov25; ...", "DKIM-Signature", domains[3]),
            Line(f"From: <{three}@{domains[4]}>", "From", domains[4]),
            Line(f"{other}: <{four}@{domains[5]}>", other, domains[5]),
        ]
        self._asked = {
            "SPF": split_mailbox(identity(path, hello))[1],
            "DKIM": parse_tags(self._lines[3].text.partition(": ")[2].removesuffix(" ..."))["d"],
            "DMARC": author_domain(f"{self._lines[4].text}\r\n\r\n".encode()),
        }

    @property
    def question(self) -> str:
        return "Lines of one mail, from the envelope and from the header. Whose domain do SPF, DKIM and DMARC look at?"

    @property
    def lines(self) -> Lettered:
        return Lettered([line.text for line in self._lines])

    def solve(self) -> dict[str, str]:
        letters = {line.domain: letter for letter, line in zip(self.lines.letters, self._lines, strict=True)}
        return {check: letters[domain] for check, domain in self._asked.items()}

    def judge(self, answer: Any) -> str:
        named, right = by_name(answer, CHECKS), self.solve()
        said = {check: letters_of(named[check], self.lines) for check in CHECKS}
        for check, letters in said.items():
            if len(letters) != 1:
                raise Unreadable
            if letters != right[check]:
                raise Wrong(f"{check}: not {letters}. {self.WHY[self._lines[self.lines.letters.index(letters)].kind]}")
        path = self.first(lambda entry: entry.verb == "MAIL", "MAIL")
        return (
            f"Three checks, three lines, and only the last is one that a reader sees. In your capture SPF looked at "
            f"{at(path)}. RFC 7208 §2.4, RFC 6376 §3.5; RFC 9989."
        )
