"""The octets that fuzzing found worth keeping, given to its targets again: see fuzz/README.md."""

from pathlib import Path

import pytest

from fuzz.targets import TARGETS

CORPUS = Path(__file__).parents[1] / "fuzz" / "corpus"
FILES = sorted(path for path in CORPUS.rglob("*") if path.is_file())


@pytest.mark.parametrize("name", TARGETS)
def test_each_target_has_something_to_begin_with(name: str) -> None:
    assert any(path.parent.name == name for path in FILES)


@pytest.mark.parametrize("path", [pytest.param(path, id=f"{path.parent.name}/{path.name}") for path in FILES])
def test_octets_that_were_kept_break_no_promise(path: Path) -> None:
    TARGETS[path.parent.name](path.read_bytes())


def test_what_is_kept_is_small() -> None:
    assert sum(path.stat().st_size for path in FILES) < 200_000
