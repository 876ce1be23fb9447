"""A learner sees what became of each mail in lesson 06, and answers."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.jupyterlab import Notebook, Server, new_page
from tests.browser.test_lesson_01 import ANSWER

LESSON = "06_when_it_fails.ipynb"


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


def test_history_of_the_queue_is_a_picture(lesson: Notebook) -> None:
    picture = lesson.find(".jp-RenderedSVG img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") > 700
    lesson.screenshot("lesson-06-history")


def test_prediction_is_found_beside_what_happened(lesson: Notebook) -> None:
    lesson.find(".smtplab-option:has-text('two')").click()
    said = lesson.page.evaluate(ANSWER, ["lesson.compare(capture)", "lesson.compare(capture)"])
    assert "you: two   the wire: two" in said


def test_answers_are_judged_when_their_cell_is_run(lesson: Notebook) -> None:
    assert "5 is too short a wait" in lesson.page.evaluate(ANSWER, ["waits = ...", "waits = [5, 10]"])
    assert "Exercise 5: correct." in lesson.page.evaluate(ANSWER, ["waits = [5, 10]", "waits = [45, 120]"])
    assert "Exercise 4: correct." in lesson.page.evaluate(ANSWER, ["copies = ...", "copies = [1, 1, 2, 1]"])
    lesson.screenshot("lesson-06-exercise")
