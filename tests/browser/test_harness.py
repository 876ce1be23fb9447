"""Does the harness see what happens in a notebook? A small one with a button, run in a real JupyterLab."""

import nbformat
from nbformat import v4

from tests.browser.jupyterlab import Notebook

BUTTON = """
from ipywidgets import HTML, Button, VBox
line, button = HTML("1 of 2"), Button(description="next")
line.add_class("smtplab-line")
button.add_class("smtplab-next")
button.on_click(lambda _: setattr(line, "value", "2 of 2"))
VBox([button, line])
"""
OUTSIDE = "from IPython.display import HTML; HTML('<img src=\"http://127.0.0.2:9/picture.png\">')"


def write(notebook: Notebook, name: str, *sources: str) -> str:
    cells = [v4.new_code_cell(source.strip()) for source in sources]
    content = v4.new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    nbformat.write(content, notebook.server.folder / name)
    return name


def test_button_pressed_changes_what_is_shown(notebook: Notebook) -> None:
    filler = ["print('a line\\n' * 40)"] * 8
    notebook.open(write(notebook, "button.ipynb", *filler, BUTTON, *filler))
    assert notebook.run_all() == []
    notebook.find(".smtplab-next").click()
    notebook.page.wait_for_function("document.querySelector('.smtplab-line').innerText === '2 of 2'")
    assert notebook.outside == []
    assert notebook.complaints == []
    notebook.screenshot("harness")


def test_failing_cell_is_reported(notebook: Notebook) -> None:
    notebook.open(write(notebook, "error.ipynb", "1 / 0"))
    assert [error["ename"] for error in notebook.run_all()] == ["ZeroDivisionError"]


def test_request_to_elsewhere_is_noticed(notebook: Notebook) -> None:
    notebook.open(write(notebook, "outside.ipynb", OUTSIDE))
    notebook.run_all()
    notebook.find("img[src$='picture.png']")
    assert "http://127.0.0.2:9/picture.png" in notebook.outside
