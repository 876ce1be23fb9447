"""`smtplab class`: notebooks for a class, a folder and a seed for each student, and the answers for the teacher."""

import argparse
from pathlib import Path

from smtplab.cli.lab import NOTEBOOKS


def add(parser: argparse.ArgumentParser) -> None:
    """Say which options there are."""
    parser.description = (
        "Make a folder for each student: notebooks with a seed of the student's own, so that everybody has other "
        "questions. Hand out DIR/students; DIR/teacher has the seeds and all answers. Later, `smtplab grade` "
        "judges what comes back."
    )
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--students", type=int, metavar="N", help="how many there are; they get numbers")
    who.add_argument("--names", metavar="FILE", help="a file with their names, one a line")
    parser.add_argument("-o", "--output", required=True, metavar="DIR", help="where to make the folders")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Make the folders, and say where they are."""
    from smtplab.lessons.teaching import class_set
    from smtplab.lessons.teaching.key import key

    notebooks = sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))
    if not notebooks:
        raise FileNotFoundError(f"no lessons in {NOTEBOOKS}: run this from a clone of the project")
    students = class_set.enrolled(_names(arguments))
    folder = Path(arguments.output)
    class_set.make(folder, students, notebooks)
    answers = folder / class_set.TEACHER / "answers.md"
    answers.write_text(key(students), encoding="utf-8")
    print(f"{folder / class_set.STUDENTS}: {len(students)} folders with {len(notebooks)} notebooks each, to hand out")
    print(f"{answers}: the answers for each of them")
    print(f"when progress.json and the captures have come back there: python3 -m smtplab grade {folder}")
    return 0


def _names(arguments: argparse.Namespace) -> list[str]:
    from smtplab.lessons.teaching.class_set import numbered

    if arguments.names is None:
        return numbered(arguments.students)
    text = Path(arguments.names).read_text(encoding="utf-8-sig")
    return [line.strip() for line in text.splitlines() if line.strip()]
