"""What a check keeps, and that nothing of it can disturb a lesson."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest

from smtplab.capture.dissect import dissect
from smtplab.capture.record import Capture
from smtplab.lessons import Lesson
from smtplab.lessons.by_hand.mailbox import TEST01, TEST02
from smtplab.lessons.progress.file import Kept, Progress, read, write
from smtplab.net.client import Client
from smtplab.net.server import Server
from tools.notebooks import executed

Captures = dict[str, Capture]
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep progress in a file."""
    path = tmp_path / "progress.json"
    monkeypatch.setenv("SMTPLAB_PROGRESS", str(path))
    return path


def kept(path: Path) -> list[tuple[str, str, int, str]]:
    return [(each.what, each.standing, each.tries, each.answer) for each in read(path).answers]


def test_check_keeps_exercise_tries_standing_and_seed(path: Path, captures: Captures) -> None:
    lesson = Lesson("00", "anna")
    for answer in ("client", "server"):
        lesson.check(1, answer, captures["00"])
    assert read(path).answers == (Kept("00", "1", "anna", "correct", 2, "'server'"),)


def test_claims_are_kept_with_their_evidence(path: Path, captures: Captures) -> None:
    Lesson("00").claims({"C12": ("T", "§3.1"), "C09": ("T", 4)}, captures["00"])
    assert kept(path) == [("C12", "correct", 1, "('T', '§3.1')"), ("C09", "not yet", 1, "('T', 4)")]


def test_stub_and_unreadable_answer_leave_no_file(path: Path, captures: Captures) -> None:
    lesson = Lesson("00")
    for answer in (..., 7, object()):
        lesson.check(1, answer, captures["00"])
    lesson.claims({"C12": ..., "C09": "maybe", "C30": "F"}, captures["00"])
    assert not path.exists()


def test_same_answer_again_is_no_other_try(path: Path, captures: Captures) -> None:
    for _ in range(3):
        Lesson("00").check(1, "client", captures["00"])
    assert kept(path) == [("1", "not yet", 1, "'client'")]


def test_right_answer_stays_whatever_comes_after_it(path: Path, captures: Captures) -> None:
    for answer in ("server", "client"):
        Lesson("00").check(1, answer, captures["00"])
    assert kept(path) == [("1", "correct", 1, "'server'")]


def test_answers_of_two_seeds_stand_beside_each_other(path: Path, captures: Captures) -> None:
    for seed in ("anna", "ben"):
        Lesson("00", seed).check(1, "server", captures["00"])
    assert [each.seed for each in read(path).answers] == ["anna", "ben"]


def test_answer_that_cannot_be_kept_is_counted(path: Path) -> None:
    Lesson("05").check(4, lambda count: 1)
    assert [(each.standing, each.answer, each.code) for each in read(path).answers] == [("not yet", "", "")]


def test_broken_file_is_put_aside_and_a_new_one_begun(path: Path, captures: Captures) -> None:
    path.write_text("what is this")
    Lesson("00").check(1, "server", captures["00"])
    assert path.with_name("progress.broken.json").read_text() == "what is this"
    assert kept(path) == [("1", "correct", 1, "'server'")]


@pytest.mark.parametrize("blocker", ["a folder in its place", "a file in the place of its folder"])
def test_file_that_cannot_be_written_disturbs_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, captures: Captures, blocker: str
) -> None:
    if blocker.startswith("a folder"):
        (tmp_path / "place" / "progress.json").mkdir(parents=True)
    else:
        (tmp_path / "place").touch()
    monkeypatch.setenv("SMTPLAB_PROGRESS", str(tmp_path / "place" / "progress.json"))
    assert Lesson("00").check(1, "server", captures["00"]).is_correct


def test_capture_is_kept_once_where_somebody_hands_it_in(path: Path, captures: Captures) -> None:
    write(path, Progress("anna"))
    Lesson("00").check(1, "server", captures["00"])
    Lesson("00").check(5, "SYN", captures["00"])
    names = {each.capture for each in read(path).answers}
    assert len(names) == 1
    assert sorted(each.name for each in path.parent.iterdir()) == sorted({*names, "progress.json"})
    assert dissect(path.parent / names.pop()).packets == captures["00"].transcript.packets


def test_capture_in_a_report_is_kept(path: Path, captures: Captures) -> None:
    write(path, Progress("anna"))
    report = SimpleNamespace(capture=captures["00"], transcript=captures["00"].transcript)
    Lesson("00").claims({"C12": ("T", 4)}, report)
    assert (path.parent / read(path).answers[0].capture).is_file()


def test_capture_of_who_hands_nothing_in_is_not_kept(path: Path, captures: Captures) -> None:
    Lesson("00").check(1, "server", captures["00"])
    assert [each.name for each in path.parent.iterdir()] == ["progress.json"]


def test_mail_in_a_running_servers_mailbox_is_kept_as_lines_that_bring_it_there(path: Path) -> None:
    lesson: Any = Lesson("02")
    subject = lesson._exercise(1, None)._subject
    with Server(mailboxes=[TEST02]) as server, Client(server) as client:
        client.ehlo("TINY-DESKTOP")
        client.send_message(TEST01, [TEST02], f"Subject: {subject}\r\n\r\n.A dot.\r\n")
        assert lesson.check(1, server).is_correct
    (each,) = read(path).answers
    assert each.answer.startswith("['EHLO TINY-DESKTOP', ")
    path.unlink()
    assert Lesson("02").check(1, eval(each.answer)).is_correct


def test_notebook_that_was_only_run_leaves_no_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SMTPLAB_PROGRESS")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    lesson = nbformat.read(ROOT / "notebooks" / "00_first_capture.ipynb", as_version=4)
    executed(lesson, tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["session.pcapng"]


def test_notebook_that_was_answered_keeps_progress_beside_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SMTPLAB_PROGRESS")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    source = "from smtplab.lessons import Lesson\ndef size(count):\n    return count\nLesson('05').check(4, size)"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    executed(notebook, tmp_path)
    (each,) = read(tmp_path / "progress.json").answers
    assert (each.lesson, each.what, each.answer) == ("05", "4", "size")
    assert each.code.startswith("def size(count):")
