"""Which extensions differ before TLS and inside? Two replies to EHLO, set beside each other."""

from random import Random
from typing import Any, ClassVar

from smtplab.lessons.encryption.rehearsed import reply_to_ehlo
from smtplab.lessons.exercises import Exercise, NoCapture, Wrong, at, some_letters_of
from smtplab.lessons.verdicts import Lettered
from smtplab.protocol.client import parse_extensions
from smtplab.protocol.policy import Policy
from smtplab.protocol.replies import Reply
from smtplab.protocol.transcript import Entry

PLACES = ("in clear text", "inside TLS")


class DifferingExtensions(Exercise):
    """Name the lines whose extension one list has alone."""

    form = 'letters, such as `"BDH"`'
    hints = (
        "An extension is named by its keyword, the first word of its line. What follows are parameters.",
        "Look for the keywords that come once. One of them must not be offered inside TLS (RFC 3207 §4.2).",
    )
    COMMON: ClassVar = ("8BITMIME", "PIPELINING", "ENHANCEDSTATUSCODES", "HELP", "DSN")

    def prepare(self, variant: Random) -> None:
        always = {"SIZE", "STARTTLS", "AUTH", *variant.sample(self.COMMON, 2)}
        later = variant.sample(("SMTPUTF8", "CHUNKING"), variant.randint(0, 1))
        mechanisms = variant.choice((("PLAIN",), ("LOGIN", "PLAIN"), ("PLAIN", "SCRAM-SHA-256")))
        self._lists = [
            parse_extensions(
                reply_to_ehlo(
                    Policy(
                        passwords={"somebody": "secret"},
                        starttls=True,
                        auth_inside_tls=True,
                        mechanisms=mechanisms,
                        extensions=frozenset(always.union(later if tls else ())),
                        size_limit=size,
                    ),
                    tls=tls,
                )
            )
            for tls, size in ((False, 1_000_000), (True, variant.choice((10_000_000, 30_000_000))))
        ]
        drawn = [(place, keyword) for place, keywords in enumerate(self._lists) for keyword in sorted(keywords)]
        self._lines = variant.sample(drawn, len(drawn))

    @property
    def lines(self) -> Lettered:
        return Lettered(
            [f"{PLACES[place]}: {keyword} {self._lists[place][keyword]}".rstrip() for place, keyword in self._lines]
        )

    def solve(self) -> str:
        return "".join(
            letter
            for letter, (place, keyword) in zip(self.lines.letters, self._lines, strict=True)
            if keyword not in self._lists[1 - place]
        )

    def judge(self, answer: Any) -> str:
        said, right = some_letters_of(answer, self.lines), self.solve()
        for letter in said:
            if letter not in right:
                raise Wrong(f"{letter}: {self._why_not(*self._lines[self.lines.letters.index(letter)])}")
        if len(said) < len(right):
            missing = PLACES[self._lines[self.lines.letters.index(min(set(right) - set(said)))][0]]
            raise Wrong(f"There is another one, {missing}.")
        return (
            f"{self._own()} Inside TLS a server must not offer STARTTLS, and may offer more than before. RFC 3207 §4.2."
        )

    def _why_not(self, place: int, keyword: str) -> str:
        if self._lists[0][keyword] != self._lists[1][keyword]:
            return f"{keyword} is in both lists. Its parameter differs, but the extension is the same."
        return f"{keyword} is in both lists."

    def _own(self) -> str:
        """Say the same of the learner's own capture."""
        replies = [entry for entry in self.transcript if entry.answers == "EHLO"]
        if len(replies) < 2:
            raise NoCapture("Your capture has no two replies to EHLO: give the one with STARTTLS.")
        lists = [_keywords(entry) for entry in replies[:2]]
        gone, new = (", ".join(sorted(some - other)) or "nothing" for some, other in (lists, lists[::-1]))
        return f"In your own capture {at(replies[0])} alone has {gone}, and {at(replies[1])} alone has {new}."


def _keywords(entry: Entry) -> set[str]:
    return set(parse_extensions(entry.message)) if isinstance(entry.message, Reply) else set()
