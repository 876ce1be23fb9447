"""How is an arrow of the ladder clicked? The picture has a button over each of them that nobody sees.

So the arrows take the pointer, Tab, Enter and Space, and those who hear the page are told what is said at each.
"""

from typing import Any

from ipywidgets import HTML, Box, ToggleButtons, VBox

from smtplab.views.ladder import Ladder
from smtplab.views.spots import Spot, spots
from smtplab.views.summary import summary
from smtplab.views.svg import to_svg
from smtplab.widgets.lifting import follow_rules, lift_rules, with_anchor
from smtplab.widgets.selection import Excerpt, Selection


class Arrows(VBox):  # type: ignore[misc]  # ipywidgets has no types
    """The ladder of the connection that the selected entry belongs to, or of a part of it where that is long."""

    def __init__(self, selection: Selection) -> None:
        self.selection = selection
        self._excerpt = Excerpt(selection.transcript, ())
        self._spots: dict[str, Spot] = {}
        self._is_own = False  # whether the reader has just clicked here, and so wants nothing to be scrolled
        self._places, self._mark, self._picture = HTML(), HTML(), HTML()
        self._buttons = ToggleButtons()
        self._buttons.add_class("smtplab-over")
        sheet = Box([self._picture, self._buttons])
        sheet.add_class("smtplab-sheet")
        for part in (self._places, self._mark):
            part.add_class("smtplab-style")
        super().__init__([self._places, self._mark, sheet])
        self._scope = f".smtplab-arrows-{self.model_id}"
        self.add_class("smtplab-arrows")
        self.add_class(self._scope[1:])
        self._buttons.on_msg(self._was_clicked)
        self._buttons.observe(self._was_chosen, "index")
        selection.observe(lambda change: self.draw(), "index")
        self.draw()

    def draw(self) -> None:
        """Show where the selection is; the picture is made anew where it is in another part."""
        index, entry = self.selection.index, self.selection.entry
        if index is None or entry is None:
            self._picture.value = "<p>nothing was said</p>"
            self._buttons.layout.display = "none"
            return
        if index not in self._excerpt.indexes:
            self._draw_anew()
        place = self._excerpt.indexes.index(index)
        row = f"entry-{place}"
        follow = "" if self._is_own else follow_rules(self._scope, self._scope, self._spots[row], index)
        lift = lift_rules(self._scope, row, entry.party)
        self._mark.value = f"<style>{lift}{follow}{self._reach_rule(place + 1)}</style>"

    def _reach_rule(self, number: int) -> str:
        """Write the rule that has Tab reach an arrow and those before and after it, though the others are hidden."""
        near = f"button:nth-of-type(n+{max(1, number - 1)}):nth-of-type(-n+{number + 1})"
        return f"{self._scope}{self._scope}{self._scope} .smtplab-over {near}{{visibility:visible}}"

    def _draw_anew(self) -> None:
        excerpt = self._excerpt = self.selection.excerpt()
        scene = Ladder(excerpt.transcript).scene()
        self._spots = spots(scene)
        rows = [f"entry-{place}" for place in range(len(excerpt.indexes))]
        rules = (
            f"{self._scope} .smtplab-over button:nth-of-type({number}){{{self._spots[row].css()}}}"
            for number, row in enumerate(rows, 1)
        )
        said = (f"{entry.party}: {summary(entry).said}" for entry in excerpt.transcript)
        labels = [f"{index + 1} {words}" for index, words in zip(excerpt.indexes, said, strict=True)]
        self._is_own = True
        self._buttons.options = labels
        self._buttons.index = None
        self._is_own = False
        self._places.value = f"<style>{''.join(rules)}</style>"
        self._picture.value = with_anchor(to_svg(scene, style=False))

    def _was_clicked(self, widget: object, content: dict[str, Any], buffers: object) -> None:
        """Hear of each click, that on the arrow which was clicked last too."""
        self._choose(self._buttons.index)

    def _was_chosen(self, change: dict[str, Any]) -> None:
        if not self._is_own:
            self._choose(change["new"])

    def _choose(self, place: int | None) -> None:
        if place is not None:
            self._is_own = True
            self.selection.select(self._excerpt.indexes[place])
            self._is_own = False
