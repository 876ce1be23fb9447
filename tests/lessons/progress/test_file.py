"""The file of progress: where it is, that it is read as it was written, and what is said of a broken one."""

import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.lessons.progress.file import LARGEST, BrokenFile, Kept, Progress, location, read, write

RIGHT = Kept("00", "1", "1", "correct", 2, "'server'")
WRONG = Kept("00", "C12", "1", "not yet", 1, "('F', 4)", capture="lesson00-01234567.pcapng")
TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.fixture
def in_notebook(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Be in a notebook that lies in a folder of its own."""
    shell = SimpleNamespace(get_ipython=lambda: SimpleNamespace(kernel=None))
    monkeypatch.setitem(sys.modules, "IPython", shell)
    monkeypatch.delenv("SMTPLAB_PROGRESS")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "lessons").mkdir()
    monkeypatch.chdir(tmp_path / "lessons")
    return tmp_path


def test_location_in_a_notebook_is_beside_it(in_notebook: Path) -> None:
    assert location() == in_notebook / "lessons" / "progress.json"


def test_location_where_nothing_can_be_written_is_the_learners_own(
    in_notebook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write anywhere
    assert location() == in_notebook / "state" / "smtplab" / "progress.json"


@pytest.mark.parametrize(("chosen", "where"), [("off", None), ("/a/b.json", Path("/a/b.json"))])
def test_location_is_where_the_environment_says(
    in_notebook: Path, monkeypatch: pytest.MonkeyPatch, chosen: str, where: Path | None
) -> None:
    monkeypatch.setenv("SMTPLAB_PROGRESS", chosen)
    assert location() == where


def test_location_outside_a_notebook_is_nowhere(in_notebook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "IPython")
    assert location() is None


@given(
    student=TEXT,
    answers=st.lists(st.builds(Kept, TEXT, TEXT, TEXT, TEXT, st.integers(0, 99), TEXT, TEXT, TEXT), max_size=4),
)
def test_file_is_read_as_it_was_written(
    student: str, answers: list[Kept], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path, progress = tmp_path_factory.mktemp("kept") / "progress.json", Progress(student, tuple(answers))
    write(path, progress)
    assert read(path) == Progress(student, tuple(answers))


def test_file_has_a_line_for_each_answer_that_people_can_read(tmp_path: Path) -> None:
    write(tmp_path / "deep" / "progress.json", Progress("Zoë", (RIGHT, WRONG)))
    assert (tmp_path / "deep" / "progress.json").read_text(encoding="utf-8").splitlines()[2:] == [
        '"student": "Zoë",',
        '"answers": [',
        '  {"lesson": "00", "what": "1", "seed": "1", "standing": "correct", "tries": 2, "answer": "\'server\'"},',
        '  {"lesson": "00", "what": "C12", "seed": "1", "standing": "not yet", "tries": 1, "answer": "(\'F\', 4)", '
        '"capture": "lesson00-01234567.pcapng"}',
        "]",
        "}",
    ]


def test_file_that_is_not_there_is_a_beginning(tmp_path: Path) -> None:
    assert read(tmp_path / "progress.json") == Progress()


ENTRY = {"lesson": "00", "what": "1", "seed": "1", "standing": "correct", "tries": 1, "answer": "1"}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param("", "no JSON", id="empty"),
        pytest.param("{", "no JSON", id="cut short"),
        pytest.param("\ud8ff", "no JSON", id="no UTF-8"),
        pytest.param("[" * 100_000, "no JSON", id="too deep"),
        pytest.param("[]", "no list of answers", id="a list"),
        pytest.param('{"answers": {}}', "no list of answers", id="no list"),
        pytest.param('{"answers": [1]}', "is none", id="an answer that is a number"),
        pytest.param(json.dumps({"answers": [{**ENTRY, "tries": "1"}]}), "another kind", id="tries in words"),
        pytest.param(json.dumps({"answers": [{**ENTRY, "tries": True}]}), "another kind", id="tries true"),
        pytest.param(json.dumps({"answers": [{**ENTRY, "answer": None}]}), "another kind", id="no text"),
        pytest.param('{"answers": [{"lesson": "00"}]}', "not whole", id="half an answer"),
        pytest.param(" " * (LARGEST + 1), "octets", id="too large"),
    ],
)
def test_broken_file_is_told_why(tmp_path: Path, content: str, why: str) -> None:
    path = tmp_path / "progress.json"
    path.write_bytes(content.encode("utf-8", "surrogatepass"))
    with pytest.raises(BrokenFile, match=why):
        read(path)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["answers", *ENTRY]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(content=st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_whatever_is_in_the_file_it_is_read_or_called_broken(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("any") / "progress.json"
    path.write_bytes(content)
    with suppress(BrokenFile):
        assert isinstance(read(path), Progress)


def test_answer_of_a_later_version_is_read_without_what_is_unknown(tmp_path: Path) -> None:
    path = tmp_path / "progress.json"
    path.write_text(json.dumps({"answers": [{**ENTRY, "mood": "good"}]}))
    assert read(path).answers == (Kept("00", "1", "1", "correct", 1, "1"),)


def test_writing_leaves_nothing_beside_the_file(tmp_path: Path) -> None:
    write(tmp_path / "progress.json", Progress("", (RIGHT,)))
    assert [path.name for path in tmp_path.iterdir()] == ["progress.json"]
