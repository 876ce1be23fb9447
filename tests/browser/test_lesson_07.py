"""A learner of lesson 07 sees what distance costs, and writes a sender that pipelines."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.jupyterlab import Notebook, Server, new_page
from tests.browser.test_lesson_01 import ANSWER

LESSON = "07_time_and_pipelining.ipynb"

SENDER = """
    lines = [f"MAIL FROM:<{sender}>", *(f"RCPT TO:<{each}>" for each in recipients), "DATA"]
    say("".join(f"{line}\\r\\n" for line in lines))
    if [hear() for line in lines][-1] == 354:
        say(message + ".\\r\\n")
        hear()"""


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


def test_timing_is_a_picture(lesson: Notebook) -> None:
    picture = lesson.find(".jp-RenderedSVG img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") > 700
    lesson.screenshot("lesson-07-timing")


def test_prediction_is_found_beside_what_happened(lesson: Notebook) -> None:
    lesson.find(".smtplab-option:has-text('waiting')").click()
    said = lesson.page.evaluate(ANSWER, ["lesson.compare(capture)", "lesson.compare(capture)"])
    assert "you: waiting   the wire: waiting" in said


def test_answers_are_judged_when_their_cell_is_run(lesson: Notebook) -> None:
    assert "Hint 1 of 2" in lesson.page.evaluate(ANSWER, ["next_said = ...", 'next_said = ["."] * 4'])
    assert "Exercise 4: correct." in lesson.page.evaluate(ANSWER, ["    return ...", SENDER])
    lesson.screenshot("lesson-07-exercise")
