"""How does one walk through a session? A widget that shows one entry at a time: its line, its arrow in the ladder, its
octets and the state of the server before and after.

Everything is HTML and CSS that `steps` writes; here the controls are tied to it. Buttons take Enter and Space, the
slider takes the arrow keys.
"""

from typing import Any

from ipywidgets import HTML, Box, Button, HBox, IntSlider, Layout

from smtplab.protocol.transcript import Transcript
from smtplab.views.dialogue import dialogue
from smtplab.widgets.instrument import Instrument
from smtplab.widgets.steps import Steps
from smtplab.widgets.style import SCOPE, style_sheet


def stepper(transcript: Transcript) -> "Stepper":
    """Give a widget that steps through a transcript."""
    return Stepper(transcript)


class Stepper(Instrument):
    """The widget: `steps` is its position; `step` and `select` move it, as the buttons and the slider do."""

    def __init__(self, transcript: Transcript) -> None:
        self.steps = Steps(transcript)
        self._mark, self._line = _pane("smtplab-mark"), _pane("smtplab-line")
        self._octets, self._state = _pane("smtplab-octets"), _pane("smtplab-state")
        self.slider = IntSlider(1, 1, self.steps.last + 1, description="entry", layout=Layout(flex="1 1 120px"))
        self.slider.add_class("smtplab-slider")
        self.slider.observe(lambda change: self.select(change["new"] - 1), "value")
        now = _row("smtplab-now", self._line, self._state)
        super().__init__([self._mark, self._controls(), now, _row("smtplab-panes", self._ladder(), self._octets)])
        # A page may hold the steppers of several kernels, and the CSS that marks a row must not reach another one.
        self._scope = f"{SCOPE}-{self.model_id}"
        self.add_class(SCOPE[1:])
        self.add_class(self._scope[1:])
        self._show()

    def step(self, by: int) -> None:
        """Go so many entries forward, or back if it is negative."""
        self.select(self.steps.index + by)

    def select(self, index: int) -> None:
        """Go to the entry of this index, or to the nearest one."""
        before = self.steps.index
        self.steps.select(index)
        if self.steps.index != before:
            self._show()

    def _show(self) -> None:
        self._line.value = self.steps.line()
        self._state.value = self.steps.state()
        self._octets.value = self.steps.octets()
        self._mark.value = f"<style>{self.steps.mark(self._scope)}</style>"
        self.slider.value = self.steps.index + 1

    def _controls(self) -> HBox:
        def button(name: str, by: int) -> Button:
            made = Button(description=name.capitalize(), tooltip=f"go to the {name} entry", layout=Layout(width="86px"))
            made.add_class(f"smtplab-{name}")
            made.on_click(lambda _: self.step(by))
            return made

        whole = len(self.steps.transcript)
        return HBox(
            [button("first", -whole), button("previous", -1), button("next", 1), button("last", whole), self.slider],
            layout=Layout(flex_flow="row wrap"),
        )

    def _ladder(self) -> HTML:
        ladder = _pane("smtplab-ladder")
        ladder.value = f"<style>{style_sheet()}</style>{self.steps.ladder()}"
        return ladder

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """The widget, and for readers without a kernel the dialogue: it is the same in every run."""
        fallback = dialogue(self.steps.transcript)
        bundle = super()._repr_mimebundle_(**kwargs) or {}
        return {**bundle, "text/plain": fallback.text(), "text/html": fallback.html()}


def _pane(name: str) -> HTML:
    pane = HTML()
    pane.add_class(name)
    return pane


def _row(name: str, *panes: HTML) -> Box:
    row = Box(panes)
    row.add_class(name)
    return row
