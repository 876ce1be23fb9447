"""What a class handed in is judged anew: by answer, seed and capture, whatever the files claim or hold."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtplab.capture.dissect import dissect
from smtplab.capture.record import Capture
from smtplab.lessons import Lesson
from smtplab.lessons.article import CLAIMS
from smtplab.lessons.exercises import Exercise, transcript_of
from smtplab.lessons.lesson import LESSONS
from smtplab.lessons.progress import file
from smtplab.lessons.progress.file import Kept, Progress
from smtplab.lessons.teaching import hand_ins
from smtplab.lessons.teaching.class_set import Student
from smtplab.lessons.teaching.grades import Grades
from smtplab.lessons.teaching.hand_ins import CLAIM_LESSONS, Row, copies, grade, places, rows_of
from smtplab.lessons.teaching.judging import judged

Captures = dict[str, Capture]
ANNA = Student("anna", "a1")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Be anna, who keeps her progress here, to hand it in."""
    path = tmp_path / "progress.json"
    file.write(path, Progress("anna"))
    monkeypatch.setenv("SMTPLAB_PROGRESS", str(path))
    return tmp_path


def handed_in(folder: Path, *answers: Kept) -> None:
    file.write(folder / "progress.json", Progress("anna", answers))


def marks(folder: Path, *, run_code: bool = False) -> dict[tuple[str, str], tuple[str, str]]:
    rows = rows_of(folder, ANNA, run_code=run_code)
    return {(row.lesson, row.exercise): (row.mark, row.remark) for row in rows}


def solved(lesson: str, capture: Capture) -> Iterator[tuple[int, Any]]:
    """Give the right answer to each exercise of a lesson that is no program."""
    for number in range(1, len(LESSONS[lesson].EXERCISES) + 1):
        exercise = Lesson(lesson, ANNA.seed)._exercise(number, capture)
        assert isinstance(exercise, Exercise)
        answer = exercise.solve()
        if not callable(answer) and not (isinstance(answer, tuple) and callable(answer[0])):
            yield number, answer


@pytest.mark.parametrize("lesson", LESSONS)
def test_right_answers_are_right_again_with_the_capture_from_its_file(
    folder: Path, captures: Captures, lesson: str
) -> None:
    capture: Any = captures[lesson]
    right = []
    if not isinstance(capture, Capture):  # a file that the learner was given
        given = LESSONS[lesson].EXERCISES[0].variant_of
        capture = dissect(capture.save(folder / f"lesson{lesson}-{given}.pcapng").path)
    for number, answer in solved(lesson, capture):
        Lesson(lesson, ANNA.seed).check(number, answer, capture)
        right.append(str(number))
    for name in LESSONS[lesson].CLAIMS:
        claim = CLAIMS[name]
        evidence = min(claim.frames(transcript_of(capture))) if claim.frames else str(claim.sections[0])
        Lesson(lesson, ANNA.seed).claims({name: (claim.letter, evidence)}, capture)
        right.append(name)
    for kept in file.read(folder / "progress.json").answers:
        assert judged(kept, ANNA.seed, folder, run_code=False) == ("right", "")
        right.remove(kept.what)
    assert right == []


def test_row_of_every_exercise_and_claim_whatever_was_handed_in(folder: Path) -> None:
    rows = rows_of(folder, ANNA, run_code=False)
    assert [(row.lesson, row.exercise) for row in rows] == places()
    assert {(row.mark, row.remark) for row in rows} == {("not answered", "nothing handed in")}


def test_edited_verdict_does_not_count(folder: Path) -> None:
    handed_in(folder, Kept("01", "3", "a1", "correct", 1, "'A'"))
    assert marks(folder)["01", "3"][0] == "wrong"


def test_answer_for_anothers_seed_is_judged_for_ones_own(folder: Path) -> None:
    (answer,) = [answer for number, answer in solved("06", None) if number == 1]  # type: ignore[arg-type]
    handed_in(folder, Kept("06", "1", "b2", "correct", 1, repr(answer)))
    assert marks(folder)["06", "1"] == ("right", "answered for seed 'b2', judged for 'a1'.")
    handed_in(folder, Kept("06", "1", "b2", "correct", 1, "{'done': 'ABCDEFGHIJKL'}"))
    assert marks(folder)["06", "1"][0] == "wrong"


def test_who_hands_in_every_possible_answer_has_given_one(folder: Path) -> None:
    guesses = [Kept("08", "1", str(seed), "correct", 1, repr(letter)) for seed, letter in enumerate("ABCDEFGHIJK")]
    (answer,) = [answer for number, answer in solved("08", None) if number == 1]  # type: ignore[arg-type]
    wrong = [each for each in guesses if each.answer != repr(answer)]
    handed_in(folder, *guesses, wrong[0])
    assert marks(folder)["08", "1"][0] == "wrong"
    handed_in(folder, *guesses, replace(wrong[0], seed="a1"), wrong[1])
    assert marks(folder)["08", "1"][0] == "wrong"


