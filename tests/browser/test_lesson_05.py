"""A learner sees the picture that came as text in lesson 05, and the dots that were doubled, and doubles them."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.jupyterlab import Notebook, Server, new_page
from tests.browser.test_lesson_01 import ANSWER

LESSON = "05_data_lines_dots_mime.ipynb"

STUB = "def stuff(content):\n    return ...\n"
NOT_THE_FIRST = 'def stuff(content):\n    return content.replace(b"\\r\\n.", b"\\r\\n..")\n'
UNSTUFF = """\
def unstuff(wire):
    single = wire.replace(b"\\r\\n.", b"\\r\\n")
    return single[1:] if wire.startswith(b".") else single
"""
STUFF = """\
def stuff(content):
    doubled = content.replace(b"\\r\\n.", b"\\r\\n..")
    return b"." + doubled if content.startswith(b".") else doubled
"""


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


def test_picture_of_the_capture_is_shown(lesson: Notebook) -> None:
    picture = lesson.find(".smtplab-attached img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [16, 10]
    lesson.screenshot("lesson-05-picture")


def test_dots_are_shown_as_written_on_the_wire_and_stored(lesson: Notebook) -> None:
    letter = lesson.find(".smtplab-letter")
    letter.get_by_role("button", name="dots").click()
    expect(letter.locator(".smtplab-dots tbody tr")).to_have_count(4)
    expect(letter.locator(".smtplab-dots")).to_contain_text("..profile")
    lesson.screenshot("lesson-05-dots")


def test_prediction_is_found_beside_what_happened(lesson: Notebook) -> None:
    lesson.find(".smtplab-option:has-text('the same mail three times')").click()
    said = lesson.page.evaluate(ANSWER, ["lesson.compare(capture)", "lesson.compare(capture)"])
    assert "you: the same mail three times   the wire: the same mail three times" in said


def test_functions_are_judged_when_their_cell_is_run(lesson: Notebook) -> None:
    assert "The other still returns the dots" in lesson.page.evaluate(ANSWER, [STUB, STUFF])
    said = lesson.page.evaluate(ANSWER, ["def unstuff(wire):\n    return ...\n", UNSTUFF])
    assert "Exercise 1: correct." in said
    said = lesson.page.evaluate(ANSWER, [STUFF, NOT_THE_FIRST])
    assert "`stuff` gives" in said
    lesson.screenshot("lesson-05-exercise")


def test_zero_is_an_answer(lesson: Notebook) -> None:
    assert "Exercise 3: correct." in lesson.page.evaluate(ANSWER, ["found = ...", "found = 0"])
