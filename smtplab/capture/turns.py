"""Who spoke first? Two sides, each in its own order, become one conversation.

The order in which frames were captured nearly tells, but not quite: where a capture has frames out of place, a reply
can come before its command. The acknowledgments tell it for sure: what acknowledges a command was said after it. So
what one side said is held until all is told that it had heard by then.
"""

from collections import deque
from collections.abc import Iterable
from typing import Final

from smtplab.capture.order import Part

PATIENCE: Final = 16  # for how many segments of a connection a part waits for what it acknowledges


class Turns:
    """What the two sides of a connection, 0 and 1, have said and not been given out yet.

    Arrivals and `now` count the segments of the connection.
    """

    def __init__(self) -> None:
        self._held: tuple[deque[tuple[int, Part]], ...] = (deque(), deque())  # arrival, part
        self._told = [0, 0]  # how many octets of each side were given out, holes included

    @property
    def is_empty(self) -> bool:
        """Whether all was given out."""
        return not (self._held[0] or self._held[1])

    def pass_by(self, side: int, part: Part) -> bool:
        """Tell whether a part may be given out as soon as it comes; if so it counts as given out."""
        if self.is_empty and part.heard <= self._told[1 - side]:
            self._told[side] += len(part.octets) + part.missing
            return True
        return False

    def hold(self, side: int, parts: Iterable[Part], arrival: int) -> None:
        """Take in what a side said, in its order."""
        self._held[side].extend([(arrival, part) for part in parts])

    def take(self, now: int, last: bool = False) -> list[tuple[int, Part]]:
        """Give the parts whose turn it is, with their side, oldest first. last: then all others."""
        turns = []
        while not self.is_empty:
            sides = [side for side in (0, 1) if self._held[side]]
            due = [side for side in sides if self._is_due(side, now)] or (sides if last else [])
            if not due:
                break
            side = due[0] if len(due) == 1 else min(due, key=self._precedence)
            part = self._next(side)
            self._told[side] += len(part.octets) + part.missing
            turns.append((side, part))
        return turns

    def _is_due(self, side: int, now: int) -> bool:
        arrival, part = self._held[side][0]
        return part.heard <= self._told[1 - side] or arrival + PATIENCE < now

    def _precedence(self, side: int) -> tuple[bool, bool, int]:
        """Put octets before holes, a hole that alone keeps octets waiting before another one, and old before new."""
        arrival, part = self._held[side][0]
        return part.missing > 0, self._heard_by_next(side) > self._told[1 - side], arrival

    def _next(self, side: int) -> Part:
        """Take the oldest part of a side; of a hole no more than the other side had heard when it spoke next."""
        arrival, part = self._held[side].popleft()
        if not part.missing:
            return part
        heard = self._heard_by_next(1 - side) - self._told[side]
        if 0 < heard < part.missing:
            self._held[side].appendleft((arrival, part._replace(missing=part.missing - heard)))
            return part._replace(missing=heard)
        return part

    def _heard_by_next(self, side: int) -> int:
        """Say what a side had heard of the other when it sent the next octets that are held of it."""
        return next((part.heard for _, part in self._held[side] if not part.missing), 0)
