"""Find the controls of a widget, use them as a page would, and wait for what comes of it."""

import time
from collections.abc import Callable
from typing import Any

from ipywidgets import HTML, Widget

PATIENCE = 10.0  # seconds


def inside(widget: Widget) -> list[Widget]:
    """Give a widget and all that it holds."""
    return [widget, *(found for child in getattr(widget, "children", ()) for found in inside(child))]


def named(made: Widget, name: str) -> Any:
    """Give the one part of a widget that has a class."""
    [found] = [widget for widget in inside(made) if f"smtplab-{name}" in widget._dom_classes]
    return found


def seen(made: Widget, name: str) -> str:
    """Give what a pane shows."""
    pane = named(made, name)
    assert isinstance(pane, HTML)
    return str(pane.value)


def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.005)


def shows(made: Widget, name: str, words: str) -> None:
    """Wait until a pane shows some words."""
    deadline = time.monotonic() + PATIENCE
    while words not in seen(made, name):
        assert time.monotonic() < deadline, f"{words!r} is not in {seen(made, name)!r}"
        time.sleep(0.005)


def enter(box: Any, text: str) -> None:
    """Type a text behind what is in a line box, and press Enter."""
    box.text.value += text
    box.text.value += "\n"
