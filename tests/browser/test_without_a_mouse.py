"""A learner hears the page, or uses the keyboard alone: every control has a name, and Tab comes to each and leaves."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, CDPSession, Locator, expect

from tests.browser.captures import said, write
from tests.browser.jupyterlab import Notebook, Server, exactly, new_page
from tests.views.sessions import ORDINARY, PLAIN

CELLS = (
    "from smtplab import *\nfrom smtplab import Server\n"
    'server = Server(users={"test01@coremail.cn": "password01"}, mailboxes=["test02@coremail.cn"]).start()\n'
    "ladder_ = live_ladder(server)\n"
    "with Client(server) as client:\n"
    '    client.ehlo("TINY-DESKTOP")\n'
    '    client.send_message("test01@coremail.cn", ["test02@coremail.cn"], "Subject: one\\n\\nHello\\n")',
    'workbench("heard.pcapng")',
    "console(server)",
    'stepper(dissect("heard.pcapng"), predict=True)',
    "inbox(server)",
    'browser("heard.pcapng")',
    "knobs(server)",
    'letter(dissect("heard.pcapng"))',
    "ladder_",
)
CONTROLS = {
    *("button", "checkbox", "combobox", "link", "listbox", "radio", "searchbox", "slider", "spinbutton", "switch"),
    *("tab", "textbox", "DisclosureTriangle"),
}
STATIC = {"image", "region", "note"}
MOST_STOPS = 60  # of the Tab key, through a whole widget

# Each widget by its place among the outputs, and the buttons that show what else is in it.
WIDGETS = {
    "workbench": ("packets", "timing", "state chart"),
    "console": ("mailboxes", "message", "base64", "state chart", "knobs"),
    "stepper": (),
    "inbox": ("letter", "header", "source", "HTML", "parts"),
    "browser": (),
    "knobs": (),
    "letter": ("envelope and letter", "MIME parts", "dots"),
    "live-ladder": (),
}
FOCUSED = """widget => {
  const at = document.activeElement, look = getComputedStyle(at);
  const ring = look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 1;
  return {inside: widget.contains(at), ring: ring, what: at.outerHTML.slice(0, 120)};
}"""
FIRST = "button:not([disabled]):visible, input:visible, select:visible"


class Heard(NamedTuple):
    """One node as a screen reader is told of it."""

    role: str
    name: str
    parent: str


@pytest.fixture(scope="module")
def lab(browser: Browser, server: Server) -> Iterator[Notebook]:
    """Give a notebook with every widget in it."""
    write(server.folder / "heard.pcapng", map(said, (ORDINARY, PLAIN)))
    with new_page(browser, server) as notebook:
        notebook.open(notebook.write("heard.ipynb", *CELLS))
        assert notebook.run_all() == []
        notebook.page.set_viewport_size({"width": 1366, "height": 1000})
        yield notebook


def widget(lab: Notebook, name: str) -> Locator:
    """Give a widget that stands by itself, not one within another."""
    lab.page.evaluate(
        "async index => await window.jupyterapp.shell.currentWidget.content.scrollToItem(index, 'start')",
        1 + list(WIDGETS).index(name),
    )
    found = lab.page.locator(f".jp-OutputArea-output .smtplab-{name}:not(.smtplab-console .smtplab-{name})")
    return found.and_(lab.page.locator(".widget-vbox")).nth(1 if name == "browser" else 0)


def heard(shown: Locator) -> list[Heard]:
    """Give what a widget tells a screen reader, as chromium's accessibility tree has it."""
    session: CDPSession = shown.page.context.new_cdp_session(shown.page)
    shown.evaluate("widget => { window.widget_ = widget }")
    there = session.send("Runtime.evaluate", {"expression": "window.widget_"})["result"]["objectId"]
    place = session.send("DOM.describeNode", {"objectId": there})["node"]["backendNodeId"]
    nodes = {node["nodeId"]: node for node in session.send("Accessibility.getFullAXTree")["nodes"]}
    session.detach()
    [root] = [node for node in nodes.values() if node.get("backendDOMNodeId") == place]
    return list(_within(root, nodes, ""))


def _within(node: dict[str, Any], nodes: dict[str, dict[str, Any]], parent: str) -> Iterator[Heard]:
    role = parent
    if not node.get("ignored"):
        role = node["role"]["value"]
        yield Heard(role, node.get("name", {}).get("value", "").strip(), parent)
    for child in node.get("childIds", ()):
        if child in nodes:
            yield from _within(nodes[child], nodes, role)


