"""What does the table of transitions look like as a chart? States, and the arrows between them, without any geometry.

Everything comes from the table: a state or a verb that is added there is in the chart. What would only tangle it is
written at its state instead of drawn: verbs that change nothing, and verbs that lead to one place from most states.
"""

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from typing import Final, Literal, NamedTuple

from smtplab.protocol.states import TRANSITIONS, After, State
from smtplab.protocol.transcript import PHASES

Outcome = Literal["S", "I", "E"]  # the columns of RFC 5321 §4.3.2
OUTCOMES: Final[tuple[Outcome, ...]] = ("S", "I", "E")


class Move(NamedTuple):
    """What one class of reply to one verb does in one state."""

    source: State
    target: State
    outcome: Outcome
    verb: str


class Arrow(NamedTuple):
    """All moves of one outcome from one state to another."""

    source: State
    target: State
    outcome: Outcome
    verbs: tuple[str, ...]


class Chart(NamedTuple):
    """What is drawn.

    column: the states of the longest way through a session, in its order, and then those that no arrow leads to.
    sides: every other state, with the place in the column that it stands beside. written: the moves that are no arrows,
    state by state. phases: the phase of the verb by which each state is reached first in the table.
    """

    column: list[State]
    sides: dict[State, int]
    arrows: list[Arrow]
    written: dict[State, list[Move]]
    phases: dict[State, str]

    @property
    def moves(self) -> set[Move]:
        """Every move, drawn or written."""
        drawn = {Move(arrow.source, arrow.target, arrow.outcome, verb) for arrow in self.arrows for verb in arrow.verbs}
        return drawn.union(*self.written.values())

    @property
    def states(self) -> list[State]:
        """Every state, those of the column first."""
        return [*self.column, *self.sides]


def chart(table: Mapping[tuple[State, str], After] = TRANSITIONS) -> Chart:
    """Make a chart of a table, whose first row is taken for the beginning of a session."""
    moves = list(_moves(table))
    common = _common(moves)
    arrows = _arrows([move for move in moves if move.source != move.target and move not in common])
    column = _longest_way(moves[0].source, arrows)
    sides = _sides(column, arrows)
    states = dict.fromkeys(state for move in moves for state in (move.source, move.target))
    column += [state for state in states if state not in column and state not in sides]
    arrows, tangled = _drawable(arrows, sides)
    written = [move for move in moves if move.source == move.target or move in common or move in tangled]
    at = {state: [move for move in written if move.source == state] for state in states}
    return Chart(column, sides, arrows, at, _phases(moves))


def _moves(table: Mapping[tuple[State, str], After]) -> Iterator[Move]:
    """Give every move of a table but the errors that change nothing, which nearly all do."""
    for (state, verb), follows in table.items():
        for outcome, target in zip(OUTCOMES, follows, strict=True):
            if target is not None and (outcome, target) != ("E", state):
                yield Move(state, target, outcome, verb)


def _common(moves: list[Move]) -> set[Move]:
    """Give the moves by which one verb leads to one place from more than half of the states."""
    ways = defaultdict(list)
    for move in moves:
        if move.source != move.target:
            ways[move.verb, move.outcome, move.target].append(move)
    half = len({move.source for move in moves}) / 2
    return {move for alike in ways.values() if len(alike) > half for move in alike}


def _arrows(moves: list[Move]) -> list[Arrow]:
    verbs = defaultdict(list)
    for source, target, outcome, verb in moves:
        verbs[source, target, outcome].append(verb)
    return [Arrow(*ends, tuple(named)) for ends, named in verbs.items()]


def _longest_way(first: State, arrows: list[Arrow]) -> list[State]:
    """Give the states from the first one to one that is farthest from it, by the fewest moves without an error."""
    ways = {first: [first]}
    waiting = deque([first])
    while waiting:
        source = waiting.popleft()
        for arrow in arrows:
            if arrow.source == source and arrow.outcome != "E" and arrow.target not in ways:
                ways[arrow.target] = [*ways[source], arrow.target]
                waiting.append(arrow.target)
    return max(ways.values(), key=len)


def _sides(column: list[State], arrows: list[Arrow]) -> dict[State, int]:
    """Put every state that the column leads to, if only through others, beside the first one that leads to it."""
    places = {state: place for place, state in enumerate(column)}
    sides: dict[State, int] = {}
    while found := [arrow for arrow in arrows if arrow.source in places and arrow.target not in places]:
        first = min(found, key=lambda arrow: places[arrow.source])
        sides[first.target] = places[first.target] = places[first.source]
    return sides


def _phases(moves: list[Move]) -> dict[State, str]:
    reached = [move for move in moves if move.source != move.target]
    return {move.target: PHASES.get(move.verb, move.verb) for move in reversed(reached)}


def _drawable(arrows: list[Arrow], sides: dict[State, int]) -> tuple[list[Arrow], set[Move]]:
    """Tell arrows that can be drawn from those between two states at the side, whose moves are given."""
    between = [arrow for arrow in arrows if arrow.source in sides and arrow.target in sides]
    moves = {Move(arrow.source, arrow.target, arrow.outcome, verb) for arrow in between for verb in arrow.verbs}
    return [arrow for arrow in arrows if arrow not in between], moves
