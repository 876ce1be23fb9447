"""Is the article right, after all? Its 46 claims with the learner's verdicts, and how both of them did.

`score()` reads the learner's progress. A claim that is not judged yet keeps its letter to itself.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Final, NamedTuple

from smtplab.lessons.article import CLAIMS
from smtplab.lessons.claims import LETTERS, Claim, sources
from smtplab.lessons.lesson import LESSONS
from smtplab.lessons.progress import answers, file
from smtplab.lessons.progress.file import BrokenFile, Kept, Progress
from smtplab.lessons.verdicts import SCOPE, Standing, styles
from smtplab.protocol.octets import count
from smtplab.protocol.text import cut, safe
from smtplab.views import View
from smtplab.views.prose import marked_up

EVIDENCE_COLUMNS: Final = 40


class Row(NamedTuple):
    """A claim and what the learner made of it. evidence: "" where it was not judged right. tries: of the verdict."""

    name: str
    claim: Claim
    standing: Standing
    evidence: str = ""
    tries: int = 0


@dataclass(frozen=True, repr=False)
class Score(View):
    """The claims of the article, judged by a learner. trouble: why nothing could be read, or ""."""

    rows: tuple[Row, ...]
    trouble: str = ""

    @property
    def right(self) -> list[Row]:
        """The claims that the learner has judged right."""
        return [row for row in self.rows if row.standing is Standing.CORRECT]

    def text(self) -> str:
        """Give the page as text."""
        return "\n".join((*map(_text, self.rows), "", *self._sums()))

    def html(self) -> str:
        """Give the page as a table."""
        head = "".join(f'<th scope="col">{name}</th>' for name in ("", "the article says", "it is", "your evidence"))
        rows = "".join(map(_html, self.rows))
        sums = "".join(f"<div><b>{escape(line)}</b></div>" for line in self._sums())
        return (
            f'<div class="{SCOPE[1:]}"><style>{styles(SCOPE)}</style><table><tr>{head}</tr>{rows}</table>{sums}</div>'
        )

    def _sums(self) -> list[str]:
        letters = Counter(row.claim.letter for row in self.right)
        article = ", ".join(f"{letters[letter]} {word}" for letter, word in LETTERS.items())
        done = f"You: {len(self.right)} of {count(len(self.rows), 'claim')} judged right, with evidence."
        at_once = sum(row.tries == 1 for row in self.right)
        return [
            *([self.trouble] if self.trouble else []),
            f"{done} {at_once} of them at the first try." if self.right else done,
            *([f"The article: of these {len(self.right)}, {article}."] if self.right else []),
        ]

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": self.text(), "text/html": self.html()}


def score() -> Score:
    """Show the article's claims, and what this learner's progress says about each."""
    path = file.location()
    if path is None:
        return scored(Progress(), "No progress is kept here.")
    try:
        return scored(file.read(path))
    except (BrokenFile, OSError) as error:
        return scored(Progress(), f"Your progress cannot be read: {safe(str(error))}.")


def scored(progress: Progress, trouble: str = "") -> Score:
    """Show the article's claims, and what stands in somebody's progress about each."""
    return Score(tuple(_row(name, claim, progress.answers) for name, claim in sorted(CLAIMS.items())), trouble)


def _row(name: str, claim: Claim, kept: Iterable[Kept]) -> Row:
    """Give the best that is kept about a claim, which more than one lesson may judge."""
    about = [each for each in kept if each.what == name]
    right = next((each for each in about if each.is_correct), None)
    if right is not None:
        return Row(name, claim, Standing.CORRECT, _evidence(right), right.tries)
    return Row(name, claim, Standing.WRONG if about else Standing.UNANSWERED)


def _evidence(kept: Kept) -> str:
    try:
        _, evidence = answers.read(answers.Written(kept.answer))
    except (answers.NotKept, TypeError, ValueError):
        return ""
    return f"frame {evidence}" if type(evidence) is int else cut(safe(str(evidence)), EVIDENCE_COLUMNS)


def _where(row: Row) -> str:
    """Say in which lesson a claim is judged first."""
    return next(f"lesson {lesson}" for lesson, content in LESSONS.items() if row.name in content.CLAIMS)


def _text(row: Row) -> str:
    if row.standing is not Standing.CORRECT:
        return f"{row.name} “{row.claim.says}”\n    {row.standing.words} ({_where(row)})"
    said = f"{LETTERS[row.claim.letter]}: {row.claim.right} {sources(row.claim)}".rstrip()
    evidence = f"\n    your evidence: {row.evidence}" if row.evidence else ""
    return f"{row.name} “{row.claim.says}”\n    ✓ {said}{evidence}"


def _html(row: Row) -> str:
    words, mark, role = row.standing.value
    is_right = row.standing is Standing.CORRECT
    letter = f"<b>{LETTERS[row.claim.letter]}</b>" if is_right else f"{escape(words)} ({_where(row)})"
    right = f"<div>{marked_up(row.claim.right)} {escape(sources(row.claim))}</div>" if is_right else ""
    return (
        f'<tr><th scope="row">{escape(row.name)}</th><td>“{marked_up(row.claim.says)}”{right}</td>'
        f'<td><div class="smtplab-{role}">{mark}&nbsp;{letter}</div></td><td>{escape(row.evidence)}</td></tr>'
    )
