"""A learner goes through a capture in the workbench: in whichever view, by mouse and by keyboard, all views follow."""

import re
from collections.abc import Callable, Iterator
from statistics import median

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.captures import said, write
from tests.browser.jupyterlab import SCREENSHOTS, Notebook, Server, new_page
from tests.browser.test_packet_browser_hostile import DECEIVING, RAN, session
from tests.browser.test_packet_browser_speed import BUSY, ENTRIES, LIMITS, SIZES, STOPWATCH, TIMES, measure, row
from tests.views.sessions import ORDINARY, PIPELINED, PLAIN

LIT = "rgb(255, 226, 122)"
RCPT, FORWARD_PATH = 12, "smtplab-f4"  # the number of an entry, and the class of one of its fields
LINE = """words => {
  const selected = document.querySelector('.smtplab-lines select').selectedOptions[0];
  return selected.innerText.replaceAll('\\u00a0', ' ').includes(words);
}"""
AT_REST = "pane => Promise.all(pane.getAnimations().map(each => each.finished.catch(() => {})))"
FOCUS_RING = "box => getComputedStyle(box).outlineStyle"
BROUGHT_IN = ":is(script,img,iframe,object,embed,a,form,[onerror],[onload],svg:not(.smtplab-picture))"
WAYS = ("mouse", "Enter", "Space")
CELLS = (
    "from smtplab import workbench",
    'short = workbench("bench.pcapng")\nshort',
    'hostile = workbench("bench-hostile.pcapng")\nhostile',
    *(f'of_{size} = workbench("bench-{size}.pcapng")\nof_{size}' for size in SIZES),
    "import gc, threading; from comm import get_comm_manager",
)


