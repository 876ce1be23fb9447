"""The workbench without a browser: whatever is clicked, all views go there."""

import re
from typing import Any

import pytest
from ipywidgets import ToggleButtons

from smtplab.protocol.transcript import Transcript
from smtplab.views.spots import SELECTED
from smtplab.widgets.drawing import NOTHING, Drawing
from smtplab.widgets.selection import PAGE
from smtplab.widgets.workbench import Workbench, workbench
from smtplab.widgets.workbench_style import SCOPE, style_sheet
from tests.views.sessions import ORDINARY, PIPELINED, heard, together
from tests.widgets.controls import inside, named, seen

RCPT = 11


def arrow(made: Workbench, place: int) -> None:
    """Click an arrow as a page does: it tells the place, and then that there was a click."""
    buttons: Any = named(made, "over")
    assert isinstance(buttons, ToggleButtons)
    buttons.index = place
    buttons._handle_custom_msg({"event": "click"}, [])


def line(made: Workbench, words: str) -> None:
    lines: Any = named(made, "lines")
    lines.index = next(place for place, label in enumerate(lines._options_labels) if words in label)


def reachable(made: Workbench) -> str:
    """Give the rule that says which arrows Tab reaches."""
    values = " ".join(str(getattr(part, "value", "")) for part in inside(made))
    [found] = re.findall(r"button(:nth-of-type\S+?)\{visibility:visible\}", values)
    return str(found)


def assert_all_show(made: Workbench, index: int) -> None:
    """Check each view: list, tree, octets, dialogue, ladder, phase and state."""
    entry = made.selection.transcript[index]
    assert (made.selection.index, made.browser.selected) == (index, index)
    assert f"entry {index + 1} " in seen(made, "tree")
    assert entry.octets[:4].hex(" ") in re.sub(r"<[^>]*>", "", seen(made, "octets"))
    talk = named(made, "talk")
    assert talk._excerpt.indexes[talk._places[named(made, "lines").index]] == index
    arrows = named(made, "arrows")
    assert f"#entry-{arrows._excerpt.indexes.index(index)} .lift" in arrows._mark.value
    here = {button.description for button in inside(made) if "smtplab-here" in button._dom_classes}
    assert here == {entry.phase, entry.after.value}


@pytest.mark.parametrize(("index", "rule"), [(0, "n+1):nth-of-type(-n+2)"), (11, "n+11):nth-of-type(-n+13)")])
def test_tab_reaches_the_selected_arrow_and_those_beside_it(index: int, rule: str) -> None:
    made = workbench(heard(ORDINARY))
    made.select(index)
    assert reachable(made) == f":nth-of-type({rule}"


@pytest.mark.parametrize(
    "click",
    [
        pytest.param(lambda made: arrow(made, RCPT), id="arrow"),
        pytest.param(lambda made: line(made, "C: RCPT"), id="line"),
        pytest.param(lambda made: setattr(named(made, "list"), "index", RCPT), id="packet"),
        pytest.param(lambda made: setattr(named(made, "number"), "value", RCPT + 1), id="number"),
        pytest.param(lambda made: named(made, "tab-RCPT").click(), id="phase"),
        pytest.param(lambda made: made.select(RCPT), id="code"),
        pytest.param(lambda made: [named(made, "next").click() for _ in range(RCPT)], id="next"),
    ],
)
def test_click_in_any_view_moves_all(click: Any) -> None:
    made = workbench(heard(ORDINARY))
    click(made)
    assert_all_show(made, RCPT)


def test_state_that_is_clicked_is_gone_to_again_and_again() -> None:
    made = workbench(heard(ORDINARY))
    places = []
    for _ in range(3):
        named(made, "state-recipients").click()
        places.append(made.selection.index)
    assert places == [12, 13, 12]
    assert_all_show(made, 12)


def test_arrow_that_was_clicked_last_can_be_clicked_again() -> None:
    made = workbench(heard(ORDINARY))
    arrow(made, RCPT)
    made.select(0)
    arrow(made, RCPT)
    assert_all_show(made, RCPT)


def test_line_in_the_middle_of_a_reply_selects_its_reply_and_stays() -> None:
    made = workbench(heard(ORDINARY))
    line(made, "250-PIPELINING")
    assert_all_show(made, 2)
    assert "PIPELINING" in named(made, "lines").label


