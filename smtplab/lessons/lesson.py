"""One lesson, as its notebook and its learner see it.

lesson = Lesson("01", seed="your name")
lesson.check(2, "the dot", capture)      # a verdict with its reason, whatever is given
lesson.claims({"C30": ("F", 20)}, capture)
lesson.solution(2, capture)
"""

from collections import Counter
from collections.abc import Mapping
from random import Random
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from smtplab.lessons import (
    attacks,
    authentication,
    by_hand,
    capstone,
    encryption,
    envelope,
    failure,
    finding,
    first_capture,
    mail_data,
    origin,
    pipelining,
    project,
    session,
)
from smtplab.lessons.article import CLAIMS
from smtplab.lessons.claims import LETTERS, UNKNOWN, Claim, Claims, Judgement, judge, sources
from smtplab.lessons.exercises import Exercise, NoCapture, solution_of, transcript_of, verdict_on
from smtplab.lessons.progress.keeping import keep
from smtplab.lessons.questions import Comparison, compare
from smtplab.lessons.strangers import StrangersExercise
from smtplab.lessons.verdicts import Standing, Verdict

if TYPE_CHECKING:  # ipywidgets is loaded when there is something to click
    from smtplab.widgets.questions import Questions

LESSONS: Final[dict[str, ModuleType]] = {
    "00": first_capture,
    "01": session,
    "02": by_hand,
    "03": authentication,
    "04": envelope,
    "05": mail_data,
    "06": failure,
    "07": pipelining,
    "08": encryption,
    "09": finding,
    "10": attacks,
    "11": origin,
    "12": capstone,
    "13": project,
}
SEED: Final = 1  # everybody's, until a learner gives another


class Lesson:
    """The exercises, questions and claims of one lesson.

    number: as in the notebook's file name. seed: anything; whoever gives another one gets other variants.
    """

    def __init__(self, number: str, seed: object = SEED) -> None:
        if number not in LESSONS:
            raise ValueError(f"there is no lesson {number!r}: there are {', '.join(LESSONS)}")
        self.number = number
        self.seed = seed
        self._content = LESSONS[number]
        self._said: dict[str, str] = {}
        self._tries: Counter[int | str] = Counter()

    def __repr__(self) -> str:
        return f"Lesson({self.number!r}, seed={self.seed!r})"

    # Before the run

    def recall(self) -> "Questions":
        """Ask about earlier lessons, and answer at once."""
        from smtplab.widgets.questions import Questions, Row

        order = self._variant("recall")
        return Questions(
            [
                Row(each.asks, tuple(order.sample(each.options, len(each.options))), each.right, each.because)
                for each in self._content.RECALL
            ]
        )

    def predict(self) -> "Questions":
        """Ask what is going to happen. `compare` says afterwards what did."""
        from smtplab.widgets.questions import Questions, Row

        rows = [Row(each.asks, each.options) for each in self._content.PREDICTIONS]
        return Questions(rows, self._said)

    def compare(self, capture: object) -> Comparison | Verdict:
        """Set the predictions beside what was captured."""
        try:
            return compare(self._content.PREDICTIONS, self._said, transcript_of(capture))
        except NoCapture as missing:
            return Verdict("Predictions", Standing.UNREADABLE, (str(missing),))

    # Exercises

    def check(self, number: int, answer: object, capture: object = None) -> Verdict:
        """Judge an answer, whatever it is, by the learner's own capture where the wire knows better.

        Each of the first two wrong answers brings a hint, and those after them the answer.
        """
        exercise = self._exercise(number, capture)
        if isinstance(exercise, Verdict):
            return exercise
        verdict = verdict_on(f"Exercise {number}", exercise, answer, self._tries[number])
        self._tries[number] += verdict.standing is Standing.WRONG
        keep(self.number, number, self.seed, answer, verdict.standing, capture, exercise.plain)
        return verdict

    def solution(self, what: int | str, capture: object = None) -> Verdict:
        """Show the answer to an exercise, by its number, or what is right about a claim, by its name."""
        if what in CLAIMS:
            claim = CLAIMS[str(what)]
            return Verdict(str(what), Standing.SOLVED, (f"{LETTERS[claim.letter]}. {claim.right} {sources(claim)}",))
        exercise = self._exercise(what, capture)
        if isinstance(exercise, Verdict):
            return exercise
        title = f"Exercise {what}"
        try:
            answer, code = solution_of(exercise)
        except NoCapture as missing:
            return Verdict(title, Standing.UNREADABLE, (str(missing),), exercise.question, exercise.lines)
        return Verdict(title, Standing.SOLVED, (answer,), exercise.question, exercise.lines, code)

    def known(self, number: int) -> str:
        """Tell a teacher what can be said of an answer before the learner's capture is there; "" where nothing can."""
        exercise = self._exercise(number, None)
        return "" if isinstance(exercise, Verdict) else exercise.known

    def file(self, number: int) -> str:
        """Write the capture of strangers that an exercise is about into the current folder, and give the file's name.

        `dissect` reads it, and Wireshark opens it. Raises ValueError for an exercise that is about no such capture.
        """
        exercise = self._exercise(number, None)
        if not isinstance(exercise, StrangersExercise):
            raise ValueError(f"exercise {number!r} of this lesson has no file")
        name = exercise.variant_of or f"exercise{number}"
        return exercise.record().save(f"lesson{self.number}-{name}.pcapng").path

    def _exercise(self, number: object, capture: object) -> Exercise | Verdict:
        exercises = self._content.EXERCISES
        if not isinstance(number, int) or not 1 <= number <= len(exercises):
            return Verdict("Exercise", Standing.UNREADABLE, (f"This lesson has the exercises 1 to {len(exercises)}.",))
        kind: type[Exercise] = exercises[number - 1]
        return kind(self._variant(kind.variant_of or number), capture)

    def _variant(self, of: object) -> Random:
        return Random(f"{self.seed}/{self.number}/{of}")

    # Claims

    def claims(self, answers: Mapping[str, Any], capture: object = None) -> Claims | Verdict:
        """Judge verdicts on claims of the article, by their names: a letter, and a frame or a section as evidence."""
        if not isinstance(answers, Mapping):
            return Verdict("Claims", Standing.UNREADABLE, ('Answer with a dict, such as `{"C12": ("T", 4)}`.',))
        return Claims(tuple((str(name), *self._judged(name, answer, capture)) for name, answer in answers.items()))

    def _judged(self, name: Any, answer: object, capture: object) -> tuple[Claim, Judgement]:
        if name not in self._content.CLAIMS:
            return UNKNOWN, Judgement(Standing.UNREADABLE, f"This lesson judges {', '.join(self._content.CLAIMS)}.")
        judgement = judge(CLAIMS[name], answer, capture, self._tries[name])
        self._tries[name] += judgement.standing is Standing.WRONG
        keep(self.number, name, self.seed, answer, judgement.standing, capture)
        return CLAIMS[name], judgement
