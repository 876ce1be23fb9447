"""Is each lesson built as lessons are, and saved with what it prints? What it prints is compared by nbval."""

import re
from itertools import groupby
from pathlib import Path
from statistics import median

import nbformat
import pytest
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[1]
COLUMNS = 96  # of code, which a laptop shows beside JupyterLab's list of files; prose and outputs break by themselves
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

SECTIONS = [
    "Question",
    "Setup",
    "Predict",
    "Watch",
    "Bytes",
    "The code",
    "Break it",
    "Exercises",
    "Is the article right?",
    "Now in Wireshark",
    "Recap",
]
# What tells nbval, or JupyterLab, to look away. "ignore" and "skip" come as tags and as comments.
LOOKING_AWAY = re.compile(r"nbval|raises-exception|validate_ignore|hide|remove", re.IGNORECASE)


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def lesson(request: pytest.FixtureRequest) -> NotebookNode:
    """Give each lesson in turn."""
    notebook: NotebookNode = nbformat.read(request.param, as_version=4)
    return notebook


def test_there_are_lessons() -> None:
    assert NOTEBOOKS


def test_every_code_cell_was_run_from_top_to_bottom(lesson: NotebookNode) -> None:
    counts = [cell.execution_count for cell in code_cells(lesson)]
    assert counts == list(range(1, len(counts) + 1)), "python3 tools/notebooks.py runs and saves it"


def test_no_cell_ended_in_an_error(lesson: NotebookNode) -> None:
    assert [output.evalue for output in outputs(lesson) if output.output_type == "error"] == []


def test_nothing_is_kept_from_comparison(lesson: NotebookNode) -> None:
    tags = [tag for cell in lesson.cells for tag in cell.metadata.get("tags", [])]
    comments = [
        line for cell in code_cells(lesson) for line in cell.source.splitlines() if line.lstrip().startswith("#")
    ]
    assert [words for words in tags + comments if LOOKING_AWAY.search(words)] == []


def test_no_output_is_of_a_kind_that_nobody_compares(lesson: NotebookNode) -> None:
    kinds = {kind for output in outputs(lesson) for kind in output.get("data", {})}
    assert kinds & {"image/png", "image/jpeg", "application/vnd.jupyter.widget-view+json"} == set()
    assert "widgets" not in lesson.metadata


def test_no_output_shows_a_memory_address(lesson: NotebookNode) -> None:
    texts = [output.get("text", "") + str(output.get("data", "")) for output in outputs(lesson)]
    assert [text for text in texts if re.search(r"\b0x[0-9a-f]{8,}", text)] == []


def test_lesson_has_its_sections_in_order(lesson: NotebookNode) -> None:
    headings = re.findall(r"^## (.+)$", "\n\n".join(cell.source for cell in prose_cells(lesson)), re.MULTILINE)
    assert headings == SECTIONS


def test_lesson_is_of_the_right_length(lesson: NotebookNode) -> None:
    assert 25 <= len(lesson.cells) <= 45
    assert 700 <= sum(words(cell) for cell in prose_cells(lesson)) <= 1200


def test_about_half_of_a_lesson_is_prose(lesson: NotebookNode) -> None:
    assert 0.40 <= len(prose_cells(lesson)) / len(lesson.cells) <= 0.60


def test_no_prose_cell_is_over_120_words(lesson: NotebookNode) -> None:
    assert {cell.id: words(cell) for cell in prose_cells(lesson) if words(cell) > 120} == {}


def test_code_cells_are_short(lesson: NotebookNode) -> None:
    lines = [len(cell.source.splitlines()) for cell in code_cells(lesson)]
    assert max(lines) <= 12
    assert median(lines) <= 3


def test_no_line_of_code_is_cut_at_the_right_of_a_laptops_page(lesson: NotebookNode) -> None:
    lines = [line for cell in code_cells(lesson) for line in cell.source.splitlines()]
    assert [line for line in lines if len(line) > COLUMNS] == []


def test_at_most_two_code_cells_stand_together(lesson: NotebookNode) -> None:
    runs = [len(list(cells)) for kind, cells in groupby(cell.cell_type for cell in lesson.cells) if kind == "code"]
    assert max(runs) <= 2


def test_functions_are_defined_only_in_exercises(lesson: NotebookNode) -> None:
    section = ""
    for cell in lesson.cells:
        if cell.cell_type == "markdown":
            section = (re.findall(r"^## (.+)$", cell.source, re.MULTILINE) or [section])[-1]
        elif re.search(r"^\s*(def|class|async def) ", cell.source, re.MULTILINE):
            assert section == "Exercises", f"{cell.id}, in {section}, defines something: it belongs into the package"


def code_cells(lesson: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in lesson.cells if cell.cell_type == "code"]


def prose_cells(lesson: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in lesson.cells if cell.cell_type == "markdown"]


def outputs(lesson: NotebookNode) -> list[NotebookNode]:
    return [output for cell in code_cells(lesson) for output in cell.outputs]


def words(cell: NotebookNode) -> int:
    """Count the words of a prose cell: what has a letter or a digit in it, fenced blocks aside."""
    prose = re.sub(r"(?s)```.*?```", "", cell.source)
    return sum(any(character.isalnum() for character in word) for word in prose.split())
