"""When does a widget end? When it is closed, or the cell that made it runs again: twenty runs leave what one does.

ipywidgets keeps every widget, with its connection to the page, until it is closed, and closing one closes none of its
parts.
"""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple
from weakref import WeakSet

from IPython import get_ipython
from ipywidgets import VBox, Widget


class Run(NamedTuple):
    """One run of a cell: the cell's name, and that of the request to run it, which is another each time."""

    cell: str
    request: str


class Instrument(VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A widget that stands by itself in a cell, and ends as a whole.

    Where no notebook tells which cell runs, as in a script, nothing ends by itself.
    """

    def __init__(self, children: Iterable[Widget]) -> None:
        self._run = current_run()
        super().__init__(list(children))
        for other in list(_OPEN):
            if self._run and other._run and self._run.cell == other._run.cell and self._run != other._run:
                other.close()
        _OPEN.add(self)

    def close(self) -> None:
        """Close the widget with all that it is made of."""
        _OPEN.discard(self)
        for part in _parts(self):
            part.close()
        super().close()


_OPEN: Final[WeakSet[Instrument]] = WeakSet()


def _parts(widget: Widget) -> Iterable[Widget]:
    """Give what a widget is made of, the innermost first: its children, and its layout and style, which are widgets."""
    for part in (*getattr(widget, "children", ()), widget.layout, getattr(widget, "style", None)):
        if isinstance(part, Widget):
            yield from _parts(part) if hasattr(part, "layout") else ()
            yield part


def current_run() -> Run | None:
    """Give the run of a cell that is going on, or None where there is none or nobody tells."""
    shell: Any = get_ipython()
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    cell = parent.get("metadata", {}).get("cellId")
    return Run(cell, parent["header"]["msg_id"]) if cell else None
