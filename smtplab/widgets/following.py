"""Which sessions are watched, and how much of them is drawn by now? The live ladder without its widgets.

A session may be over in a few milliseconds, too quick to be seen. So arrows can be drawn one by one, behind the time at
which they were said; the times beside them are true all the same.
"""

from typing import Final, NamedTuple

from smtplab.net.overheard import Overheard
from smtplab.protocol.transcript import Transcript

AS_IT_COMES: Final = "as it comes"
ONE_BY_ONE: Final = "one by one"
PACES: Final = (ONE_BY_ONE, AS_IT_COMES)
CATCHING_UP: Final = 15  # pictures in which the whole backlog is drawn, where there is much
TAIL: Final = 60  # entries of the ladder: those that were said last


class Shown(NamedTuple):
    """One picture. transcript: what is drawn of all sessions. ladder: the end of the one that is followed.

    left_out: entries of that one before the end. behind: entries that are not drawn yet.
    """

    transcript: Transcript
    running: frozenset[int]
    followed: int | None
    ladder: Transcript
    left_out: int
    behind: int


class Following:
    """Follows the sessions of a server. pace: one of `PACES`."""

    def __init__(self, overheard: Overheard, pace: str = ONE_BY_ONE) -> None:
        self.overheard = overheard
        self.pace = pace
        self._drawn = 0  # entries
        self._chosen: int | None = None  # None: always the newest

    def choose(self, number: int | None) -> None:
        """Follow one session, or always the newest with None."""
        self._chosen = number

    def step(self, by: int) -> None:
        """Follow the next session, or the one before with -1; none beyond the first or the last."""
        numbers = [stream.number for stream in self.overheard.transcript.streams]
        if numbers:
            now = self._followed(numbers)
            self._chosen = min(max(now + by, numbers[0]), numbers[-1])

    def forget(self) -> None:
        """Draw everything anew, from the first arrow."""
        self._drawn = 0

    def next(self) -> Shown:
        """Give the next picture; the one after it has more, if this one is behind."""
        said = self.overheard.transcript
        self._drawn = self._goes_to(len(said))
        drawn = Transcript(said.entries[: self._drawn], said.streams, source=said.source)
        numbers = [stream.number for stream in said.streams]
        followed = self._followed(numbers) if numbers else None
        ladder = drawn if followed is None else drawn.stream(followed)
        tail = Transcript(ladder.entries[-TAIL:], ladder.streams, source=ladder.source)
        running = self.overheard.open if self._drawn == len(said) else frozenset(numbers)
        return Shown(drawn, running, followed, tail, len(ladder) - len(tail), len(said) - self._drawn)

    def _goes_to(self, total: int) -> int:
        """Give how many entries are drawn next: one more, or a part of the backlog where that is long."""
        if self.pace == AS_IT_COMES or self._drawn >= total:
            return total
        return min(total, self._drawn + max(1, (total - self._drawn) // CATCHING_UP))

    def _followed(self, numbers: list[int]) -> int:
        return numbers[-1] if self._chosen not in numbers or self._chosen is None else self._chosen
