"""A learner opens TLS in lesson 08, and answers."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.jupyterlab import Notebook, Server, new_page
from tests.browser.test_lesson_01 import ANSWER

LESSON = "08_tls.ipynb"


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


def test_stepper_shows_what_was_said_inside_tls(lesson: Notebook) -> None:
    stepper = lesson.find(".smtplab-panes")
    expect(stepper).to_contain_text("STARTTLS")
    expect(stepper).to_contain_text("AUTH PLAIN")
    lesson.screenshot("lesson-08-stepper")


def test_prediction_is_found_beside_what_happened(lesson: Notebook) -> None:
    lesson.find(".smtplab-option:has-text('another EHLO')").click()
    said = lesson.page.evaluate(ANSWER, ["lesson.compare(starttls)", "lesson.compare(starttls)"])
    assert "you: another EHLO   the wire: another EHLO" in said


def test_answers_are_judged_when_their_cell_is_run(lesson: Notebook) -> None:
    assert "the client cannot know yet" in lesson.page.evaluate(ANSWER, ["last = ...", 'last = "D"'])
    assert "Exercise 1: correct." in lesson.page.evaluate(ANSWER, ['last = "D"', 'last = "E"'])
    assert "Exercise 3: correct." in lesson.page.evaluate(ANSWER, ["alone = ...", 'alone = "AC"'])
    lesson.screenshot("lesson-08-exercise")
