"""How does each student get other questions? A folder for each, with the notebooks, whose seed is the student's own.

DIR/students/NAME/      to be handed out, and to be handed in again: notebooks, progress.json, captures
DIR/teacher/            class.json: who has which seed; answers.md; later the grades
"""

import json
import secrets
from collections import Counter
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any, Final, NamedTuple

from smtplab.lessons.progress import file
from smtplab.lessons.progress.file import BrokenFile, Progress

STUDENTS: Final = "students"
TEACHER: Final = "teacher"
LIST: Final = "class.json"
SEED_OCTETS: Final = 4
NOT_IN_NAMES: Final = '/\\:*?"<>|'  # of folders, on some system or other


class Student(NamedTuple):
    """A student of a class. name: that of the folder too."""

    name: str
    seed: str


def numbered(count: int) -> list[str]:
    """Name so many students by numbers of equal length."""
    digits = len(str(count))
    return [f"student{number:0{max(2, digits)}}" for number in range(1, count + 1)]


def enrolled(names: Sequence[str]) -> list[Student]:
    """Give each name a seed that nobody had before. Raises ValueError for a name that cannot be that of a folder."""
    twice = [name for name, times in Counter(name.casefold() for name in names).items() if times > 1]
    if twice or not names:
        raise ValueError(f"{twice[0]!r} stands there twice" if twice else "a class has at least one student")
    for name in names:
        if name.startswith(".") or not name.isprintable() or any(mark in name for mark in NOT_IN_NAMES):
            raise ValueError(f"{name!r} cannot be the name of a folder")
    return [Student(name, secrets.token_hex(SEED_OCTETS)) for name in names]


def folder_of(folder: Path, student: Student) -> Path:
    """Say where a student's notebooks are."""
    return folder / STUDENTS / student.name


def make(folder: Path, students: list[Student], notebooks: list[Path]) -> None:
    """Make the folders of a class. Raises FileExistsError where there is one already, and OSError."""
    if (folder / TEACHER / LIST).exists():
        raise FileExistsError(f"{folder} holds a class already")
    read = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in notebooks}
    for student in students:
        own = folder_of(folder, student)
        own.mkdir(parents=True, exist_ok=True)
        for name, notebook in read.items():
            text = json.dumps(seeded(notebook, student.seed), indent=1, ensure_ascii=False)
            (own / name).write_text(text + "\n", encoding="utf-8")
        file.write(own / file.NAME, Progress(student.name))
    (folder / TEACHER).mkdir(exist_ok=True)
    register = {"students": [student._asdict() for student in students]}
    (folder / TEACHER / LIST).write_text(json.dumps(register, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def seeded(notebook: dict[str, Any], seed: str) -> dict[str, Any]:
    """Give a notebook whose lesson has a seed, without outputs: those saved are of everybody's variant.

    Raises ValueError where it does not say exactly once which lesson it is.
    """
    notebook = deepcopy(notebook)
    found = 0
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            source = "".join(cell["source"])
            parts = source.split('lesson = Lesson("')
            found += len(parts) - 1
            for number, part in enumerate(parts[1:], 1):
                lesson, _, rest = part.partition('")')
                parts[number] = f'{lesson}", seed="{seed}"){rest}'
            cell |= {"source": 'lesson = Lesson("'.join(parts), "outputs": [], "execution_count": None}
    if found != 1:
        raise ValueError(f"a notebook has to say `lesson = Lesson(...)` once, and one says it {found} times")
    return notebook


def read(folder: Path) -> list[Student]:
    """Read who is in a class. Raises OSError where there is none, and `BrokenFile` where its list is none."""
    path = folder / TEACHER / LIST
    try:
        return [Student(str(each["name"]), str(each["seed"])) for each in json.loads(path.read_text("utf-8"))[STUDENTS]]
    except (ValueError, LookupError, TypeError):
        raise BrokenFile(f"{path}: it is no list of a class") from None
