"""The packet browser's controls, as a kernel sees them."""

from pathlib import Path

import pytest
from ipywidgets import HTML, Button, Widget

from smtplab.capture.frame import NotACapture
from smtplab.capture.save import save
from smtplab.protocol.transcript import Transcript
from smtplab.widgets.browser import Browser, browser
from tests.capture.packets import ONE_MAIL, Talk
from tests.views.sessions import ORDINARY, heard

CONTROLS = (
    *("filter", "clear", "follow", "list", "number", "previous", "next", "previous-page", "next-page"),
    *("previous-octets", "next-octets"),
)
PANES = ("filter-error", "status", "heading", "tree", "octets", "stream")
LONG = "S: 220 a\n" + "C: NOOP\nS: 250 a\n" * 225


def inside(widget: Widget) -> list[Widget]:
    return [widget, *(found for child in getattr(widget, "children", ()) for found in inside(child))]


def named(made: Browser, name: str) -> Widget:
    [found] = [widget for widget in inside(made) if f"smtplab-{name}" in widget._dom_classes]
    return found


def click(made: Browser, name: str) -> None:
    button = named(made, name)
    assert isinstance(button, Button)
    button.click()


def html(made: Browser, name: str) -> str:
    pane = named(made, name)
    assert isinstance(pane, HTML)
    return str(pane.value)


def test_every_control_and_pane_has_its_class() -> None:
    made = browser(heard(ORDINARY))
    assert all(named(made, name) for name in (*CONTROLS, *PANES))


def test_row_that_is_clicked_is_shown_everywhere() -> None:
    made = browser(heard(ORDINARY))
    named(made, "list").index = 11
    assert made.selected == 11
    assert named(made, "number").value == 12
    assert "forward-path" in html(made, "tree")
    assert "52 43 50 54" in html(made, "octets")


def test_buttons_go_through_the_entries() -> None:
    made = browser(heard(LONG))
    seen = []
    for name in ("next", "next", "previous", "next-page", "next-page", "next", "previous-page", "previous-page"):
        click(made, name)
        seen.append(made.selected)
    assert seen == [1, 2, 1, 200, 400, 401, 200, 0]


def test_list_holds_the_page_of_the_selected_entry() -> None:
    made = browser(heard(LONG))
    made.select(417)
    assert len(named(made, "list").options) == 51
    assert named(made, "list").index == 17
    assert "  418  " in named(made, "list").label


def test_list_is_not_sent_again_when_another_row_is_selected() -> None:
    made = browser(heard(LONG))
    changes: list[object] = []
    named(made, "list").observe(changes.append, "_options_labels")
    made.select(100)
    assert changes == []


def test_number_that_is_typed_is_gone_to() -> None:
    made = browser(heard(ORDINARY))
    named(made, "number").value = 12
    assert made.selected == 11
    assert named(made, "list").index == 11


def test_number_that_is_not_listed_gives_way_to_the_next() -> None:
    made = browser(heard(ORDINARY))
    made.filter("smtp.req")
    named(made, "number").value = 3
    assert (made.selected, named(made, "number").value) == (3, 4)


def test_filter_that_is_typed_is_applied() -> None:
    made = browser(heard(ORDINARY))
    named(made, "filter").value = 'smtp.req.command == "RCPT"'
    assert (made.selected, len(named(made, "list").options)) == (11, 1)


def test_filter_that_is_wrong_shows_its_error_and_stays_to_be_mended() -> None:
    made = browser(heard(ORDINARY))
    named(made, "filter").value = "smtp.foo"
    assert "at character 1" in html(made, "filter-error")
    assert named(made, "filter").value == "smtp.foo"
    assert len(named(made, "list").options) == 20


def test_clear_lists_everything_again() -> None:
    made = browser(heard(ORDINARY))
    made.filter("smtp.foo")
    click(made, "clear")
    assert (named(made, "filter").value, html(made, "filter-error")) == ("", "")


