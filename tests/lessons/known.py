"""What the tests know of each lesson, from the module that is named like it."""

from collections.abc import Callable, Mapping
from typing import Any

from smtplab.capture.record import Capture
from smtplab.lessons.exercises import Exercise
from tests.lessons import (
    lesson_00,
    lesson_01,
    lesson_02,
    lesson_03,
    lesson_04,
    lesson_05,
    lesson_06,
    lesson_07,
    lesson_08,
    lesson_09,
    lesson_10,
    lesson_11,
    lesson_12,
    lesson_13,
)

Answers = Callable[[Exercise], list[Any]]

# The capture that the notebook hands to the checks, made as the notebook makes it.
CAPTURES: dict[str, Callable[[], Capture]] = {
    "00": lesson_00.capture,
    "01": lesson_01.capture,
    "02": lesson_02.capture,
    "03": lesson_03.capture,
    "04": lesson_04.capture,
    "05": lesson_05.capture,
    "06": lesson_06.capture,
    "07": lesson_07.capture,
    "08": lesson_08.capture,
    "09": lesson_09.capture,
    "10": lesson_10.capture,
    "11": lesson_11.capture,
    "12": lesson_12.capture,
    "13": lesson_13.capture,
}

# Typical wrong answers, by lesson and exercise.
_MISTAKES: dict[str, Mapping[int, Answers]] = {
    "00": lesson_00.MISTAKES,
    "01": lesson_01.MISTAKES,
    "02": lesson_02.MISTAKES,
    "03": lesson_03.MISTAKES,
    "04": lesson_04.MISTAKES,
    "05": lesson_05.MISTAKES,
    "06": lesson_06.MISTAKES,
    "07": lesson_07.MISTAKES,
    "08": lesson_08.MISTAKES,
    "09": lesson_09.MISTAKES,
    "10": lesson_10.MISTAKES,
    "11": lesson_11.MISTAKES,
    "12": lesson_12.MISTAKES,
    "13": lesson_13.MISTAKES,
}
MISTAKES = {(name, number): answers for name, known in _MISTAKES.items() for number, answers in known.items()}
