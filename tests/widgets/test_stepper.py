"""The stepper's controls, as a kernel sees them."""

import re

import pytest
from ipywidgets import HTML, Button, Widget

from smtplab.protocol.transcript import Transcript
from smtplab.widgets.stepper import Stepper, stepper
from smtplab.widgets.style import SCOPE, style_sheet
from tests.views.sessions import ORDINARY, heard

CONTROLS = ("smtplab-first", "smtplab-previous", "smtplab-next", "smtplab-last", "smtplab-number", "smtplab-slider")
PANES = ("smtplab-line", "smtplab-ladder", "smtplab-octets", "smtplab-state")


def inside(widget: Widget) -> list[Widget]:
    return [widget, *(found for child in getattr(widget, "children", ()) for found in inside(child))]


def named(made: Stepper, name: str) -> Widget:
    [found] = [widget for widget in inside(made) if name in widget._dom_classes]
    return found


def click(made: Stepper, name: str) -> None:
    button = named(made, name)
    assert isinstance(button, Button)
    button.click()


def line(made: Stepper) -> str:
    pane = named(made, "smtplab-line")
    assert isinstance(pane, HTML)
    return str(pane.value)


def test_every_control_and_pane_has_its_class() -> None:
    made = stepper(heard(ORDINARY))
    assert all(named(made, name) for name in (*CONTROLS, *PANES))


def test_buttons_go_through_the_transcript() -> None:
    made = stepper(heard(ORDINARY))
    seen = []
    for name in ("next", "next", "previous", "last", "next", "first", "previous"):
        click(made, f"smtplab-{name}")
        seen.append(made.steps.index)
    assert seen == [1, 2, 1, 19, 19, 0, 0]


@pytest.mark.parametrize("name", ["slider", "number"])
def test_slider_and_number_count_from_one_and_move_with_the_buttons(name: str) -> None:
    made = stepper(heard(ORDINARY))
    getattr(made, name).value = 5
    assert made.steps.index == 4
    click(made, "smtplab-next")
    assert (made.slider.value, made.number.value) == (6, 6)
    assert (getattr(made, name).min, getattr(made, name).max) == (1, 20)


def test_panes_show_the_entry_that_was_selected() -> None:
    made = stepper(heard(ORDINARY))
    made.select(11)
    assert "12 of 20" in line(made)
    assert "forward-path" in named(made, "smtplab-octets").value
    assert "sender" in named(made, "smtplab-state").value
    assert "#entry-11" in named(made, "smtplab-mark").value


def test_ladder_is_not_sent_again_when_stepping() -> None:
    made = stepper(heard(ORDINARY))
    changes: list[object] = []
    named(made, "smtplab-ladder").observe(changes.append, "value")
    made.step(1)
    assert changes == []


def test_two_steppers_mark_their_own_ladders() -> None:
    scopes = {
        re.findall(r"(\S+) #entry-0 .lift", named(stepper(heard(ORDINARY)), "smtplab-mark").value)[0] for _ in "ab"
    }
    assert len(scopes) == 2


def test_reader_without_a_kernel_sees_the_dialogue() -> None:
    transcript = heard(ORDINARY)
    bundle = stepper(transcript)._repr_mimebundle_()
    assert bundle["text/plain"] == str(transcript)
    assert "<table>" in bundle["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_fallback_of_a_second_run_is_the_same() -> None:
    runs = [stepper(heard(ORDINARY, begin=begin, port=port))._repr_mimebundle_() for begin, port in ((0, 1), (5, 2))]
    assert runs[0]["text/html"] == runs[1]["text/html"]


def test_empty_transcript_can_be_stepped_through() -> None:
    made = stepper(Transcript())
    click(made, "smtplab-next")
    assert "nothing was said" in line(made)


def test_style_sheet_reaches_no_further_than_the_steppers() -> None:
    flat = re.sub(r"@container [^{]*\{(.*)\}$", r"\1", style_sheet())
    selectors = [part for rule in flat.split("}") for part in [rule.split("{")[0].strip()] if part]
    assert [selector for selector in selectors if SCOPE not in selector and ".smtplab-" not in selector] == []
