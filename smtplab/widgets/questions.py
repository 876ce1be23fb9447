"""How is a question put that a click answers? A widget with the options as buttons.

A prediction is only remembered; where the right option is known, the answer is judged at once. Every option can still
be clicked afterwards, since nothing is lost by trying.
"""

from collections.abc import Iterable
from html import escape
from itertools import count
from typing import Any, NamedTuple

from ipywidgets import HTML, Box, Button, Layout, VBox

from smtplab.views import palette
from smtplab.views.prose import marked_up
from smtplab.widgets import told
from smtplab.widgets.instrument import Instrument

SCOPE = ".smtplab-questions"


class Row(NamedTuple):
    """One question. right: the option that is right, "" where nobody knows it yet; because: what is said then."""

    asks: str
    options: tuple[str, ...]
    right: str = ""
    because: str = ""


class Questions(Instrument):
    """The widget. said: what was chosen, option by question; the dict that is given is kept up to date."""

    def __init__(self, rows: Iterable[Row], said: dict[str, str] | None = None) -> None:
        self.rows = list(rows)
        self.said = {} if said is None else said
        self._buttons = [self._row_of_buttons(row) for row in self.rows]
        self._remarks = [_html("smtplab-remark") for _ in self.rows]
        style = _html("smtplab-style")
        style.value = f"<style>{style_sheet()}</style>"
        parts = zip(count(1), self.rows, self._buttons, self._remarks, strict=False)
        super().__init__([style, *(self._question(*part) for part in parts)])
        self.add_class(SCOPE[1:])
        self._show()

    def choose(self, number: int, option: str) -> None:
        """Answer a question, numbered from 1. Raises ValueError for an option that it does not have."""
        row = self.rows[number - 1]
        if option not in row.options:
            raise ValueError(f"{option!r} is none of {row.options}")
        self.said[row.asks] = option
        self._show()

    def _row_of_buttons(self, row: Row) -> Box:
        buttons = Box(layout=Layout(flex_flow="row wrap"))
        buttons.children = [self._button(row, option) for option in row.options]
        return buttons

    def _button(self, row: Row, option: str) -> Button:
        button = Button(description=option, layout=Layout(width="auto"))
        button.add_class("smtplab-option")
        button.on_click(lambda _: self.choose(self.rows.index(row) + 1, option))
        return button

    def _question(self, number: int, row: Row, buttons: Box, remark: HTML) -> VBox:
        asks = _html("smtplab-asks")
        asks.value = f"<b>{number}.</b> {marked_up(row.asks)}"
        answer = Box([buttons, remark], layout=Layout(flex_flow="row wrap", margin="0 0 10px"))
        return VBox([asks, answer])

    def _show(self) -> None:
        for row, buttons, remark in zip(self.rows, self._buttons, self._remarks, strict=True):
            said = self.said.get(row.asks, "")
            for button in buttons.children:
                (button.add_class if button.description == said else button.remove_class)("smtplab-chosen")
            remark.value = f'<span role="status">{self._remark(row, said)}</span>'

    def _remark(self, row: Row, said: str) -> str:
        if not said or not row.right:
            return said and "noted: the run will tell"
        return f"✓ {marked_up(row.because)}" if said == row.right else "✕ not that one"

    def text(self) -> str:
        """Give the questions with their options as text, without answers."""
        return "\n".join(
            f"{number}. {row.asks}\n   {' / '.join(row.options)}" for number, row in enumerate(self.rows, 1)
        )

    def html(self) -> str:
        """Give the questions for a page without a kernel: where an answer is known, it can be unfolded."""
        return f"<ol>{''.join(map(_row_html, self.rows))}</ol>"

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        bundle = super()._repr_mimebundle_(**kwargs) or {}
        return {**bundle, "text/plain": self.text(), "text/html": self.html()}


def _row_html(row: Row) -> str:
    known = (
        f"<details><summary>answer</summary>{escape(row.right)}. {marked_up(row.because)}</details>"
        if row.right
        else ""
    )
    return f"<li>{marked_up(row.asks)}<br><i>{' / '.join(map(escape, row.options))}</i>{known}</li>"


def _html(name: str) -> HTML:
    made = HTML()
    made.add_class(name)
    return made


def style_sheet() -> str:
    """Write the rules of all questions on a page."""
    return (
        f"{palette.variables(SCOPE)}{told.rules(SCOPE)}{SCOPE} .smtplab-style{{display:none}}"
        f"{SCOPE} .widget-html-content{{line-height:1.5}}"
        f"{SCOPE} .smtplab-chosen{{background:var(--smtplab-client);color:var(--smtplab-paper)}}"
        f"{SCOPE} .smtplab-remark{{margin:2px 10px;color:var(--smtplab-dim)}}{SCOPE} .smtplab-asks{{margin:0}}"
    )
