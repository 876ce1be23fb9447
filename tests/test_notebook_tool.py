"""tools/notebooks.py, on small notebooks with real widgets in a real kernel."""

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat import v4

from tools.notebooks import save, tidy

PICTURE = """
import time
class Picture:
    def _repr_mimebundle_(self, **kwargs):
        svg = f"<svg>\\n<text>{time.time_ns()}</text>\\n</svg>"
        return {"text/plain": "S: 220 ready", "text/html": f"<p>{svg}</p>", "image/svg+xml": svg}
Picture()
"""
WIDGET = """
from ipywidgets import Button, VBox
class Stepper(VBox):
    def _repr_mimebundle_(self, **kwargs):
        return super()._repr_mimebundle_(**kwargs) | {"text/plain": "1 of 9", "text/html": "<p>1 of 9</p>"}
Stepper([Button(description="next")])
"""
STREAMS = """
import sys, time
print("C: NOOP", flush=True)
print("warned", file=sys.stderr, flush=True)
time.sleep(0.1)
print("S: 250 OK")
"""
PORT = "import random; print(f'tcp.port=={random.randint(1024, 65535)},smtp')"

Make = Callable[..., Path]


@pytest.fixture
def notebook(tmp_path: Path) -> Make:
    """Give a function that writes a notebook of these cells, never run."""

    def make(*sources: str) -> Path:
        cells = [v4.new_markdown_cell("# A lesson"), *(v4.new_code_cell(source.strip()) for source in sources)]
        nbformat.write(v4.new_notebook(cells=cells), path := tmp_path / "00_lesson.ipynb")
        return path

    return make


def test_save_twice_leaves_the_same_octets(notebook: Make) -> None:
    path = notebook(PICTURE, STREAMS, WIDGET, "", PORT)
    assert save(path, check=False) == 0
    first = path.read_bytes()
    assert save(path, check=False) == 0
    assert path.read_bytes() == first
    assert save(path, check=True) == 0


def test_save_keeps_what_a_widget_shows_without_a_kernel(notebook: Make) -> None:
    save(path := notebook(WIDGET), check=False)
    saved = nbformat.read(path, as_version=4)
    assert saved.cells[1].outputs[0].data == {"text/plain": "1 of 9", "text/html": "<p>1 of 9</p>"}
    assert "widgets" not in saved.metadata


def test_save_merges_each_stream(notebook: Make) -> None:
    save(path := notebook(STREAMS), check=False)
    outputs = nbformat.read(path, as_version=4).cells[1].outputs
    assert [(output.name, output.text) for output in outputs] == [
        ("stdout", "C: NOOP\nS: 250 OK\n"),
        ("stderr", "warned\n"),
    ]


def test_check_names_the_cell_that_would_change(notebook: Make, capsys: pytest.CaptureFixture[str]) -> None:
    save(path := notebook("1 + 1", "2 + 2"), check=False)
    path.write_text(before := path.read_text().replace('"4"', '"5"'))
    assert save(path, check=True) == 1
    assert "cell 3 differs" in capsys.readouterr().err
    assert path.read_text() == before


def test_save_with_a_failing_cell_leaves_the_file_alone(notebook: Make, capsys: pytest.CaptureFixture[str]) -> None:
    before = (path := notebook("1 + 1", "1 / 0")).read_bytes()
    assert save(path, check=False) == 1
    assert "ZeroDivisionError" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_tidy_numbers_cells_and_counts_from_one() -> None:
    cells = [v4.new_code_cell("1", execution_count=7), v4.new_code_cell(""), v4.new_code_cell("2", execution_count=9)]
    tidied = tidy(v4.new_notebook(cells=cells)).cells
    assert [(cell.id, cell.execution_count) for cell in tidied] == [("cell-01", 1), ("cell-02", None), ("cell-03", 2)]


def test_tidy_keeps_of_all_metadata_only_tags() -> None:
    cell = v4.new_code_cell("1", metadata={"tags": ["exercise"], "execution": {"iopub.execute_input": "12:00"}})
    notebook = v4.new_notebook(cells=[cell], metadata={"language_info": {"name": "python", "version": "3.13.9"}})
    assert tidy(notebook).cells[0].metadata == {"tags": ["exercise"]}
    assert "version" not in notebook.metadata.language_info
