"""The claims of the article: a verdict counts with the right letter and evidence, and every section cited is there."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.capture.record import Capture
from smtplab.lessons import Lesson
from smtplab.lessons.article import CLAIMS
from smtplab.lessons.claims import Claim, Claims, Judgement, Section, judge, section_of, sources
from smtplab.lessons.lesson import LESSONS
from smtplab.lessons.verdicts import Standing, Verdict

Captures = dict[str, Capture]

ROOT = Path(__file__).resolve().parents[2]
JUDGED = [pytest.param(lesson, name, id=name) for lesson, content in LESSONS.items() for name in content.CLAIMS]
TEXTS = [*sorted((ROOT / "smtplab" / "lessons").rglob("*.py")), *sorted((ROOT / "notebooks").glob("*.ipynb"))]

# "RFC 4954 §3, §4": what follows an RFC in one list is of that RFC. All other sections are of RFC 5321.
CITED = re.compile(r"RFC (\d+)((?:(?:,| and| to)? §\d+(?:\.\d+)*)+)|§(\d+(?:\.\d+)*)")
IN_DATA = re.compile(r'Section\("(\d+)", "([\d.]+)"\)|smtp\(([^)]*)\)')


def judged(name: str, answer: object, capture: object = None) -> Judgement:
    return judge(CLAIMS[name], answer, capture, tries=0)


@pytest.mark.parametrize(("lesson", "name"), JUDGED)
def test_right_letter_with_a_frame_that_shows_it_is_correct(lesson: str, name: str, captures: Captures) -> None:
    claim, capture = CLAIMS[name], captures[lesson]
    if claim.frames is None:
        assert "name the section" in judged(name, (claim.letter, 1), capture).remark
        return
    frames = claim.frames(capture.transcript)
    assert frames
    for frame in frames:
        judgement = judged(name, (claim.letter, frame), capture)
        assert judgement.standing is Standing.CORRECT
        assert claim.right in judgement.remark


@pytest.mark.parametrize(("lesson", "name"), JUDGED)
def test_right_letter_with_a_section_that_says_it_is_correct(lesson: str, name: str) -> None:
    claim = CLAIMS[name]
    for section in claim.sections:
        assert judged(name, (claim.letter, str(section))).standing is Standing.CORRECT
    if not claim.sections:
        assert "name a frame" in judged(name, (claim.letter, "§3.1")).remark


@pytest.mark.parametrize(("lesson", "name"), JUDGED)
def test_right_letter_alone_does_not_count(lesson: str, name: str) -> None:
    judgement = judged(name, CLAIMS[name].letter)
    assert judgement.standing is Standing.WRONG
    assert judgement.remark.startswith(f"{CLAIMS[name].letter} is right. Now the evidence")


@pytest.mark.parametrize(("lesson", "name"), JUDGED)
def test_wrong_letter_is_told_where_to_look_and_twice_wrong_the_answer(
    lesson: str, name: str, captures: Captures
) -> None:
    claim = CLAIMS[name]
    for letter in {"T", "F", "I"} - {claim.letter}:
        again = Lesson(lesson)
        said = [claims_of(again, {name: (letter, 4)}, captures[lesson]) for _ in range(3)]
        assert [claim.hint in each for each in said] == [True, True, False]
        assert claim.right in said[2]


def claims_of(lesson: Lesson, answers: dict[str, object], capture: object = None) -> str:
    claims = lesson.claims(answers, capture)
    assert isinstance(claims, Claims)
    return claims.text()


@pytest.mark.parametrize("answer", [..., (..., ...), (..., 4)])
def test_stub_is_not_answered_yet(answer: object) -> None:
    assert judged("C12", answer).standing is Standing.UNANSWERED


@pytest.mark.parametrize("answer", ["", None, 4, (), ("T",), ("T", 4, 5), ("X", 4), (4, "T"), {}, b"T", ("", "")])
def test_answer_of_another_form_is_told_the_form(answer: object, captures: Captures) -> None:
    judgement = judged("C12", answer, captures["00"])
    assert judgement.standing is Standing.UNREADABLE
    assert '("T", 4)' in judgement.remark


@pytest.mark.parametrize("answer", [("T", 4), ["t", 4], ("true", 4), (" T ", "5321 3.1"), ("T", "section 3.1")])
def test_answer_is_read_in_any_form_that_people_use(answer: object, captures: Captures) -> None:
    assert judged("C12", answer, captures["00"]).standing is Standing.CORRECT


def test_frame_that_does_not_show_it_is_not_taken(captures: Captures) -> None:
    judgement = judged("C12", ("T", 1), captures["00"])
    assert judgement.remark.startswith("T is right, but frame 1 does not show it.")


def test_section_about_something_else_is_not_taken() -> None:
    assert "is not where this is said" in judged("C12", ("T", "RFC 5321 §5.1")).remark


def test_frame_without_a_capture_asks_for_it() -> None:
    assert "give your capture" in judged("C12", ("T", 4)).remark


def test_claim_of_another_lesson_is_told_which_there_are() -> None:
    assert "judges C09, C10, C11, C12" in claims_of(Lesson("00"), {"C30": "F"})


@given(answer=st.recursive(st.none() | st.integers() | st.text() | st.binary(), lambda inner: st.tuples(inner, inner)))
def test_judging_never_raises(answer: object) -> None:
    assert Lesson("01").claims({"C30": answer}, answer)


@pytest.mark.parametrize("answers", [..., None, "C30", [("C30", "F")]])
def test_claims_that_are_no_dict_are_told_the_form(answers: object) -> None:
    assert isinstance(Lesson("01").claims(answers), Verdict)  # type: ignore[arg-type]


@pytest.mark.parametrize(("lesson", "name"), JUDGED)
def test_solution_of_a_claim_says_what_is_right(lesson: str, name: str) -> None:
    assert CLAIMS[name].right in Lesson(lesson).solution(name).text()


@pytest.mark.parametrize(
    ("text", "section"),
    [
        pytest.param("RFC 3207 §6", Section("3207", "6"), id="whole"),
        pytest.param("rfc3207, section 6", Section("3207", "6"), id="in words"),
        pytest.param("3207 6", Section("3207", "6"), id="numbers"),
        pytest.param("§3.1", Section("5321", "3.1"), id="of RFC 5321"),
        pytest.param("3.1.", Section("5321", "3.1"), id="without the sign"),
        pytest.param("RFC 8621", Section("8621", ""), id="an RFC"),
        pytest.param("the wire", Section("", "the wire"), id="something else"),
    ],
)
def test_section_is_read_as_people_write_it(text: str, section: Section) -> None:
    assert section_of(text) == section


@pytest.mark.parametrize(
    ("outer", "inner", "holds"),
    [("4.2", "4.2.1", True), ("4.2.1", "4.2", False), ("4.2", "4.20", False), ("", "9", True), ("4.2", "4.2", True)],
)
def test_section_holds_its_parts(outer: str, inner: str, holds: bool) -> None:
    assert Section("5321", outer).holds(Section("5321", inner)) is holds


@pytest.mark.parametrize(
    ("sections", "named"),
    [
        pytest.param((), "", id="none"),
        pytest.param((Section("5321", "3.1"), Section("5321", "4.2")), "RFC 5321 §3.1, §4.2.", id="one RFC"),
        pytest.param((Section("3207", "6"), Section("4954", "9")), "RFC 3207 §6, RFC 4954 §9.", id="two"),
        pytest.param((Section("8621"),), "RFC 8621.", id="a whole RFC"),
    ],
)
def test_sources_name_an_rfc_but_once(sections: tuple[Section, ...], named: str) -> None:
    assert sources(Claim("", "T", "", sections, "")) == named


def test_claims_escape_what_a_learner_gave() -> None:
    claim = Claim("<b>", "T", "right", (Section("5321", "1"),), "<hint>")
    judgement = judge(claim, ("T", "<script>"), None, 0)
    html = Claims((("<C>", claim, judgement),)).html()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in TEXTS])
def test_every_section_cited_is_in_the_standard(path: Path, rfcs: dict[str, str]) -> None:
    missing = {f"RFC {rfc} §{section}" for rfc, section in cited_in(path) if not is_in(rfcs, rfc, section)}
    assert missing == set()


def cited_in(path: Path) -> set[tuple[str, str]]:
    text, found = path.read_text(), set()
    for rfc, sections, alone in CITED.findall(text):
        found |= {(rfc or "5321", section) for section in re.findall(r"\d+(?:\.\d+)*", sections or alone)}
    for rfc, section, of_5321 in IN_DATA.findall(text):
        found |= {(rfc, section)} if rfc else {("5321", each) for each in re.findall(r'"([\d.]+)"', of_5321)}
    return found


def is_in(rfcs: dict[str, str], rfc: str, section: str) -> bool:
    return rfc in rfcs and re.search(rf"^ {{0,3}}{re.escape(section)}\.? +\S", rfcs[rfc], re.MULTILINE) is not None


def test_citations_are_found_in_every_form() -> None:
    text = "RFC 4954 §3, §4 and §6; then §2.1, and RFC 5322 §2.1. (RFC 5321 §3.1 to §3.3)"
    assert [(rfc, alone) for rfc, _, alone in CITED.findall(text)] == [
        ("4954", ""),
        ("", "2.1"),
        ("5322", ""),
        ("5321", ""),
    ]
