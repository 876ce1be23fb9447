"""Which pictures follow a selection? Where the time went, say, or the way through the states, in its connection."""

from collections.abc import Callable
from typing import Final

from ipywidgets import HTML

from smtplab.protocol.transcript import Transcript
from smtplab.views.picture import Picture
from smtplab.views.spots import selected_spot
from smtplab.views.svg import to_svg
from smtplab.widgets.lifting import follow_rules, with_anchor
from smtplab.widgets.selection import Selection

NOTHING: Final = "<p>nothing was said</p>"


class Drawing(HTML):  # type: ignore[misc]  # ipywidgets has no types
    """A picture of the connection that the selected entry belongs to, or of a part of it where that is long.

    draw: makes it of a transcript and the index of the selected entry in it. While its layout hides it, none is.
    """

    def __init__(self, selection: Selection, draw: Callable[[Transcript, int], Picture]) -> None:
        self.selection = selection
        self._draw = draw
        super().__init__()
        self._scope = f".smtplab-drawing-{self.model_id}"
        self.add_class("smtplab-drawing")
        self.add_class(self._scope[1:])
        selection.observe(lambda change: self.draw(), "index")
        self.layout.observe(lambda change: self.draw(), "display")

    def draw(self) -> None:
        """Show where the selection is, and scroll there."""
        if self.layout.display == "none":
            return
        excerpt, index = self.selection.excerpt(), self.selection.index
        if index is None:
            self.value = NOTHING
            return
        scene = self._draw(excerpt.transcript, excerpt.indexes.index(index)).scene()
        spot = selected_spot(scene)
        follow = follow_rules(self._scope, self._scope, spot, index) if spot else ""
        self.value = f"<style>{follow}</style>{with_anchor(to_svg(scene, style=False))}"
