"""A lesson as its notebook sees it: what is asked before the run, and what is said after it."""

import subprocess
import sys

import pytest

from smtplab.capture.record import Capture
from smtplab.lessons import Lesson
from smtplab.lessons.lesson import LESSONS
from smtplab.lessons.questions import Comparison
from smtplab.lessons.verdicts import Lettered, Standing, Verdict
from smtplab.protocol.transcript import Transcript

Captures = dict[str, Capture]


def test_lesson_that_does_not_exist_names_those_that_do() -> None:
    with pytest.raises(ValueError, match="there are 00, 01"):
        Lesson("99")


def test_repr_says_which_lesson_and_whose() -> None:
    assert repr(Lesson("01", seed="another")) == "Lesson('01', seed='another')"


def test_importing_lessons_loads_no_widgets_and_no_scapy() -> None:
    heavy = ("ipywidgets", "scapy", "matplotlib")
    code = f"import sys, smtplab.lessons; print(*[name for name in {heavy} if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert loaded.split() == []


@pytest.mark.parametrize("name", LESSONS)
def test_prediction_stays_beside_what_happened(name: str, captures: Captures) -> None:
    lesson = Lesson(name)
    questions = lesson.predict()
    questions.choose(1, questions.rows[0].options[0])
    comparison = lesson.compare(captures[name])
    assert isinstance(comparison, Comparison)
    assert [said for _, said, _ in comparison.rows] == [questions.rows[0].options[0], "", ""]


@pytest.mark.parametrize("name", LESSONS)
def test_what_happened_is_one_of_the_options(name: str, captures: Captures) -> None:
    comparison, questions = Lesson(name).compare(captures[name]), Lesson(name).predict()
    assert isinstance(comparison, Comparison)
    for row, (_, _, outcome) in zip(questions.rows, comparison.rows, strict=True):
        assert outcome in row.options


def test_prediction_is_marked_right_or_wrong_in_html() -> None:
    html = Comparison((("Who?", "the server", "the server"), ("How many?", "3", "10"), ("What?", "", "this"))).html()
    assert html.count("✓ the server") == 1
    assert html.count("✕ 3") == 1
    assert html.count("no prediction") == 1


def test_comparison_and_claims_are_shown_as_text_and_html(captures: Captures) -> None:
    lesson = Lesson("00")
    for view in (lesson.compare(captures["00"]), lesson.claims({"C12": ...})):
        assert view._repr_mimebundle_() == {"text/plain": view.text(), "text/html": view.html()}


def test_compare_without_a_capture_asks_for_it() -> None:
    verdict = Lesson("00").compare(None)
    assert isinstance(verdict, Verdict)
    assert "give your capture" in verdict.text()


@pytest.mark.parametrize("name", LESSONS)
def test_compare_with_an_empty_capture_says_what_is_not_in_it(name: str) -> None:
    assert "not in this capture" in Lesson(name).compare(Transcript()).text()


def test_recall_offers_every_right_answer_among_others() -> None:
    rows = Lesson("01").recall().rows
    assert len(rows) == 5
    assert all(row.right in row.options and len(set(row.options)) == 3 and row.because for row in rows)


def test_recall_shuffles_its_options_by_seed() -> None:
    orders = {tuple(row.options for row in Lesson("01", seed).recall().rows) for seed in range(5)}
    assert len(orders) == 5


def test_verdict_shows_code_as_code_and_escapes_the_rest() -> None:
    verdict = Verdict(
        "Exercise 1", Standing.WRONG, ("say `MAIL FROM:<a>`, not <b>",), "<q>", Lettered(["<line>"]), "a < b"
    )
    html = verdict.html()
    assert "<code>MAIL FROM:&lt;a&gt;</code>, not &lt;b&gt;" in html
    for escaped in ("&lt;q&gt;", "&lt;line&gt;", "a &lt; b"):
        assert escaped in html


def test_verdict_as_text_reads_from_question_to_reason() -> None:
    verdict = Verdict("Exercise 1", Standing.WRONG, ("Why not.", "Hint."), "Which?", Lettered(["one", "two"]), "code")
    assert verdict.text().splitlines() == [
        "Which?",
        "A  one",
        "B  two",
        "",
        "Exercise 1: not yet.",
        "Why not.",
        "Hint.",
        "code",
    ]


def test_verdict_is_shown_as_text_and_html() -> None:
    bundle = Verdict("Exercise 1", Standing.CORRECT)._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html"}
    assert bundle["text/plain"] == "Exercise 1: correct."
    assert "✓ Exercise 1: correct." in bundle["text/html"]
