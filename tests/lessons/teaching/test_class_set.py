"""A class set: a folder and a seed for each student, and notebooks that differ in nothing but the seed."""

import json
from pathlib import Path
from typing import Any

import pytest

from smtplab.lessons.progress.file import BrokenFile, Progress
from smtplab.lessons.progress.file import read as read_progress
from smtplab.lessons.teaching.class_set import Student, enrolled, make, numbered, read, seeded

ROOT = Path(__file__).resolve().parents[3]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
CLASS = [Student("anna", "a1"), Student("ben", "b2")]


def sources(notebook: dict[str, Any]) -> list[str]:
    return ["".join(cell["source"]) for cell in notebook["cells"]]


def test_numbered_students_sort_as_they_count() -> None:
    assert numbered(3) == ["student01", "student02", "student03"]
    assert numbered(100)[:2] == ["student001", "student002"]


def test_enrolled_students_have_seeds_that_nobody_else_has() -> None:
    assert len({student.seed for _ in range(2) for student in enrolled(numbered(30))}) == 60


@pytest.mark.parametrize(
    ("names", "why"),
    [
        pytest.param([], "at least one", id="nobody"),
        pytest.param(["anna", "Anna"], "twice", id="one folder on many systems"),
        pytest.param(["../anna"], "folder", id="upwards"),
        pytest.param(["a\\b"], "folder", id="a folder of Windows"),
        pytest.param([".."], "folder", id="above"),
        pytest.param(["a\x1b[2Jb"], "folder", id="escape"),
    ],
)
def test_enrolled_refuses_what_cannot_be_a_folder(names: list[str], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        enrolled(names)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_seeded_notebook_differs_in_one_line(path: Path) -> None:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    before, after = sources(notebook), sources(seeded(notebook, "abc"))
    (difference,) = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert difference[1].replace(', seed="abc"', "") == difference[0]
    assert f'lesson = Lesson("{path.name[:2]}", seed="abc")' in difference[1]


def test_seeded_notebook_shows_nobody_elses_questions() -> None:
    notebook = seeded(json.loads(NOTEBOOKS[0].read_text(encoding="utf-8")), "abc")
    assert [cell for cell in notebook["cells"] if cell.get("outputs") or cell.get("execution_count")] == []


def test_seeded_refuses_a_notebook_without_a_lesson() -> None:
    with pytest.raises(ValueError, match="says it 0 times"):
        seeded({"cells": []}, "abc")


def test_make_gives_each_student_notebooks_and_a_file_of_progress(tmp_path: Path) -> None:
    make(tmp_path, CLASS, NOTEBOOKS[:2])
    for name in ("anna", "ben"):
        own = tmp_path / "students" / name
        assert [path.name for path in sorted(own.iterdir())] == [
            *(each.name for each in NOTEBOOKS[:2]),
            "progress.json",
        ]
        assert read_progress(own / "progress.json") == Progress(name)
    assert read(tmp_path) == CLASS


def test_make_does_not_write_over_a_class(tmp_path: Path) -> None:
    make(tmp_path, CLASS, NOTEBOOKS[:1])
    with pytest.raises(FileExistsError):
        make(tmp_path, CLASS, NOTEBOOKS[:1])


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"students": [{"name": "anna"}]}', '{"students": 1}'])
def test_read_of_a_broken_list_says_so(tmp_path: Path, content: str) -> None:
    (tmp_path / "teacher").mkdir()
    (tmp_path / "teacher" / "class.json").write_text(content)
    with pytest.raises(BrokenFile, match="no list of a class"):
        read(tmp_path)
