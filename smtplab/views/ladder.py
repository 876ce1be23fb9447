"""Who said what to whom, in which order? The sequence diagram: two lifelines, and an arrow for each entry.

`ladder(transcript)` gives a `Ladder`, which a notebook shows as SVG. Octets are `dialogue`'s and `hexdump`'s matter.
"""

from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from smtplab.protocol.text import COLUMNS, count, cut, safe
from smtplab.protocol.transcript import Kind, Transcript
from smtplab.views import View
from smtplab.views.layout import layout
from smtplab.views.rows import Lane, Row, lanes
from smtplab.views.scene import Scene
from smtplab.views.svg import to_svg

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CAPTION_COLUMNS = 105
ORIGINS = {
    "live": "captured live on loopback",
    "private network": "captured live in a private network",
    "recorded at the socket": "made from what the sockets saw",
}


def ladder(
    transcript: Transcript, *, tcp: bool = True, selected: int | None = None, passwords: bool = False
) -> "Ladder":
    """Draw a transcript as a ladder.

    tcp: show the segments that open and close the connection, which an SMTP display filter hides. selected: the index
    of the entry whose row is lifted out of its band. passwords: show them instead of masking them.
    """
    return Ladder(transcript, tcp, selected, passwords)


@dataclass(frozen=True, repr=False)
class Ladder(View):
    """The sequence diagram of a transcript."""

    transcript: Transcript
    tcp: bool = True
    selected: int | None = None
    passwords: bool = False

    def scene(self) -> Scene:
        """Give the picture before it is drawn."""
        shown = lanes(self.transcript, tcp=self.tcp, passwords=self.passwords)
        title = f"SMTP ladder: {count(len(self.transcript), 'arrow')}"
        return layout(shown, caption(self.transcript), title=title, selected=self.selected)

    def svg(self) -> str:
        """Give the picture as an SVG document: the same octets for the same transcript."""
        return to_svg(self.scene())

    def figure(self) -> "Figure":
        """Give the picture as a matplotlib figure."""
        from smtplab.views.figure import to_figure

        return to_figure(self.scene())

    def png(self) -> bytes:
        """Give the picture as a PNG file."""
        from smtplab.views.figure import to_octets

        return to_octets(self.scene(), "png")

    def save(self, path: str | Path) -> Path:
        """Write the picture to a file whose name ends in .svg, .png or .pdf; any other ending raises ValueError."""
        path = Path(path)
        match path.suffix.lower():
            case ".svg":
                path.write_text(self.svg(), encoding="utf-8")
            case ".png" | ".pdf" as suffix:
                from smtplab.views.figure import to_octets

                path.write_bytes(to_octets(self.scene(), suffix[1:]))
            case _:
                raise ValueError(f"a ladder is saved as .svg, .png or .pdf, not as {path.name!r}")
        return path

    def text(self) -> str:
        """Give the arrows as text."""
        shown = lanes(self.transcript, tcp=False, passwords=self.passwords)
        return "\n\n".join(_lane_text(lane, numbered=len(shown) > 1) for lane in shown) or "[nothing was said]"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": self.text(), "image/svg+xml": self.svg()}


def caption(transcript: Transcript) -> list[str]:
    """Say where the packets came from and what was lost; a second line says what stopped the reading, if any."""
    lines = [" · ".join(filter(None, (_origin(transcript), _loss(transcript), _clock(transcript))))]
    if transcript.problem:
        lines.append(f"✕ reading stopped: {safe(transcript.problem)}")
    return [cut(line, CAPTION_COLUMNS) for line in lines]


def _origin(transcript: Transcript) -> str:
    origin = ORIGINS.get(transcript.source, f"read from {safe(transcript.source)}")
    frames = count(transcript.packets, "frame") if transcript.packets else ""
    return " ".join(filter(None, (frames, origin if transcript.source else "")))


def _loss(transcript: Transcript) -> str:
    return "" if transcript.lost is None else f"{transcript.lost:,} lost"


def _clock(transcript: Transcript) -> str:
    if not any(entry.time for entry in transcript):
        return ""
    first = transcript.segments[0] if transcript.segments else None
    opened = first is not None and first.flags == "SYN" and first.time == 0
    return "times since the first SYN" if opened else "times since the first packet"


def _lane_text(lane: Lane, numbered: bool) -> str:
    heading = [f"stream {lane.number}"] if numbered else []
    rows = (line for line, _ in groupby(map(_row_text, lane.rows)))
    return "\n".join((*heading, *rows))


def _row_text(row: Row) -> str:
    """Write an arrow; for TLS without its length, which differs from run to run."""
    arrow = "client → server" if row.party == "client" else "client ← server"
    marks = (row.error,) if row.kind is Kind.TLS else (row.summary.note, row.error)
    return f"{cut(row.phase, 9):<10}{arrow}  {'   '.join((cut(row.summary.said, COLUMNS), *filter(None, marks)))}"
