"""A learner goes through the mails of lesson 04, and sends one that names somebody else."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.jupyterlab import Notebook, Server, new_page
from tests.browser.test_lesson_01 import ANSWER

LESSON = "04_envelope_and_header.ipynb"

DELIVER = """\
    client.send_message("", ["stock@blue.example"], "To: <office@blue.example>\\n\\nHello.\\n")
"""
DELIVER_TO_WHO_IS_NAMED = DELIVER.replace("stock@", "office@")


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


def test_third_mail_shows_the_bcc_that_was_left_in(lesson: Notebook) -> None:
    letter = lesson.find(".smtplab-letter")
    expect(letter).to_contain_text("is named, but no copy goes there")
    for _ in range(2):
        letter.locator(".smtplab-next").click()
    expect(letter).to_contain_text("Bcc was left in: every reader sees it")
    lesson.screenshot("lesson-04-letter")


def test_prediction_is_found_beside_what_happened(lesson: Notebook) -> None:
    lesson.find(".smtplab-option:has-text('that of To')").click()
    said = lesson.page.evaluate(ANSWER, ["lesson.compare(capture)", "lesson.compare(capture)"])
    assert "you: that of To   the wire: those that RCPT names" in said


def test_what_the_learners_client_says_is_judged(lesson: Notebook) -> None:
    stub, asked = "def deliver(client):\n    return ...\n", "Have `stock@blue.example` get a mail that names"
    wrong, right = (f"def deliver(client):\n{body}" for body in (DELIVER_TO_WHO_IS_NAMED, DELIVER))
    said = lesson.page.evaluate(ANSWER, [stub, wrong])
    assert asked in said
    assert "gets nothing, whatever the header says" in said
    assert "Exercise 2: correct." in lesson.page.evaluate(ANSWER, [wrong, right])
    lesson.screenshot("lesson-04-exercise")


def test_stranger_is_read_from_the_file(lesson: Notebook) -> None:
    answer = 'addresses = ("sales@river.example", "news@blue.example")'
    assert "Exercise 1: correct." in lesson.page.evaluate(ANSWER, ["addresses = ...", answer])
