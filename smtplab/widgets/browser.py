"""What is in this capture? A widget with Wireshark's three panes: the entries, the fields of one, its octets.

The list is a native list box: it scrolls by itself, takes Page Up, Page Down, Home and End, and needs no script.
JupyterLab keeps the arrow keys for its cells wherever the focus is, but in the box with the number, where they work.
"""

from collections.abc import Callable
from os import PathLike
from typing import Any, Final

from ipywidgets import HTML, BoundedIntText, Box, Button, Combobox, Layout, Select, ToggleButton, VBox, Widget
from traitlets import Int, observe

from smtplab.capture.display_filter import FIELDS
from smtplab.protocol.transcript import Transcript
from smtplab.views.listing import Listing
from smtplab.widgets.browser_style import SCOPE, row_rules, style_sheet
from smtplab.widgets.browsing import PAGE, Browsing
from smtplab.widgets.instrument import Instrument
from smtplab.widgets.panes import Panes

PANES: Final = (
    "style",
    "colours",
    "filter-error",
    "heading",
    "status",
    "tree",
    "octets",
    "window",
    "sections",
    "stream",
)
ROWS: Final = 13  # of the list, without scrolling
PLACEHOLDER: Final = "a display filter, such as smtp.response.code >= 400"
FOLLOW: Final = "show this connection alone"
FOLLOWED: Final = "show all connections again"
SUGGESTIONS: Final = (
    "smtp.response.code >= 400",
    'smtp.req.command == "RCPT"',
    'smtp.req.command in {"MAIL", "RCPT", "DATA"}',
    'smtp.req.parameter contains "@"',
    "smtp.req or smtp.rsp",
    "not tls",
    *sorted(FIELDS),
)


def browser(what: Transcript | str | PathLike[str]) -> "Browser":
    """Give a packet browser for a transcript, or for a capture file.

    Raises OSError when the file cannot be opened, NotACapture when it is none.
    """
    if isinstance(what, Transcript):
        return Browser(what)
    from smtplab.capture.dissect import dissect

    return Browser(dissect(what))


