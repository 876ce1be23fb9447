"""A line is sent once: by Enter or by the button, and not by leaving the box."""

import time

import pytest

from smtplab.widgets.line_box import ENTER_PATIENCE, NO_LINE, LineBox
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


def test_earlier_line_is_put_into_the_box(box: LineBox, sent: Sent) -> None:
    box.remember(["NOOP", "EHLO a"])
    named(box, "history").value = "EHLO a"
    assert (box.text.value, sent) == ("EHLO a", [])
    box.remember(["QUIT", "NOOP", "EHLO a"])
    assert named(box, "history").options[0] == NO_LINE
    assert box.text.value == "EHLO a"


def test_closed_it_sends_nothing_more(box: LineBox, sent: Sent) -> None:
    press_enter(box.text)
    box.close()
    time.sleep(2 * ENTER_PATIENCE)
    assert sent == []
