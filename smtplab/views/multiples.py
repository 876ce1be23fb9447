"""What do many sessions do at once? A small ladder of each, side by side, without words: its shape tells.

Phases are bands, arrows go right or left, a cross marks an error. Under each stands its number and how it stands.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from smtplab.protocol.octets import count
from smtplab.protocol.states import State
from smtplab.protocol.text import by_stream, cut, error_word
from smtplab.protocol.transcript import Entry, Transcript
from smtplab.views import palette
from smtplab.views.picture import Picture
from smtplab.views.scene import Box, Group, Line, Run, Scene, Shape, Text

SHOWN: Final = 24  # sessions: those that began last
ARROWS: Final = 30  # of one session: those that were said last

# Pixels.
WIDTH: Final = 760
MARGIN: Final = 6
TILE: Final = 118
GAP: Final = 8
HEAD: Final = 20
ARROW: Final = 6
FOOT: Final = 20
BAND: Final = 6  # of a phase from the edge of a tile
INSET: Final = 26  # of the lifelines
REACH: Final = 0.72  # of the way to the other side, so that the side tells the party where colours do not
IN_A_ROW: Final = (WIDTH - 2 * MARGIN + GAP) // (TILE + GAP)


def multiples(transcript: Transcript, *, running: Iterable[int] = (), selected: int | None = None) -> "Multiples":
    """Draw each session of a transcript small. running: the numbers of those that are not over.

    selected: the number of one whose frame is lifted out.
    """
    return Multiples(transcript, frozenset(running), selected)


@dataclass(frozen=True, repr=False)
class Multiples(Picture):
    """The sessions of a transcript as small ladders."""

    transcript: Transcript
    running: frozenset[int] = frozenset()
    selected: int | None = None

    def text(self) -> str:
        """Give one line for each session."""
        lines = [
            f"session {number}  {_standing(entries)}  {_count(entries)}" for number, entries in self._sessions(10**9)
        ]
        return "\n".join(lines) or "[nothing was said]"

    def scene(self) -> Scene:
        """Give the picture before it is drawn."""
        sessions = self._sessions(SHOWN)
        left_out = len(self.transcript.streams) - len(sessions)
        title = f"{count(len(self.transcript.streams), 'session')}, {len(self.running)} running"
        scene = Scene(WIDTH, 0, title)
        height = HEAD + FOOT + ARROW * max((min(len(entries), ARROWS) for _, entries in sessions), default=0) + 8
        for place, (number, entries) in enumerate(sessions):
            x = MARGIN + place % IN_A_ROW * (TILE + GAP)
            y = MARGIN + place // IN_A_ROW * (height + GAP)
            scene.items.append(Group(f"session-{number}", self._tile(number, entries, x, y, height)))
        rows = -(-len(sessions) // IN_A_ROW)
        scene.height = 2 * MARGIN + rows * (height + GAP)
        if left_out:
            scene.height += 18
            words = f"and {count(left_out, 'session')} before these"
            scene.items.append(Text(MARGIN, scene.height - 8, (Run(words, "dim"),), 11))
        scene.items.insert(0, Box(0, 0, WIDTH, scene.height, 6, fill="paper"))
        return scene

    def _sessions(self, most: int) -> list[tuple[int, list[Entry]]]:
        """Give the entries of each session, with its number; those that have said nothing yet too."""
        said = dict(by_stream(self.transcript))
        return [(stream.number, said.get(stream.number, [])) for stream in self.transcript.streams][-most:]

    def _tile(self, number: int, entries: list[Entry], x: float, y: float, height: float) -> list[Shape]:
        chosen = number == self.selected
        shapes: list[Shape] = [
            Box(x, y, TILE, height, 5, stroke="ink" if chosen else "rule", fill="paper"),
            *([Box(x + 2.5, y + 2.5, TILE - 5, height - 5, 3, stroke="ink")] if chosen else []),
            Text(x + 9, y + 15, (Run(f"{number}", "ink", True),), 11),
            Text(x + TILE - 9, y + 15, (Run("running" if number in self.running else "over", "dim"),), 10, "end"),
        ]
        left, right, top = x + INSET, x + TILE - INSET, y + HEAD
        shown = entries[-ARROWS:]
        for place, entry in enumerate(shown):
            shapes += _arrow(entry, x, top + ARROW * place)
        bottom = top + ARROW * max(len(shown), 1)
        shapes += [Line(left, top, left, bottom, "client", 1.5), Line(right, top, right, bottom, "server", 1.5)]
        for place, entry in enumerate(shown):
            if error_word(entry):
                shapes += _cross(right, top + ARROW * (place + 0.5))
        words = Run(cut(_standing(entries), 17), "ink" if number in self.running else "dim")
        return [*shapes, Text(x + TILE / 2, y + height - 8, (words,), 10.5, "middle")]


def _arrow(entry: Entry, x: float, y: float) -> list[Shape]:
    band = Box(x + BAND, y, TILE - 2 * BAND, ARROW, tint=palette.tint(entry.phase))
    left, right = x + INSET, x + TILE - INSET
    reach = REACH * (right - left)
    start, stop = (left, left + reach) if entry.party == "client" else (right, right - reach)
    role = "error" if error_word(entry) else entry.party
    return [band, Line(start, y + ARROW / 2, stop, y + ARROW / 2, role, 2)]


def _cross(x: float, y: float) -> list[Shape]:
    return [
        Box(x - 5, y - 5, 10, 10, 5, fill="paper", stroke="error"),
        Line(x - 2, y - 2, x + 2, y + 2, "error", 1.5),
        Line(x - 2, y + 2, x + 2, y - 2, "error", 1.5),
    ]


def _standing(entries: list[Entry]) -> str:
    return (entries[-1].after if entries else State.CONNECTED).value


def _count(entries: list[Entry]) -> str:
    errors = sum(1 for entry in entries if error_word(entry))
    return count(len(entries), "arrow") + (f", {count(errors, 'error')}" if errors else "")
