"""What do the widgets share that watch something which goes on? How they are drawn.

A `Live` is drawn by its painter, from whatever its controller knows at that moment. Clicks come in one thread, news in
another, so both hold `lock`.
"""

import threading
from abc import abstractmethod
from collections.abc import Callable, Iterable
from typing import Any

from ipywidgets import HTML, Button, Layout, Widget

from smtplab.widgets.instrument import Instrument
from smtplab.widgets.look import SCOPE, style_sheet
from smtplab.widgets.painter import PAUSE, Painter


class Live(Instrument):
    """A widget of controls and panes. name: its class in the page. styles: its rules, besides those that all share."""

    def __init__(self, name: str, children: Iterable[Widget] = (), *, styles: str = "", pause: float = PAUSE) -> None:
        self.lock = threading.RLock()
        self._painting = False
        self._painter = Painter(self.draw, pause)
        super().__init__([pane("style", f"<style>{style_sheet()}{styles}</style>"), *children])
        self.add_class(SCOPE[1:])
        self.add_class(f"smtplab-{name}")

    # What each of them has to have

    @abstractmethod
    def paint(self) -> bool | None:
        """Bring all panes up to date. Gives whether there is more to be drawn though nobody rings."""

    @abstractmethod
    def text(self) -> str:
        """Give what there is to see as text, the same in every run."""

    @abstractmethod
    def html(self) -> str:
        """Give what there is to see for a page without a kernel."""

    # What it can do

    def add(self, *parts: Widget) -> None:
        """Put parts below those that are there."""
        self.children: tuple[Widget, ...] = (*self.children, *parts)

    def ring(self) -> None:
        """Have it drawn soon; from any thread."""
        self._painter.ring()

    def button(self, name: str, text: str, tooltip: str, press: Callable[[], None]) -> Button:
        """Make a button that does something, after which all is drawn again."""
        made = Button(description=text, tooltip=tooltip, layout=Layout(width="auto"))
        made.add_class(f"smtplab-{name}")
        made.on_click(lambda _: self.do(press))
        return made

    def on_change(self, control: Widget, use: Callable[[Any], None]) -> None:
        """Have a control's new value used, after which all is drawn again; not where drawing has changed it."""

        def changed(change: dict[str, Any]) -> None:
            with self.lock:
                if not self._painting:
                    self.do(lambda: use(change["new"]))

        control.observe(changed, "value")

    def do(self, what: Callable[[], None]) -> None:
        """Do something while nothing is drawn, and then have all drawn."""
        with self.lock:
            what()
        self.ring()

    def draw(self) -> bool | None:
        """Draw at once, while nobody else does."""
        with self.lock:
            self._painting = True
            try:
                return self.paint()
            finally:
                self._painting = False

    def close(self) -> None:
        """End it: nothing of it stays. Closing twice is fine."""
        if hasattr(self, "_painter"):  # not so where it failed while it was made
            self._painter.close()
        super().close()

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """The widget, and for readers without a kernel what it shows now."""
        bundle = super()._repr_mimebundle_(**kwargs) or {}
        return {**bundle, "text/plain": self.text(), "text/html": self.html()}


def pane(name: str, value: str = "") -> HTML:
    """Make a pane of HTML with a class."""
    made = HTML(value)
    made.add_class(f"smtplab-{name}")
    return made


def show(pane: HTML, value: str) -> None:
    """Show something in a pane; what it shows already is not sent again."""
    if pane.value != value:
        pane.value = value