class Browser(Instrument):
    """The widget: `browsing` is its position, which the methods change as the controls do.

    selected: the index of the selected entry, None where nothing is listed. It can be observed, and set.
    """

    selected = Int(None, allow_none=True)

    def __init__(self, transcript: Transcript) -> None:
        self.browsing = Browsing(transcript)
        self.panes = Panes(self.browsing)
        self._is_showing = False
        self._in_list: object = None
        self._pane = {name: _named(HTML(), name) for name in PANES}
        self._make_controls(transcript)
        super().__init__(self._arranged())
        # A page may hold several browsers, and the CSS of one must not reach another.
        self._scope = f"{SCOPE}-{self.model_id}"
        self.add_class(SCOPE[1:])
        self.add_class(self._scope[1:])
        self._pane["style"].value = f"<style>{style_sheet()}</style>"
        self._pane["heading"].value = self.panes.heading(self._scope)
        self._show()

    def select(self, index: int) -> None:
        """Go to the entry of this index, or to the next that is listed."""
        self.browsing.select(index)
        self._show()

    def step(self, by: int) -> None:
        """Go so many listed entries forward, or back if it is negative."""
        self.browsing.step(by)
        self._show()

    def turn(self, by: int) -> None:
        """Go so many pages of the list forward, or back if it is negative."""
        self.browsing.turn(by)
        self._show()

    def filter(self, expression: str) -> None:
        """List what passes a display filter; of a wrong one it is shown what is wrong with it."""
        self.browsing.apply(expression)
        self._show()

    def follow(self, following: bool) -> None:
        """Show the whole connection of the selected entry, or no longer."""
        self.browsing.follow(following)
        self._show()

    def show_octets(self, by: int) -> None:
        """Show the octets further on in a long entry, or further back if it is negative."""
        self.browsing.show_octets(by)
        self._show()

    @observe("selected")
    def _was_selected(self, change: dict[str, Any]) -> None:
        if change["new"] is not None:
            self._told(self.select, change["new"])

    def _told(self, move: Callable[..., None], *arguments: object) -> None:
        """Do what a control says, unless it only shows what was done."""
        if not self._is_showing:
            move(*arguments)

    def _make_controls(self, transcript: Transcript) -> None:
        self._filter = _named(
            Combobox(description="filter", placeholder=PLACEHOLDER, options=SUGGESTIONS, continuous_update=False),
            "filter",
        )
        self._filter.observe(lambda change: self._told(self.filter, change["new"]), "value")
        self._follow = _named(ToggleButton(description="Follow stream", tooltip=FOLLOW), "follow")
        self._follow.observe(lambda change: self._told(self.follow, change["new"]), "value")
        self._list = _named(Select(rows=ROWS, description="entries"), "list")
        self._list.observe(self._was_clicked, "index")
        self._number = _named(
            BoundedIntText(1, 1, max(1, len(transcript)), description="entry", tooltip="the number of the entry"),
            "number",
        )
        self._number.observe(lambda change: self._told(self.select, change["new"] - 1), "value")

    def _was_clicked(self, change: dict[str, Any]) -> None:
        if change["new"] is not None:
            browsing = self.browsing
            self._told(self.select, browsing.listed[browsing.page.start + change["new"]])

    def _arranged(self) -> list[Widget]:
        pane = self._pane
        clear = _button("clear", "Clear", "list all entries", lambda: self.filter(""))
        self._turning = (
            _button("previous-page", "Previous page", "go to the page before", lambda: self.turn(-1)),
            _button("next-page", "Next page", "go to the page after", lambda: self.turn(1)),
        )
        stepping = (
            _button("previous", "Previous", "go to the entry before", lambda: self.step(-1)),
            self._number,
            _button("next", "Next", "go to the entry after", lambda: self.step(1)),
        )
        self._windows = _bar(
            _button("previous-octets", "Previous octets", "show the octets before", lambda: self.show_octets(-1)),
            pane["window"],
            _button("next-octets", "Next octets", "show the octets after", lambda: self.show_octets(1)),
        )
        octets = _named(VBox([pane["octets"], self._windows]), "octets-pane")
        return [
            pane["style"],
            pane["colours"],
            _bar(self._filter, clear, self._follow),
            _named(Box([pane["filter-error"], pane["status"]]), "remarks"),
            pane["heading"],
            self._list,
            _bar(*stepping, *self._turning),
            _named(Box([pane["tree"], octets]), "panes"),
            pane["sections"],
            pane["stream"],
        ]

    def _show(self) -> None:
        self._is_showing = True
        try:
            self._show_list()
            self._show_controls()
            for name, html in self._written().items():
                self._pane[name].value = html
        finally:
            self._is_showing = False

    def _show_list(self) -> None:
        browsing = self.browsing
        in_list = (browsing.expression, browsing.page)
        with self._list.hold_sync():
            if in_list != self._in_list:
                self._in_list = in_list
                entries = [browsing.transcript[browsing.listed[place]] for place in browsing.page]
                colours = row_rules(f"{self._scope} .smtplab-list option", entries)
                self._pane["colours"].value = f"<style>{colours}</style>"
                self._list.options = [(line, place) for place, line in enumerate(self.panes.rows())]
            self._list.index = browsing.place - browsing.page.start if browsing.listed else None

    def _show_controls(self) -> None:
        browsing = self.browsing
        self._filter.value = browsing.tried
        self._follow.value = browsing.following
        self._follow.tooltip = FOLLOWED if browsing.following else FOLLOW
        if browsing.selected is not None:
            self._number.value = browsing.selected + 1
        self.selected = browsing.selected
        _display(self.panes.window() != "", self._windows)
        _display(browsing.following, self._pane["stream"])
        _display(len(browsing.listed) > PAGE, *self._turning)

    def _written(self) -> dict[str, str]:
        panes = self.panes
        return {
            "filter-error": panes.error(),
            "tree": panes.tree(),
            "octets": panes.octets(),
            "window": panes.window(),
            "sections": panes.sections(),
            "status": panes.status(),
            "stream": panes.stream(),
        }

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """The widget, and for readers without a kernel a table: it is the same in every run."""
        listing = Listing(self.browsing.transcript)
        bundle = super()._repr_mimebundle_(**kwargs) or {}
        return {**bundle, "text/plain": listing.text(), "text/html": listing.html()}


def _named(widget: Widget, name: str) -> Widget:
    widget.add_class(f"smtplab-{name}")
    return widget


def _bar(*widgets: Widget) -> Widget:
    return _named(Box(widgets), "bar")


def _display(shown: bool, *widgets: Widget) -> None:
    for widget in widgets:
        widget.layout.display = "" if shown else "none"


def _button(name: str, description: str, tooltip: str, press: Callable[[], None]) -> Widget:
    button = Button(description=description, tooltip=tooltip, layout=Layout(width="auto"))
    button.on_click(lambda _: press())
    return _named(button, name)
