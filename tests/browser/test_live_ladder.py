"""A learner watches sessions while they run: the ladder moves though a cell is busy."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.jupyterlab import Notebook, Server, new_page

SERVER = """
import threading, time
from smtplab import Client, Server, SmtpError, letter, live_ladder
server = Server(mailboxes=["test02@coremail.cn"]).start()
MESSAGE = "From: a@b\\nTo: c@d\\nSubject: <script>window.ran=1</script>\\n\\n.dot\\n"
def session(domain="a.example", to="test02@coremail.cn", pause=0.0):
    with Client(server) as client:
        client.ehlo(domain)
        time.sleep(pause)
        try:
            client.send_message("test01@coremail.cn", [to], MESSAGE)
        except SmtpError:
            pass
        time.sleep(pause)
def together(number, **options):
    threads = [threading.Thread(target=session, args=(f"client{n}.example",), kwargs=options) for n in range(number)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
"""
LIVE = "live = live_ladder(server)\nlive"
BUSY = "for number in range(3):\n    session('busy.example', pause=0.7)"
CELL, BUSY_CELL = 1, 2

# Begin to run a cell, and do not wait for its end.
BEGIN = """index => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  notebook.activeCellIndex = index;
  notebook.deselectAll();
  window.jupyterapp.commands.execute('notebook:run-cell');
}"""
STATUS = "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.status"


@pytest.fixture(scope="module")
def opened(browser: Browser, server: Server) -> Iterator[Notebook]:
    """Give a notebook with a server and a live ladder."""
    with new_page(browser, server) as notebook:
        notebook.open(notebook.write("live.ipynb", SERVER, LIVE, BUSY))
        notebook.page.set_viewport_size({"width": 1366, "height": 1000})
        assert notebook.run_all() == []
        yield notebook


@pytest.fixture
def live(opened: Notebook) -> Locator:
    """Give a ladder on which nothing is drawn yet: its cell is run again for each test."""
    opened.run(CELL)
    found = opened.find(".smtplab-live-ladder")
    expect(part(found, "told")).to_contain_text("no session yet")
    return found


def part(live: Locator, name: str) -> Locator:
    return live.locator(f".smtplab-{name}").first


def arrows(live: Locator) -> Locator:
    return part(live, "ladder").locator("[id^=entry-]")


def press(live: Locator, name: str, way: str) -> None:
    if way == "mouse":
        part(live, name).click()
    else:
        part(live, name).focus()
        live.page.keyboard.press(way)


def as_it_comes(live: Locator) -> None:
    part(live, "pace").get_by_role("button", name="as it comes").click()


def test_ladder_moves_while_a_cell_is_busy(opened: Notebook, live: Locator) -> None:
    opened.page.evaluate(BEGIN, BUSY_CELL)
    expect(part(live, "ladder")).to_contain_text("EHLO busy.example")
    assert opened.page.evaluate(STATUS) == "busy"
    expect(part(live, "ladder")).not_to_contain_text("MAIL FROM")
    expect(part(live, "ladder")).to_contain_text("MAIL FROM")
    assert opened.page.evaluate(STATUS) == "busy"
    opened.screenshot("live-ladder-busy")
    expect(part(live, "told")).to_contain_text("session 2 0 sessions running", timeout=10_000)
    opened.page.wait_for_function(f"({STATUS})() === 'idle'")


def test_arrows_are_drawn_one_by_one(opened: Notebook, live: Locator) -> None:
    counts: list[int] = []
    opened.ask("session()")
    for _ in range(60):
        counts.append(arrows(live).count())
        if counts[-1] == 14:
            break
        opened.page.wait_for_timeout(50)
    assert len(set(counts)) > 8
    assert counts == sorted(counts)
    assert opened.ask("len(live.transcript)") == "14"


@pytest.mark.parametrize("way", ["mouse", "Enter", "Space"])
def test_again_draws_it_once_more(opened: Notebook, live: Locator, way: str) -> None:
    opened.ask("session()")
    expect(arrows(live)).to_have_count(14)
    press(live, "again", way)
    expect(part(live, "told")).to_contain_text("still to be drawn")
    expect(arrows(live)).to_have_count(14)


def test_parallel_sessions_are_drawn_side_by_side(opened: Notebook, live: Locator) -> None:
    as_it_comes(live)
    opened.ask("threading.Thread(target=together, args=(12,), kwargs={'pause': 1.0}).start()")
    expect(part(live, "sessions").locator("[id^=session-]")).to_have_count(12)
    expect(part(live, "told")).to_contain_text("12 sessions running")
    opened.screenshot("live-ladder-parallel")
    expect(part(live, "told")).to_contain_text("0 sessions running", timeout=10_000)
    assert opened.ask("len(live.transcript.streams)") == "12"


@pytest.mark.parametrize("way", ["mouse", "Enter", "Space"])
def test_buttons_choose_the_session(opened: Notebook, live: Locator, way: str) -> None:
    as_it_comes(live)
    for number in range(3):
        opened.ask(f"session('client{number}.example', {'test02@coremail.cn' if number else 'nobody@x.org'!r})")
    expect(part(live, "ladder")).to_contain_text("client2.example")
    for name, number in (("earlier", 1), ("earlier", 0), ("later", 1), ("newest", 2)):
        press(live, name, way)
        expect(part(live, "ladder")).to_contain_text(f"EHLO client{number}.example")
        expect(part(live, "told")).to_contain_text(f"session {number}")
    opened.screenshot("live-ladder-sessions")


@pytest.mark.parametrize("way", ["Enter", "Space"])
def test_pace_takes_keys(opened: Notebook, live: Locator, way: str) -> None:
    part(live, "pace").get_by_role("button", name="as it comes").focus()
    opened.page.keyboard.press(way)
    expect(part(live, "pace").locator(".mod-active")).to_have_text("as it comes")
    opened.ask("session()")
    expect(arrows(live)).to_have_count(14)
    assert opened.ask("live.following.pace") == "'as it comes'"


def test_hostile_octets_are_drawn_and_do_nothing(opened: Notebook, live: Locator) -> None:
    as_it_comes(live)
    hostile = rb"<script>window.ran=1</script><img src=x onerror=window.ran=1>\x1b[31m\x00\xe2\x80\xae"
    opened.ask(f"(client := Client(server)).connect() and client.send_line(b'{hostile.decode()}') and client.close()")
    expect(part(live, "ladder")).to_contain_text("<script>window.ran=1</script>")
    opened.page.wait_for_timeout(300)
    assert opened.page.evaluate("window.ran") is None
    assert live.locator("script, img").count() == 0
    opened.screenshot("live-ladder-hostile")


def test_every_control_has_a_name_and_every_picture_too(opened: Notebook, live: Locator) -> None:
    opened.ask("together(2)")
    expect(part(live, "sessions").locator("svg")).to_have_count(1)
    for control in live.locator("button").all():
        assert control.inner_text().strip()
    for picture in live.locator("svg").all():
        assert picture.get_attribute("role") == "img"
        assert picture.get_attribute("aria-label")


def test_twenty_runs_of_the_cell_leave_what_one_does(opened: Notebook, live: Locator) -> None:
    counts = (
        "(len(__import__('ipywidgets').widgets.widget._instances), len(server.taps), "
        "[t.name for t in threading.enumerate() if 'painter' in t.name])"
    )
    before = opened.ask(counts)
    for _ in range(20):
        opened.run(CELL)
        opened.ask("session()")
    opened.run(CELL)
    opened.page.wait_for_timeout(500)
    assert opened.ask(counts) == before


def test_page_asks_nothing_of_the_outside_and_complains_of_nothing(opened: Notebook, live: Locator) -> None:
    opened.ask("session()")
    expect(arrows(live)).to_have_count(14)
    assert opened.outside == []
    assert opened.complaints == []
