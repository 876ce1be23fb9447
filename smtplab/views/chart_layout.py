"""Where does everything in a state chart stand? A column of states from top to bottom, and the others at its right.

An arrow down the column is short and straight. One to or from a state at the side leaves the column at its right, one
to any other state of the column at its left, where all that lead to the same state share a trunk. Each arrow has a line
of its own at the box that it leaves, with its words above it, so that no two can run into each other.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Final, NamedTuple

from smtplab.protocol.states import State
from smtplab.views.chart import Arrow, Chart
from smtplab.views.chart_words import Lines, Words
from smtplab.views.layout import MARGIN, WIDTH

# Pixels, from left to right.
TRUNK_X: Final = 24  # of the outermost trunk
TRUNK_GAP: Final = 12
LEFT_X: Final = 46  # of the words at the left
COLUMN_X: Final = 206
COLUMN_WIDTH: Final = 184
RIGHT_X: Final = 400  # of the words at the right
LANE_X: Final = 562  # of the first arrow that goes up or down between the column and the sides
LANE_GAP: Final = 10  # at most
SIDE_X: Final = 588
SIDE_WIDTH: Final = WIDTH - MARGIN - SIDE_X

# Pixels, from top to bottom.
NAME: Final = 26  # of a state in its box
LINE: Final = 14  # of words
ROOM: Final = 10  # above and below what stands in a box, and between what stands at it
GAP: Final = 22  # between two states of the column, besides the words in it
DOCK: Final = 16  # for an arrow that comes from elsewhere, without words

COLUMN_COLUMNS: Final = 25  # of text
SIDE_COLUMNS: Final = 21
LEFT_COLUMNS: Final = 23
RIGHT_COLUMNS: Final = 24
DOWN_COLUMNS: Final = 36

Point = tuple[float, float]


class Place(NamedTuple):
    """The box of a state, and the words in it."""

    state: State
    phase: str
    x: float
    y: float
    width: float
    height: float
    notes: Lines


class Route(NamedTuple):
    """The corners of an arrow, and the words at it. x, y: where the last line of them begins. head: at its end."""

    arrow: Arrow
    corners: list[Point]
    words: Lines
    x: float
    y: float
    head: bool = True


class Trunk(NamedTuple):
    """Where arrows to one state of the column run together. sources: the height at which each arrives."""

    target: State
    x: float
    y: float
    sources: list[tuple[Arrow, float]]


@dataclass
class Plan:
    """A chart with a place for everything."""

    height: float = 0
    places: list[Place] = field(default_factory=list)
    routes: list[Route] = field(default_factory=list)
    trunks: list[Trunk] = field(default_factory=list)


def plan(chart: Chart, words: Words) -> Plan:
    """Give everything its place, from the top of the picture."""
    planner = _Planner(chart, words)
    for row in range(len(chart.column)):
        planner.place_row(row)
    planner.join_lanes()
    planner.join_trunks()
    return planner.plan


class _Slot(NamedTuple):
    """Something that takes height at one side of a box; `put` takes the height at which it begins."""

    height: float
    put: Callable[[float], None]


class _Planner:
    """Places one row of the chart after the other, and then joins what stands in different rows."""

    def __init__(self, chart: Chart, words: Words) -> None:
        self.plan = Plan(MARGIN)
        self._chart = chart
        self._words = words
        self._rows = {**{state: row for row, state in enumerate(chart.column)}, **chart.sides}
        self._at_column: dict[Arrow, float] = {}  # height of the end of an arrow between two rows
        self._at_side: dict[Arrow, float] = {}
        self._landings: dict[tuple[State, bool], float] = {}  # of a trunk to a state, from below or not
        self._stubs: dict[tuple[State, bool], list[tuple[Arrow, float]]] = {}

    def _phase(self, state: State) -> str:
        return self._chart.phases.get(state, "")

    # One row

    def place_row(self, row: int) -> None:
        """Place a state of the column, what stands beside it, and the arrow down to it."""
        state, top = self._chart.column[row], self.plan.height
        if row:
            top += self._descend(row, top)
        notes = self._words.notes(state, COLUMN_COLUMNS)
        left, right = list(self._left(row)), list(self._right(row))
        height = max(_text_height(notes), _height(left) + ROOM, _height(right) + ROOM)
        _stack(left, top + (height - _height(left)) / 2)
        _stack(right, top + (height - _height(right)) / 2)
        self.plan.places.append(Place(state, self._phase(state), COLUMN_X, top, COLUMN_WIDTH, height, notes))
        self.plan.height = top + height

    def _descend(self, row: int, top: float) -> float:
        """Draw the arrows from the row above, side by side, and give the height that they take."""
        above, state = self._chart.column[row - 1], self._chart.column[row]
        arrows = [arrow for arrow in self._chart.arrows if (arrow.source, arrow.target) == (above, state)]
        labels = [self._words.label(arrow, DOWN_COLUMNS) for arrow in arrows]
        height = GAP + LINE * sum(map(len, labels))
        middle = COLUMN_X + COLUMN_WIDTH / 2
        baseline = top + GAP / 2 + LINE - 4
        for number, (arrow, words) in enumerate(zip(arrows, labels, strict=True)):
            x = middle + 24 * (number - (len(arrows) - 1) / 2)
            at = middle + 24 * (len(arrows) - 1) / 2 + 12
            self.plan.routes.append(Route(arrow, [(x, top), (x, top + height)], words, at, baseline))
            baseline += LINE * len(words)
        return height

    def _left(self, row: int) -> Iterator[_Slot]:
        state = self._chart.column[row]
        arriving = {self._rows[arrow.source] > row for arrow in self._aside() if arrow.target == state}
        if False in arriving:
            yield _Slot(DOCK, partial(self._land, (state, False)))
        for arrow in self._aside():
            if arrow.source == state:
                words = self._words.label(arrow, LEFT_COLUMNS)
                yield _Slot(_port_height(words), partial(self._stub, arrow, words))
        if True in arriving:
            yield _Slot(DOCK, partial(self._land, (state, True)))

    def _aside(self) -> list[Arrow]:
        """Give the arrows within the column that are not simply down."""
        rows, sides = self._rows, self._chart.sides
        within = [arrow for arrow in self._chart.arrows if not {arrow.source, arrow.target} & sides.keys()]
        return [arrow for arrow in within if rows[arrow.target] != rows[arrow.source] + 1]

    def _land(self, trunk: tuple[State, bool], top: float) -> None:
        self._landings[trunk] = top + DOCK / 2

    def _stub(self, arrow: Arrow, words: Lines, top: float) -> None:
        y = top + _port_height(words) - ROOM / 2
        self._stubs.setdefault((arrow.target, self._rows[arrow.source] > self._rows[arrow.target]), []).append(
            (arrow, y)
        )
        self.plan.routes.append(Route(arrow, [(COLUMN_X, y)], words, LEFT_X, _first_baseline(words, y), head=False))

    def _right(self, row: int) -> Iterator[_Slot]:
        """What stands at the right: arrows to and from higher sides, the sides of this row, arrows to lower ones."""
        state = self._chart.column[row]
        between = {side: self._between(state, side) for side in self._chart.sides}
        for side, place in self._chart.sides.items():
            if place < row:
                yield from map(self._lane_slot, between[side])
        for side, place in self._chart.sides.items():
            if place == row:
                yield _Slot(self._side_height(side) + ROOM, partial(self._place_side, state, side))
        for side, place in self._chart.sides.items():
            if place > row:
                yield from map(self._lane_slot, between[side])

    def _between(self, state: State, side: State) -> list[Arrow]:
        return [arrow for arrow in self._chart.arrows if {arrow.source, arrow.target} == {state, side}]

    def _lane_slot(self, arrow: Arrow) -> _Slot:
        words = self._words.label(arrow, RIGHT_COLUMNS)
        return _Slot(_port_height(words), partial(self._leave, arrow, words))

    def _leave(self, arrow: Arrow, words: Lines, top: float) -> None:
        y = self._at_column[arrow] = top + _port_height(words) - ROOM / 2
        self.plan.routes.append(Route(arrow, [], words, RIGHT_X, _first_baseline(words, y)))

    # A state at the side

    def _docks(self, side: State) -> tuple[list[Arrow], list[Arrow]]:
        """Give the arrows between a side and higher states of the column, and those between it and lower ones."""
        ends = [(arrow, self._rows[arrow.source] + self._rows[arrow.target]) for arrow in self._chart.arrows]
        twice = 2 * self._rows[side]
        touching = [(arrow, total) for arrow, total in ends if side in (arrow.source, arrow.target)]
        return [a for a, total in touching if total < twice], [a for a, total in touching if total > twice]

    def _side_height(self, side: State) -> float:
        ports = sum(_port_height(self._words.label(arrow, RIGHT_COLUMNS)) for arrow in self._straight(side))
        docks = DOCK * sum(map(len, self._docks(side)))
        return max(_text_height(self._words.notes(side, SIDE_COLUMNS)), ports + docks + ROOM)

    def _straight(self, side: State) -> list[Arrow]:
        return self._between(self._chart.column[self._rows[side]], side)

    def _place_side(self, state: State, side: State, top: float) -> None:
        height, notes = self._side_height(side), self._words.notes(side, SIDE_COLUMNS)
        top += ROOM / 2
        self.plan.places.append(Place(side, self._phase(side), SIDE_X, top, SIDE_WIDTH, height, notes))
        higher, lower = self._docks(side)
        slots = [_Slot(DOCK, partial(self._dock, arrow)) for arrow in higher]
        for arrow in self._straight(side):
            words = self._words.label(arrow, RIGHT_COLUMNS)
            slots.append(_Slot(_port_height(words), partial(self._cross, arrow, words)))
        slots += [_Slot(DOCK, partial(self._dock, arrow)) for arrow in lower]
        _stack(slots, top + (height - _height(slots)) / 2)

    def _dock(self, arrow: Arrow, top: float) -> None:
        self._at_side[arrow] = top + DOCK / 2

    def _cross(self, arrow: Arrow, words: Lines, top: float) -> None:
        y = top + _port_height(words) - ROOM / 2
        ends = [(COLUMN_X + COLUMN_WIDTH, y), (float(SIDE_X), y)]
        corners = ends[::-1] if arrow.source in self._chart.sides else ends
        self.plan.routes.append(Route(arrow, corners, words, RIGHT_X, _first_baseline(words, y)))

    # What joins rows

    def join_lanes(self) -> None:
        """Lead the arrows between the column and sides of other rows up or down, each in a lane of its own."""
        gap = min(LANE_GAP, (SIDE_X - LANE_GAP - LANE_X) / max(1, len(self._at_column) - 1))
        lanes = {arrow: LANE_X + gap * number for number, arrow in enumerate(self._at_column)}
        for number, route in enumerate(self.plan.routes):
            if route.arrow in lanes:
                x, column, side = lanes[route.arrow], self._at_column[route.arrow], self._at_side[route.arrow]
                corners = [(COLUMN_X + COLUMN_WIDTH, column), (x, column), (x, side), (float(SIDE_X), side)]
                if route.arrow.source in self._chart.sides:
                    corners.reverse()
                self.plan.routes[number] = route._replace(corners=corners)

    def join_trunks(self) -> None:
        """Lead the arrows at the left into trunks, the longest of which stands outermost."""

        def length(trunk: tuple[State, bool]) -> float:
            return max(abs(y - self._landings[trunk]) for _, y in self._stubs[trunk])

        for number, trunk in enumerate(sorted(self._stubs, key=length, reverse=True)):
            x = TRUNK_X + TRUNK_GAP * number
            self.plan.trunks.append(Trunk(trunk[0], x, self._landings[trunk], self._stubs[trunk]))
            arrows = [arrow for arrow, _ in self._stubs[trunk]]
            for place, route in enumerate(self.plan.routes):
                if route.arrow in arrows:
                    self.plan.routes[place] = route._replace(corners=[route.corners[0], (x, route.corners[0][1])])


def _stack(slots: list[_Slot], top: float) -> None:
    for slot in slots:
        slot.put(top)
        top += slot.height


def _height(slots: list[_Slot]) -> float:
    return sum(slot.height for slot in slots)


def _text_height(notes: Lines) -> float:
    return NAME + LINE * len(notes) + ROOM


def _port_height(words: Lines) -> float:
    return LINE * len(words) + ROOM


def _first_baseline(words: Lines, y: float) -> float:
    """Where the first of the lines stands that end just above an arrow at the height `y`."""
    return y - 5 - LINE * (len(words) - 1)
