"""A learner answers in a notebook, and finds the answers in progress.json beside it, and on the score page."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from smtplab.lessons.progress.file import read
from tests.browser.jupyterlab import Notebook, Server, new_page

CELLS = (
    'import os\nos.environ.pop("SMTPLAB_PROGRESS", None)  # the tests switch it off',
    "from smtplab.lessons import Lesson, score\nlesson = Lesson('06')\nlesson.check(2, '04:00')",
    "lesson.claims({'C03': ('I', '§3.3'), 'C30': ('F', '§4.2.1'), 'C41': ('F', '§6.1'), 'C25': ...})",
    "score()",
)


@pytest.fixture
def answered(browser: Browser, server: Server) -> Iterator[Notebook]:
    """Give a notebook with three answers."""
    with new_page(browser, server) as notebook:
        notebook.open(notebook.write("answered.ipynb", *CELLS))
        assert notebook.run_all() == []
        yield notebook
    (server.folder / "progress.json").unlink()


def test_answers_are_kept_beside_the_notebook_and_shown_on_the_score_page(answered: Notebook) -> None:
    kept = read(answered.server.folder / "progress.json").answers
    assert [(each.what, each.standing) for each in kept] == [
        ("2", "not yet"),
        ("C03", "correct"),
        ("C30", "correct"),
        ("C41", "not yet"),
    ]
    page = answered.find("text=You: 2 of 46 claims judged right")
    expect(page).to_be_visible()
    answered.screenshot("score-end")
    answered.find("th:has-text('C03')").scroll_into_view_if_needed()
    answered.screenshot("score")
