"""The key: what it says before there is a capture is what the capture shows then."""

import pytest

from smtplab.capture.record import Capture
from smtplab.lessons import Lesson
from smtplab.lessons.exercises import Exercise
from smtplab.lessons.teaching.class_set import Student
from smtplab.lessons.teaching.key import BY_CAPTURE, key

Captures = dict[str, Capture]
SEEDS = range(20)


def known(lesson: str, number: int, seed: object) -> str:
    return Lesson(lesson, seed).known(number)


def solved(captures: Captures, lesson: str, number: int, seed: object) -> Exercise:
    exercise = Lesson(lesson, seed)._exercise(number, captures[lesson])
    assert isinstance(exercise, Exercise)
    return exercise


@pytest.mark.parametrize("number", [1, 5])
def test_key_knows_what_every_capture_of_lesson_00_shows(captures: Captures, number: int) -> None:
    assert known("00", number, 1) == f"`{solved(captures, '00', number, 1).solve()!r}`"


@pytest.mark.parametrize("seed", SEEDS)
def test_key_knows_the_codes_of_a_seeds_phases(captures: Captures, seed: int) -> None:
    codes = ", ".join(map(str, sorted(solved(captures, "00", 2, seed).solve())))
    assert known("00", 2, seed).startswith(f"`{{{codes}}}`, for ")


def test_key_knows_the_form_of_a_filter_and_not_the_port(captures: Captures) -> None:
    said = solved(captures, "00", 4, 1).solve()
    assert known("00", 4, 1).startswith(f"`'{said.replace(said[len('tcp.port==') : said.index(',')], 'PORT')}'`")


@pytest.mark.parametrize("seed", SEEDS)
def test_key_knows_the_hosts_of_a_seed_and_not_the_frame(captures: Captures, seed: int) -> None:
    hosts, _ = solved(captures, "09", 4, seed).solve()
    assert known("09", 4, seed).startswith(f"`({hosts}, FRAME)`")


def test_key_shows_the_question_where_only_the_capture_knows() -> None:
    text = key([Student("anna", "a1")], ("01",))
    assert f"{BY_CAPTURE}. The " in text
    assert "250 in your capture: what does it answer?" in text
