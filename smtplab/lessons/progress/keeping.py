"""What does a check do with an answer that it has judged? It keeps it, and whatever goes wrong, the learner is spared.

Stubs and answers that cannot be read are not kept: a notebook that was only run leaves nothing.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from smtplab.capture.record import Capture
from smtplab.lessons.progress import answers, file
from smtplab.lessons.progress.file import BrokenFile, Kept, Progress
from smtplab.lessons.verdicts import Standing
from smtplab.protocol.transcript import Transcript

JUDGED: Final = (Standing.CORRECT, Standing.WRONG)


def keep(
    lesson: str,
    what: int | str,
    seed: object,
    answer: object,
    standing: Standing,
    capture: object = None,
    plain: Callable[[Any], object] | None = None,
) -> None:
    """Keep an answer, if progress is kept at all. Raises nothing.

    The same answer again is no other try, and a right one stays, whatever comes after it. capture: what it was judged
    by; it is kept too where somebody is to hand it in. plain: gives what is to be kept of the answer, all by default.
    """
    if standing not in JUDGED:
        return
    with suppress(Exception):  # an object may fail in everything, a disk may be full: neither is the learner's matter
        path = file.location()
        if path is not None:
            progress = _read_or_begin_anew(path)
            written = _written(answer if plain is None else plain(answer))
            kept = Kept(lesson, str(what), str(seed), standing.words, 1, *written)
            _keep(path, progress, kept, capture)


def _keep(path: Path, progress: Progress, kept: Kept, capture: object) -> None:
    before = progress.find(kept.place)
    if before is not None:
        if (before.is_correct and not kept.is_correct) or _says_the_same(before, kept):
            return
        kept = replace(kept, tries=before.tries + 1)
    if progress.student:
        kept = replace(kept, capture=_saved(capture, path.parent, kept.lesson))
    file.write(path, progress.with_answer(kept))


def _says_the_same(before: Kept, kept: Kept) -> bool:
    said = kept.answer, kept.code, kept.standing
    return kept.answer != "" and said == (before.answer, before.code, before.standing)


def _written(answer: object) -> tuple[str, str]:
    try:
        return answers.write(answer)
    except Exception:  # an answer is anything at all
        return "", ""


def _read_or_begin_anew(path: Path) -> Progress:
    """Read the file; one that is broken is put aside, and nothing in it is lost."""
    try:
        return file.read(path)
    except BrokenFile:
        path.replace(path.with_suffix(".broken.json"))
        return Progress()


def _saved(capture: object, folder: Path, lesson: str) -> str:
    """Save a capture once, under a name that tells it from others of its lesson. A file that was read is there already.

    Gives its name, or "" where there is nothing to save.
    """
    capture = getattr(capture, "capture", capture)  # a report of lesson 13 has one
    if isinstance(capture, Transcript):
        return capture.source if (folder / capture.source).is_file() else ""
    if not isinstance(capture, Capture):
        return ""
    digest = sha256(b"".join(frame.octets for frame in capture.frames)).hexdigest()
    name = f"lesson{lesson}-{digest[:8]}.pcapng"
    if not (folder / name).exists():
        capture.save(folder / name)
    return name
