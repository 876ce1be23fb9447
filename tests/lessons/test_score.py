"""The score page: 46 claims, and what somebody's progress says about each."""

from pathlib import Path

import pytest

from smtplab.capture.record import Capture
from smtplab.lessons import Lesson, score
from smtplab.lessons.article import CLAIMS
from smtplab.lessons.lesson import LESSONS
from smtplab.lessons.progress.file import Kept, Progress
from smtplab.lessons.score import scored

FALSE = Kept("01", "C30", "1", "correct", 1, "('F', '§4.2.1')")


def test_score_without_progress_tells_no_claims_letter() -> None:
    page = score()
    assert page.trouble == "No progress is kept here."
    for view in (page.text(), page.html()):
        assert f"0 of {len(CLAIMS)} claims" in view
        assert not any(claim.right in view for claim in CLAIMS.values())


def test_score_shows_what_the_learner_has_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, captures: dict[str, Capture]
) -> None:
    monkeypatch.setenv("SMTPLAB_PROGRESS", str(tmp_path / "progress.json"))
    Lesson("00").claims({"C12": ("T", "§3.1"), "C09": ("I", 1)}, captures["00"])
    Lesson("01").claims({"C30": ("F", 20)}, captures["01"])
    Lesson("06").claims({"C30": ("F", "§4.2.1")})
    page = score()
    assert [row.name for row in page.right] == ["C12", "C30"]
    assert page.text().splitlines()[-2:] == [
        f"You: 2 of {len(CLAIMS)} claims judged right, with evidence. 2 of them at the first try.",
        "The article: of these 2, 1 true, 1 false, 0 imprecise.",
    ]


def test_score_tells_what_is_right_once_it_was_judged() -> None:
    page = scored(Progress("", (FALSE,)))
    for view in (page.text(), page.html()):
        assert "false" in view
        assert "§4.2.1" in view
    assert "254" in page.text()


@pytest.mark.parametrize("answer", ["('F', '<script>')", "('F', 20)", "'F'", "(", ""])
def test_score_shows_any_evidence_safely(answer: str) -> None:
    page = scored(Progress("", (Kept("01", "C30", "1", "correct", 1, answer),)))
    assert "<script>" not in page.html()
    assert page.text()


def test_score_of_a_broken_file_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "progress.json").write_text("{")
    monkeypatch.setenv("SMTPLAB_PROGRESS", str(tmp_path / "progress.json"))
    assert "Your progress cannot be read: it is no JSON." in score().text()


def test_score_is_shown_as_text_and_html() -> None:
    page = score()
    assert page._repr_mimebundle_() == {"text/plain": page.text(), "text/html": page.html()}


def test_every_claim_of_a_lesson_is_one_of_the_articles() -> None:
    assert {name for lesson in LESSONS.values() for name in lesson.CLAIMS} == set(CLAIMS)
