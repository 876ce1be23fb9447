"""When a widget ends."""

from collections.abc import Callable
from typing import Any

import pytest
from ipywidgets import HTML, Button, HBox, Widget

from smtplab.widgets import instrument
from smtplab.widgets.instrument import Instrument, Run, current_run


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Give a function that says which cell runs, and by which request."""

    def says(cell: str, request: str) -> None:
        monkeypatch.setattr(instrument, "current_run", lambda: Run(cell, request))

    return says


def made() -> tuple[Instrument, list[Widget]]:
    """Make an instrument, and give all that it is made of."""
    button, pane = Button(), HTML()
    box = HBox([button, pane])
    whole = Instrument([box])
    parts = [whole, box, button, pane]
    return whole, [*parts, *(part.layout for part in parts), button.style, pane.style]


def is_open(widget: Widget) -> bool:
    return widget.comm is not None


def test_close_closes_every_part() -> None:
    whole, parts = made()
    assert all(map(is_open, parts))
    whole.close()
    assert not any(map(is_open, parts))


def test_cell_that_runs_again_closes_what_it_made_before(run: Callable[[str, str], None]) -> None:
    run("a cell", "first")
    _, before = made()
    run("a cell", "second")
    _, after = made()
    assert not any(map(is_open, before))
    assert all(map(is_open, after))


def test_two_of_one_run_live_together(run: Callable[[str, str], None]) -> None:
    run("a cell", "first")
    one, other = made()[0], made()[0]
    assert is_open(one)
    assert is_open(other)


def test_other_cell_closes_nothing(run: Callable[[str, str], None]) -> None:
    run("a cell", "first")
    one, _ = made()
    run("another cell", "second")
    made()
    assert is_open(one)


def test_script_closes_nothing() -> None:
    one, _ = made()
    made()
    assert is_open(one)


@pytest.mark.parametrize(
    ("parent", "expected"),
    [
        pytest.param({"header": {"msg_id": "m"}, "metadata": {"cellId": "c"}}, Run("c", "m"), id="notebook"),
        pytest.param({"header": {"msg_id": "m"}, "metadata": {}}, None, id="no cell is named"),
        pytest.param({}, None, id="nothing runs"),
    ],
)
def test_run_is_what_the_notebook_says(
    monkeypatch: pytest.MonkeyPatch, parent: dict[str, Any], expected: Run | None
) -> None:
    class Shell:
        def get_parent(self) -> dict[str, Any]:
            return parent

    monkeypatch.setattr(instrument, "get_ipython", Shell)
    assert current_run() == expected
