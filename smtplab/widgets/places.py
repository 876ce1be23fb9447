"""Which phase and which state is the session in? Both as rows of buttons, which go to the next such place."""

from typing import Final

from ipywidgets import HTML, Box, Button, ButtonStyle, Layout, VBox

from smtplab.protocol.states import State
from smtplab.views import palette
from smtplab.views.chart import chart
from smtplab.views.rail import Rail
from smtplab.widgets.selection import Selection, phase_of

HERE: Final = "smtplab-here"


class Phases(Box):  # type: ignore[misc]  # ipywidgets has no types
    """A tab for each phase of a transcript, in the order in which they came first."""

    def __init__(self, selection: Selection) -> None:
        self.selection = selection
        style, layout = ButtonStyle(), Layout(width="auto")
        self._buttons = {phase: self._button(phase, style, layout) for phase in selection.phases}
        super().__init__(list(self._buttons.values()))
        self.add_class("smtplab-phases")
        selection.observe(lambda change: self.draw(), "index")
        self.draw()

    def _button(self, phase: str, style: ButtonStyle, layout: Layout) -> Button:
        made = Button(description=phase, style=style, layout=layout)
        made.add_class(f"smtplab-tab-{phase}")
        made.on_click(lambda _: self.selection.go_to_phase(phase))
        return made

    def draw(self) -> None:
        """Show which phase the selected entry belongs to, and which are not in its connection."""
        selection = self.selection
        now = phase_of(selection.entry) if selection.entry else ""
        there = {phase_of(selection.transcript[index]) for index in selection.connection}
        for phase, button in self._buttons.items():
            mark(button, is_here=phase == now)
            button.disabled = phase not in there
            where = "you are in it" if phase == now else "go to where it begins next"
            button.tooltip = f"phase {phase}: {where if phase in there else 'not in this connection'}"


class Stations(VBox):  # type: ignore[misc]  # ipywidgets has no types
    """The states of a session in a column, as `views.rail` shows them; a click goes to the next entry that leads there.

    States that the connection was in are framed, the one after the selected entry is lit.
    """

    def __init__(self, selection: Selection) -> None:
        self.selection = selection
        drawn = chart()
        beside = {place: [state for state, at in drawn.sides.items() if at == place] for place in drawn.sides.values()}
        style, layout = ButtonStyle(), Layout(width="auto")
        self._buttons: dict[State, Button] = {}
        for place, state in enumerate(drawn.column):
            self._buttons[state] = self._button(state, "main", style, layout)
            for side in beside.get(place, []):
                self._buttons[side] = self._button(side, "side", style, layout)
        self._phases = drawn.phases
        self._moves = HTML()
        self._moves.add_class("smtplab-moves")
        column = VBox(list(self._buttons.values()))
        column.add_class("smtplab-column")
        super().__init__([column, self._moves])
        self.add_class("smtplab-stations")
        selection.observe(lambda change: self.draw(), "index")
        self.draw()

    def _button(self, state: State, place: str, style: ButtonStyle, layout: Layout) -> Button:
        made = Button(description=state.value, style=style, layout=layout)
        made.add_class(f"smtplab-{place}")
        made.add_class(f"smtplab-state-{state.name.lower()}")
        made.on_click(lambda _: self.selection.go_to_state(state))
        return made

    def draw(self) -> None:
        """Show the state after the selected entry, those that were reached in its connection, and what may follow."""
        selection, entry = self.selection, self.selection.entry
        now = entry.after if entry else State.CONNECTED
        seen = {selection.transcript[index].after for index in selection.connection}
        for state, button in self._buttons.items():
            mark(button, is_here=state is now)
            (button.add_class if state in seen else button.remove_class)("smtplab-seen")
            button.disabled = state not in seen
            where = "the session is in it now" if state is now else "go to where the session reaches it"
            button.tooltip = f"state {state.value}: {where if state in seen else 'not reached in this connection'}"
        self._moves.value = Rail(selection.transcript, now).moves_html()


def mark(button: Button, *, is_here: bool) -> None:
    """Mark the button of the place where the reader is, or no longer."""
    (button.add_class if is_here else button.remove_class)(HERE)


def tint_rules(scope: str) -> str:
    """Write the colours of the phases' tabs."""
    tints = {**palette.TINTS, "other": palette.OTHER_TINT}
    return "".join(
        f"{scope} .smtplab-tab-{phase}{{background:{palette.transparent(tint)}}}" for phase, tint in tints.items()
    )
