"""Does the harness see what happens in a notebook? A small one with a button, run in a real JupyterLab."""

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


def test_button_pressed_changes_what_is_shown(notebook: Notebook) -> None:
    filler = ["print('a line\\n' * 40)"] * 8
    notebook.open(notebook.write("button.ipynb", *filler, BUTTON, *filler))
    assert notebook.run_all() == []
    notebook.find(".smtplab-next").click()
    notebook.page.wait_for_function("document.querySelector('.smtplab-line').innerText === '2 of 2'")
    assert notebook.outside == []
    assert notebook.complaints == []
    notebook.screenshot("harness")


def test_kernel_answers_and_one_cell_runs_alone(notebook: Notebook) -> None:
    notebook.open(notebook.write("ask.ipynb", "runs = 0", "runs += 1"))
    notebook.run_all()
    notebook.run(1)
    assert notebook.ask("runs") == "2"
    assert notebook.ask("walks") == "NameError: name 'walks' is not defined"


def test_failing_cell_is_reported(notebook: Notebook) -> None:
    notebook.open(notebook.write("error.ipynb", "1 / 0"))
    assert [error["ename"] for error in notebook.run_all()] == ["ZeroDivisionError"]


def test_request_to_elsewhere_is_noticed(notebook: Notebook) -> None:
    notebook.open(notebook.write("outside.ipynb", OUTSIDE))
    notebook.run_all()
    notebook.find("img[src$='picture.png']")
    assert "http://127.0.0.2:9/picture.png" in notebook.outside