def test_filter_that_nothing_passes_empties_the_list_and_comes_back() -> None:
    made = browser(heard(ORDINARY))
    made.filter("tcp.stream == 9")
    assert (made.selected, named(made, "list").index, named(made, "list").options) == (None, None, ())
    made.filter("")
    assert (made.selected, named(made, "list").index) == (0, 0)


def test_follow_shows_the_connection_and_its_filter() -> None:
    made = browser(heard(ORDINARY))
    named(made, "follow").value = True
    assert named(made, "filter").value == "tcp.stream == 0"
    assert "220 mail.coremail.cn" in html(made, "stream")
    assert named(made, "stream").layout.display == ""
    named(made, "follow").value = False
    assert (named(made, "filter").value, named(made, "stream").layout.display) == ("", "none")


def test_follow_says_what_it_would_do() -> None:
    made = browser(heard(ORDINARY))
    assert named(made, "follow").tooltip == "show this connection alone"
    made.follow(True)
    assert named(made, "follow").tooltip == "show all connections again"


def test_buttons_for_octets_are_there_for_a_long_entry_alone() -> None:
    made = browser(heard(ORDINARY.replace("First mail", "x" * 2000)))
    bar = next(widget for widget in inside(made) if named(made, "next-octets") in getattr(widget, "children", ()))
    assert bar.layout.display == "none"
    made.select(15)
    assert bar.layout.display == ""
    click(made, "next-octets")
    assert "octets 1,024 to" in html(made, "window")
    click(made, "previous-octets")
    assert "octets 0 to" in html(made, "window")


def test_buttons_for_pages_are_there_for_a_long_list_alone() -> None:
    assert named(browser(heard(ORDINARY)), "next-page").layout.display == "none"
    assert named(browser(heard(LONG)), "next-page").layout.display == ""


def test_selected_can_be_observed_and_set() -> None:
    made = browser(heard(ORDINARY))
    seen: list[int] = []
    made.observe(lambda change: seen.append(change["new"]), "selected")
    named(made, "list").index = 3
    made.selected = 11
    assert seen == [3, 11]
    assert named(made, "list").index == 11


def test_two_browsers_colour_their_own_rows() -> None:
    one, other = (html(browser(heard(ORDINARY)), "colours").partition(" ")[0] for _ in "ab")
    assert one != other


def test_capture_file_is_read(tmp_path: Path) -> None:
    save(tmp_path / "mail.pcapng", Talk().open().say(ONE_MAIL).close().frames)
    made = browser(tmp_path / "mail.pcapng")
    assert len(made.browsing.transcript) == 14
    assert "192.0.2.1:50000 → 192.0.2.25:25" in named(made, "list").options[1][0]


def test_captures_of_strangers_can_be_browsed_from_end_to_end(shared_captures: Path) -> None:
    paths = sorted(path for path in (shared_captures / "pcaps").iterdir() if ".pcap" in path.name)
    assert paths
    for path in paths:
        made = browser(path)
        for index in range(min(100, len(made.browsing.transcript))):
            made.select(index)
            assert made.selected == index
        made.follow(True)
        made.filter("_ws.expert")
        assert "text/html" in made._repr_mimebundle_()
        made.close()


def test_file_that_is_no_capture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.pcap").write_text("no capture at all, but long enough to be one")
    with pytest.raises(NotACapture):
        browser(tmp_path / "a.pcap")


def test_empty_transcript_can_be_browsed() -> None:
    made = browser(Transcript())
    click(made, "next")
    click(made, "next-page")
    assert made.selected is None
    assert "nothing was said" in html(made, "tree")


def test_reader_without_a_kernel_sees_a_table_that_is_the_same_in_every_run() -> None:
    runs = [browser(heard(ORDINARY, begin=begin, port=port))._repr_mimebundle_() for begin, port in ((0, 1), (5, 2))]
    assert runs[0]["text/html"] == runs[1]["text/html"]
    assert runs[0]["text/plain"] == str(heard(ORDINARY))
    assert "application/vnd.jupyter.widget-view+json" in runs[0]
