"""`smtplab grade`: what a class handed in, judged anew: a table, and a picture of it."""

import argparse
import sys
from itertools import chain
from pathlib import Path

from smtplab.cli.options import one_line


def add(parser: argparse.ArgumentParser) -> None:
    """Say which options there are."""
    parser.description = (
        "Judge what is in DIR/students, a folder that `smtplab class` made. Each answer is judged anew, for the seed "
        "that its student was given; that the student's file calls it correct counts for nothing. Leaves grades.csv, "
        "grades.svg in DIR/teacher."
    )
    parser.add_argument("folder", metavar="DIR", help="the folder of the class")
    parser.add_argument(
        "--run",
        action="store_true",
        dest="run_code",
        help="run the answers that are programs: with your rights, each in a process that is stopped after a while",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Judge, write, and say how it went in a few lines."""
    from smtplab.lessons.progress.file import BrokenFile
    from smtplab.lessons.teaching import class_set
    from smtplab.lessons.teaching.grades import Grades
    from smtplab.lessons.teaching.hand_ins import copies, grade

    folder = Path(arguments.folder)
    try:
        students = class_set.read(folder)
    except BrokenFile as error:
        raise ValueError(str(error)) from None
    grades = Grades(tuple(grade(folder, students, run_code=arguments.run_code)))
    table = folder / class_set.TEACHER / "grades.csv"
    table.write_text(grades.csv(), encoding="utf-8", newline="")
    picture = grades.save(table.with_suffix(".svg"))
    print(grades.text())
    print(f"\ntable: {table}\npicture: {picture}")
    for line in chain(grades.troubles(), copies(folder, students)):
        print(f"smtplab: {one_line(line)}", file=sys.stderr)
    return 0
