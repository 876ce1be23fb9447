"""A learner steps through a session by its phases, and predicts replies before they are shown."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.captures import said, write
from tests.browser.jupyterlab import Notebook, Server, new_page
from tests.views.sessions import ORDINARY

CELLS = (
    "from smtplab import dissect, stepper",
    'free = stepper(dissect("steps.pcapng"))\nfree',
    'asked = stepper(dissect("steps.pcapng"), predict=True)\nasked',
)
FREE, ASKED = 1, 2
WAYS = ("mouse", "Enter", "Space")


@pytest.fixture(scope="module")
def lab(browser: Browser, server: Server) -> Iterator[Notebook]:
    """Give a notebook with two steppers in it: one that shows all, and one that asks."""
    write(server.folder / "steps.pcapng", [said(ORDINARY)])
    with new_page(browser, server) as notebook:
        notebook.open(notebook.write("steps.ipynb", *CELLS))
        assert notebook.run_all() == []
        notebook.page.set_viewport_size({"width": 1366, "height": 1000})
        yield notebook


def at_first(lab: Notebook, cell: int) -> Locator:
    """Run the cell of a stepper again, and give the stepper."""
    lab.run(cell)
    found = lab.page.locator(".smtplab-stepper").nth(cell - 1)
    found.scroll_into_view_if_needed()
    expect(part(found, "place")).to_contain_text("1 of 20")
    return found


def part(shown: Locator, name: str) -> Locator:
    return shown.locator(f".smtplab-{name}").first


def press(control: Locator, way: str) -> None:
    control.click() if way == "mouse" else control.press(way)


@pytest.mark.parametrize("way", WAYS)
def test_tab_goes_to_its_phase(lab: Notebook, way: str) -> None:
    shown = at_first(lab, FREE)
    for phase, place in (("AUTH", 4), ("MAIL", 10), ("RCPT", 12), ("DATA", 14), ("QUIT", 19), ("greeting", 1)):
        press(part(shown, f"tab-{phase}"), way)
        expect(part(shown, "place")).to_contain_text(f"{place} of 20")
        expect(part(shown, f"tab-{phase}")).to_have_class(re.compile("smtplab-here"))
    assert lab.ask("free.steps.index") == "0"


def test_tabs_stay_where_they_are(lab: Notebook) -> None:
    shown = at_first(lab, FREE)
    last = part(shown, "tab-QUIT")
    before = last.bounding_box()
    part(shown, "tab-AUTH").click()
    expect(part(shown, "tab-AUTH")).to_have_class(re.compile("smtplab-here"))
    assert last.bounding_box() == before


def test_tab_follows_the_steps(lab: Notebook) -> None:
    shown = at_first(lab, FREE)
    part(shown, "next").click()
    expect(part(shown, "tab-EHLO")).to_have_class(re.compile("smtplab-here"))
    expect(part(shown, "gate")).to_be_hidden()


@pytest.mark.parametrize("way", WAYS)
def test_reply_is_hidden_until_it_is_predicted(lab: Notebook, way: str) -> None:
    shown = at_first(lab, ASKED)
    reply = shown.locator("#entry-2")
    curtain = part(shown, "curtain")
    press(part(shown, "last"), way)
    expect(part(shown, "place")).to_contain_text("2 of 20")
    expect(part(shown, "question")).to_contain_text("what will the server's reply to EHLO begin with?")
    hidden, edge = reply.bounding_box(), curtain.bounding_box()
    assert hidden
    assert edge
    assert edge["y"] <= hidden["y"] + 2
    lab.screenshot("stepper-predict")
    press(part(shown, "predict-2"), way)
    expect(part(shown, "place")).to_contain_text("3 of 20")
    expect(part(shown, "remark")).to_have_text("✓ 250: as you said · 1 of 1 predictions came true")
    assert lab.ask("(asked.steps.index, asked.gates.said)") == "(2, {2: '2'})"


@pytest.mark.parametrize("way", WAYS)
def test_prediction_that_is_wrong_is_told(lab: Notebook, way: str) -> None:
    shown = at_first(lab, ASKED)
    part(shown, "last").click()
    expect(part(shown, "gate")).to_be_visible()  # a key that is pressed before goes nowhere
    press(part(shown, "predict-5"), way)
    expect(part(shown, "remark")).to_contain_text("✕ you said 5yz, and it was 250")
    expect(part(shown, "remark")).to_contain_text("0 of 1 predictions")


@pytest.mark.parametrize("way", WAYS)
def test_replies_are_shown_without_a_prediction(lab: Notebook, way: str) -> None:
    shown = at_first(lab, ASKED)
    part(shown, "last").click()
    expect(part(shown, "gate")).to_be_visible()
    press(part(shown, "show"), way)
    expect(part(shown, "place")).to_contain_text("3 of 20")
    part(shown, "last").click()
    expect(part(shown, "gate")).to_be_visible()
    press(part(shown, "show-all"), way)
    expect(part(shown, "gate")).to_be_hidden()
    expect(part(shown, "curtain")).to_be_hidden()
    part(shown, "last").click()
    expect(part(shown, "place")).to_contain_text("20 of 20")


def test_page_asks_nothing_of_the_outside_and_complains_of_nothing(lab: Notebook) -> None:
    assert lab.outside == []
    assert lab.complaints == []
