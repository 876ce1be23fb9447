"""A learner runs lesson 00 and walks through its stepper, with the mouse and with the keyboard."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.jupyterlab import Notebook, Server, new_page

LESSON = "00_first_capture.ipynb"


@pytest.fixture(scope="module")
def lesson(browser: Browser, server: Server) -> Iterator[Notebook]:
    """Give the lesson, run from top to bottom."""
    with new_page(browser, server) as notebook:
        notebook.open(LESSON)
        assert notebook.run_all() == []
        yield notebook


@pytest.fixture
def stepper(lesson: Notebook) -> Locator:
    """Give the stepper, at its first entry."""
    stepper = lesson.find(".smtplab-stepper")
    stepper.locator(".smtplab-first").click()
    expect(pane(stepper, "line")).to_contain_text("1 of ")
    return stepper


def pane(stepper: Locator, name: str) -> Locator:
    return stepper.locator(f".smtplab-{name}").first


def test_lesson_asks_nothing_of_the_outside_and_complains_of_nothing(lesson: Notebook) -> None:
    assert lesson.outside == []
    assert lesson.complaints == []


def test_first_entry_is_the_greeting_of_the_server(stepper: Locator) -> None:
    expect(pane(stepper, "line")).to_contain_text("220 ")
    expect(pane(stepper, "octets")).to_contain_text("32 32 30")
    expect(pane(stepper, "state")).to_contain_text("connected → greeted")


def test_next_changes_line_octets_and_state(lesson: Notebook, stepper: Locator) -> None:
    stepper.locator(".smtplab-next").click()
    expect(pane(stepper, "line")).to_contain_text("2 of ")
    expect(pane(stepper, "line")).to_contain_text("EHLO TINY-DESKTOP")
    expect(pane(stepper, "octets")).to_contain_text("45 48 4c 4f")
    expect(pane(stepper, "state")).to_contain_text("greeted (does not change)")
    lesson.screenshot("lesson-00-stepper")


def test_previous_goes_back_by_one(stepper: Locator) -> None:
    stepper.locator(".smtplab-next").click()
    expect(pane(stepper, "line")).to_contain_text("2 of ")
    stepper.locator(".smtplab-previous").click()
    expect(pane(stepper, "line")).to_contain_text("1 of ")


def test_last_is_the_end_of_the_session(lesson: Notebook, stepper: Locator) -> None:
    stepper.locator(".smtplab-last").click()
    expect(pane(stepper, "line")).to_contain_text("221 ")
    expect(pane(stepper, "state")).to_contain_text("closed")
    lesson.screenshot("lesson-00-stepper-last")


def test_ladder_lifts_the_current_arrow_and_shows_it(stepper: Locator) -> None:
    stepper.locator(".smtplab-last").click()
    expect(pane(stepper, "line")).to_contain_text("221 ")
    arrows = pane(stepper, "ladder").locator("[id^=entry-] .arrow")
    lifted = "arrows => arrows.filter(arrow => getComputedStyle(arrow).strokeWidth === '2.5px').length"
    assert arrows.evaluate_all(lifted) == 1
    expect(arrows.last).to_have_css("stroke-width", "2.5px")
    expect(arrows.last).to_be_in_viewport()


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_button_takes_keys(stepper: Locator, key: str) -> None:
    stepper.locator(".smtplab-next").focus()
    stepper.page.keyboard.press(key)
    expect(pane(stepper, "line")).to_contain_text("2 of ")


def test_number_takes_arrow_keys(stepper: Locator) -> None:
    stepper.locator(".smtplab-number input").focus()
    for place in ("2 of ", "3 of "):
        stepper.page.keyboard.press("ArrowUp")
        expect(pane(stepper, "line")).to_contain_text(place)


def test_number_and_slider_follow_the_buttons(stepper: Locator) -> None:
    stepper.locator(".smtplab-next").click()
    expect(stepper.locator(".smtplab-number input")).to_have_value("2")
    expect(stepper.locator(".smtplab-slider .noUi-handle")).to_have_attribute("aria-valuetext", "2")


def test_slider_is_dragged_to_the_last_entry(stepper: Locator) -> None:
    handle, track = stepper.locator(".noUi-touch-area").bounding_box(), stepper.locator(".noUi-base").bounding_box()
    assert handle
    assert track
    mouse = stepper.page.mouse
    mouse.move(handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2)
    mouse.down()
    mouse.move(track["x"] + track["width"] + 20, handle["y"], steps=5)
    mouse.up()
    last = stepper.locator(".smtplab-number input").get_attribute("max")
    expect(pane(stepper, "line")).to_contain_text(f"{last} of {last}")


def test_password_is_not_shown_in_the_page(lesson: Notebook) -> None:
    lesson.find(".smtplab-stepper")
    outputs = lesson.page.locator(".jp-OutputArea-output:has(.smtplab-stepper)").first
    assert "password01" not in outputs.inner_text()
