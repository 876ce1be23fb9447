"""Who said what to whom, in which order? The sequence diagram: two lifelines, and an arrow for each entry.

`ladder(transcript)` gives a `Ladder`, which a notebook shows as SVG. Octets are `dialogue`'s and `hexdump`'s matter.
"""

from dataclasses import dataclass
from itertools import groupby
from typing import Final

from smtplab.protocol.octets import count
from smtplab.protocol.text import COLUMNS, IN_TLS, cut
from smtplab.protocol.transcript import Kind, Transcript
from smtplab.views.caption import caption
from smtplab.views.layout import is_too_long, layout
from smtplab.views.picture import Picture
from smtplab.views.rows import Lane, Row, lanes
from smtplab.views.scene import Scene

EACH_FROM_ITS_OWN: Final = "the times of each connection count from its own first"


def ladder(
    transcript: Transcript, *, tcp: bool = True, selected: int | None = None, passwords: bool = False
) -> "Ladder":
    """Draw a transcript as a ladder.

    tcp: show the segments that open and close the connection, which an SMTP display filter hides. selected: the index
    of the entry whose row is lifted out of its band. passwords: show them instead of masking them.
    """
    return Ladder(transcript, tcp, selected, passwords)


@dataclass(frozen=True, repr=False)
class Ladder(Picture):
    """The sequence diagram of a transcript."""

    transcript: Transcript
    tcp: bool = True
    selected: int | None = None
    passwords: bool = False

    def scene(self) -> Scene:
        """Give the picture before it is drawn."""
        shown = lanes(self.transcript, tcp=self.tcp, passwords=self.passwords)
        title = f"SMTP ladder: {count(len(self.transcript), 'arrow')}"
        times = EACH_FROM_ITS_OWN if is_too_long(shown) else None
        return layout(shown, caption(self.transcript, times=times), title=title, selected=self.selected)

    def text(self) -> str:
        """Give the arrows as text."""
        shown = lanes(self.transcript, tcp=False, passwords=self.passwords)
        return "\n\n".join(_lane_text(lane, numbered=len(shown) > 1) for lane in shown) or "[nothing was said]"


def _lane_text(lane: Lane, numbered: bool) -> str:
    heading = [f"stream {lane.number}"] if numbered else []
    rows = (line for line, _ in groupby(map(_row_text, lane.rows)))
    return "\n".join((*heading, *rows))


def _row_text(row: Row) -> str:
    """Write an arrow; for TLS without its length, which differs from run to run."""
    arrow = "client → server" if row.party == "client" else "client ← server"
    note = "" if row.kind is Kind.TLS else row.summary.note
    marks = (note, row.error, IN_TLS if row.tls else "")
    return f"{cut(row.phase, 9):<10}{arrow}  {'   '.join((cut(row.summary.said, COLUMNS), *filter(None, marks)))}"
