"""Every check of every lesson: the stub, the right answer, typical wrong ones, and what nobody would think of."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtplab.capture.record import Capture
from smtplab.lessons import Lesson
from smtplab.lessons.exercises import Exercise
from smtplab.lessons.lesson import LESSONS
from smtplab.lessons.verdicts import Standing, Verdict
from smtplab.protocol.transcript import Transcript
from tests.lessons.known import MISTAKES

Captures = dict[str, Capture]

SEEDS = range(20)
EXERCISES = [(name, number) for name, lesson in LESSONS.items() for number in range(1, len(lesson.EXERCISES) + 1)]

every_exercise = pytest.mark.parametrize("where", [pytest.param(each, id=f"{each[0]}-{each[1]}") for each in EXERCISES])


def exercise_of(where: tuple[str, int], seed: object, capture: Capture) -> Exercise:
    exercise = Lesson(where[0], seed)._exercise(where[1], capture)
    assert isinstance(exercise, Exercise)
    return exercise


def test_every_exercise_has_typical_mistakes() -> None:
    assert set(MISTAKES) == set(EXERCISES)


@every_exercise
@pytest.mark.parametrize("seed", SEEDS)
def test_stub_is_not_answered_yet(where: tuple[str, int], seed: int, captures: Captures) -> None:
    verdict = Lesson(where[0], seed).check(where[1], ..., captures[where[0]])
    assert verdict.standing is Standing.UNANSWERED
    assert "Answer with" in verdict.text()


@every_exercise
@pytest.mark.parametrize("seed", SEEDS)
def test_right_answer_is_correct_with_evidence(where: tuple[str, int], seed: int, captures: Captures) -> None:
    capture = captures[where[0]]
    verdict = Lesson(where[0], seed).check(where[1], exercise_of(where, seed, capture).solve(), capture)
    assert verdict.is_correct, verdict
    assert all(remark and not remark.startswith("Hint") for remark in verdict.remarks)


@every_exercise
@pytest.mark.parametrize("seed", SEEDS)
def test_wrong_answers_are_told_why(where: tuple[str, int], seed: int, captures: Captures) -> None:
    capture = captures[where[0]]
    for answer in MISTAKES[where](exercise_of(where, seed, capture)):
        verdict = Lesson(where[0], seed).check(where[1], answer, capture)
        assert verdict.standing is Standing.WRONG, (answer, verdict)
        why, hint = verdict.remarks
        assert len(why) > 10
        assert hint.startswith("Hint 1 of 2: ")


@every_exercise
@pytest.mark.parametrize("seed", SEEDS)
def test_empty_answers_are_never_correct(where: tuple[str, int], seed: int, captures: Captures) -> None:
    empty: tuple[object, ...] = ("", " ", None, 0, [], (), {}, set(), b"", 0.0, False)
    right = exercise_of(where, seed, captures[where[0]]).solve()
    for answer in empty:
        if type(answer) is type(right) is int and answer == right:
            continue  # none at all can be the right number
        verdict = Lesson(where[0], seed).check(where[1], answer, captures[where[0]])
        assert verdict.standing in (Standing.UNREADABLE, Standing.WRONG), (answer, verdict)


class Hostile:
    """An object whose every method fails."""

    def _fail(self, *_: object) -> Any:
        raise RuntimeError("do not touch me")

    __repr__ = __str__ = __eq__ = __iter__ = __len__ = __hash__ = __call__ = __getattr__ = _fail


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@every_exercise
@given(answer=ANYTHING)
@settings(max_examples=25)
def test_check_never_raises(where: tuple[str, int], captures: Captures, answer: object) -> None:
    verdict = Lesson(where[0]).check(where[1], answer, captures[where[0]])
    assert verdict.text()
    assert verdict.html()


@every_exercise
@given(capture=ANYTHING)
@settings(max_examples=25)
def test_check_survives_any_capture(where: tuple[str, int], captures: Captures, capture: object) -> None:
    right = exercise_of(where, 1, captures[where[0]]).solve()
    assert isinstance(Lesson(where[0]).check(where[1], right, capture), Verdict)
    assert isinstance(Lesson(where[0]).solution(where[1], capture), Verdict)


@every_exercise
def test_check_survives_objects_that_fail_in_everything(where: tuple[str, int], captures: Captures) -> None:
    lesson, capture = Lesson(where[0]), captures[where[0]]
    for answer in (Hostile(), [Hostile()], (Hostile(), Hostile()), lambda reply: Hostile()):
        assert not lesson.check(where[1], answer, capture).is_correct
    assert "this answer cannot be read" in lesson.check(where[1], Hostile(), Hostile()).text()
    assert lesson.solution(where[1], Hostile()).text()


@every_exercise
def test_third_wrong_answer_brings_the_solution(where: tuple[str, int], captures: Captures) -> None:
    lesson, capture = Lesson(where[0]), captures[where[0]]
    wrong = MISTAKES[where](exercise_of(where, 1, capture))[0]
    first, second, third = (lesson.check(where[1], wrong, capture) for _ in range(3))
    assert [each.remarks[1].partition(":")[0] for each in (first, second, third)] == [
        "Hint 1 of 2",
        "Hint 2 of 2",
        "The answer",
    ]
    assert third.remarks[1].removeprefix("The answer: ") in lesson.solution(where[1], capture).text()


@every_exercise
def test_unreadable_answer_costs_no_try(where: tuple[str, int], captures: Captures) -> None:
    lesson, capture = Lesson(where[0]), captures[where[0]]
    for _ in range(3):
        lesson.check(where[1], object(), capture)
    wrong = MISTAKES[where](exercise_of(where, 1, capture))[0]
    assert "Hint 1 of 2" in lesson.check(where[1], wrong, capture).text()


def test_exercise_without_its_capture_asks_for_it() -> None:
    assert "give your capture" in Lesson("00").check(1, "server").text()


@pytest.mark.parametrize(("lesson", "number"), [("00", 1), ("00", 2), ("00", 4), ("00", 5), ("01", 2), ("01", 5)])
def test_exercise_whose_answer_was_not_captured_says_so(lesson: str, number: int, captures: Captures) -> None:
    right = exercise_of((lesson, number), 1, captures[lesson]).solve()
    assert "Your capture" in Lesson(lesson).check(number, right, Transcript()).text()


@pytest.mark.parametrize("number", [0, 6, "1", None, 1.0])
def test_check_of_no_such_exercise_says_which_there_are(number: Any) -> None:
    assert "exercises 1 to 5" in Lesson("00").check(number, "server").text()
    assert "exercises 1 to 5" in Lesson("00").solution(number).text()


@pytest.mark.parametrize(("lesson", "number"), [("00", 2), ("01", 1), ("01", 2), ("01", 3), ("01", 4)])
def test_seeds_give_different_variants(lesson: str, number: int, captures: Captures) -> None:
    variants = {Lesson(lesson, seed).check(number, ..., captures[lesson]).text() for seed in SEEDS}
    assert len(variants) > 2


def test_same_seed_gives_the_same_variant() -> None:
    assert Lesson("01", "another").check(1, ...).text() == Lesson("01", "another").check(1, ...).text()


def test_function_that_still_returns_the_dots_is_not_answered_yet(captures: Captures) -> None:
    assert Lesson("01").check(5, lambda reply: ..., captures["01"]).standing is Standing.UNANSWERED


def test_solution_of_a_function_is_its_source(captures: Captures) -> None:
    assert "def keywords(reply: str)" in Lesson("01").solution(5, captures["01"]).code


def test_everybody_is_asked_about_the_last_250() -> None:
    assert Lesson("01").check(2, ...).question == "The last 250 in your capture: what does it answer?"
