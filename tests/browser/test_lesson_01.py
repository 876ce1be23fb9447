"""A learner answers questions and exercises of lesson 01, and is told at once how they stand."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.jupyterlab import Notebook, Server, new_page

LESSON = "01_session_phase_by_phase.ipynb"

# Type into the cell that holds `stub`, and run it.
ANSWER = """async ([stub, answer]) => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  notebook.activeCellIndex = notebook.widgets.findIndex(cell => cell.model.sharedModel.source.includes(stub));
  const source = notebook.activeCell.model.sharedModel;
  source.source = source.source.replace(stub, answer);
  await window.jupyterapp.commands.execute('notebook:run-cell');
  return JSON.stringify(notebook.activeCell.model.sharedModel.outputs);
}"""


@pytest.fixture(scope="module")
def lesson(browser: Browser, server: Server) -> Iterator[Notebook]:
    """Give the lesson, run from top to bottom."""
    with new_page(browser, server) as notebook:
        notebook.open(LESSON)
        assert notebook.run_all() == []
        yield notebook


def test_lesson_asks_nothing_of_the_outside_and_complains_of_nothing(lesson: Notebook) -> None:
    assert lesson.outside == []
    assert lesson.complaints == []


@pytest.mark.parametrize(("option", "remark"), [("the client", "✕ not that one"), ("the server", "RFC 5321 §3.1")])
def test_click_answers_a_question_of_the_last_lesson(lesson: Notebook, option: str, remark: str) -> None:
    questions = lesson.find(".smtplab-questions:has-text('Who speaks first')")
    questions.locator(".smtplab-option", has_text=option).first.click()
    expect(questions.locator(".smtplab-chosen")).to_have_text(option)
    expect(questions.locator(".smtplab-remark").first).to_contain_text(remark)
    lesson.screenshot("lesson-01-recall")


def test_prediction_is_found_beside_what_happened(lesson: Notebook) -> None:
    lesson.find(".smtplab-option:has-text('503, bad sequence')").click()
    said = lesson.page.evaluate(ANSWER, ["lesson.compare(capture)", "lesson.compare(capture)"])
    assert "you: 503, bad sequence   the wire: 503, bad sequence" in said


def test_answers_are_judged_when_their_cell_is_run(lesson: Notebook) -> None:
    assert "Hint 1 of 2" in lesson.page.evaluate(ANSWER, ["answered = ...", 'answered = "QUIT"'])
    assert "Exercise 2: correct." in lesson.page.evaluate(ANSWER, ['answered = "QUIT"', 'answered = "the dot"'])
    lesson.screenshot("lesson-01-exercise")
