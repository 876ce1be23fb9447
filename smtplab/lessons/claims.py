"""Is the article right? What a claim is, and when a verdict on one counts.

A learner says T (true), F (false) or I (imprecise), and gives evidence: the number of a frame of the own capture that
shows it, or the section that says it. Only both together count, since a guess among three letters is none.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Final, NamedTuple

from smtplab.lessons.exercises import NoCapture, say_back, transcript_of
from smtplab.lessons.verdicts import SCOPE, Standing, styles
from smtplab.protocol.transcript import Transcript
from smtplab.views import View
from smtplab.views.prose import marked_up

LETTERS: Final = {"T": "true", "F": "false", "I": "imprecise"}
FORM: Final = 'Give a letter and evidence, such as `("T", 4)` for frame 4 or `("F", "RFC 5321 §4.2.1")`.'
SOURCES: Final = 2  # sections that are named beside what is right
TRIES: Final = 2  # after so many wrong letters the answer is told

_SECTION = re.compile(r"(?:RFC\s*)?(?:(?P<rfc>\d{3,4})\b)?,?\s*(?:§\s*|section\s*)?(?P<section>[\d.]*)", re.IGNORECASE)
_FRAME = re.compile(r"frame\s*(\d{1,9})", re.IGNORECASE)


class Section(NamedTuple):
    """Where a standard says something. section: "" for an RFC as a whole."""

    rfc: str
    section: str = ""

    def __str__(self) -> str:
        return f"RFC {self.rfc} §{self.section}" if self.section else f"RFC {self.rfc}"

    def holds(self, other: "Section") -> bool:
        """Tell whether another section is this one, or a part of it."""
        if self.rfc != other.rfc:
            return False
        return not self.section or f"{other.section}.".startswith(f"{self.section}.")


@dataclass(frozen=True)
class Claim:
    """One sentence of the article.

    letter: T, F or I. right: what is right. sections: those that say it, the best first. frames: gives the numbers of
    the frames that show it; None where the wire cannot. hint: where to look.
    """

    says: str
    letter: str
    right: str
    sections: tuple[Section, ...]
    hint: str
    frames: Callable[[Transcript], set[int]] | None = None


UNKNOWN: Final = Claim("", "", "", (), "")  # stands where a learner named a claim that there is none of


class Judgement(NamedTuple):
    """What is said about the verdict on one claim. remark: `code` stands between backquotes."""

    standing: Standing
    remark: str


def judge(claim: Claim, answer: object, capture: object, tries: int) -> Judgement:
    """Judge the verdict on one claim, whatever was given as one. tries: how many wrong letters came before."""
    try:
        return _judge(claim, answer, capture, tries)
    except NoCapture as missing:
        return Judgement(Standing.UNREADABLE, str(missing))
    except Exception:  # an answer is anything at all
        return Judgement(Standing.UNREADABLE, FORM)


def _judge(claim: Claim, answer: object, capture: object, tries: int) -> Judgement:
    if answer is ... or (isinstance(answer, tuple) and answer[:1] == (...,)):
        return Judgement(Standing.UNANSWERED, "")
    letter, evidence = answer if isinstance(answer, (tuple, list)) else (answer, ...)
    letter = (str(letter) if isinstance(letter, bool) else letter).strip().upper()[:1]
    if letter not in LETTERS:
        return Judgement(Standing.UNREADABLE, FORM)
    if letter != claim.letter:
        told = f"It is {LETTERS[claim.letter]}: {claim.right}" if tries >= TRIES else claim.hint
        return Judgement(Standing.WRONG, told)
    if evidence is ...:
        return Judgement(Standing.WRONG, f"{letter} is right. Now the evidence: {_wanted(claim)}")
    doubt = _doubt(claim, evidence, capture)
    if doubt:
        return Judgement(Standing.WRONG, f"{letter} is right, but {doubt} {claim.hint}")
    return Judgement(Standing.CORRECT, f"{claim.right} {sources(claim)}".rstrip())


def _wanted(claim: Claim) -> str:
    ways = [way for way, there in (("a frame", claim.frames), ("a section", claim.sections)) if there]
    return f"{' or '.join(ways)} that shows it."


def _doubt(claim: Claim, evidence: object, capture: object) -> str:
    """Say what is wrong with the evidence; "" where it is good."""
    if isinstance(evidence, str) and (frame := _FRAME.fullmatch(evidence.strip())):
        evidence = int(frame[1])
    if type(evidence) is int:
        if claim.frames is None:
            return "no frame can show this: name the section."
        return "" if evidence in claim.frames(transcript_of(capture)) else f"frame {evidence} does not show it."
    if not claim.sections:
        return "no RFC speaks of this: name a frame."
    named = section_of(str(evidence))
    if any(section.holds(named) for section in claim.sections):
        return ""
    return f"`{say_back(evidence)}` is not where this is said."


def section_of(text: str) -> Section:
    """Read a section as people write it: "RFC 3207 §6", "3207 section 6", or "§3.1", which is of RFC 5321."""
    match = _SECTION.fullmatch(text.strip())
    if match is None:
        return Section("", text)
    return Section(match["rfc"] or "5321", match["section"].strip("."))


def sources(claim: Claim) -> str:
    """Name the best sections that say what is right, an RFC but once; "" where no RFC does."""
    best = groupby(claim.sections[:SOURCES], lambda section: section.rfc)
    named = (", ".join((str(first), *(f"§{section.section}" for section in more))) for _, (first, *more) in best)
    return f"{', '.join(named)}." if claim.sections else ""


@dataclass(frozen=True, repr=False)
class Claims(View):
    """Some claims with what was said about them: (name, claim, judgement) of each."""

    judged: tuple[tuple[str, Claim, Judgement], ...]

    def text(self) -> str:
        """Give the claims as text: the article's words, and below them what is said about the verdict."""
        return "\n".join(self._text(*each) for each in self.judged)

    def _text(self, name: str, claim: Claim, judgement: Judgement) -> str:
        return f"{name} “{claim.says}”\n    {f'{judgement.standing.words}. {judgement.remark}'.strip()}"

    def html(self) -> str:
        """Give the claims as a table."""
        rows = "".join(self._row(*each) for each in self.judged)
        return f'<div class="{SCOPE[1:]}"><style>{styles(SCOPE)}</style><table>{rows}</table></div>'

    def _row(self, name: str, claim: Claim, judgement: Judgement) -> str:
        words, mark, role = judgement.standing.value
        said = f"<b>{mark} {words}.</b> {marked_up(judgement.remark)}"
        return (
            f"<tr><th>{escape(name)}</th><td>“{marked_up(claim.says)}”"
            f'<div class="smtplab-{role}">{said}</div></td></tr>'
        )

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": self.text(), "text/html": self.html()}
