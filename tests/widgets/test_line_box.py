"""A line is sent once, by Enter or by the button, however quickly the next one follows."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.widgets.line_box import LONG, Completed, LineBox, completed
from tests.widgets.controls import enter, named

Sent = list[tuple[str, str]]


@pytest.fixture
def sent() -> Sent:
    return []


@pytest.fixture
def box(sent: Sent) -> LineBox:
    return LineBox(lambda text, end: sent.append((text, end)))


@pytest.mark.parametrize(
    ("before", "now", "lines", "rest"),
    [
        pytest.param("", "NO", [], None, id="typing"),
        pytest.param("NO", "NOOP\n", ["NOOP"], None, id="Enter at the end"),
        pytest.param("", "\n", [""], None, id="an empty line"),
        pytest.param("A\n", "A\n\n", [""], None, id="another empty line"),
        pytest.param("A\nB", "A\nB\n", ["B"], None, id="the second line"),
        pytest.param("A\n", "A\nB\nC\nD", ["B", "C"], None, id="several at once"),
        pytest.param("EHLO world", "EHLO\n world", ["EHLO world"], "", id="Enter amid the line"),
        pytest.param("A\nB\n", "A\n\nB\n", ["B"], "", id="Enter at the beginning of an earlier line"),
        pytest.param("A\nB\n", "\nA\nB\n", ["A"], "", id="Enter before an earlier line"),
        pytest.param("A\nB", "A\n", [], None, id="taken back"),
        pytest.param("A\nB", "", [], None, id="emptied"),
        pytest.param("A\nB", "X\nY\n", ["X", "Y"], None, id="replaced by lines"),
        pytest.param("A\nB\n", "X\nY\n", ["X", "Y"], None, id="replaced by as many lines"),
        pytest.param("A\n", "X", [], None, id="replaced by no line"),
        pytest.param("A\nB\n", "AC\nB\n", [], None, id="an earlier line changed"),
    ],
)
def test_lines_that_became_whole_are_sent(before: str, now: str, lines: list[str], rest: str | None) -> None:
    assert completed(before, now) == Completed(lines, rest)


@given(st.lists(st.text("ab", max_size=3), max_size=8), st.data())
def test_lines_are_sent_once_each_however_a_page_cuts_the_typing(lines: list[str], data: st.DataObject) -> None:
    text = "".join(f"{line}\n" for line in lines)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    states = [text[:cut] for cut in (0, *cuts, len(text))]
    assert [line for before, now in pairwise(states) for line in completed(before, now).lines] == lines


def test_enter_sends_the_line_with_the_chosen_end(box: LineBox, sent: Sent) -> None:
    enter(box, "EHLO a")
    named(box, "line-end").value = "LF"
    enter(box, "NOOP")
    enter(box, "")
    assert sent == [("EHLO a", "CR LF"), ("NOOP", "LF"), ("", "LF")]


def test_leaving_the_box_sends_nothing(box: LineBox, sent: Sent) -> None:
    box.text.value = "MAIL FROM:<a@b>"
    assert (sent, box.line) == ([], "MAIL FROM:<a@b>")


def test_button_sends_what_is_not_sent_yet(box: LineBox, sent: Sent) -> None:
    enter(box, "EHLO a")
    box.text.value += "NOOP"
    named(box, "send").click()
    assert sent == [("EHLO a", "CR LF"), ("NOOP", "CR LF")]
    assert box.text.value == ""


def test_enter_amid_a_line_sends_it_whole_and_clears_the_box(box: LineBox, sent: Sent) -> None:
    box.text.value = "EHLO world"
    box.text.value = "EHLO\n world"
    assert (sent, box.text.value) == ([("EHLO world", "CR LF")], "")


def test_earlier_lines_are_put_into_the_box_one_after_the_other(box: LineBox, sent: Sent) -> None:
    box.remember(["QUIT", "NOOP", "EHLO a"])
    shown = []
    for name in ("earlier", "earlier", "earlier", "earlier", "later", "later", "later", "later", "earlier"):
        named(box, name).click()
        shown.append(box.text.value)
    assert shown == ["QUIT", "NOOP", "EHLO a", "EHLO a", "NOOP", "QUIT", "", "", "QUIT"]
    assert sent == []


def test_earlier_line_is_sent_again_by_enter(box: LineBox, sent: Sent) -> None:
    box.remember(["QUIT", "NOOP"])
    box.recall(2)
    enter(box, "")
    assert sent == [("NOOP", "CR LF")]
    box.recall(1)
    assert box.text.value == "QUIT"


def test_nothing_sent_yet_has_nothing_earlier(box: LineBox) -> None:
    box.recall(1)
    assert box.text.value == ""


def test_lines_to_be_forgotten_leave_the_box_when_no_new_one_is_begun(box: LineBox, sent: Sent) -> None:
    enter(box, "EHLO a")
    enter(box, "cGFzc3dvcmQwMQ==")
    box.forget({"other"})
    assert box.text.value == "EHLO a\ncGFzc3dvcmQwMQ==\n"
    box.text.value += "MA"
    box.forget({"cGFzc3dvcmQwMQ=="})
    assert box.line == "MA"
    enter(box, "IL")
    box.forget({"cGFzc3dvcmQwMQ=="})
    assert (box.text.value, len(sent)) == ("", 3)


def test_box_is_emptied_when_much_was_sent(box: LineBox, sent: Sent) -> None:
    enter(box, "x" * LONG)
    assert (box.text.value, len(sent)) == ("", 1)
    box.text.value = "x" * LONG
    assert len(box.line) == LONG


def test_letters_that_cross_the_emptying_of_the_box_send_nothing_again(box: LineBox, sent: Sent) -> None:
    enter(box, "AUTH LOGIN")
    enter(box, "cGFzc3dvcmQwMQ==")
    box.forget({"cGFzc3dvcmQwMQ=="})
    box.text.value = "AUTH LOGIN\ncGFzc3dvcmQwMQ==\nNOOP\n"  # the page has not heard of it
    assert [line for line, _ in sent] == ["AUTH LOGIN", "cGFzc3dvcmQwMQ==", "NOOP"]
