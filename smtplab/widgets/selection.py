"""Which entry of a transcript is looked at? One selection for all views of it, so that they move as one.

A view that is clicked calls a method here, and every view observes `index`: so none of them knows of another. It knows
no kernel and no browser.
"""

from bisect import bisect_left, bisect_right
from dataclasses import replace
from functools import cached_property
from typing import Final, NamedTuple

from traitlets import HasTraits, Int

from smtplab.protocol.states import State
from smtplab.protocol.transcript import Entry, Transcript
from smtplab.views import palette

PAGE: Final = 60  # entries of a connection that are drawn at once
OTHER: Final = "other"  # for all phases that have no colour of their own


class Excerpt(NamedTuple):
    """A part of one connection. indexes: of its entries in the whole transcript.

    before, after: how many entries of the connection are left out there.
    """

    transcript: Transcript
    indexes: tuple[int, ...]
    before: int = 0
    after: int = 0


class Selection(HasTraits):
    """One entry of a transcript.

    index: of the selected entry, None where nothing was said. It can be observed.
    stop: how many entries can be reached, counted from the first; the others are still hidden.
    """

    index = Int(None, allow_none=True)

    def __init__(self, transcript: Transcript) -> None:
        super().__init__()
        self.transcript = transcript
        self.stop = len(transcript)
        self.index = 0 if len(transcript) else None

    @property
    def entry(self) -> Entry | None:
        """The selected entry."""
        return None if self.index is None else self.transcript[self.index]

    def select(self, index: int) -> None:
        """Go to an entry; to the nearest that can be reached where there is none of that index."""
        if self.stop:
            self.index = min(max(index, 0), self.stop - 1)

    def step(self, by: int) -> None:
        """Go so many entries forward, or back if it is negative, and stop at either end."""
        self.select((self.index or 0) + by)

    def go_to_phase(self, phase: str) -> None:
        """Go to the next place where this phase begins in the connection, looking on from its beginning at the end."""
        self._go(self._begins(phase))

    def go_to_state(self, state: State) -> None:
        """Go to the next entry after which the session is in this state, looking on from the beginning at the end."""
        self._go([index for index in self.connection if self.transcript[index].after is state])

    def _go(self, indexes: list[int]) -> None:
        reached = indexes[: bisect_left(indexes, self.stop)]
        if reached:
            self.select(reached[bisect_right(reached, self.index or 0) % len(reached)])

    def _begins(self, phase: str) -> list[int]:
        whole = self.connection
        named = [phase_of(self.transcript[index]) for index in whole]
        befores = ["", *named]
        return [index for index, name, before in zip(whole, named, befores, strict=False) if name == phase != before]

    @property
    def connection(self) -> list[int]:
        """The indexes of all entries of the connection that the selected one belongs to."""
        return [] if self.entry is None else self._connections[self.entry.stream]

    @cached_property
    def _connections(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for index, entry in enumerate(self.transcript):
            found.setdefault(entry.stream, []).append(index)
        return found

    @cached_property
    def phases(self) -> list[str]:
        """The phases of the whole transcript, in the order in which they come first; what has no colour is "other"."""
        return list(dict.fromkeys(map(phase_of, self.transcript)))

    def excerpt(self) -> Excerpt:
        """Give the part of the connection that the selected entry is in, with the TCP segments beside it."""
        if self.entry is None:
            return Excerpt(self.transcript, ())
        whole, number = self.connection, self.entry.stream
        first = bisect_left(whole, self.index or 0) // PAGE * PAGE
        indexes = tuple(whole[first : first + PAGE])
        after = len(whole) - first - len(indexes)
        entries = tuple(self.transcript[index] for index in indexes)
        begin = entries[0].time if first else float("-inf")
        end = entries[-1].time if after else float("inf")
        part = replace(
            self.transcript,
            entries=entries,
            streams=tuple(stream for stream in self.transcript.streams if stream.number == number),
            segments=tuple(
                segment
                for segment in self.transcript.segments
                if segment.stream == number and begin <= segment.time <= end
            ),
        )
        return Excerpt(part, indexes, first, after)


def phase_of(entry: Entry) -> str:
    """Name the phase of an entry, if it has a colour of its own."""
    return entry.phase if entry.phase in palette.TINTS else OTHER