def test_what_nobody_asked_is_not_judged(folder: Path) -> None:
    handed_in(folder, *(Kept("77", str(number), "a1", "correct", 1, "1") for number in range(3000)))
    assert {mark for mark, _ in marks(folder).values()} == {"not answered"}


def test_best_verdict_on_a_claim_of_several_lessons_counts(folder: Path) -> None:
    right = Kept("01", "C30", "a1", "correct", 1, "('F', '§4.2.1')")
    handed_in(folder, right, replace(right, lesson="06", answer="('T', '§4.2.1')", standing="not yet"))
    assert [mark for (_, exercise), (mark, _) in marks(folder).items() if exercise == "C30"] == ["right"]


@pytest.mark.parametrize(
    ("kept", "why"),
    [
        pytest.param(Kept("00", "1", "a1", "correct", 1, "'server'"), "give your capture", id="no capture named"),
        pytest.param(
            Kept("00", "1", "a1", "correct", 1, "'server'", capture="lesson00-00000000.pcapng"),
            "its capture was not handed in",
            id="no capture",
        ),
        pytest.param(
            Kept("00", "1", "a1", "correct", 1, "'server'", capture="../../etc/passwd"),
            "its capture was not handed in",
            id="a file elsewhere",
        ),
        pytest.param(Kept("00", "1", "a1", "correct", 1, ""), "could not be kept", id="no answer"),
        pytest.param(Kept("00", "1", "a1", "correct", 1, "open('x')"), "cannot be read", id="a call"),
        pytest.param(Kept("00", "9", "a1", "correct", 1, "1"), "exercises 1 to 5", id="no such exercise"),
        pytest.param(Kept("77", "1", "a1", "correct", 1, "1"), "no such lesson", id="no such lesson"),
        pytest.param(Kept("00", "C99", "a1", "correct", 1, "1"), "This lesson judges", id="no such claim"),
        pytest.param(Kept("05", "4", "a1", "correct", 1, "f", "def f(n): 0"), "--run runs it", id="a program"),
    ],
)
def test_answer_that_cannot_be_judged_is_told_why(folder: Path, kept: Kept, why: str) -> None:
    mark, remark = judged(kept, "a1", folder, run_code=False)
    assert mark == "not checked"
    assert why in remark


WORDS = st.sampled_from(["", "00", "01", "06", "13", "1", "2", "5", "C30", "C99", "a1", "\x1b[2J", "9" * 5000])


@given(kept=st.builds(Kept, WORDS, WORDS, WORDS, WORDS, st.integers(), st.text() | st.from_type(type).map(repr), WORDS))
@settings(max_examples=200)
def test_whatever_is_handed_in_gets_a_mark(kept: Kept, tmp_path_factory: pytest.TempPathFactory) -> None:
    mark, remark = judged(replace(kept, code=""), "a1", tmp_path_factory.getbasetemp(), run_code=False)
    assert mark in ("right", "wrong", "not checked", "not answered")
    assert remark.isprintable()


@pytest.mark.parametrize(
    ("code", "mark", "why"),
    [
        pytest.param("def size(count):\n    return count\n", "wrong", "", id="wrong"),
        pytest.param("raise SystemExit", "not checked", "broke", id="ends the program"),
        pytest.param("import os\nos._exit(0)", "not checked", "broke", id="ends it at once"),
        pytest.param("def", "not checked", "SyntaxError", id="no Python"),
        pytest.param("while True:\n    pass", "not checked", "too long", id="never ends"),
        pytest.param('print("[1, 2, 3]")\ndef size(count):\n    return 1\n', "wrong", "", id="prints"),
    ],
)
def test_program_can_do_what_it_wants(
    folder: Path, monkeypatch: pytest.MonkeyPatch, code: str, mark: str, why: str
) -> None:
    monkeypatch.setattr(hand_ins, "SECONDS", 3)
    handed_in(
        folder, Kept("05", "4", "a1", "correct", 1, "size", code), Kept("01", "C30", "a1", "no", 1, "('F', '§4.2.1')")
    )
    found = marks(folder, run_code=True)
    assert found["05", "4"][0] == mark
    assert why in found["05", "4"][1]
    assert [mark for (_, exercise), (mark, _) in found.items() if exercise == "C30"] == ["right"]


def test_program_of_the_learner_is_right_again(folder: Path) -> None:
    solution: Any = Lesson("05", "a1")._exercise(4, None)
    Lesson("05", "a1").check(4, solution.solve())
    (kept,) = file.read(folder / "progress.json").answers
    assert judged(kept, "a1", folder, run_code=True) == ("right", "")


