"""Where in a capture does the reader stand? The packet browser without its widgets.

`Browsing` holds a display filter, the entries that pass it, the one that is selected, and which of its octets are in
sight. It knows no kernel and no browser, so that it can be tested without them; `panes` writes what there is to see.
"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from smtplab.capture.display_filter import FilterError, display_filter
from smtplab.protocol.fields import Field
from smtplab.protocol.transcript import Entry, Transcript
from smtplab.views.context import Context

PAGE: Final = 200  # entries
WINDOW: Final = 1024  # octets


class Browsing:
    """A position in a transcript.

    expression: the display filter. tried: the last one that was tried, which is another where it is wrong; `error` says
        what is wrong with it, and is None otherwise.
    listed: the indexes of the entries that pass, ascending. selected: one of them, None where there is none.
    following: whether the connection of the selected entry is shown.
    """

    def __init__(self, transcript: Transcript) -> None:
        self.transcript = transcript
        self.context = Context(transcript)
        self.expression = self.tried = ""
        self.error: FilterError | None = None
        self.listed: Sequence[int] = range(len(transcript))
        self.selected: int | None = 0 if len(transcript) else None
        self.following = False
        self._expression_before = ""
        self._window = 0
        self._fields_of: tuple[int | None, tuple[Field, ...]] = None, ()  # of a large message they take a while

    @property
    def entry(self) -> Entry | None:
        """The selected entry."""
        return None if self.selected is None else self.transcript[self.selected]

    @property
    def place(self) -> int:
        """How many of the listed entries stand before the selected one."""
        return 0 if self.selected is None else bisect_left(self.listed, self.selected)

    @property
    def page(self) -> range:
        """The places of the listed entries that are in the list at once."""
        first = self.place - self.place % PAGE
        return range(first, min(first + PAGE, len(self.listed)))

    def select(self, index: int) -> None:
        """Go to an entry, or if it is not listed to the next that is, looking on in the direction of the way there."""
        if self.selected is None:
            return
        place = bisect_left(self.listed, index)
        is_listed = place < len(self.listed) and self.listed[place] == index
        if not is_listed and index < self.selected:
            place -= 1
        self._go(place)

    def step(self, by: int) -> None:
        """Go so many listed entries forward, or back if it is negative, and stop at either end."""
        self._go(self.place + by)

    def turn(self, by: int) -> None:
        """Go so many pages forward, or back if it is negative, to the first entry there."""
        self._go(self.page.start + by * PAGE)

    def _go(self, place: int) -> None:
        if self.listed:
            selected = self.listed[min(max(place, 0), len(self.listed) - 1)]
            self._window = self._window if selected == self.selected else 0
            self.selected = selected

    def apply(self, expression: str) -> None:
        """List what passes a display filter. A wrong one changes nothing but `tried` and `error`."""
        self.tried, self.error = expression, None
        try:
            passes = display_filter(expression)
        except FilterError as error:
            self.error = error
            return
        self.expression = expression
        self.listed = [index for index, entry in enumerate(self.transcript) if passes(entry, self.transcript)]
        place = bisect_left(self.listed, self.selected or 0)
        self.selected = self.selected if self.listed else None
        self._go(place)

    def follow(self, following: bool) -> None:
        """Show the connection of the selected entry and list it alone, or go back to the filter before."""
        if self.following and not following:
            self.following = False
            self.apply(self._expression_before)
        elif following and not self.following and self.entry:
            self.following = True
            self._expression_before = self.expression
            self.apply(f"tcp.stream == {self.entry.stream}")

    def show_octets(self, by: int) -> None:
        """Show the octets that stand so many windows further on in the selected entry."""
        last = max(0, len(self.entry.octets) - 1) // WINDOW if self.entry else 0
        self._window = min(max(self._window + by, 0), last)

    @property
    def window(self) -> range:
        """Which octets of the selected entry are in sight."""
        first = self._window * WINDOW
        return range(first, min(first + WINDOW, len(self.entry.octets) if self.entry else 0))

    @property
    def fields(self) -> list[Field]:
        """The fields of the selected entry of which an octet is in sight."""
        if self._fields_of[0] != self.selected:
            self._fields_of = self.selected, self.entry.fields if self.entry else ()
        window = self.window
        return [field for field in self._fields_of[1] if field.start < window.stop and field.stop > window.start]