def nameless(told: list[Heard]) -> list[Heard]:
    return [each for each in told if each.role in CONTROLS | STATIC and not each.name]


@pytest.mark.parametrize("name", WIDGETS)
def test_every_control_and_every_picture_has_a_name(lab: Notebook, name: str) -> None:
    shown = widget(lab, name)
    for button in WIDGETS[name] or ("",):
        if button:
            shown.get_by_role("button", name=exactly(button)).first.click()
            expect(shown.locator(".mod-active").get_by_text(button, exact=True).first).to_be_visible()
        told = heard(shown)
        assert CONTROLS & {each.role for each in told}
        assert nameless(told) == []


def test_control_without_a_name_is_found(lab: Notebook) -> None:
    shown = widget(lab, "knobs")
    shown.evaluate("widget => widget.insertAdjacentHTML('beforeend', '<button></button><input>')")
    found = [each.role for each in nameless(heard(shown))]
    shown.evaluate("widget => { widget.lastElementChild.remove(); widget.lastElementChild.remove() }")
    assert found == ["button", "textbox"]


@pytest.mark.parametrize("name", ["console", "stepper", "inbox", "letter"])
def test_tables_have_headers(lab: Notebook, name: str) -> None:
    told = heard(widget(lab, name))
    assert {"columnheader", "rowheader"} & {each.role for each in told}


@pytest.mark.parametrize(
    ("name", "button"), [("workbench", "timing"), ("console", "base64"), ("inbox", "source"), ("letter", "dots")]
)
def test_button_that_is_chosen_says_so(lab: Notebook, name: str, button: str) -> None:
    shown = widget(lab, name)
    shown.get_by_role("button", name=exactly(button)).first.click()
    expect(shown.get_by_role("button", name=f"chosen: {button}")).to_have_count(1)


@pytest.mark.parametrize(
    ("name", "button", "words"),
    [
        pytest.param("browser", "Next", "entry 2, client: EHLO TINY-DESKTOP", id="packet browser"),
        pytest.param("stepper", "Next", "EHLO TINY-DESKTOP", id="stepper"),
        pytest.param("console", "Send", "server: 500 5.5.", id="console"),
        pytest.param("inbox", "Refresh", "1 message in test02@coremail.cn", id="inbox"),
    ],
)
def test_change_is_said(lab: Notebook, name: str, button: str, words: str) -> None:
    shown = widget(lab, name)
    shown.get_by_role("button", name=button, exact=True).first.click()
    expect(shown.get_by_role("status").filter(has_text=words).first).to_be_attached()


@pytest.mark.parametrize("name", WIDGETS)
def test_tab_comes_to_each_control_and_leaves(lab: Notebook, name: str) -> None:
    shown = widget(lab, name)
    for button in WIDGETS[name][:1]:
        shown.get_by_role("button", name=exactly(button)).first.click()
    shown.page.mouse.move(0, 0)
    shown.locator(FIRST).first.focus()
    stops = []
    handle = shown.element_handle()
    for _ in range(MOST_STOPS):
        shown.page.keyboard.press("Tab")
        at = shown.page.evaluate(FOCUSED, handle)
        if not at["inside"]:
            break
        stops.append(at)
    assert not at["inside"], f"still at {at['what']}"
    assert stops
    assert [stop["what"] for stop in stops if not stop["ring"]] == []


def test_tab_comes_to_the_selected_arrow_and_those_beside_it(lab: Notebook) -> None:
    shown = widget(lab, "workbench")
    shown.locator(".smtplab-tab-RCPT").first.click()
    expect(shown.locator(".smtplab-number input")).to_have_value("12")
    shown.page.mouse.move(0, 0)
    arrows = shown.locator(".smtplab-over button").filter(visible=True)
    expect(arrows).to_have_count(3)
    shown.locator(".smtplab-phases button").last.focus()
    for number in (11, 12, 13):
        shown.page.keyboard.press("Tab")
        expect(shown.locator(".smtplab-over button:focus")).to_contain_text(f"{number} ")
    shown.page.keyboard.press("Enter")
    expect(shown.locator(".smtplab-number input")).to_have_value("13")
    shown.page.keyboard.press("Tab")
    expect(shown.locator(".smtplab-over button:focus")).to_contain_text("14 ")