BROKEN: list[Callable[[Path], object]] = [
    lambda path: path.unlink(),
    lambda path: path.write_text("{"),
    lambda path: path.write_bytes(b"\xff\xfe\0"),
    lambda path: path.write_text(json.dumps({"answers": [{"lesson": 1}]})),
    lambda path: (path.unlink(), path.mkdir()),  # type: ignore[func-returns-value]
]


@pytest.mark.parametrize("breaking", BROKEN, ids=["none", "cut short", "no text", "no answer", "a folder"])
def test_broken_hand_in_is_a_line_and_no_traceback(folder: Path, breaking: Callable[[Path], object]) -> None:
    breaking(folder / "progress.json")
    grades = Grades(tuple(rows_of(folder, ANNA, run_code=False)))
    (trouble,) = grades.troubles()
    assert trouble.startswith(("anna: nothing handed in", "anna: progress.json cannot be read"))


def test_same_capture_in_two_folders_is_told(tmp_path: Path) -> None:
    for name, octets in (("anna", b"same"), ("ben", b"same"), ("carl", b"own")):
        (tmp_path / "students" / name).mkdir(parents=True)
        for number in range(2):
            (tmp_path / "students" / name / f"lesson00-{name}{number}.pcapng").write_bytes(octets)
    students = [Student(name, name) for name in ("anna", "ben", "carl")]
    told = "the same capture: anna/lesson00-anna1.pcapng, ben/lesson00-ben1.pcapng"
    assert list(copies(tmp_path, students)) == [told]


def marked(folder: Path, students: list[Student], name: str) -> dict[tuple[str, str], tuple[str, str]]:
    rows = [row for row in grade(folder, students, run_code=False) if row.student == name]
    return {(row.lesson, row.exercise): (row.mark, row.remark) for row in rows if row.mark != "not answered"}


def test_copied_folder_is_told_in_the_remarks_and_not_marked_by_anothers_capture(
    tmp_path: Path, captures: Captures, monkeypatch: pytest.MonkeyPatch
) -> None:
    ben, students = Student("ben", "b2"), tmp_path / "students"
    (students / "anna").mkdir(parents=True)
    file.write(students / "anna" / "progress.json", Progress("anna"))
    monkeypatch.setenv("SMTPLAB_PROGRESS", str(students / "anna" / "progress.json"))
    Lesson("00", "a1").check(1, "server", captures["00"])
    Lesson("01", "a1").claims({"C30": ("F", "§4.2.1")})
    copytree(students / "anna", students / "ben")
    capture = next((students / "anna").glob("*.pcapng")).name
    assert marked(tmp_path, [ANNA, ben], "anna")["00", "1"] == ("right", f"the same capture: ben/{capture}.")
    assert marked(tmp_path, [ANNA, ben], "ben") == {
        ("00", "1"): (
            "not checked",
            f"progress.json is that of 'anna'. the same capture: anna/{capture}. "
            "answered for seed 'a1', judged for 'b2'.",
        ),
        (CLAIM_LESSONS["C30"], "C30"): (
            "right",
            "progress.json is that of 'anna'. answered for seed 'a1', judged for 'b2'.",
        ),
    }
    assert list(copies(tmp_path, [ANNA, ben])) == [
        "ben: progress.json is that of 'anna'",
        f"the same capture: anna/{capture}, ben/{capture}",
    ]


# Grades

ROWS = (
    Row("anna", "00", "1", "right", 1),
    Row("anna", "00", "2", "not checked", 1, "its capture was not handed in"),
    Row("anna", "01", "C30", "wrong", 3, "=cmd()"),
    Row("ben", "00", "1", "not answered", remark="nothing handed in"),
    Row("ben", "00", "2", "not answered", remark="nothing handed in"),
    Row("ben", "01", "C30", "not answered", remark="nothing handed in"),
)


def test_grades_as_text_count_what_is_right() -> None:
    assert [line.split() for line in Grades(ROWS).text().splitlines()] == [
        ["00", "claims"],
        ["anna", "1+/2", "0/1"],
        ["ben", "0/2", "0/1"],
    ]


def test_grades_as_csv_hold_no_formula() -> None:
    lines = Grades(ROWS).csv().splitlines()
    assert lines[0] == "student,lesson,exercise,mark,tries,remark"
    assert lines[3] == "anna,01,C30,wrong,3,'=cmd()"


def test_grades_name_what_was_not_handed_in_or_not_checked() -> None:
    assert list(Grades(ROWS).troubles()) == [
        "anna: 1 answer not checked: its capture was not handed in",
        "ben: nothing handed in",
    ]


def test_grades_are_drawn_with_a_line_for_each_student() -> None:
    svg = Grades((*ROWS, Row("<b>", "00", "1", "right"), Row("<b>", "01", "C30", "right"))).svg()
    assert [svg.count(text) for text in (">anna<", ">ben<", ">&lt;b&gt;<", ">1/2<", ">1/1<")] == [1, 1, 1, 1, 2]
