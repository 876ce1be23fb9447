"""Run the lessons and save what they print, so that two runs leave the same file.

    python3 tools/notebooks.py [FILE ...]            run and save (all of notebooks/ when none is named)
    python3 tools/notebooks.py --check [FILE ...]    run, save nothing, fail where a saved output would change

What differs between runs or machines is left out: times, the version of Python, all metadata of cells but tags, and the
state of widgets (what they show without a kernel stays). A cell whose outputs differ only in what
tests/nbval_sanitize.cfg blanks keeps its old ones.
"""

import argparse
import json
import os
import re
import sys
import time
from copy import deepcopy
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from nbval.plugin import coalesce_streams, get_sanitize_patterns

ROOT = Path(__file__).resolve().parents[1]
SANITIZE = ROOT / "tests" / "nbval_sanitize.cfg"
WIDGET = "application/vnd.jupyter.widget-view+json"
SECONDS_A_CELL = 60

METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def main() -> int:
    """Give the exit status: 1 when a cell fails, or with --check when an output would change."""
    parser = argparse.ArgumentParser(description="Run the lessons and save what they print.")
    parser.add_argument("--check", action="store_true", help="save nothing; fail where a saved output would change")
    parser.add_argument("files", nargs="*", type=Path, default=sorted((ROOT / "notebooks").glob("*.ipynb")))
    options = parser.parse_args()
    os.environ["SMTPLAB_PROGRESS"] = "off"  # what somebody has answered here is not part of a lesson
    return max([save(path, options.check) for path in options.files], default=0)


def save(path: Path, check: bool) -> int:
    """Run one notebook; write it, or with `check` only say which cells would change."""
    old = nbformat.read(path, as_version=4)
    began = time.monotonic()
    try:
        new = tidy(executed(old, path.parent))
    except CellExecutionError as error:
        print(f"{path}: {error}", file=sys.stderr)
        return 1
    settle(new, old)
    text, before = nbformat.writes(new) + "\n", path.read_text(encoding="utf-8")
    print(f"{path}: {time.monotonic() - began:.1f} s, {'unchanged' if text == before else 'changed'}")
    if check and text != before:
        print("".join(f"  cell {number} differs\n" for number in differing(new, old)), end="", file=sys.stderr)
        return 1
    path.write_text(text, encoding="utf-8")
    return 0


def executed(notebook: NotebookNode, folder: Path) -> NotebookNode:
    """Run all cells in a new kernel that starts in `folder`, and give a copy with their outputs."""
    client = NotebookClient(
        deepcopy(notebook),
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        extra_arguments=["--log-level=ERROR"],
        record_timing=False,
        store_widget_state=False,
        timeout=SECONDS_A_CELL,
    )
    return client.execute()


def tidy(notebook: NotebookNode) -> NotebookNode:
    """Leave only what is the same in every run, in place."""
    notebook.metadata = nbformat.from_dict(METADATA)
    for number, cell in enumerate(notebook.cells, 1):
        cell.id = f"cell-{number:02}"
        cell.metadata = {"tags": cell.metadata.tags} if cell.metadata.get("tags") else {}
    for count, cell in enumerate(code_cells(notebook), 1):
        cell.execution_count = count
        cell.outputs = [tidy_output(output, count) for output in coalesce_streams(cell.outputs)]
    return notebook


def tidy_output(output: NotebookNode, count: int) -> NotebookNode:
    """Number an output like its cell, and drop a widget's random id: its HTML is what a page without a kernel shows."""
    if "execution_count" in output:
        output.execution_count = count
    if "data" in output:
        output.data.pop(WIDGET, None)
    return output


def settle(new: NotebookNode, old: NotebookNode) -> None:
    """Take the old outputs where the new ones say the same, so that a picture's times do not change the file."""
    for cell, before in zip(new.cells, old.cells, strict=True):
        if cell.cell_type == "code" and same(cell.outputs, before.outputs):
            cell.outputs = before.outputs


def same(outputs: Any, others: Any) -> bool:
    """Compare outputs as nbval does, sanitised."""
    return sanitised(outputs) == sanitised(others)


def sanitised(outputs: Any) -> str:
    text = json.dumps(outputs, sort_keys=True, ensure_ascii=False)
    for pattern, replacement in get_sanitize_patterns(SANITIZE.read_text(encoding="utf-8")):
        text = re.sub(pattern, replacement, text)
    return text


def differing(new: NotebookNode, old: NotebookNode) -> list[int]:
    """List the numbers, from 1, of the cells that are not as they were."""
    return [number for number, (cell, before) in enumerate(zip(new.cells, old.cells, strict=True), 1) if cell != before]


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """List the cells that run, in order. An empty one does not, and gets no number."""
    return [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]


if __name__ == "__main__":
    sys.exit(main())
