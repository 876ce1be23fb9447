"""A learner sets a running server otherwise, with the mouse and with the keyboard."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from smtplab.net.faults import FAULTS
from smtplab.widgets.settings import EXTENSIONS
from tests.browser.jupyterlab import Notebook, Server, exactly, new_page

SERVER = """
from smtplab import Server, knobs
server = Server(users={"test01@coremail.cn": "password01"}).start()
"""
KNOBS = "panel = knobs(server)\npanel"
CELL = 1

CHECKS = {
    "auth-inside-tls": "server.policy.auth_inside_tls",
    "lax-blank-after-colon": "'blank-after-colon' in server.policy.lax",
    "lax-bare-lf": "'bare-lf' in server.policy.lax",
    **{f"extension-{name}": f"{name!r} in server.policy.extensions" for name in EXTENSIONS},
    **{f"fault-{fault.name.replace(' ', '-')}": f"panel.settings.fault({fault.name!r})" for fault in FAULTS},
}
CHOICES = {
    ("strictness", "lax"): ("len(server.policy.lax)", "3"),
    ("strictness", "strict"): ("len(server.policy.lax)", "0"),
    ("auth", "off"): ("'AUTH' in server.policy.extensions", "False"),
    ("auth", "on"): ("'AUTH' in server.policy.extensions", "True"),
    ("auth", "required"): ("server.policy.auth_required", "True"),
    ("tls-kind", "starttls"): ("server.tls", "'starttls'"),
    ("tls-kind", "implicit"): ("server.tls", "'implicit'"),
    ("tls-kind", "none"): ("server.tls", "'none'"),
}


@pytest.fixture(scope="module")
def opened(browser: Browser, server: Server) -> Iterator[Notebook]:
    """Give a notebook with a server and its knobs."""
    with new_page(browser, server) as notebook:
        notebook.open(notebook.write("knobs.ipynb", SERVER, KNOBS))
        assert notebook.run_all() == []
        yield notebook


@pytest.fixture
def knobs(opened: Notebook) -> Locator:
    """Give the knobs of a server that is set as in the beginning."""
    opened.ask(
        "server.change(lax=[], hooks=[], tls='none', auth_required=False, auth_inside_tls=False, "
        "extensions=Server().policy.extensions)"
    )
    return opened.find(".smtplab-knobs")


def test_page_asks_nothing_of_the_outside_and_complains_of_nothing(opened: Notebook, knobs: Locator) -> None:
    expect(knobs).to_be_visible()
    assert opened.outside == []
    assert opened.complaints == []


@pytest.mark.parametrize("name", CHECKS)
def test_check_is_turned_by_mouse_and_back_by_keyboard(opened: Notebook, knobs: Locator, name: str) -> None:
    check = knobs.locator(f".smtplab-{name} input")
    before = check.is_checked()
    check.click()
    expect(knobs.locator(f".smtplab-{name} input")).to_be_checked(checked=not before)
    until_kernel_says(opened, CHECKS[name], str(not before))
    check.focus()
    opened.page.keyboard.press("Space")
    until_kernel_says(opened, CHECKS[name], str(before))


@pytest.mark.parametrize("way", ["mouse", "Enter", "Space"])
@pytest.mark.parametrize(("name", "option"), CHOICES)
def test_choice_is_made(opened: Notebook, knobs: Locator, name: str, option: str, way: str) -> None:
    button = knobs.locator(f".smtplab-{name}").get_by_role("button", name=exactly(option))
    if way == "mouse":
        button.click()
    else:
        button.focus()
        opened.page.keyboard.press(way)
    until_kernel_says(opened, *CHOICES[name, option])


def test_server_set_otherwise_in_a_cell_is_shown(opened: Notebook, knobs: Locator) -> None:
    opened.ask("server.change(lax=['bare-lf'], tls='starttls')")
    expect(knobs.locator(".smtplab-lax-bare-lf input")).to_be_checked()
    expect(knobs.locator(".smtplab-tls-kind .mod-active")).to_have_text("starttls")
    expect(knobs.locator(".smtplab-code")).to_contain_text("Server(lax=['bare-lf'], tls='starttls')")
    opened.screenshot("knobs")


def test_every_knob_has_a_name_and_says_what_it_does(knobs: Locator) -> None:
    for control in knobs.locator("input, button").all():
        assert control.evaluate("element => element.labels?.[0]?.innerText || element.innerText").strip()
        title = "element => element.title || element.labels?.[0]?.title || element.closest('[title]')?.title"
        assert control.evaluate(title)


def test_twenty_runs_of_the_cell_leave_what_one_does(opened: Notebook, knobs: Locator) -> None:
    counts = "(len(__import__('ipywidgets').widgets.widget._instances), len(server.watchers))"
    opened.run(CELL)
    before = opened.ask(counts)
    for _ in range(20):
        opened.run(CELL)
    assert opened.ask(counts) == before


def until_kernel_says(opened: Notebook, expression: str, words: str) -> None:
    """Ask until it is so, for five seconds."""
    for _ in range(50):
        if (said := opened.ask(expression)) == words:
            return
        opened.page.wait_for_timeout(100)
    assert said == words
