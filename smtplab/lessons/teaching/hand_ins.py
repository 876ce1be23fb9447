"""What did a class hand in, and how good is it? One row for each student and exercise, whatever the files hold."""

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from itertools import chain
from os import cpu_count
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from smtplab.lessons.exercises import say_back
from smtplab.lessons.lesson import LESSONS
from smtplab.lessons.progress import file
from smtplab.lessons.progress.file import BrokenFile, Kept, Progress
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
    twins = _twins(folder, students)

    def rows(student: Student) -> list[Row]:
        return rows_of(folder_of(folder, student), student, run_code=run_code, twins=twins.get(student.name, {}))

    with ThreadPoolExecutor(cpu_count()) as pool:
        return list(chain.from_iterable(pool.map(rows, students)))


def rows_of(
    folder: Path, student: Student, *, run_code: bool, twins: Mapping[str, str] = MappingProxyType({})
) -> list[Row]:
    """Judge what one student handed in: a row for each place. Of a claim of several lessons the best verdict counts.

    twins: by the name of a capture, which others handed in the same.
    """
    progress, trouble = _read(folder)
    chosen = _chosen(progress.answers, student.seed)
    best: dict[tuple[str, str], Row] = {}
    for number, judged in zip(chosen, _judged(folder, student.seed, chosen, run_code), strict=True):
        kept = progress.answers[number]
        place = CLAIM_LESSONS.get(kept.what, kept.lesson), kept.what
        mark, remark = _with_doubts(*judged, kept, student, progress.student, twins.get(kept.capture, ""))
        if place not in best or mark == RIGHT:
            best[place] = Row(student.name, *place, mark, kept.tries, remark)
    return [best.get(place, Row(student.name, *place, NOTHING, remark=trouble)) for place in places()]


def _read(folder: Path) -> tuple[Progress, str]:
    """Read a student's file. Gives what is in it, and the trouble with it or ""."""
    try:
        progress = file.read(folder / file.NAME)
        return progress, "" if progress.answers else "nothing handed in"
    except BrokenFile as error:
        return Progress(), f"{file.NAME} cannot be read: {error}"
    except OSError:
        return Progress(), "nothing handed in"


def _with_doubts(mark: str, remark: str, kept: Kept, student: Student, owner: str, twin: str) -> tuple[str, str]:
    """Say beside a mark whose file and whose capture it may be. With another's seed as well, nothing is marked.

    owner: whose file it says it is, or "". twin: where else the same capture was handed in, or "".
    """
    doubts = [f"{_is_of(owner)}."] if owner not in ("", student.name) else []
    doubts += [f"the same capture: {twin}."] if twin else []
    if twin and kept.seed != student.seed:
        mark = UNCHECKED
    return mark, " ".join((*doubts, remark)).rstrip()


def _is_of(owner: str) -> str:
    return f"{file.NAME} is that of {say_back(owner)!r}"


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
            yield _mark_of(line)
            del left[0]
        if left:
            yield UNCHECKED, "judging it took too long, or broke the program that judges"
            del left[0]


def _mark_of(line: str) -> tuple[str, str]:
    try:
        mark, remark = json.loads(line)
    except (ValueError, TypeError):
        return UNCHECKED, "it broke the program that judges"
    return str(mark), str(remark)


def copies(folder: Path, students: list[Student]) -> Iterator[str]:
    """Say which files are another's, and which captures more than one student handed in."""
    for student in students:
        owner = _read(folder_of(folder, student))[0].student
        if owner not in ("", student.name):
            yield f"{student.name}: {_is_of(owner)}"
    for names in _shared(folder, students):
        yield f"the same capture: {', '.join(f'{owner}/{captures[-1]}' for owner, captures in names.items())}"


def _twins(folder: Path, students: list[Student]) -> dict[str, dict[str, str]]:
    """Give, by student and name of a capture, where else the same was handed in."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for names in _shared(folder, students):
        for student, captures in names.items():
            others = ", ".join(f"{owner}/{theirs[-1]}" for owner, theirs in names.items() if owner != student)
            found[student] |= dict.fromkeys(captures, others)
    return found


def _shared(folder: Path, students: list[Student]) -> Iterator[dict[str, list[str]]]:
    """Give the captures that several handed in: their names, by student. No two runs make the same octets."""
    owners: dict[bytes, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for student in students:
        for path in sorted(folder_of(folder, student).glob("lesson*-*.pcapng")):
            if path.is_file() and path.stat().st_size <= LARGEST_CAPTURE:
                owners[sha256(path.read_bytes()).digest()][student.name].append(path.name)
    yield from (names for names in owners.values() if len(names) > 1)
