"""The page of sections that are cited: it is up to date, and each of them is in the standard, where that is at hand."""

from pathlib import Path

import pytest

from tools.sections import ROOT, TEXTS, Citation, citations, headings, main, page, problems, seen

CITED = list(citations(ROOT))


def test_page_is_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["--check"])
    assert (status, capsys.readouterr().err) == (0, "")


def test_sections_cited_are_those_of_the_standards_at_hand() -> None:
    if not TEXTS.is_dir():
        pytest.skip(f"no RFCs at {TEXTS}; SMTPLAB_RFCS can name another folder")
    found = {each.rfc: headings(each.rfc, TEXTS) for each in CITED}
    assert list(problems(CITED, {rfc: known for rfc, known in found.items() if known is not None})) == []


def test_what_was_measured_is_said_with_where() -> None:
    places = ("Wireshark", "OpenSSL", "in 4.0", "inetutils", "quiet machine")
    said = list(seen(ROOT))
    assert said
    assert [sentence for _, sentence in said if not any(place in sentence for place in places)] == []


# The tool


def cited(tmp_path: Path, text: str, name: str = "smtplab/module.py") -> list[tuple[str, str]]:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return [(rfc, section) for rfc, section, _ in citations(tmp_path)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("# RFC 4954 §3, §4 and §6", [("4954", "3"), ("4954", "4"), ("4954", "6")], id="a list"),
        pytest.param("# RFC 3207 says so (§4.2)", [("3207", ""), ("3207", "4.2")], id="named before"),
        pytest.param("# RFC 3207\n\n# §4.2", [("3207", ""), ("5321", "4.2")], id="another paragraph"),
        pytest.param('"""By RFC 7208 §4."""\n\n# §4.6.4', [("7208", "4"), ("7208", "4.6.4")], id="the module's own"),
        pytest.param("# WCAG 2.1 §1.4.3, X.690 §8.1, §10.1", [], id="other standards"),
        pytest.param('x = Section("3207", "4"), smtp("3.1")', [("3207", "4"), ("5321", "3.1")], id="data"),
    ],
)
def test_citations_are_found_in_every_form(tmp_path: Path, text: str, found: list[tuple[str, str]]) -> None:
    assert cited(tmp_path, text) == found


def test_section_alone_in_a_lesson_is_of_rfc_5321(tmp_path: Path) -> None:
    text = '"""By RFC 3207 §4, as (§3.1)."""'
    assert cited(tmp_path, text, "smtplab/lessons/module.py") == [("3207", "4"), ("5321", "3.1")]


TEXT = """
1.  Introduction . . . . . . . . . 1
2.  Rules   3

1.  Introduction

   250 is a code.

2.8.  8bit | Data
"""


def test_headings_are_not_those_of_the_contents(tmp_path: Path) -> None:
    (tmp_path / "rfc1.txt").write_text(TEXT)
    assert headings("1", tmp_path) == {"1": "Introduction", "2.8": "8bit \\| Data"}
    assert headings("2", tmp_path) is None


def test_page_marks_what_was_not_at_hand() -> None:
    text = page([Citation("1", "2", "smtplab/a.py"), Citation("3", "4", "smtplab/b.py")], {"1": {"2": "Rules"}}, [])
    assert "| [2](https://www.rfc-editor.org/rfc/rfc1#section-2) | Rules | [a](../smtplab/a.py) |" in text
    assert "Not at hand: 1 sections of 1 RFCs: [3](#rfc-3)." in text
    assert "Its text was not at hand" in text.partition("## RFC 3")[2]


def test_main_keeps_what_was_looked_up_before_where_no_text_is_at_hand(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts, nothing = tmp_path / "texts", tmp_path / "nothing"
    texts.mkdir()
    (tmp_path / "docs").mkdir()
    (texts / "rfc1.txt").write_text("1.  Introduction\n")
    cited(tmp_path, "# RFC 1 §1")
    assert (main(["--check"], tmp_path, texts), main([], tmp_path, texts)) == (1, 0)
    assert (main(["--check"], tmp_path, texts), main(["--check"], tmp_path, nothing)) == (0, 0)
    assert "not looked up anew" in capsys.readouterr().out


def test_main_names_a_section_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "rfc1.txt").write_text("1.  Introduction\n")
    cited(tmp_path, "# RFC 1 §2")
    assert main([], tmp_path, tmp_path) == 1
    assert capsys.readouterr().err == "smtplab/module.py: there is no RFC 1 §2\n"
