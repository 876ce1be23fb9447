"""A learner follows a mail over three hosts in lesson 09, and answers."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.jupyterlab import Notebook, Server, new_page
from tests.browser.test_lesson_01 import ANSWER

LESSON = "09_mx.ipynb"


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


def test_five_connections_are_small_ladders(lesson: Notebook) -> None:
    picture = lesson.find(".jp-RenderedSVG img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") > 700
    picture.scroll_into_view_if_needed()
    expect(picture).to_be_in_viewport()
    lesson.screenshot("lesson-09-connections")


def test_question_and_answer_of_the_name_server_are_explained(lesson: Notebook) -> None:
    answer = lesson.find(".smtplab-hexdump:has-text('exchange')")
    expect(answer).to_contain_text("mx2.north.example.")
    answer.scroll_into_view_if_needed()
    lesson.screenshot("lesson-09-datagram")


def test_grid_of_the_three_doors_is_a_table(lesson: Notebook) -> None:
    grid = lesson.find("table:has-text('550 for everybody')")
    grid.scroll_into_view_if_needed()
    expect(grid).to_contain_text("538 in clear, 235 in TLS")
    lesson.screenshot("lesson-09-doors")


def test_prediction_is_found_beside_what_happened(lesson: Notebook) -> None:
    lesson.find(".smtplab-option:has-text('three times')").click()
    said = lesson.page.evaluate(ANSWER, ["lesson.compare(capture)", "lesson.compare(capture)"])
    assert "you: three times   the wire: three times" in said


def test_answers_are_judged_when_their_cell_is_run(lesson: Notebook) -> None:
    assert "lower is better" in lesson.page.evaluate(ANSWER, ["order = ...", 'order = "ABCF"'])
    assert "Exercise 1: correct." in lesson.page.evaluate(ANSWER, ['order = "ABCF"', 'order = "FBCA"'])
    assert "does not stand in for them" in lesson.page.evaluate(ANSWER, ["added = ...", 'added = "@ A 127.0.0.5"'])
    lesson.page.locator("text=does not stand in for them").scroll_into_view_if_needed()
    lesson.screenshot("lesson-09-wrong")
    assert "Exercise 3: correct." in lesson.page.evaluate(ANSWER, ['added = "@ A 127.0.0.5"', 'added = "@ MX 20 mx2"'])
    lesson.page.locator("text=Exercise 3: correct.").scroll_into_view_if_needed()
    lesson.screenshot("lesson-09-exercise")
