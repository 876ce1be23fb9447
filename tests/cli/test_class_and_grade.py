"""`smtplab class`, `answers` and `grade`: a class from its first day to its grades."""

import csv
from pathlib import Path

import pytest

from smtplab.cli import main
from smtplab.lessons import Lesson
from smtplab.lessons.lesson import LESSONS
from smtplab.lessons.teaching.class_set import read


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("class")
    (folder / "names.txt").write_text("﻿Zoë\r\n\r\nBen\r\n", encoding="utf-8")
    assert main(["class", "--names", str(folder / "names.txt"), "-o", str(folder / "class")]) == 0
    return folder / "class"


def test_class_makes_a_folder_for_each_name(made: Path) -> None:
    assert sorted(path.name for path in (made / "students").iterdir()) == ["Ben", "Zoë"]
    assert sorted(path.name for path in (made / "teacher").iterdir())[:2] == ["answers.md", "class.json"]


def test_class_tells_the_teacher_each_answer(made: Path) -> None:
    answers = (made / "teacher" / "answers.md").read_text(encoding="utf-8")
    for student in read(made):
        answer = Lesson("06", student.seed).solution(2).remarks[0]
        assert f"| {student.name} | {student.seed} | {answer} |" in answers


def test_grade_judges_what_was_handed_in(
    made: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    zoe = read(made)[0]
    monkeypatch.setenv("SMTPLAB_PROGRESS", str(made / "students" / zoe.name / "progress.json"))
    Lesson("06", zoe.seed).check(2, Lesson("06", zoe.seed).solution(2).remarks[0].strip("`'"))
    (made / "students" / "Ben" / "progress.json").write_text("oh")
    assert main(["grade", str(made)]) == 0
    said = capsys.readouterr()
    assert said.err.splitlines() == ["smtplab: Ben: progress.json cannot be read: it is no JSON"]
    with (made / "teacher" / "grades.csv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    assert [(row["lesson"], row["exercise"]) for row in rows if row["mark"] == "right"] == [("06", "2")]
    assert {row["student"] for row in rows} == {"Zoë", "Ben"}
    assert (made / "teacher" / "grades.svg").read_text(encoding="utf-8").startswith("<svg")


def test_answers_prints_those_of_a_seed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["answers", "anna", "--lesson", "06"]) == 0
    printed = capsys.readouterr().out
    assert Lesson("06", "anna").solution(2).remarks[0] in printed
    assert "## 06, exercise 5" in printed
    assert "exercise 1\n\n*what" not in printed


def test_answers_of_every_lesson_are_all_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["answers"]) == 0
    assert capsys.readouterr().out.count("\n## ") == 1 + sum(len(lesson.EXERCISES) for lesson in LESSONS.values())


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        pytest.param(["class", "--students", "0", "-o", "{new}"], "at least one", id="nobody"),
        pytest.param(["class", "--students", "2", "-o", "{made}"], "holds a class already", id="a class is there"),
        pytest.param(["class", "--names", "{new}", "-o", "{new}"], "No such file", id="no names"),
        pytest.param(["grade", "{new}"], "No such file", id="no class"),
        pytest.param(["grade", "{broken}"], "no list of a class", id="a broken class"),
        pytest.param(["answers", "--lesson", "77"], "no lesson '77'", id="no lesson"),
    ],
)
def test_bad_input_is_told_in_one_line(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], why: str
) -> None:
    (tmp_path / "broken" / "teacher").mkdir(parents=True)
    (tmp_path / "broken" / "teacher" / "class.json").write_text("{")
    places = {"new": tmp_path / "new", "made": made, "broken": tmp_path / "broken"}
    assert main([argument.format(**places) for argument in arguments]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert why in line
