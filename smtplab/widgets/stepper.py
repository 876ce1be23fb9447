"""How does one walk through a session? A widget that shows one entry at a time: its line, its arrow in the ladder, its
octets and the state of the server before and after.

Everything is HTML and CSS that `steps` writes; here the controls are tied to it. Buttons take Enter and Space, the box
with the number takes the arrow keys, and the slider is for the mouse.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from ipywidgets import HTML, BoundedIntText, Box, Button, HBox, IntSlider, Layout, VBox, Widget

from smtplab.protocol.transcript import Transcript
from smtplab.views.dialogue import dialogue
from smtplab.widgets.gates import OPTIONS, Gates
from smtplab.widgets.instrument import Instrument
from smtplab.widgets.places import Phases
from smtplab.widgets.steps import Steps
from smtplab.widgets.style import SCOPE, style_sheet


def stepper(transcript: Transcript, *, predict: bool = False) -> "Stepper":
    """Give a widget that steps through a transcript.

    predict: have each reply predicted before it is shown, with all that comes after it.
    """
    return Stepper(transcript, predict)


class Stepper(Instrument):
    """The widget: `steps` is its position; `step` and `select` move it, as its controls do."""

    def __init__(self, transcript: Transcript, predict: bool = False) -> None:
        self.steps = Steps(transcript)
        self.gates = Gates(transcript)
        if not predict:
            self.gates.open_all()
        self.steps.selection.stop = self.gates.stop
        self._mark, self._line = _pane("smtplab-mark"), _pane("smtplab-line")
        self._octets, self._state = _pane("smtplab-octets"), _pane("smtplab-state")
        last = self.steps.last + 1
        self.number = BoundedIntText(1, 1, last, description="entry", tooltip="the number of the entry")
        self.number.add_class("smtplab-number")
        self.slider = IntSlider(1, 1, last, readout=False, layout=Layout(flex="1 1 120px"))
        self.slider.add_class("smtplab-slider")
        for control in (self.number, self.slider):
            control.observe(lambda change: self.select(change["new"] - 1), "value")
        now = _row("smtplab-now", self._line, self._state)
        panes = _row("smtplab-panes", self._ladder(), self._octets)
        phases = Phases(self.steps.selection)
        super().__init__([self._mark, self._controls(), phases, self._gate(), now, panes])
        # A page may hold the steppers of several kernels, and the CSS that marks a row must not reach another one.
        self._scope = f"{SCOPE}-{self.model_id}"
        self.add_class(SCOPE[1:])
        self.add_class(self._scope[1:])
        self.steps.selection.observe(lambda change: self._show(), "index")
        self._show()

    def step(self, by: int) -> None:
        """Go so many entries forward, or back if it is negative."""
        self.select(self.steps.index + by)

    def select(self, index: int) -> None:
        """Go to the entry of this index, or to the nearest one."""
        self.steps.select(index)
        self._show_place()  # where the slider was dragged too far

    def predict(self, digit: str) -> None:
        """Say what the next hidden reply begins with, "2" to "5", or "" to have it shown; then go there."""
        hidden = self.gates.next
        if hidden is not None:
            self.gates.predict(digit)
            self._opened(hidden)

    def open_all(self) -> None:
        """Have all replies shown that were not predicted yet."""
        self.gates.open_all()
        self._opened(self.steps.index)

    def _opened(self, index: int) -> None:
        self.steps.selection.stop = self.gates.stop
        self.steps.select(index)
        self._show()

    def _show(self) -> None:
        self._line.value = self.steps.line()
        self._remark.value = self._said()
        asks = self.gates.next is not None and self.steps.index == self.gates.stop - 1
        self._question.value = self.gates.question() if asks else ""
        self._asking.layout.display = "" if asks else "none"
        self._state.value = self.steps.state()
        self._octets.value = self.steps.octets()
        self._mark.value = f"<style>{self.steps.mark(self._scope)}</style>"
        self._show_place()

    def _show_place(self) -> None:
        self.number.value = self.slider.value = self.steps.index + 1

    def _controls(self) -> HBox:
        def button(name: str, by: int) -> Button:
            made = Button(description=name.capitalize(), tooltip=f"go to the {name} entry", layout=Layout(width="86px"))
            made.add_class(f"smtplab-{name}")
            made.on_click(lambda _: self.step(by))
            return made

        whole = len(self.steps.transcript)
        return HBox(
            [
                *(button("first", -whole), button("previous", -1), self.number, button("next", 1)),
                *(button("last", whole), self.slider),
            ],
            layout=Layout(flex_flow="row wrap"),
        )

    def _gate(self) -> VBox:
        """The question with its options, and below it how the last prediction came out."""

        def button(name: str, text: str, press: Callable[[], None]) -> Button:
            made = Button(description=text, layout=Layout(width="auto"))
            made.add_class(f"smtplab-{name}")
            made.on_click(lambda _: press())
            return made

        self._question, self._remark = _pane("smtplab-question"), _pane("smtplab-remark")
        options = [button(f"predict-{digit}", text, partial(self.predict, digit)) for digit, text in OPTIONS.items()]
        others = [button("show", "show it", partial(self.predict, "")), button("show-all", "show all", self.open_all)]
        self._asking = _row("smtplab-gate", self._question, *options, *others)
        return VBox([self._asking, self._remark])

    def _said(self) -> str:
        parts = filter(None, (self.gates.remark(self.steps.index), self.gates.score()))
        return f'<span role="status">{" · ".join(parts)}</span>'

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


def _row(name: str, *panes: Widget) -> Box:
    row = Box(panes)
    row.add_class(name)
    return row
