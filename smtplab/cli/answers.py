"""`smtplab answers`: the right answers for some seeds, as Markdown."""

import argparse


def add(parser: argparse.ArgumentParser) -> None:
    """Say which options there are."""
    parser.description = "Print the answers that are right for a seed, or for several side by side. For teachers."
    parser.add_argument(
        "seeds", nargs="*", metavar="SEED", help="as in Lesson(..., seed=...); everybody's when left out"
    )
    parser.add_argument("--lesson", action="append", metavar="NN", help="one lesson (may come several times)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the answers."""
    from smtplab.lessons.lesson import LESSONS, SEED
    from smtplab.lessons.teaching.class_set import Student
    from smtplab.lessons.teaching.key import key

    unknown = [lesson for lesson in arguments.lesson or () if lesson not in LESSONS]
    if unknown:
        raise ValueError(f"there is no lesson {unknown[0]!r}: there are {', '.join(LESSONS)}")
    seeds = arguments.seeds or [str(SEED)]
    print(key([Student(seed, seed) for seed in seeds], arguments.lesson or tuple(LESSONS)))
    return 0
