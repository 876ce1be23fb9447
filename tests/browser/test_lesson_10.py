"""A learner attacks in lesson 10, and answers."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.jupyterlab import Notebook, Server, new_page
from tests.browser.test_lesson_01 import ANSWER

LESSON = "10_attacks.ipynb"

POLICY = """    if path.startswith("@"):
        path = path.partition(":")[2]
    local, at, domain = path.rpartition("@")
    if not at:
        return 250 if path.lower() == "postmaster" else 550
    if domain.lower() in domains:
        return 250 if local + at + domain.lower() in mailboxes else 550
    return 250 if user else 550
"""
STUB = '    """Give 250 or 550."""\n    return ...'


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


def test_stepper_shows_both_mails(lesson: Notebook) -> None:
    stepper = lesson.find(".smtplab-panes")
    expect(stepper).to_contain_text("MAIL FROM:<boss@coremail.cn>")
    stepper.scroll_into_view_if_needed()
    lesson.screenshot("lesson-10-stepper")


def test_prediction_is_found_beside_what_happened(lesson: Notebook) -> None:
    lesson.find(".smtplab-option:has-text('three')").click()
    said = lesson.page.evaluate(ANSWER, ["lesson.compare(smuggled)", "lesson.compare(smuggled)"])
    assert "you: three   the wire: two" in said


def test_counts_and_frame_are_judged_when_their_cell_is_run(lesson: Notebook) -> None:
    assert "Hint 1 of 2" in lesson.page.evaluate(ANSWER, ["counts = ...", "counts = [1, 1, 1, 1]"])
    lesson.page.locator("text=Hint 1 of 2").first.scroll_into_view_if_needed()
    lesson.screenshot("lesson-10-wrong")
    assert "Exercise 1: correct." in lesson.page.evaluate(ANSWER, ["counts = [1, 1, 1, 1]", "counts = [1, 1, 3, 1]"])
    assert "No word of SMTP" in lesson.page.evaluate(ANSWER, ["frame = ...", "frame = 1"])


def test_functions_are_judged_when_their_cell_is_run(lesson: Notebook) -> None:
    loose = r'return octets.find(b"\n.\n") if b"\n.\n" in octets else len(octets)'
    assert "Exercise 2: not yet." in lesson.page.evaluate(ANSWER, ['goes on."""\n    return ...', f'."""\n    {loose}'])
    said = lesson.page.evaluate(ANSWER, [STUB, POLICY])
    assert "Exercise 5: correct." in said
    lesson.page.locator("text=Exercise 5: correct.").scroll_into_view_if_needed()
    lesson.screenshot("lesson-10-exercise")