def test_other_connection_is_drawn_when_the_selection_goes_there() -> None:
    made = workbench(together(heard(ORDINARY), heard(PIPELINED, stream=1, begin=1.0)))
    made.select(25)
    assert_all_show(made, 25)
    assert named(made, "lines").options[0][0] == "S: 220 mail.example.org ready"
    assert named(made, "tab-QUIT").disabled
    assert not named(made, "tab-RCPT").disabled


def test_long_connection_is_drawn_in_parts() -> None:
    made = workbench(heard("S: 220 a\n" + "C: NOOP\nS: 250 a\n" * PAGE))
    assert len(named(made, "over").options) == PAGE
    made.select(PAGE)
    assert named(made, "over").options[0].startswith(f"{PAGE + 1} server: 250")
    arrow(made, 1)
    assert made.selection.index == PAGE + 1


def test_entry_that_does_not_pass_the_filter_is_shown_all_the_same() -> None:
    made = workbench(heard(ORDINARY))
    made.browser.filter("smtp.req")
    arrow(made, RCPT + 1)
    assert made.browser.browsing.expression == ""
    assert_all_show(made, RCPT + 1)


def test_filter_that_nothing_passes_leaves_the_other_views_where_they_are() -> None:
    made = workbench(heard(ORDINARY))
    made.select(RCPT)
    made.browser.filter("tcp.stream == 9")
    assert made.selection.index == RCPT
    made.browser.filter("")
    made.step(1)
    assert_all_show(made, made.selection.index or 0)


def test_ladder_is_not_sent_again_while_the_selection_stays_in_it() -> None:
    made = workbench(heard(ORDINARY))
    changes: list[object] = []
    named(made, "arrows")._picture.observe(changes.append, "value")
    named(made, "lines").observe(changes.append, "_options_labels")
    made.select(RCPT)
    assert changes == []


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [("timing", "(the server greets)", "RCPT TO:&lt;test02@coremai"), ("state chart", "greeted", "sender")],
)
def test_picture_below_follows_the_selection(name: str, before: str, after: str) -> None:
    made = workbench(heard(ORDINARY))
    made.below.value = name
    for index, words in ((0, before), (RCPT, after)):
        made.select(index)
        [picture] = [pane for pane in inside(made) if isinstance(pane, Drawing) and pane.layout.display != "none"]
        selected = picture.value.partition(f'class="{SELECTED}')[2]
        assert words in selected[: selected.index("</g>")]


def test_picture_that_is_not_seen_is_not_drawn() -> None:
    made = workbench(heard(ORDINARY))
    made.below.value = "timing"
    made.below.value = "packets"
    drawings = [pane for pane in inside(made) if isinstance(pane, Drawing)]
    drawn = [pane.value for pane in drawings]
    made.select(RCPT)
    assert [pane.value for pane in drawings] == drawn
    assert made.browser.layout.display == ""


@pytest.mark.parametrize("name", ["timing", "state chart"])
def test_picture_of_nothing_says_so(name: str) -> None:
    made = workbench(Transcript())
    made.below.value = name
    assert [pane.value for pane in inside(made) if isinstance(pane, Drawing) and pane.value] == [NOTHING]


def test_password_is_masked_but_in_its_own_octets() -> None:
    made = workbench(heard(ORDINARY))
    shown = [seen(made, "tree"), *named(made, "over").options, *named(made, "lines")._options_labels]
    assert not [text for text in [*shown, named(made, "arrows")._picture.value] if "cGFzc3dvcmQwMQ" in text]


def test_empty_transcript_can_be_looked_at() -> None:
    made = workbench(Transcript())
    named(made, "next").click()
    assert made.selection.index is None


def test_reader_without_a_kernel_sees_the_dialogue() -> None:
    bundle = workbench(heard(ORDINARY))._repr_mimebundle_()
    assert bundle["text/plain"] == str(heard(ORDINARY))
    assert "<table>" in bundle["text/html"]


def test_style_sheet_reaches_no_further_than_the_workbenches() -> None:
    sheet = style_sheet()
    assert sheet.count("{") == sheet.count("}")
    flat = re.sub(r"@(?:container|media) [^{]*\{(.*?\})\}", r"\1", sheet)
    selectors = [part for rule in flat.split("}") for part in [rule.split("{")[0].strip()] if part]
    assert [selector for selector in selectors if SCOPE not in selector] == []


def test_closing_closes_all_its_parts() -> None:
    from ipywidgets.widgets.widget import _instances

    before = set(_instances)
    workbench(heard(ORDINARY)).close()
    assert set(_instances) - before == set()
