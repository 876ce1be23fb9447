"""The dialogue with its line ends: what was typed and what came, whole lines or not."""

import re

import pytest

from smtplab.protocol.transcript import Entry, Kind, Transcript
from smtplab.views.typed import ENTRY_LINES, LINE_OCTETS, ROWS, Typed, typed
from tests.views.sessions import LOGIN, ORDINARY, STARTTLS, heard, together

HOSTILE = r"C: <script>alert(1)</script>\x1b[31m\x00\xe2\x80\xae"


def lines(script: str, end: str = "\r\n") -> list[str]:
    return typed(heard(script, end=end)).text().split("\n")


def unread(octets: bytes, script: str = "S: 220 a", *, passwords: bool = False) -> list[str]:
    return typed(heard(script), [("client", octets)], passwords=passwords).text().split("\n")[1:]


@pytest.mark.parametrize(
    ("end", "line"),
    [
        pytest.param("\r\n", "greeting  S: 220 a [CR LF]", id="CRLF"),
        pytest.param("\n", "greeting  S: 220 a [LF]", id="LF alone"),
    ],
)
def test_line_end_is_named(end: str, line: str) -> None:
    assert lines("S: 220 a", end=end) == [line]


def test_cr_alone_is_marked_where_it_stands() -> None:
    assert lines(r"S: 220 a\rb") == ["greeting  S: 220 a [CR] b [CR LF]"]


@pytest.mark.parametrize(
    ("octets", "shown"),
    [
        pytest.param(b"NO", ["          C: NO   not a whole line yet"], id="no end"),
        pytest.param(b"NO\r", ["          C: NO [CR]   not a whole line yet"], id="half an end"),
        pytest.param(b"a\r\nb", ["          C: a [CR LF]", "          C: b   not a whole line yet"], id="more lines"),
        pytest.param(b"a\n", ["          C: a [LF]"], id="held until the server speaks"),
    ],
)
def test_unread_octets_are_shown_below(octets: bytes, shown: list[str]) -> None:
    assert unread(octets) == shown


def test_unread_octets_alone_are_shown() -> None:
    assert typed(Transcript(), [("server", b"22")]).text() == "          S: 22   not a whole line yet"


def test_nothing_said_says_so() -> None:
    assert typed(Transcript()).text() == "[nothing was said]"
    assert "nothing was said" in typed(Transcript()).html()


def test_password_is_masked_and_shown_when_asked_for() -> None:
    assert "cGFzc3dvcmQwMQ" not in typed(heard(LOGIN)).html()
    assert "cGFzc3dvcmQwMQ== [CR LF]   “password01”" in typed(heard(LOGIN), passwords=True).text()


def test_password_that_is_not_a_whole_line_is_masked_too() -> None:
    asked = "".join(LOGIN.splitlines(keepends=True)[:8])
    assert unread(b"cGFzc3", asked)[-1] == "          C: ••••••••   not a whole line yet"
    assert "cGFzc3" in unread(b"cGFzc3", asked, passwords=True)[-1]


def test_connections_are_told_apart() -> None:
    both = typed(together(heard("S: 220 a"), heard("S: 220 b", stream=1)))
    assert both.text().split("\n\n")[1] == "connection 2\ngreeting  S: 220 b [CR LF]"
    assert both.html().count('scope="rowgroup">connection') == 2


def test_errors_have_a_cross_and_a_word() -> None:
    assert "<b>✕&nbsp;permanent</b>" in typed(heard("S: 220 a\nC: X\nS: 500 what?")).html()


def test_tls_records_are_named() -> None:
    assert "TLS       C: [TLS handshake]   7 octets" in lines(STARTTLS)


def test_long_line_is_cut_and_its_length_told() -> None:
    assert lines(f"S: 220 {'x' * 2000}") == [f"greeting  S: 220 {'x' * (LINE_OCTETS - 4)}… [2,004 octets] [CR LF]"]


def test_long_entry_is_cut_and_its_lines_counted() -> None:
    data = Entry(party="client", kind=Kind.MAIL_DATA, octets=b"a\r\n" * (ENTRY_LINES + 9))
    shown = typed(Transcript((data,))).text().split("\n")
    assert (len(shown), shown[-2]) == (
        ENTRY_LINES + 2,
        "          C: [… 8 more lines]".replace("          ", "DATA      "),
    )


def test_only_the_last_rows_are_in_the_table() -> None:
    noops = "S: 220 a\n" + "C: NOOP\nS: 250 OK\n" * ROWS
    table = typed(heard(noops)).table()
    assert table.count("<td class") == ROWS
    assert "[… what was said before is left out here]" in table
    assert "left out" not in typed(heard(LOGIN)).table()


def test_markup_and_control_octets_are_shown_and_not_obeyed() -> None:
    html = typed(heard(f"S: 220 a\n{HOSTILE}\nS: 500 <img src=x onerror=alert(1)>")).html()
    assert not re.search(r"<(script|img)", html)
    assert "\x1b" not in html
    assert "\x00" not in html
    assert "\u202e" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\\x1b[31m\\x00\\u{202e}" in html


def test_mark_cannot_be_forged() -> None:
    html = typed(heard("S: 220 a\nC: x<span class='smtplab-end'>LF</span>\nS: 500 no")).html()
    assert html.count('<span class="smtplab-end') == 3
    assert "<span class='" not in html


def test_second_run_gives_the_same_page() -> None:
    runs: list[Typed] = [typed(heard(ORDINARY, begin=begin, port=port)) for begin, port in ((0, 1), (5, 2))]
    assert runs[0].html() == runs[1].html()
