"""How is a line of the dialogue clicked? The dialogue of one connection as a list box, each entry in all its lines."""

from collections.abc import Iterator
from typing import Any, Final

from ipywidgets import HTML, Select, VBox

from smtplab.protocol.text import cut, dialogue_lines
from smtplab.protocol.transcript import Entry
from smtplab.widgets.browser_style import row_rules
from smtplab.widgets.selection import Excerpt, Selection

COLUMNS: Final = 160
MAIL_LINES: Final = 12  # of one message
REPLY_LINES: Final = 20
INDENT: Final = "   "  # of all lines of an entry but the first


class Talk(VBox):  # type: ignore[misc]  # ipywidgets has no types
    """What was said in the connection that the selected entry belongs to, passwords masked."""

    def __init__(self, selection: Selection) -> None:
        self.selection = selection
        self._excerpt = Excerpt(selection.transcript, ())
        self._places: list[int] = []  # of the entry of each line
        self._is_showing = False
        self._colours, self._mark = HTML(), HTML()
        self._lines = Select(description="dialogue", rows=12)
        self._lines.add_class("smtplab-lines")
        for part in (self._colours, self._mark):
            part.add_class("smtplab-style")
        super().__init__([self._colours, self._mark, self._lines])
        self._scope = f".smtplab-talk-{self.model_id}"
        self.add_class("smtplab-talk")
        self.add_class(self._scope[1:])
        self._lines.observe(self._was_clicked, "index")
        selection.observe(lambda change: self.draw(), "index")
        self.draw()

    def draw(self) -> None:
        """Show where the selection is."""
        index = self.selection.index
        if index is None:
            return
        self._is_showing = True
        if index not in self._excerpt.indexes:
            self._draw_anew()
        place = self._excerpt.indexes.index(index)
        first, lines = self._places.index(place), self._places.count(place)
        # A click on a later line of an entry stays where it is.
        if self._lines.index is None or self._places[self._lines.index] != place:
            self._lines.index = first
        self._mark.value = f"<style>{self._mark_rule(first + 1, first + lines)}</style>"
        self._is_showing = False

    def _mark_rule(self, first: int, last: int) -> str:
        lines = f"{self._scope} .smtplab-lines option:nth-child(n+{first}):nth-child(-n+{last})"
        lit = "var(--smtplab-lit)"
        return f"{lines}{{background-image:linear-gradient({lit},{lit});-webkit-text-fill-color:var(--smtplab-ink)}}"

    def _draw_anew(self) -> None:
        self._excerpt = self.selection.excerpt()
        entries = list(self._excerpt.transcript)
        lines = [(place, line) for place, entry in enumerate(entries) for line in written(entry)]
        self._places = [place for place, _ in lines]
        colours = row_rules(f"{self._scope} .smtplab-lines option", [entries[place] for place in self._places])
        self._colours.value = f"<style>{colours}</style>"
        self._lines.options = [(line, number) for number, (_, line) in enumerate(lines)]

    def _was_clicked(self, change: dict[str, Any]) -> None:
        if change["new"] is not None and not self._is_showing:
            self.selection.select(self._excerpt.indexes[self._places[change["new"]]])


def written(entry: Entry) -> Iterator[str]:
    """Give the lines of an entry, at least one."""
    begin = f"{entry.party[0].upper()}: "
    for number, line in enumerate(dialogue_lines([entry], mail_lines=MAIL_LINES)):
        if number == REPLY_LINES:
            yield f"{INDENT}[…]"
            return
        marks = "".join(f"   {mark}" for mark in (line.note, line.error and f"✕ {line.error}") if mark)
        yield (INDENT if number else begin) + cut(line.text, COLUMNS) + marks
