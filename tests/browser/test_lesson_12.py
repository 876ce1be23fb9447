"""A learner reads a stranger's capture in lesson 12, and answers."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from smtplab.lessons import Lesson
from smtplab.lessons.exercises import Exercise
from tests.browser.jupyterlab import Notebook, Server, new_page
from tests.browser.test_lesson_01 import ANSWER

LESSON = "12_capstone.ipynb"


@pytest.fixture(scope="module")
def lesson(browser: Browser, server: Server) -> Iterator[Notebook]:
    """Give the lesson, run from top to bottom."""
    with new_page(browser, server) as notebook:
        notebook.open(LESSON)
        assert notebook.run_all() == []
        yield notebook


def right(number: int) -> Any:
    exercise = Lesson("12")._exercise(number, None)
    assert isinstance(exercise, Exercise)
    return exercise.solve()


def test_lesson_asks_nothing_of_the_outside_and_complains_of_nothing(lesson: Notebook) -> None:
    assert lesson.outside == []
    assert lesson.complaints == []


def test_browser_filters_the_strangers_file(lesson: Notebook) -> None:
    field = lesson.find(".smtplab-filter input")
    field.fill("smtp.response.code >= 400")
    field.press("Enter")
    expect(lesson.page.locator(".smtplab-list option")).to_have_count(4)
    lesson.page.locator(".smtplab-panes").first.scroll_into_view_if_needed()
    lesson.screenshot("lesson-12-browser")


def test_ladder_shows_one_connection(lesson: Notebook) -> None:
    picture = lesson.find(".jp-RenderedSVG img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") > 700


def test_prediction_is_found_beside_what_happened(lesson: Notebook) -> None:
    lesson.find(".smtplab-option:has-text('its handshake, and records')").click()
    said = lesson.page.evaluate(ANSWER, ["lesson.compare(strangers)", "lesson.compare(strangers)"])
    assert "you: its handshake, and records   the wire: its handshake, and records" in said


def test_inventory_is_judged_key_by_key(lesson: Notebook) -> None:
    half = {number: {**row, "mails": 9} for number, row in right(1).items()}
    said = lesson.page.evaluate(ANSWER, ["inventory = ...", f"inventory = {half!r}"])
    assert "No reply here answers such an end" in said
    assert "Exercise 1: correct." in lesson.page.evaluate(
        ANSWER, [f"inventory = {half!r}", f"inventory = {right(1)!r}"]
    )
    lesson.screenshot("lesson-12-inventory")


@pytest.mark.parametrize(
    ("number", "name", "wrong", "why"),
    [
        (2, "digest", "0" * 64, "is not the file in stream"),
        (3, "passwords", {0: "secret"}, "is not asked about"),
        (4, "reader", "nobody@nowhere.example", "is in no RCPT"),
        (5, "incident", ("injection", 1), "mail ends in frame 1"),
    ],
)
def test_answers_are_judged_when_their_cell_is_run(
    number: int, name: str, wrong: object, why: str, lesson: Notebook
) -> None:
    assert why in lesson.page.evaluate(ANSWER, [f"{name} = ...", f"{name} = {wrong!r}"])
    said = lesson.page.evaluate(ANSWER, [f"{name} = {wrong!r}", f"{name} = {right(number)!r}"])
    assert f"Exercise {number}: correct." in said
    lesson.screenshot(f"lesson-12-exercise-{number}")
