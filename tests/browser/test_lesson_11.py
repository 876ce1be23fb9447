"""A learner sees in lesson 11 who vouches for a mail, and answers."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.jupyterlab import Notebook, Server, new_page
from tests.browser.test_lesson_01 import ANSWER

LESSON = "11_spf_dkim_dmarc.ipynb"


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


def test_stepper_shows_all_that_the_stranger_said(lesson: Notebook) -> None:
    stepper = lesson.find(".smtplab-panes")
    expect(stepper).to_contain_text("EHLO mail.coremail.cn")
    expect(stepper).to_contain_text("550 5.7.1")
    lesson.screenshot("lesson-11-stepper")


def test_prediction_is_found_beside_what_happened(lesson: Notebook) -> None:
    lesson.find(".smtplab-option:has-text('the dot')").click()
    said = lesson.page.evaluate(ANSWER, ["lesson.compare(capture)", "lesson.compare(capture)"])
    assert "you: the dot   the wire: the dot" in said


def test_answers_are_judged_when_their_cell_is_run(lesson: Notebook) -> None:
    wrong, right = '{"SPF": "E", "DKIM": "D", "DMARC": "E"}', '{"SPF": "B", "DKIM": "D", "DMARC": "E"}'
    assert "SPF: not E." in lesson.page.evaluate(ANSWER, ["looked_at = ...", f"looked_at = {wrong}"])
    assert "Exercise 1: correct." in lesson.page.evaluate(ANSWER, [f"looked_at = {wrong}", f"looked_at = {right}"])
    killed = '{"simple": "BCEF", "relaxed": "BE"}'
    assert "Exercise 3: correct." in lesson.page.evaluate(ANSWER, ["killed_by = ...", f"killed_by = {killed}"])
    lesson.screenshot("lesson-11-exercise")
