"""What is an exercise? A question with a judge, hints and a solution, by which all lessons check in the same way.

An exercise is a class. `solve` gives the right answer, from the learner's own capture where the wire knows it; `judge`
returns the evidence for a right answer and raises `Wrong`, with the reason, for any other. Whatever a learner gives,
`verdict_on` gives a verdict and raises nothing.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
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
    """An answer of another form than was asked for. It costs no try. Its text, if any, says what is in the way."""


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


def number_of(answer: object) -> int:
    """Read an answer that is a whole number, or its digits as a text. Raises `Unreadable`."""
    if isinstance(answer, str) and answer.strip().isdecimal():
        return int(answer)
    if type(answer) is not int:
        raise Unreadable
    return answer


def in_order(answer: object, number: int) -> list[Any]:
    """Read an answer that is so many things in order: a list of them, or a text with commas or blanks between them.

    Raises `Unreadable`, which says so where there are more or fewer, or no order.
    """
    if isinstance(answer, (set, frozenset)):
        raise Unreadable("A set, in `{ }`, has no order.")
    parts = answer.replace(",", " ").split() if isinstance(answer, str) else answer
    if not isinstance(parts, (list, tuple)):
        raise Unreadable
    if any(part is ... for part in parts):
        raise Unanswered
    if len(parts) != number:
        raise Unreadable(f"{number} are asked for, and this is {len(parts)}.")
    return list(parts)


def numbers_in_order(answer: object, number: int) -> list[int]:
    """Read an answer that is so many whole numbers in order. Raises `Unreadable`."""
    return [number_of(each) for each in in_order(answer, number)]


def numbers_of(answer: object) -> set[int]:
    """Read an answer that is a collection of numbers. Raises `Unreadable`."""
    parts = answer.replace(",", " ").split() if isinstance(answer, str) else answer
    if not isinstance(parts, (set, frozenset, list, tuple)) or not parts:
        raise Unreadable
    return set(map(number_of, parts))


def letters_of(answer: object, lines: Lettered) -> str:
    """Read an answer that names lines by letters: a text, or a collection of such. Order is kept.

    Raises `Unreadable` for letters that no line has, and for one that comes twice.
    """
    parts = answer if isinstance(answer, (list, tuple, set)) else [answer]
    texts = [part for part in parts if isinstance(part, str)]
    if len(texts) < len(parts):
        raise Unreadable
    letters = "".join("".join(texts).upper().replace(",", " ").split())
    if not set(letters) <= set(lines.letters):
        raise Unreadable(f"The lines have the letters {lines.letters[0]} to {lines.letters[-1]}, and no others.")
    for letter in letters:
        if letters.count(letter) > 1:
            raise Unreadable(f"{letter} is there {letters.count(letter)} times.")
    return letters


def some_letters_of(answer: object, lines: Lettered) -> str:
    """Read an answer that names one line at least. Raises `Unreadable`."""
    letters = letters_of(answer, lines)
    if not letters:
        raise Unreadable
    return letters


def mailbox_of(answer: object) -> str:
    """Read a mailbox, bare or between < and >, with or without what stands before it there: `MAIL FROM:<a@b.example>`.

    Gives "" for `<>`. Raises `Unreadable`.
    """
    said = answer.decode("ascii", "backslashreplace") if isinstance(answer, bytes) else text_of(answer)
    _, bracket, behind = said.partition("<")
    return (behind.partition(">")[0] if bracket else said).strip()


def by_name(answer: object, names: Iterable[str]) -> dict[str, Any]:
    """Read an answer that is a dict by some of these names, in capitals or not. Raises `Unreadable`."""
    if not isinstance(answer, Mapping) or not answer:
        raise Unreadable
    known = {name.lower(): name for name in names}
    said = {known.get(str(key).strip().lower(), ""): value for key, value in answer.items()}
    if "" in said or len(said) < len(answer):
        raise Unreadable
    return said


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
    except Unreadable as unreadable:
        return verdict(Standing.UNREADABLE, *filter(None, [str(unreadable)]), f"Answer with {exercise.form}.")
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
