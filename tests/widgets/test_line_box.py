"""A line is sent once: by Enter or by the button, and not by leaving the box."""

import time

import pytest

from smtplab.widgets.line_box import ENTER_PATIENCE, LineBox
from tests.widgets.controls import named, press_enter, until

Sent = list[tuple[str, str]]


@pytest.fixture
def sent() -> Sent:
    return []


@pytest.fixture
def box(sent: Sent) -> LineBox:
    return LineBox(lambda text, end: sent.append((text, end)))


def test_enter_sends_the_text_that_comes_after_it(box: LineBox, sent: Sent) -> None:
    press_enter(box.text, "EHLO a")
    assert sent == [("EHLO a", "CR LF")]
    assert box.text.value == ""


def test_enter_after_the_text_was_told_sends_it_too(box: LineBox, sent: Sent) -> None:
    box.text.value = "NOOP"
    press_enter(box.text)
    until(lambda: sent == [("NOOP", "CR LF")])


def test_enter_in_an_empty_box_sends_an_empty_line(box: LineBox, sent: Sent) -> None:
    press_enter(box.text)
    until(lambda: sent == [("", "CR LF")])


def test_leaving_the_box_sends_nothing(box: LineBox, sent: Sent) -> None:
    box.text.value = "MAIL FROM:<a@b>"
    time.sleep(2 * ENTER_PATIENCE)
    assert sent == []
    assert box.text.value == "MAIL FROM:<a@b>"


def test_button_sends_what_is_in_the_box_with_the_chosen_end(box: LineBox, sent: Sent) -> None:
    box.text.value = "NOOP"
    named(box, "line-end").value = "LF"
    named(box, "send").click()
    assert sent == [("NOOP", "LF")]


def test_two_enters_send_two_lines(box: LineBox, sent: Sent) -> None:
    press_enter(box.text, "a")
    press_enter(box.text, "b")
    assert [text for text, _ in sent] == ["a", "b"]
    time.sleep(2 * ENTER_PATIENCE)
    assert len(sent) == 2


def test_other_messages_of_the_page_send_nothing(box: LineBox, sent: Sent) -> None:
    box.text._handle_custom_msg({"event": "focus"}, [])
    box.text.value = "NOOP"
    assert sent == []


def test_earlier_lines_are_put_into_the_box_one_after_the_other(box: LineBox, sent: Sent) -> None:
    box.remember(["QUIT", "NOOP", "EHLO a"])
    shown = []
    for name in ("earlier", "earlier", "earlier", "earlier", "later", "later", "later", "later", "earlier"):
        named(box, name).click()
        shown.append(box.text.value)
    assert shown == ["QUIT", "NOOP", "EHLO a", "EHLO a", "NOOP", "QUIT", "", "", "QUIT"]
    assert sent == []


def test_after_a_line_was_sent_earlier_begins_with_the_latest(box: LineBox) -> None:
    box.remember(["NOOP", "EHLO a"])
    box.recall(2)
    box.say()
    box.recall(1)
    assert box.text.value == "NOOP"


def test_nothing_sent_yet_has_nothing_earlier(box: LineBox) -> None:
    box.recall(1)
    assert box.text.value == ""


def test_closed_it_sends_nothing_more(box: LineBox, sent: Sent) -> None:
    press_enter(box.text)
    box.close()
    time.sleep(2 * ENTER_PATIENCE)
    assert sent == []
