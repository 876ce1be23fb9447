"""A learner grades the server to begin with in lesson 13, makes it better, and is told at once."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.jupyterlab import Notebook, Server, new_page
from tests.browser.test_lesson_01 import ANSWER

LESSON = "13_project.ipynb"


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


def test_first_failure_is_open_and_drawn_as_a_ladder(lesson: Notebook) -> None:
    failure = lesson.find("details[open]:has-text('S2.1')").first
    failure.scroll_into_view_if_needed()
    expect(failure.locator("svg").first).to_be_visible()
    lesson.screenshot("lesson-13-report")


def test_failures_of_later_stages_open_with_a_click(lesson: Notebook) -> None:
    failure = lesson.find("details:has(summary:has-text('S3.1'))").first
    failure.locator("summary").click()
    expect(failure.locator("svg").first).to_be_visible()


def test_better_server_gets_a_better_score(lesson: Notebook) -> None:
    known = 'if line.upper().startswith((b"EHLO", b"HELO")):\\n            connection.sendall(b"250 me\\\\r\\\\n")\\n'
    stub = '        if line.strip().upper() == b"QUIT":'
    better = f"        {known}            continue\\n{stub}".encode().decode("unicode_escape")
    said = lesson.page.evaluate(ANSWER, [stub, better])
    assert "EHLO is answered 250" not in said
    assert "Score: 1" in said


def test_answers_are_judged_when_their_cell_is_run(lesson: Notebook) -> None:
    assert "cases passed. S2." in lesson.page.evaluate(
        ANSWER, ["mine = ...\n\nlesson.check(1", "mine = serve\n\nlesson.check(1"]
    )
    right = "mine = reference_client.send\n\nlesson.check(5"
    assert "Exercise 5: correct." in lesson.page.evaluate(ANSWER, ["mine = ...\n\nlesson.check(5", right])
    lesson.screenshot("lesson-13-exercise")
