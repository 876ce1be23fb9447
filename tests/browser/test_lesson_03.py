"""A learner sees the way of an AUTH in lesson 03, logs in by hand, and guesses a password."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.jupyterlab import Notebook, Server, new_page
from tests.browser.test_lesson_01 import ANSWER

LESSON = "03_auth.ipynb"

RESPOND = """\
    digest = hmac.new(password.encode(), b64decode(challenge), "md5").hexdigest()
    return b64encode(f"{user} {digest}".encode()).decode()
"""
GUESS = """\
decoded = dict(pair for entry in stranger for pair in entry.decoded)
text, digest = decoded["challenge"].encode(), decoded["digest"]
password = next(word for word in WORDS if hmac.new(word.encode(), text, "md5").hexdigest() == digest)
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


def test_way_into_authenticating_is_a_picture(lesson: Notebook) -> None:
    picture = lesson.find(".jp-RenderedSVG img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") > 700
    lesson.screenshot("lesson-03-states")


def test_prediction_is_found_beside_what_happened(lesson: Notebook) -> None:
    lesson.find(".smtplab-option:has-text('in two')").click()
    said = lesson.page.evaluate(ANSWER, ["lesson.compare(capture)", "lesson.compare(capture)"])
    assert "you: in two   the wire: in two" in said


def test_articles_reading_of_the_challenge_is_told_what_is_wrong(lesson: Notebook) -> None:
    articles, right = 'questions = ("usernamePassword")', 'questions = ("username:", "Password:")'
    assert "asks twice" in lesson.page.evaluate(ANSWER, ["questions = ...", articles])
    assert "Exercise 1: correct." in lesson.page.evaluate(ANSWER, [articles, right])


def test_function_is_judged_when_its_cell_is_run(lesson: Notebook) -> None:
    assert "Exercise 3: correct." in lesson.page.evaluate(ANSWER, ["    return ...\n", RESPOND])
    lesson.screenshot("lesson-03-exercise")


def test_password_is_guessed_from_the_strangers_file(lesson: Notebook) -> None:
    assert "Exercise 4: correct." in lesson.page.evaluate(ANSWER, ["password = ...\n", GUESS])
    assert (lesson.server.folder / "lesson03-exercise4.pcapng").is_file()


def test_claim_is_judged_with_its_evidence(lesson: Notebook) -> None:
    said = lesson.page.evaluate(ANSWER, ['"C42": ...', '"C42": ("F", "RFC 4954 §4")'])
    assert "correct. It is `username:Password:`" in said
