"""How does all of it belong together? The views of a capture side by side, with one selection that runs through them.

A line of the dialogue, its arrow, its packet, its octets, its fields with their sections, its phase and its state are
one thing: whoever clicks one of them, or goes there with the keyboard, moves all. The views share a `Selection`. Below
stand the packets, and in their place, when asked for, where the time went or the state chart.
"""

from os import PathLike
from typing import Any, Final

from ipywidgets import HTML, Box, ToggleButtons, Widget

from smtplab.protocol.transcript import Entry, Transcript
from smtplab.views.dialogue import dialogue
from smtplab.views.states import states
from smtplab.views.timing import timing
from smtplab.widgets.arrows import Arrows
from smtplab.widgets.browser import browser
from smtplab.widgets.drawing import Drawing
from smtplab.widgets.instrument import Instrument
from smtplab.widgets.places import Phases, Stations
from smtplab.widgets.selection import Selection
from smtplab.widgets.talk import Talk
from smtplab.widgets.workbench_style import SCOPE, style_sheet

BELOW: Final = {
    "packets": "show the packets, with their fields and octets",
    "timing": "show where the time of the connection went",
    "state chart": "show the way of the connection through the states",
}


def workbench(what: Transcript | str | PathLike[str]) -> "Workbench":
    """Give all views of a transcript, or of a capture file, as one.

    Raises OSError when the file cannot be opened, NotACapture when it is none.
    """
    return Workbench(what)


class Workbench(Instrument):
    """The widget. selection: what is selected; whatever moves it moves all views. browser: the packet browser in it.

    below: chooses what stands below the others, one of `BELOW`.
    """

    def __init__(self, what: Transcript | str | PathLike[str]) -> None:
        self.browser = browser(what)
        self.selection = Selection(self.browser.browsing.transcript)
        style = HTML(f"<style>{style_sheet()}</style>")
        style.add_class("smtplab-style")
        views = Box([Arrows(self.selection), Talk(self.selection), Stations(self.selection)])
        views.add_class("smtplab-views")
        self.below = ToggleButtons(options=list(BELOW), tooltips=list(BELOW.values()))
        self.below.add_class("smtplab-below")
        self._panes: dict[str, Widget] = {
            "packets": self.browser,
            "timing": Drawing(self.selection, lambda said, index: timing(said, selected=index)),
            "state chart": Drawing(self.selection, lambda said, index: states(said, selected=index)),
        }
        self._show_below()
        super().__init__([style, Phases(self.selection), views, self.below, *self._panes.values()])
        self.add_class(SCOPE[1:])
        self.selection.observe(lambda change: self._take_along(change["new"]), "index")
        self.browser.observe(self._was_taken_along, "selected")
        self.below.observe(lambda change: self._show_below(), "value")

    @property
    def entry(self) -> Entry | None:
        """The selected entry."""
        return self.selection.entry

    def select(self, index: int) -> None:
        """Go to the entry of this index, or to the nearest one."""
        self.selection.select(index)

    def step(self, by: int) -> None:
        """Go so many entries forward, or back if it is negative."""
        self.selection.step(by)

    def _show_below(self) -> None:
        for name, pane in self._panes.items():
            pane.layout.display = "" if name == self.below.value else "none"

    def _take_along(self, index: int) -> None:
        if index not in self.browser.browsing.listed:
            self.browser.filter("")  # else it could not be shown in the list
        self.browser.selected = index

    def _was_taken_along(self, change: dict[str, Any]) -> None:
        if change["new"] is not None:
            self.selection.select(change["new"])

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """The widget, and for readers without a kernel the dialogue and the table: they are the same in every run."""
        bundle = super()._repr_mimebundle_(**kwargs) or {}
        said = dialogue(self.selection.transcript)
        return {**bundle, "text/plain": said.text(), "text/html": said.html()}