@pytest.fixture(scope="module")
def lab(browser: Browser, server: Server) -> Iterator[Notebook]:
    """Give a notebook with four workbenches in it."""
    write(server.folder / "bench.pcapng", map(said, (ORDINARY, PIPELINED, PLAIN)))
    write(server.folder / "bench-hostile.pcapng", [session()])
    for size in SIZES:
        write(server.folder / f"bench-{size}.pcapng", [said(ORDINARY)] * (size // ENTRIES))
    with new_page(browser, server) as notebook:
        notebook.open(notebook.write("bench.ipynb", *CELLS))
        assert notebook.run_all() == []
        notebook.page.set_viewport_size({"width": 1500, "height": 1000})
        yield notebook


@pytest.fixture
def short(lab: Notebook) -> Locator:
    """Give the workbench of the short capture, at its first entry."""
    lab.ask("short.browser.filter(''), short.select(1), short.select(0)")
    return shown(lab, 0)


def shown(lab: Notebook, place: int) -> Locator:
    found = lab.page.locator(".smtplab-workbench").nth(place)
    found.scroll_into_view_if_needed()
    expect(part(found, "tree")).to_contain_text("entry 1 ")
    return found


def part(bench: Locator, name: str) -> Locator:
    return bench.locator(f".smtplab-{name}")


def arrow(bench: Locator, number: int) -> Locator:
    """Give the button of an arrow: with the pointer over the ladder, so that each can be reached, and it at rest."""
    part(bench, "arrows").hover()
    part(bench, "arrows").evaluate(AT_REST)
    return part(bench, "over").locator("button").nth(number - 1)


def press(control: Locator, way: str) -> None:
    control.click() if way == "mouse" else control.press(way)


def assert_all_show(lab: Notebook, bench: Locator, number: int, words: str, octets: str) -> None:
    """Check list, tree, octets, dialogue, ladder and kernel."""
    expect(part(bench, "tree")).to_contain_text(f"entry {number} ")
    expect(part(bench, "octets")).to_contain_text(octets)
    expect(part(bench, "number").locator("input")).to_have_value(str(number))
    lab.page.wait_for_function(LINE, arg=words)
    lifted = part(bench, "arrows").locator(f"#entry-{number - 1} .lift")
    expect(lifted).to_have_css("fill", "rgb(255, 255, 255)")
    expect(part(bench, "list").locator("option").nth(number - 1)).to_have_js_property("selected", True)
    assert lab.ask("short.selection.index") == str(number - 1)


@pytest.mark.parametrize("way", WAYS)
def test_arrow_moves_all(lab: Notebook, short: Locator, way: str) -> None:
    press(arrow(short, RCPT), way)
    assert_all_show(lab, short, RCPT, "RCPT TO:<test02@coremail.cn>", "52 43 50 54")
    expect(part(short, "tab-RCPT")).to_have_class(re.compile("smtplab-here"))
    expect(part(short, "state-sender")).to_have_class(re.compile("smtplab-here"))
    lab.screenshot("workbench")


def test_arrow_lies_where_it_is_drawn(short: Locator) -> None:
    button = arrow(short, 3).bounding_box()
    drawn = part(short, "arrows").locator("#entry-2 .lift").bounding_box()
    assert button
    assert drawn
    assert abs(button["y"] - drawn["y"]) < 2
    assert abs(button["height"] - drawn["height"]) < 3
    assert abs(button["x"] - drawn["x"]) < 2


def test_line_moves_all_by_mouse(lab: Notebook, short: Locator) -> None:
    part(short, "lines").locator("option", has_text="C: RCPT").click()
    assert_all_show(lab, short, RCPT, "RCPT TO:<test02@coremail.cn>", "52 43 50 54")


def test_line_moves_all_by_keyboard(lab: Notebook, short: Locator) -> None:
    part(short, "lines").locator("select").focus()
    short.page.keyboard.press("End")
    assert_all_show(lab, short, 20, "221 2.0.0 Bye", "32 32 31")
    short.page.keyboard.press("Home")
    assert_all_show(lab, short, 1, "220 mail.coremail.cn", "32 32 30")


def test_packet_moves_all(lab: Notebook, short: Locator) -> None:
    part(short, "list").locator("option").nth(RCPT - 1).click()
    assert_all_show(lab, short, RCPT, "RCPT TO:<test02@coremail.cn>", "52 43 50 54")


@pytest.mark.parametrize("way", WAYS)
def test_phase_moves_all(lab: Notebook, short: Locator, way: str) -> None:
    press(part(short, "tab-RCPT"), way)
    assert_all_show(lab, short, RCPT, "RCPT TO:<test02@coremail.cn>", "52 43 50 54")


@pytest.mark.parametrize("way", WAYS)
def test_state_moves_all(lab: Notebook, short: Locator, way: str) -> None:
    press(part(short, "state-recipients"), way)
    assert_all_show(lab, short, 13, "250 2.1.5 Recipient accepted", "32 35 30")
    expect(part(short, "moves")).to_contain_text("DATA → mail data (asks for more)")


@pytest.mark.parametrize("way", WAYS)
def test_next_and_the_number_move_all(lab: Notebook, short: Locator, way: str) -> None:
    press(part(short, "next"), way)
    assert_all_show(lab, short, 2, "EHLO TINY-DESKTOP", "45 48 4c 4f")
    box = part(short, "number").locator("input")
    box.press("ArrowUp")
    assert_all_show(lab, short, 3, "250-mail.coremail.cn", "32 35 30")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("name", "said"), [("timing", "10 round trips"), ("state chart", "authenticating")])
def test_picture_stands_below_and_follows(lab: Notebook, short: Locator, way: str, name: str, said: str) -> None:
    below = part(short, "below")
    try:
        press(below.get_by_role("button", name=name), way)
        expect(part(short, "tree")).not_to_be_visible()
        picture = part(short, "drawing").filter(visible=True)
        expect(picture).to_contain_text(said)
        for number in (RCPT, 20, 1):
            press(arrow(short, number), way)
            expect(picture.locator(".selected")).to_be_in_viewport()
            assert lab.ask("short.selection.index") == str(number - 1)
            lab.screenshot(f"workbench-{name.replace(' ', '-')}-{number}")
    finally:
        press(below.get_by_role("button", name="packets"), way)
    expect(part(short, "tree")).to_contain_text("entry 1 ")


@pytest.mark.parametrize("how", ["hover", "focus"])
def test_section_lights_its_fields_and_octets(lab: Notebook, short: Locator, how: str) -> None:
    press(arrow(short, RCPT), "mouse")
    expect(part(short, "tree")).to_contain_text(f"entry {RCPT} ")
    section = part(short, "sections").locator(f".{FORWARD_PATH}")
    expect(section).to_contain_text("RFC 5321 §4.1.1.3")
    section.hover() if how == "hover" else section.focus()
    for pane in ("tree", "octets"):
        expect(part(short, pane).locator(f".{FORWARD_PATH}").first).to_have_css("background-color", LIT)
    lab.screenshot("workbench-section")


def test_octet_that_is_clicked_lights_its_field_and_section(short: Locator) -> None:
    press(arrow(short, RCPT), "mouse")
    expect(part(short, "tree")).to_contain_text(f"entry {RCPT} ")
    part(short, "octets").locator(f".{FORWARD_PATH}").first.click()
    part(short, "status").hover()
    for pane in ("tree", "sections"):
        expect(part(short, pane).locator(f".{FORWARD_PATH}").first).to_have_css("background-color", LIT)


def test_other_connection_is_drawn_when_a_packet_of_it_is_clicked(lab: Notebook, short: Locator) -> None:
    part(short, "list").locator("option").nth(29).click()
    expect(part(short, "arrows")).to_contain_text("550 5.1.1 No such mailbox here")
    expect(part(short, "lines")).not_to_contain_text("coremail")
    expect(part(short, "tab-QUIT").and_(short.page.locator("button"))).to_be_disabled()
    lab.screenshot("workbench-error")


def test_selected_arrow_is_scrolled_into_view_when_another_view_moves(short: Locator) -> None:
    press(part(short, "tab-QUIT"), "mouse")
    expect(part(short, "arrows").locator("#entry-18 .lift")).to_be_in_viewport()


def test_every_control_has_a_name_and_shows_its_focus(short: Locator) -> None:
    for name in ("dialogue", "entries"):
        expect(short.get_by_role("listbox", name=name, exact=True)).to_have_count(1)
    expect(short.get_by_role("button", name="12 client: RCPT TO:<test02@coremail.cn>")).to_have_count(1)
    for control in (arrow(short, 4), part(short, "tab-AUTH"), part(short, "state-ready"), part(short, "next")):
        control.focus()
        short.page.keyboard.press("Shift+Tab")
        short.page.keyboard.press("Tab")
        assert control.evaluate(FOCUS_RING) != "none"


def test_dark_theme_and_a_narrow_column_show_the_same(lab: Notebook, short: Locator) -> None:
    change = "async name => await window.jupyterapp.commands.execute('apputils:change-theme', {theme: name})"
    lab.page.evaluate(change, "JupyterLab Dark")
    try:
        press(arrow(short, RCPT), "mouse")
        expect(part(short, "arrows").locator("#entry-11 .lift")).to_have_css("fill", "rgb(21, 24, 28)")
        lab.screenshot("workbench-dark")
        lab.page.set_viewport_size({"width": 900, "height": 1400})
        arrows, talk = (part(short, name).bounding_box() for name in ("arrows", "talk"))
        assert arrows
        assert talk
        assert talk["y"] > arrows["y"]
        lab.screenshot("workbench-narrow")
    finally:
        lab.page.set_viewport_size({"width": 1500, "height": 1000})
        lab.page.evaluate(change, "JupyterLab Light")


def test_hostile_capture_runs_nothing_in_any_view(lab: Notebook) -> None:
    bench = shown(lab, 1)
    count = int(lab.ask("len(hostile.selection.transcript)"))
    for number in range(1, count + 1):
        arrow(bench, number).press("Enter")
        expect(part(bench, "tree")).to_contain_text(f"entry {number} ")
    assert lab.page.evaluate(RAN) is False
    assert bench.locator(BROUGHT_IN).count() == 0
    assert not re.search(f"[{DECEIVING}]", bench.inner_text())
    expect(part(bench, "arrows")).to_contain_text("<script>window.smtplabRan=1</script>")
    expect(part(bench, "lines")).to_contain_text("<script>window.smtplabRan=1</script>")
    lab.screenshot("workbench-hostile")
    lab.ask("hostile.select(0)")


@pytest.fixture(scope="module")
def table(lab: Notebook) -> Iterator[list[str]]:
    """Collect the rows of the table of latencies, print it, and keep it."""
    lab.page.evaluate(STOPWATCH)
    rows = [f"{'entries':>7}  {'what':<12}{'median':>10}{'worst':>10}"]
    yield rows
    written = "\n".join(rows)
    (SCREENSHOTS / "workbench-latency.txt").write_text(written + "\n")
    print(f"\n{written}")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("what", ["arrow", "line", "packet", "next", "phase", "connection"])
def test_all_views_follow_the_click(lab: Notebook, table: list[str], size: int, what: str) -> None:
    lab.ask(f"of_{size}.select(0)")
    bench = shown(lab, 2 + SIZES.index(size))
    acts: dict[str, Callable[[int], object]] = {
        "arrow": lambda number: arrow(bench, 2 + number % 12).press("Enter"),
        "line": lambda number: part(bench, "lines").locator("option").nth(5 + number % 10).click(),
        "packet": lambda number: part(bench, "list").locator("option").nth(1 + number % 12).click(),
        "next": lambda number: part(bench, "next").click(),
        "phase": lambda number: part(bench, f"tab-{('MAIL', 'RCPT', 'DATA')[number % 3]}").click(),
        "connection": lambda number: part(bench, "list").locator("option").nth(21 + 21 * (number % 5)).click(),
    }
    took = measure(bench, TIMES, acts[what])
    table.append(row(size, what, took))
    # The table tells the figure; a machine that is busy with other things may take its time.
    assert median(took) < BUSY * LIMITS[size]


def test_twenty_runs_of_a_cell_leave_what_one_leaves(lab: Notebook) -> None:
    left = "(gc.collect() and 0, len(get_comm_manager().comms), threading.active_count())"
    lab.run(1)
    one = lab.ask(left)
    for _ in range(20):
        lab.run(1)
    assert lab.ask(left) == one


def test_page_asks_nothing_of_the_outside_and_complains_of_nothing(lab: Notebook) -> None:
    assert lab.outside == []
    assert lab.complaints == []
