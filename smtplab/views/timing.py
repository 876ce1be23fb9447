"""Where did the time go? A bar for each command and its reply, on one axis of time for each connection.

`timing(transcript)` gives a `Timing`, which a notebook shows as SVG. The numbers behind it come from
`smtplab.protocol.exchanges`.
"""

from dataclasses import dataclass
from typing import Final

from smtplab.protocol.octets import count
from smtplab.protocol.text import COLUMNS, cut
from smtplab.protocol.transcript import Transcript
from smtplab.views.caption import caption
from smtplab.views.picture import Picture
from smtplab.views.rows import TCP
from smtplab.views.scene import Scene
from smtplab.views.timing_layout import layout
from smtplab.views.waits import Lane, Row, lanes

AXES: Final = "each axis begins with its connection"


def timing(transcript: Transcript, *, selected: int | None = None) -> "Timing":
    """Draw when each command was sent and when it was answered, passwords masked.

    selected: the index of an entry; the row that tells of it is lifted out.
    """
    return Timing(transcript, selected)


@dataclass(frozen=True, repr=False)
class Timing(Picture):
    """The timing of a transcript."""

    transcript: Transcript
    selected: int | None = None

    def scene(self) -> Scene:
        """Give the picture before it is drawn."""
        shown = lanes(self.transcript)
        title = f"SMTP timing: {count(sum(lane.trips for lane in shown), 'round trip')}"
        selected = None if self.selected is None else self.transcript[self.selected]
        below = caption(self.transcript, times=AXES if len(shown) > 1 else None)
        return layout(shown, below, title=title, selected=selected)

    def text(self) -> str:
        """Give the round trips as text, without times, which differ from run to run."""
        shown = lanes(self.transcript)
        return "\n\n".join(_lane_text(lane, numbered=len(shown) > 1) for lane in shown) or "[nothing was said]"


def _lane_text(lane: Lane, numbered: bool) -> str:
    heading = [f"stream {lane.number}"] if numbered else []
    rows = [_row_text(row) for row in lane.rows if row.phase != TCP]
    return "\n".join((*heading, *rows, count(lane.trips, "round trip")))


def _row_text(row: Row) -> str:
    if row.tls:
        return f"{'':>4}  {row.phase:<10}[{row.said}]"
    reply = " ".join(filter(None, ("no reply" if row.code is None else f"{row.code}", row.error)))
    return f"{row.trip or '':>4}  {cut(row.phase, 9):<10}{cut(row.said or row.note, COLUMNS)} → {reply}"
