"""What is an exercise? A question with a judge, hints and a solution, by which all lessons check in the same way.

An exercise is a class. `solve` gives the right answer, from the learner's own capture where the wire knows it; `judge`
returns the evidence for a right answer and raises `Wrong`, with the reason, for any other. Whatever a learner gives,
`verdict_on` gives a verdict and raises nothing.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from inspect import getsource, isfunction
from random import Random
from typing import Any, ClassVar, Final

from smtplab.lessons.verdicts import Lettered, Standing, Verdict
from smtplab.protocol.text import cut, safe
from smtplab.protocol.transcript import Entry, Transcript

SHOWN_COLUMNS: Final = 60  # of what a learner gave, when it is said back


class Wrong(Exception):
    """An answer that is not right. Its text says why: the misconception behind it, and where the wire shows it."""


class Unreadable(Exception):
    """An answer of another form than was asked for. It costs no try."""


class Unanswered(Exception):
    """An answer that is still the stub."""


class NoCapture(Exception):
    """There is no capture to judge by, or it does not hold what the exercise asks about. Its text says what to do."""


class Exercise(ABC):
    """One exercise, in the variant of one learner.

    form: what an answer looks like, to complete "Answer with ...". hints: for the first and the second wrong answer.
    variant: where everything comes from that differs from learner to learner. capture: what the learner captured.
    variant_of: exercises of a lesson that name the same thing here share their variant; "" where each has its own.
    """

    form: ClassVar[str]
    hints: ClassVar[tuple[str, str]]
    variant_of: ClassVar[str] = ""

    def __init__(self, variant: Random, capture: object = None) -> None:
        self._capture = capture
        self.prepare(variant)

    def prepare(self, variant: Random) -> None:  # noqa: B027 - not abstract: what varies may be the capture itself
        """Draw the learner's variant."""

    @property
    def question(self) -> str:
        """What this learner is asked, where it differs from learner to learner; else the notebook asks it."""
        return ""

    @property
    def lines(self) -> Lettered | None:
        """The lines that the answer is about, shown with every verdict; None where there are none."""
        return None

    @property
    def source(self) -> str:
        """The source to show of a solution that is a function, where it is not to be shown as it stands here."""
        return ""

    @abstractmethod
    def solve(self) -> Any:
        """Give the right answer. Raises `NoCapture` where only a capture can tell it."""

    @abstractmethod
    def judge(self, answer: Any) -> str:
        """Give the evidence for an answer that is right. Raises `Wrong`, `Unreadable` or `Unanswered` for others."""

    def plain(self, answer: Any) -> Any:
        """Give an answer in the form in which it can be kept as text, and judged again: as it is, in most exercises."""
        return answer

    @property
    def known(self) -> str:
        """What can be said of the right answer before anything was captured, for teachers; "" where nothing can."""
        return ""

    @property
    def transcript(self) -> Transcript:
        """What the learner captured."""
        return transcript_of(self._capture)

    def first(self, wanted: Callable[[Entry], bool], what: str) -> Entry:
        """Give the first entry of the capture that is wanted. Raises `NoCapture`, naming `what` is missing."""
        for entry in self.transcript:
            if wanted(entry):
                return entry
        raise NoCapture(f"Your capture has no {what}: run the cell that makes it again.")


def transcript_of(capture: Any) -> Transcript:
    """Give the transcript of a `Capture`, or of what `dissect` read. Raises `NoCapture` for anything else."""
    try:
        transcript = capture if isinstance(capture, Transcript) else capture.transcript
    except Exception:  # whatever it is, it is no capture
        transcript = None
    if not isinstance(transcript, Transcript):
        raise NoCapture("This is judged by what you captured: give your capture as the last argument.")
    return transcript


def at(entry: Entry) -> str:
    """Say where the wire shows an entry."""
    return "your transcript" if entry.frame is None else f"frame {entry.frame}"


def say_back(answer: object) -> str:
    """Repeat what a learner gave, in one short line."""
    return cut(safe(str(answer)), SHOWN_COLUMNS)


def text_of(answer: object) -> str:
    """Read an answer that is a text. Raises `Unreadable`."""
    if not isinstance(answer, str):
        raise Unreadable
    return answer.strip()


def numbers_of(answer: object) -> set[int]:
    """Read an answer that is a collection of numbers. Raises `Unreadable`."""
    if not isinstance(answer, (set, frozenset, list, tuple)) or not all(type(number) is int for number in answer):
        raise Unreadable
    return set(answer)


def letters_of(answer: object, lines: Lettered) -> str:
    """Read an answer that names lines by letters: a text, or a collection of such. Order is kept.

    Raises `Unreadable` for letters that no line has, and for one that comes twice.
    """
    parts = [answer] if isinstance(answer, str) else list(answer) if isinstance(answer, (list, tuple, set)) else [None]
    if not all(isinstance(part, str) for part in parts):
        raise Unreadable
    letters = "".join(parts).upper().replace(",", "").replace(" ", "")  # type: ignore[arg-type]
    if len(set(letters)) < len(letters) or not set(letters) <= set(lines.letters):
        raise Unreadable
    return letters


def verdict_on(title: str, exercise: Exercise, answer: object, tries: int) -> Verdict:
    """Judge an answer, whatever it is.

    tries: how many wrong answers came before this one. The first two bring a hint each, those after them the answer.
    """

    def verdict(standing: Standing, *remarks: str, code: str = "") -> Verdict:
        return Verdict(title, standing, remarks, exercise.question, exercise.lines, code)

    try:
        if answer is ...:
            raise Unanswered
        return verdict(Standing.CORRECT, exercise.judge(answer))
    except Unanswered:
        return verdict(Standing.UNANSWERED, f"Answer with {exercise.form}.")
    except NoCapture as missing:
        return verdict(Standing.UNREADABLE, str(missing))
    except Wrong as wrong:
        if tries < len(exercise.hints):
            hint = f"Hint {tries + 1} of {len(exercise.hints)}: {exercise.hints[tries]}"
            return verdict(Standing.WRONG, str(wrong), hint)
        answer, code = solution_of(exercise)
        return verdict(Standing.WRONG, str(wrong), f"The answer: {answer}", code=code)
    except Exception:  # an answer is anything at all, even an object whose every method fails
        return verdict(Standing.UNREADABLE, f"Answer with {exercise.form}.")


def solution_of(exercise: Exercise) -> tuple[str, str]:
    """Write the right answer as a learner would type it, and, where it is a function or several, the source."""
    answer = exercise.solve()
    functions = answer if isinstance(answer, tuple) else (answer,)
    if all(map(isfunction, functions)):
        names = " and ".join(f"`{function.__name__}`" for function in functions)
        code = exercise.source or "\n\n".join(map(getsource, functions))
        return f"{names}, which {'is' if len(functions) == 1 else 'are'}", code
    if isinstance(answer, set):
        return f"`{{{', '.join(sorted(map(repr, answer)))}}}`", ""
    return f"`{answer!r}`", ""
