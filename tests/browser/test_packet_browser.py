"""A learner looks into a capture with the packet browser, by mouse and by keyboard."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.captures import said, write
from tests.browser.jupyterlab import ASK, Notebook, Server, new_page
from tests.views.sessions import ORDINARY, PIPELINED, PLAIN

LIT = "rgb(255, 226, 122)"
LIT_IN_THE_DARK = "rgb(122, 92, 0)"
LETTER = r"C: From: a@example.org\r\n\r\n" + r"A line of a letter\r\n..dot\r\n" * 100 + "."
MAIL_DATA, FORWARD_PATH = 16, "smtplab-f4"  # the number of an entry, and the class of a field of RCPT

WIDTHS = (800, 1100, 1366, 1920)  # pixels
INFO_AT_LEAST = 24  # letters of what was said, in the narrowest list
SIDEBAR = "open => window.jupyterapp.shell[open ? 'expandLeft' : 'collapseLeft']()"
# Where `info` begins in the titles and in a row, from the left edge of the list, how wide a letter is, and the list.
COLUMNS = """([list, titles, info]) => {
  const look = getComputedStyle, row = list.options[1], box = list.getBoundingClientRect();
  const words = document.createRange();
  words.setStart(titles.firstChild, info);
  words.setEnd(titles.firstChild, info + 'info'.length);
  const title = words.getBoundingClientRect();
  const letter = title.width / 'info'.length;
  const indent = parseFloat(look(row).paddingLeft) + parseFloat(look(row).textIndent);
  return {
    title: title.left - box.left,
    row: row.getBoundingClientRect().left + indent + info * letter - box.left,
    letter: letter,
    list: list.clientWidth,
    scrolls: list.scrollWidth > list.clientWidth,
    fonts: [row, titles].map(each => look(each).fontFamily + look(each).fontSize),
    overflow: look(row).overflow + ' ' + look(row).textOverflow,
  };
}"""

CELLS = (
    "from smtplab import browser",
    'short = browser("short.pcapng")\nshort',
    'long = browser("long.pcapng")\nlong',
)


@pytest.fixture(scope="module")
def lab(browser: Browser, server: Server) -> Iterator[Notebook]:
    """Give a notebook with two browsers in it: of a capture of 36 entries, and of one of 420."""
    letter = ORDINARY.replace(r"C: Subject: First mail\r\n\r\n..dot\r\n.", LETTER)
    write(server.folder / "short.pcapng", map(said, (letter, PIPELINED, PLAIN)))
    write(server.folder / "long.pcapng", [said(ORDINARY)] * 21)
    with new_page(browser, server) as notebook:
        notebook.open(notebook.write("packets.ipynb", *CELLS))
        assert notebook.run_all() == []
        notebook.page.set_viewport_size({"width": 1366, "height": 900})
        yield notebook


@pytest.fixture
def short(lab: Notebook) -> Locator:
    """Give the browser of the short capture, as it is at first."""
    return at_first(lab, "short", 0)


@pytest.fixture
def long(lab: Notebook) -> Locator:
    """Give the browser of the long capture, as it is at first."""
    return at_first(lab, "long", 1)


def at_first(lab: Notebook, name: str, place: int) -> Locator:
    lab.ask(f"{name}.follow(False), {name}.filter(''), {name}.select(1), {name}.select(0)")
    found = lab.page.locator(".smtplab-browser").nth(place)
    found.scroll_into_view_if_needed()
    expect(part(found, "number").locator("input")).to_have_value("1")
    expect(part(found, "tree")).to_contain_text("entry 1 ")
    return found


def part(shown: Locator, name: str) -> Locator:
    return shown.locator(f".smtplab-{name}")


def row(shown: Locator, number: int) -> Locator:
    return part(shown, "list").locator("option").nth(number - 1)


def choose(shown: Locator, number: int) -> None:
    """Click a row, and wait until all panes show it."""
    row(shown, number).click()
    expect(part(shown, "tree")).to_contain_text(f"entry {number} ")
    shown.page.evaluate(ASK, "'the kernel has said all there was to say'")


def selected(shown: Locator) -> str:
    """The line that is selected in the list."""
    line = part(shown, "list").locator("select").evaluate("list => list.selectedOptions[0]?.innerText")
    return str(line).replace("\xa0", " ")


def type_filter(shown: Locator, expression: str) -> None:
    part(shown, "filter").locator("input").fill(expression)
    shown.page.keyboard.press("Enter")


def field(shown: Locator, pane: str, name: str) -> Locator:
    return part(shown, pane).locator(f".{name}").first


def test_browser_asks_nothing_of_the_outside_and_complains_of_nothing(lab: Notebook) -> None:
    lab.screenshot("packet-browser")
    assert lab.outside == []
    assert lab.complaints == []


def test_row_that_is_clicked_is_shown_in_tree_octets_and_kernel(lab: Notebook, short: Locator) -> None:
    choose(short, 12)
    expect(part(short, "tree")).to_contain_text("forward-path test02@coremail.cn")
    expect(part(short, "octets")).to_contain_text("52 43 50 54")
    expect(part(short, "number").locator("input")).to_have_value("12")
    assert lab.ask("short.selected") == "11"


def test_row_is_coloured_by_phase_and_party(short: Locator) -> None:
    colours = [row(short, number).evaluate("row => getComputedStyle(row).backgroundColor") for number in (1, 2, 4, 10)]
    assert len(set(colours)) == 4
    inks = [row(short, number).evaluate("row => getComputedStyle(row).color") for number in (3, 2, 5, 4)]
    assert inks[0] == inks[2] != inks[1] == inks[3]


def test_list_takes_keys(short: Locator) -> None:
    choose(short, 2)
    for key, number in (("End", "36"), ("Home", "1"), ("PageDown", "1[1-4]"), ("PageUp", "[12]")):
        short.page.keyboard.press(key)
        expect(part(short, "number").locator("input")).to_have_value(re.compile(f"^{number}$"))


@pytest.mark.parametrize("how", ["click", "Enter", "Space"])
def test_next_and_previous_go_on_and_back(lab: Notebook, short: Locator, how: str) -> None:
    for name, number in (("next", 2), ("next", 3), ("previous", 2)):
        button = part(short, name)
        button.click() if how == "click" else button.press(how)
        expect(part(short, "tree")).to_contain_text(f"entry {number} ")
    assert lab.ask("short.selected") == "1"
    assert "  2  !  EHLO TINY-DESKTOP" in selected(short)


def test_number_takes_a_number_and_the_arrow_keys(lab: Notebook, short: Locator) -> None:
    box = part(short, "number").locator("input")
    box.fill("12")
    box.press("Enter")
    expect(part(short, "tree")).to_contain_text("entry 12 ")
    for key, number in (("ArrowUp", 13), ("ArrowUp", 14), ("ArrowDown", 13)):
        box.press(key)
        expect(part(short, "tree")).to_contain_text(f"entry {number} ")
    assert lab.ask("short.selected") == "12"


def test_filter_lists_what_passes(lab: Notebook, short: Locator) -> None:
    type_filter(short, "smtp.response.code >= 400")
    expect(part(short, "status")).to_contain_text("36 entries · 2 pass the filter")
    expect(part(short, "list").locator("option")).to_have_count(2)
    assert "550 5.1.1" in selected(short)
    assert lab.ask("list(short.browsing.listed)") == "[29, 35]"


def test_filter_that_is_wrong_says_where_and_why(lab: Notebook, short: Locator) -> None:
    type_filter(short, "smtp.response.code == many")
    expect(part(short, "filter-error")).to_have_text(
        "✕ at character 23: this field is a number, and that is nonesmtp.response.code == ▸many"
    )
    expect(part(short, "list").locator("option")).to_have_count(36)
    lab.screenshot("packet-browser-error")
    type_filter(short, "smtp.response.code == 550")
    expect(part(short, "filter-error")).to_have_text("")


@pytest.mark.parametrize("how", ["click", "Enter"])
def test_clear_lists_everything_again(short: Locator, how: str) -> None:
    type_filter(short, "smtp.eom")
    expect(part(short, "list").locator("option")).to_have_count(1)
    part(short, "clear").click() if how == "click" else part(short, "clear").press(how)
    expect(part(short, "list").locator("option")).to_have_count(36)
    expect(part(short, "filter").locator("input")).to_have_value("")


def test_nothing_that_passes_is_no_error(short: Locator) -> None:
    type_filter(short, "tcp.stream == 9")
    expect(part(short, "tree")).to_have_text("no entry passes this filter")
    expect(part(short, "list").locator("option")).to_have_count(0)


def test_every_control_has_a_name_for_those_who_hear_the_page(short: Locator) -> None:
    for control in (
        short.get_by_role("combobox", name="filter", exact=True),
        short.get_by_role("listbox", name="entries", exact=True),
        short.get_by_role("spinbutton", name="entry", exact=True),
    ):
        expect(control).to_have_count(1)
    for name in ("Clear", "Follow stream", "Previous", "Next"):
        expect(short.get_by_role("button", name=name, exact=True)).to_have_count(1)


def test_filter_suggests_fields(short: Locator) -> None:
    suggested = part(short, "filter").locator("datalist option").evaluate_all("found => found.map(each => each.value)")
    assert {"smtp.response.code", "imf", "tcp.stream"} <= set(suggested)


@pytest.mark.parametrize(("pointed", "other"), [("tree", "octets"), ("octets", "tree")])
def test_pointing_at_a_field_lights_it_in_the_other_pane(
    lab: Notebook, short: Locator, pointed: str, other: str
) -> None:
    choose(short, 12)
    expect(field(short, other, FORWARD_PATH)).not_to_have_css("background-color", LIT)
    field(short, pointed, FORWARD_PATH).hover()
    expect(field(short, other, FORWARD_PATH)).to_have_css("background-color", LIT)
    expect(field(short, other, "smtplab-f3")).not_to_have_css("background-color", LIT)
    lab.screenshot(f"packet-browser-{pointed}")
    part(short, "next").hover()
    expect(field(short, other, FORWARD_PATH)).not_to_have_css("background-color", LIT)


def test_focus_on_a_field_lights_its_octets(short: Locator) -> None:
    choose(short, 12)
    field(short, "tree", "smtplab-f3").focus()
    short.page.keyboard.press("Tab")
    expect(field(short, "octets", FORWARD_PATH)).to_have_css("background-color", LIT)


def test_octet_that_is_clicked_stays_lit(short: Locator) -> None:
    choose(short, 12)
    field(short, "octets", FORWARD_PATH).click()
    part(short, "status").hover()
    expect(field(short, "tree", FORWARD_PATH)).to_have_css("background-color", LIT)


@pytest.mark.parametrize("key", ["click", "Enter", "Space"])
def test_field_unfolds_to_its_meaning_and_source(short: Locator, key: str) -> None:
    choose(short, 12)
    source = part(short, "tree").get_by_text("is one recipient of the mail · RFC 5321 §4.1.1.3 · octets 9 to 26")
    expect(source).to_be_hidden()
    summary = field(short, "tree", FORWARD_PATH)
    summary.click() if key == "click" else summary.press(key)
    expect(source).to_be_visible()


def test_octet_of_a_folded_line_lights_the_line(short: Locator) -> None:
    choose(short, 3)
    field(short, "octets", "smtplab-f9").hover()
    expect(field(short, "tree", "smtplab-h9 > summary")).to_have_css("background-color", LIT)


def test_octet_scrolls_the_tree_to_its_field(short: Locator) -> None:
    choose(short, MAIL_DATA)
    last = part(short, "octets").locator("span[class]").last
    name = str(last.get_attribute("class")).split()[0].replace("smtplab-f", "smtplab-h")
    line = field(short, "tree", f"{name} > summary")
    last.scroll_into_view_if_needed()
    expect(line).not_to_be_in_viewport()
    last.hover()
    expect(line).to_be_in_viewport()


def test_octets_of_a_long_entry_are_turned_over(lab: Notebook, short: Locator) -> None:
    expect(part(short, "next-octets")).to_be_hidden()
    choose(short, MAIL_DATA)
    part(short, "next-octets").click()
    expect(part(short, "octets")).to_contain_text("0400  ")
    expect(part(short, "window")).to_have_text("octets 1,024 to 2,047 of 2,723")
    part(short, "next-octets").press("Enter")
    expect(part(short, "window")).to_have_text("octets 2,048 to 2,722 of 2,723")
    part(short, "previous-octets").click()
    part(short, "previous-octets").press("Space")
    expect(part(short, "window")).to_have_text("octets 0 to 1,023 of 2,723")
    assert lab.ask("short.browsing.window") == "range(0, 1024)"


@pytest.mark.parametrize("how", ["click", "Space"])
def test_follow_stream_shows_one_connection_and_goes_back(lab: Notebook, short: Locator, how: str) -> None:
    expect(part(short, "stream")).to_be_hidden()
    choose(short, 30)
    follow = part(short, "follow")
    follow.click() if how == "click" else follow.press(how)
    expect(part(short, "stream")).to_contain_text("S:550 5.1.1 No such mailbox here ✕ permanent")
    expect(part(short, "stream").locator("[aria-current]")).to_contain_text("550 5.1.1")
    expect(part(short, "stream")).not_to_contain_text("coremail")
    expect(part(short, "filter").locator("input")).to_have_value("tcp.stream == 1")
    follow.click() if how == "click" else follow.press(how)
    expect(part(short, "stream")).to_be_hidden()
    expect(part(short, "list").locator("option")).to_have_count(36)


def test_stream_that_is_followed_is_scrolled_to_the_selected_entry(lab: Notebook, short: Locator) -> None:
    choose(short, 19)
    part(short, "follow").click()
    part(short, "stream").scroll_into_view_if_needed()
    current = part(short, "stream").locator("[aria-current]")
    expect(current).to_be_in_viewport()
    assert part(short, "stream").locator(".smtplab-scroll").evaluate("pane => pane.scrollTop") > 0
    part(short, "next").press("Enter")
    expect(current).to_contain_text("221 2.0.0 Bye")
    part(short, "stream").evaluate("pane => pane.scrollIntoView({block: 'end'})")
    expect(current).to_be_in_viewport()
    lab.screenshot("packet-browser-follow")


@pytest.mark.parametrize("how", ["click", "Enter", "Space"])
def test_pages_of_a_long_list_are_turned(lab: Notebook, long: Locator, how: str) -> None:
    for name, number, rows in (("next-page", 201, 200), ("next-page", 401, 20), ("previous-page", 201, 200)):
        part(long, name).click() if how == "click" else part(long, name).press(how)
        expect(part(long, "tree")).to_contain_text(f"entry {number} ")
        expect(part(long, "list").locator("option")).to_have_count(rows)
    expect(part(long, "status")).to_contain_text("420 entries · 201 to 400 in the list")
    assert lab.ask("long.selected") == "200"


def test_pages_of_a_short_list_are_not_offered(short: Locator) -> None:
    expect(part(short, "next-page")).to_be_hidden()


def test_one_browser_does_not_reach_into_another(short: Locator, long: Locator) -> None:
    choose(long, 12)
    field(long, "tree", FORWARD_PATH).hover()
    expect(field(long, "octets", FORWARD_PATH)).to_have_css("background-color", LIT)
    expect(part(short, "tree")).to_contain_text("entry 1 ")
    lit = "found => found.filter(each => getComputedStyle(each).backgroundColor === 'rgb(255, 226, 122)').length"
    assert part(short, "tree").locator("summary").evaluate_all(lit) == 0


def test_password_is_not_shown_unless_its_entry_is_selected(lab: Notebook, short: Locator) -> None:
    assert "password01" not in short.inner_text()
    assert "cGFzc3dvcmQwMQ" not in short.inner_text()


@pytest.mark.parametrize("opened", [False, True], ids=["sidebar closed", "sidebar open"])
@pytest.mark.parametrize("width", WIDTHS)
def test_list_fits_the_page_below_its_titles(lab: Notebook, short: Locator, width: int, opened: bool) -> None:
    lab.page.set_viewport_size({"width": width, "height": 900})
    lab.page.evaluate(SIDEBAR, opened)
    try:
        lab.page.wait_for_timeout(200)
        titles = part(short, "heading").locator("pre")
        info = titles.inner_text().index("info")
        found = lab.page.evaluate(
            COLUMNS, [part(short, "list").locator("select").element_handle(), titles.element_handle(), info]
        )
        lab.screenshot(f"packet-browser-{width}{'-sidebar' if opened else ''}")
        assert found["fonts"][0] == found["fonts"][1]
        assert abs(found["title"] - found["row"]) < 1.5
        assert found["list"] - found["title"] > INFO_AT_LEAST * found["letter"]
        assert not found["scrolls"]
        assert found["overflow"] == "hidden ellipsis"
    finally:
        lab.page.set_viewport_size({"width": 1366, "height": 900})
        lab.page.evaluate(SIDEBAR, False)


def test_dark_theme_and_a_narrow_column_show_the_same(lab: Notebook, short: Locator) -> None:
    change = "async name => await window.jupyterapp.commands.execute('apputils:change-theme', {theme: name})"
    lab.page.evaluate(change, "JupyterLab Dark")
    try:
        choose(short, 12)
        field(short, "tree", FORWARD_PATH).hover()
        expect(field(short, "octets", FORWARD_PATH)).to_have_css("background-color", LIT_IN_THE_DARK)
        lab.screenshot("packet-browser-dark")
        lab.page.set_viewport_size({"width": 800, "height": 1100})
        short.scroll_into_view_if_needed()
        tree, octets = (part(short, name).bounding_box() for name in ("tree", "octets"))
        assert tree is not None
        assert octets is not None
        assert octets["y"] > tree["y"]
        lab.screenshot("packet-browser-narrow")
    finally:
        lab.page.set_viewport_size({"width": 1366, "height": 900})
        lab.page.evaluate(change, "JupyterLab Light")
