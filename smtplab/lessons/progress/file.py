"""Where is a learner's progress, and what stands in it? Plain JSON, an answer a line.

SMTPLAB_PROGRESS says where: the name of a file, or "off". Where it says nothing, a notebook keeps `progress.json`
beside itself, or, where nothing can be written there, in the learner's own `~/.local/state/smtplab`; and what is no
notebook, such as a test, keeps nothing.
"""

import json
import os
import sys
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

VARIABLE: Final = "SMTPLAB_PROGRESS"
OFF: Final = "off"
NAME: Final = "progress.json"
LARGEST: Final = 2_000_000  # octets of a file that is read; a whole course takes about 20,000
ABOUT: Final = "What you have answered in the lessons of smtplab. Read it, copy it, delete it: then you begin anew."


class BrokenFile(Exception):
    """This is no file of progress. The text says why, in one line."""


@dataclass(frozen=True)
class Kept:
    """An answer that was judged.

    what: the number of an exercise, or the name of a claim. seed: that of the learner's variant. standing: "correct" or
    "not yet". tries: how many different answers were judged, with this one. answer, code: see `answers`; both "" where
    it could not be kept. capture: the name of a file beside this one with the capture that it was judged by, or "".
    """

    lesson: str
    what: str
    seed: str
    standing: str
    tries: int
    answer: str
    code: str = ""
    capture: str = ""

    @property
    def place(self) -> tuple[str, str, str]:
        """What there is only one answer to."""
        return self.lesson, self.what, self.seed

    @property
    def is_correct(self) -> bool:
        """Whether the check called it right."""
        return self.standing == "correct"


@dataclass(frozen=True)
class Progress:
    """What stands in the file. student: who hands it in, or "". answers: in the order of the first try."""

    student: str = ""
    answers: tuple[Kept, ...] = ()

    def find(self, place: tuple[str, str, str]) -> Kept | None:
        """Give what is kept at a place."""
        return next((each for each in self.answers if each.place == place), None)

    def with_answer(self, kept: Kept) -> "Progress":
        """Give the same with an answer in its place."""
        places = {each.place: each for each in self.answers} | {kept.place: kept}
        return replace(self, answers=tuple(places.values()))


def location() -> Path | None:
    """Say where progress is kept; None where it is not."""
    chosen = os.environ.get(VARIABLE, "")
    if chosen:
        return None if chosen == OFF else Path(chosen).absolute()
    if not _is_notebook():
        return None
    beside = Path(NAME).absolute()
    if os.access(beside if beside.exists() else beside.parent, os.W_OK):
        return beside
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "smtplab" / NAME


def _is_notebook() -> bool:
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return hasattr(shell, "kernel")


def read(path: Path) -> Progress:
    """Read a file; where there is none, nothing was answered. Raises `BrokenFile`, and OSError where it cannot be read.

    Whatever stands in it, nothing of it is run.
    """
    if not path.exists():
        return Progress()
    if path.stat().st_size > LARGEST:
        raise BrokenFile(f"it has more than {LARGEST:,} octets")
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        raise BrokenFile("it is no JSON") from None
    if not isinstance(held, dict) or not isinstance(held.get("answers"), list):
        raise BrokenFile("it has no list of answers")
    student = held.get("student", "")
    return Progress(student if isinstance(student, str) else "", tuple(map(_kept, held["answers"])))


def _kept(entry: object) -> Kept:
    kinds: dict[str, Any] = {each.name: each.type for each in fields(Kept)}
    if not isinstance(entry, dict):
        raise BrokenFile("one of its answers is none")
    known = {name: value for name, value in entry.items() if name in kinds}
    if any(type(value) is not kinds[name] for name, value in known.items()):
        raise BrokenFile("one of its answers has a value of another kind")
    try:
        return Kept(**known)
    except TypeError:
        raise BrokenFile("one of its answers is not whole") from None


def write(path: Path, progress: Progress) -> None:
    """Write a file anew, in one step, so that nobody finds half of it. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        half.write_text(_text(progress), encoding="utf-8")
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)


def _text(progress: Progress) -> str:
    head = {"about": ABOUT} | ({"student": progress.student} if progress.student else {})
    members = [f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in head.items()]
    answers = ",\n  ".join(map(_line, progress.answers))
    return "{\n" + ",\n".join((*members, f'"answers": [\n  {answers}\n]')) + "\n}\n"


def _line(kept: Kept) -> str:
    written = asdict(kept)
    left_out = [name for name in ("code", "capture") if not written[name]]
    return json.dumps({name: value for name, value in written.items() if name not in left_out}, ensure_ascii=False)
