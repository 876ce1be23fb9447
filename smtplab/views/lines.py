"""How do the entries of a transcript look as a list? One line of text each, in columns, as in Wireshark's upper pane.

The columns are aligned for a fixed-width face, and what was said comes last, so that it can push nothing out of place.
A narrow page leaves the first columns out: so those come first that can be missed, since other panes tell them too.
"""

from functools import cached_property
from typing import Final

from smtplab.protocol.text import IN_TLS, cut, width
from smtplab.protocol.transcript import Entry
from smtplab.views.context import Context, shortened
from smtplab.views.summary import GAP, clock, summary

BETWEEN: Final = "  "  # two columns
TO_THE_RIGHT: Final = ("frame", "time", "no.")  # numbers, aligned at their ends
TITLES: Final = ("way", "frame", "time", "phase", "kind", "no.", "sign", "info")
ENDPOINT_COLUMNS: Final = 24  # a long IPv6 address is cut
PHASE_COLUMNS: Final = len("greeting")
KIND_COLUMNS: Final = len("end of data")
INFO_COLUMNS: Final = 120


class Lines:
    """The lines of a transcript, each made when it is asked for."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._transcript = context.transcript

    def heading(self) -> str:
        """Give the names of the columns."""
        return self._set(self._way("source", "destination", " "), "frame", "time", "phase", "kind", "no.", " ", "info")

    def starts(self, title: str) -> int:
        """Say how many columns stand before the one with this title."""
        place = TITLES.index(title)
        return sum(columns + len(BETWEEN) for columns in self._widths[:place] if columns)

    def line(self, index: int) -> str:
        """Write the line of the entry with this index."""
        entry = self._transcript[index]
        return self._set(
            self._way(*self._context.endpoints(entry)),
            str(entry.frame or ""),
            clock(entry.time, self._longest),
            entry.phase,
            str(entry.kind),
            str(index + 1),
            self._context.mark(index) or " ",
            info(entry),
        )

    def _set(self, *cells: str) -> str:
        padded = [
            cell.rjust(columns) if title in TO_THE_RIGHT else _fixed(cell, columns)
            for title, cell, columns in zip(TITLES, cells, self._widths, strict=True)
            if columns
        ]
        return BETWEEN.join(padded).rstrip()

    def _way(self, source: str, destination: str, arrow: str = "→") -> str:
        columns = self._endpoint_columns
        ends = (_fixed(shortened(end, columns), columns) for end in (source, destination))
        return f" {arrow} ".join(ends)

    @cached_property
    def _widths(self) -> tuple[int, ...]:
        """The columns that each cell takes; 0 leaves it out, as the frames of what no packet carried."""
        frames = max((entry.frame or 0 for entry in self._transcript), default=0)
        return (
            2 * self._endpoint_columns + len(" → "),
            max(len("frame"), len(str(frames))) if frames else 0,
            len(clock(self._longest, self._longest)),
            PHASE_COLUMNS,
            KIND_COLUMNS,
            max(len("no."), len(str(len(self._transcript)))),
            1,
            INFO_COLUMNS,
        )

    @cached_property
    def _longest(self) -> float:
        return max((entry.time for entry in self._transcript), default=0.0)

    @cached_property
    def _endpoint_columns(self) -> int:
        ends = [len(end) for stream in self._transcript.streams for end in (stream.client, stream.server)]
        return min(ENDPOINT_COLUMNS, max(ends, default=0)) or len("destination")


def info(entry: Entry) -> str:
    """Say an entry in one line, with what its base64 says, passwords masked."""
    said, note = summary(entry)
    return GAP.join(filter(None, (said, note, IN_TLS if entry.tls else "")))


def _fixed(text: str, columns: int) -> str:
    """Bring a text to so many columns: cut, or filled with blanks."""
    shown = cut(text, columns)
    return shown + " " * (columns - width(shown))
