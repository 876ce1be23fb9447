"""What did a class hand in, and how good is it? One row for each student and exercise, whatever the files hold."""

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from itertools import chain
from os import cpu_count
from pathlib import Path
from typing import Final, NamedTuple

from smtplab.lessons.lesson import LESSONS
from smtplab.lessons.progress import file
from smtplab.lessons.progress.file import BrokenFile, Kept
from smtplab.lessons.teaching.class_set import Student, folder_of
from smtplab.lessons.teaching.judging import LARGEST_CAPTURE, NOTHING, RIGHT, UNCHECKED

SECONDS: Final = 20  # that judging one answer may take

CLAIM_LESSONS: Final = {name: lesson for lesson, content in LESSONS.items() for name in content.CLAIMS}  # the last one


class Row(NamedTuple):
    """How one student did in one exercise, or with one claim.

    mark: "right", "wrong", "not checked" or "not answered". tries: as the student's file says. remark: for the teacher.
    """

    student: str
    lesson: str
    exercise: str
    mark: str
    tries: int = 0
    remark: str = ""


def places() -> list[tuple[str, str]]:
    """List all that can be answered, as (lesson, exercise or claim). A claim counts once, in its last lesson."""
    exercises = [
        (lesson, str(number)) for lesson, content in LESSONS.items() for number in range(1, len(content.EXERCISES) + 1)
    ]
    return sorted(exercises + [(lesson, name) for name, lesson in CLAIM_LESSONS.items()])


def grade(folder: Path, students: list[Student], *, run_code: bool) -> list[Row]:
    """Judge what a class handed in. run_code: run the students' programs too, each in a process with a time limit."""
    with ThreadPoolExecutor(cpu_count()) as pool:
        rows = pool.map(lambda student: rows_of(folder_of(folder, student), student, run_code=run_code), students)
        return list(chain.from_iterable(rows))


def rows_of(folder: Path, student: Student, *, run_code: bool) -> list[Row]:
    """Judge what one student handed in: a row for each place. Of a claim of several lessons the best verdict counts."""
    try:
        handed_in = file.read(folder / file.NAME).answers
        trouble = "" if handed_in else "nothing handed in"
    except (BrokenFile, OSError) as error:
        handed_in = ()
        trouble = f"{file.NAME} cannot be read: {error}" if isinstance(error, BrokenFile) else "nothing handed in"
    chosen = _chosen(handed_in, student.seed)
    best: dict[tuple[str, str], Row] = {}
    for number, (mark, remark) in zip(chosen, _judged(folder, student.seed, chosen, run_code), strict=True):
        kept = handed_in[number]
        place = CLAIM_LESSONS.get(kept.what, kept.lesson), kept.what
        if place not in best or mark == RIGHT:
            best[place] = Row(student.name, *place, mark, kept.tries, remark)
    return [best.get(place, Row(student.name, *place, NOTHING, remark=trouble)) for place in places()]


def _chosen(handed_in: tuple[Kept, ...], seed: str) -> list[int]:
    """Choose one answer to each question, by its number: that for the student's own seed, else the last.

    Whoever hands in all answers that there could be has given none.
    """
    asked = {(lesson, name) for lesson, content in LESSONS.items() for name in content.CLAIMS} | {*places()}
    chosen: dict[tuple[str, str], int] = {}
    for number, kept in sorted(enumerate(handed_in), key=lambda each: each[1].seed == seed):
        if (kept.lesson, kept.what) in asked:
            chosen[kept.lesson, kept.what] = number
    return sorted(chosen.values())


def _judged(folder: Path, seed: str, chosen: list[int], run_code: bool) -> Iterator[tuple[str, str]]:
    """Give mark and remark of each answer. A process that ends before its time had one that it could not judge."""
    left = [*chosen]
    while left:
        numbers, run = ",".join(map(str, left)), "yes" if run_code else "no"
        command = [sys.executable, "-m", f"{__package__}.judging", str(folder), seed, numbers, str(SECONDS), run]
        said = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False).stdout
        for line in said.decode("utf-8", "replace").splitlines()[: len(left)]:
            yield _read(line)
            del left[0]
        if left:
            yield UNCHECKED, "judging it took too long, or broke the program that judges"
            del left[0]


def _read(line: str) -> tuple[str, str]:
    try:
        mark, remark = json.loads(line)
    except (ValueError, TypeError):
        return UNCHECKED, "it broke the program that judges"
    return str(mark), str(remark)


def copies(folder: Path, students: list[Student]) -> Iterator[str]:
    """Say which captures more than one student handed in: those of two runs are never the same to the octet."""
    owners: dict[bytes, dict[str, str]] = {}
    for student in students:
        for path in sorted(folder_of(folder, student).glob("lesson*-*.pcapng")):
            if path.is_file() and path.stat().st_size <= LARGEST_CAPTURE:
                digest = sha256(path.read_bytes()).digest()
                owners.setdefault(digest, {})[student.name] = f"{student.name}/{path.name}"
    yield from (f"the same capture: {', '.join(files.values())}" for files in owners.values() if len(files) > 1)
