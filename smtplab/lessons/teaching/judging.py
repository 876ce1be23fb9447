"""Is an answer that was handed in right? It is judged anew; what its file says about it counts for nothing.

It is judged for the seed that the student was given, and by the capture that was handed in with it. This module runs as
a process of its own, since an answer may be a program that never ends, or a number that takes years:

    python -m smtplab.lessons.teaching.judging FOLDER SEED NUMBERS SECONDS yes|no     (run the students' programs?)

It prints a line of JSON, (mark, remark), for each answer of the folder's file that a number, from 0, names.
"""

import faulthandler
import json
import os
import re
import sys
from pathlib import Path
from typing import Any, Final

from smtplab.capture.dissect import dissect
from smtplab.lessons.claims import Claims
from smtplab.lessons.lesson import LESSONS, Lesson
from smtplab.lessons.progress import answers, file
from smtplab.lessons.progress.file import Kept
from smtplab.lessons.verdicts import Standing
from smtplab.protocol.transcript import Transcript

LARGEST_CAPTURE: Final = 10_000_000  # octets

RIGHT: Final = "right"
WRONG: Final = "wrong"
UNCHECKED: Final = "not checked"
NOTHING: Final = "not answered"
MARKS: Final = {Standing.CORRECT: RIGHT, Standing.WRONG: WRONG, Standing.UNANSWERED: NOTHING}

_CAPTURE = re.compile(r"lesson\d\d-[0-9a-z]+\.pcapng")  # made in a lesson, or given by `Lesson.file`


class Unchecked(Exception):
    """This answer cannot be judged. The text says why."""


def judged(kept: Kept, seed: str, folder: Path, *, run_code: bool) -> tuple[str, str]:
    """Judge an answer, and give its mark and a remark for the teacher. folder: where its capture is."""
    try:
        answer, capture = _answer(kept, run_code), _capture(kept, folder)
        return _mark(kept, seed, answer, capture)
    except Unchecked as reason:
        return UNCHECKED, str(reason)
    except Exception as error:  # a program of somebody else may do anything
        return UNCHECKED, f"judging it raised {type(error).__name__}"


def _answer(kept: Kept, run_code: bool) -> Any:
    written = answers.Written(kept.answer, kept.code)
    if not kept.answer:
        raise Unchecked("the answer could not be kept: see the notebook")
    if kept.code and not run_code:
        raise Unchecked("a program: --run runs it")
    try:
        return answers.run(written) if kept.code else answers.read(written)
    except answers.NotKept:
        raise Unchecked("the answer cannot be read") from None


def _capture(kept: Kept, folder: Path) -> Transcript | None:
    if not kept.capture:
        return None
    path = folder / kept.capture
    if not _CAPTURE.fullmatch(kept.capture) or not path.is_file() or path.stat().st_size > LARGEST_CAPTURE:
        raise Unchecked("its capture was not handed in")
    ports = {int(stream.server.rpartition(":")[2]) for stream in dissect(path).streams}
    return dissect(path, ports)  # again: at a port where SMTP was spoken, what else was said belongs to it


def _mark(kept: Kept, seed: str, answer: Any, capture: Transcript | None) -> tuple[str, str]:
    if kept.lesson not in LESSONS:
        raise Unchecked("there is no such lesson")
    lesson = Lesson(kept.lesson, seed)
    if kept.what.isdecimal():
        verdict = lesson.check(int(kept.what), answer, capture)
        standing, remark = verdict.standing, " ".join(verdict.remarks[:1])
    else:
        claims = lesson.claims({kept.what: answer}, capture)
        assert isinstance(claims, Claims)
        standing, remark = claims.judged[0][2]
    if standing is Standing.UNREADABLE:
        raise Unchecked(remark)
    remark = remark if standing is Standing.WRONG else ""
    if kept.seed != seed:
        remark = f"answered for seed {kept.seed!r}, judged for {seed!r}. {remark}".rstrip()
    return MARKS[standing], remark


def main(folder: str, seed: str, numbers: str, seconds: str, run_code: str) -> None:
    """Judge what is in a folder. A process that takes too long for one answer ends itself."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    quiet = open(os.devnull, "w")  # noqa: SIM115 - what the students' programs print goes there, to the end
    os.dup2(quiet.fileno(), 1)
    os.dup2(quiet.fileno(), 2)
    handed_in = file.read(Path(folder) / file.NAME).answers
    for number in map(int, numbers.split(",")):
        faulthandler.dump_traceback_later(float(seconds), exit=True)
        line = json.dumps(judged(handed_in[number], seed, Path(folder), run_code=run_code == "yes"))
        faulthandler.cancel_dump_traceback_later()
        print(line, file=out, flush=True)
    out.close()
    os._exit(0)  # threads of the students' programs may go on for ever


if __name__ == "__main__":
    main(*sys.argv[1:])
