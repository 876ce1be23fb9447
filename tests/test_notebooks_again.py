"""Does a lesson say the same again? All of them in one kernel, each twice in a row, in an order drawn by lot."""

from pathlib import Path
from random import Random
from typing import Any

import nbformat
import pytest

from tools.notebooks import code_cells, executed, sanitised, tidy

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))


def said(cell: Any) -> str:
    """Give what a cell printed and showed, but for its number."""
    for output in cell.outputs:
        output.pop("execution_count", None)
    return sanitised(cell.outputs)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", [1, 2])
def test_lessons_say_the_same_twice_in_a_row_and_in_any_order(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    order = Random(seed).sample(NOTEBOOKS, len(NOTEBOOKS))
    saved = [(path.stem, cell) for path in order for _ in range(2) for cell in code_cells(_read(path))]
    cells = [nbformat.v4.new_code_cell(cell.source) for _, cell in saved]
    again = tidy(executed(nbformat.v4.new_notebook(cells=cells), tmp_path)).cells
    pairs = zip(saved, again, strict=True)
    differing = [f"{name} {cell.id}" for (name, cell), now in pairs if said(cell) != said(now)]
    assert differing == []


def _read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)
