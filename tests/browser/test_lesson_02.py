"""A learner types a mail into the console of lesson 02, and the mailbox is looked at."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.jupyterlab import Notebook, Server, new_page
from tests.browser.test_lesson_01 import ANSWER

LESSON = "02_by_hand.ipynb"
ENVELOPE = (
    ("EHLO TINY-DESKTOP", "250"),
    ("MAIL FROM: <test01@coremail.cn>", "501"),
    ("MAIL FROM:<test01@coremail.cn>", "250"),
    ("RCPT TO:<test02@coremail.cn>", "250"),
    ("DATA", "354"),
)


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


def test_prediction_is_found_beside_what_happened(lesson: Notebook) -> None:
    lesson.find(".smtplab-option:has-text('501, syntax error')").click()
    said = lesson.page.evaluate(ANSWER, ["lesson.compare(capture)", "lesson.compare(capture)"])
    assert "you: 501, syntax error   the wire: 501, syntax error" in said
    lesson.screenshot("lesson-02-comparison")


def test_mail_that_was_typed_is_found_in_the_mailbox(lesson: Notebook) -> None:
    asked = lesson.page.evaluate(ANSWER, ["delivered = ...", "delivered = desk"])
    assert "is empty" in asked
    subject = re.search(r"whose Subject is `(\w+ \d+)`", asked)
    assert subject
    console = lesson.find(".smtplab-console")
    for line, code in ENVELOPE:
        type_line(lesson, line)
        expect(console.locator(".smtplab-dialogue tr").last).to_contain_text(code)
    for line in (f"Subject: {subject[1]}", "From: <test01@coremail.cn>", "", "Hello.", "."):
        type_line(lesson, line)
    expect(console.locator(".smtplab-dialogue tr").last).to_contain_text("Queued as 1")
    lesson.screenshot("lesson-02-console")
    assert "Exercise 1: correct." in lesson.page.evaluate(ANSWER, ["delivered = desk", "delivered = desk"])


def test_answers_are_judged_when_their_cell_is_run(lesson: Notebook) -> None:
    assert "501 5.5.4 No blank" in lesson.page.evaluate(ANSWER, ["mended = ...", "mended = {}"])
    right = 'mended = {"B": "MAIL FROM:<helpdesk@north.example>", "C": "RCPT TO:<test02@coremail.cn>", "E": None}'
    assert "Exercise 2: correct." in lesson.page.evaluate(ANSWER, ["mended = {}", right])
    lesson.screenshot("lesson-02-exercise")


def type_line(lesson: Notebook, line: str) -> None:
    console = lesson.find(".smtplab-console")
    box, rows = console.locator(".smtplab-line-box textarea"), console.locator(".smtplab-dialogue tr")
    before = rows.count()
    box.fill(line)
    box.press("Enter")
    expect(rows).not_to_have_count(before)
