"""How is a state chart painted? From a plan and a walk to a scene."""

from itertools import pairwise
from typing import Final

from smtplab.protocol.states import State
from smtplab.protocol.text import width
from smtplab.views import palette
from smtplab.views.chart import Arrow, Outcome
from smtplab.views.chart_layout import COLUMN_X, LINE, NAME, Place, Plan, Point, Route, Trunk
from smtplab.views.chart_words import Words
from smtplab.views.layout import CAPTION, LABEL_X, MARGIN, WIDTH
from smtplab.views.scene import Box, Group, Line, Run, Scene, Shape, Text
from smtplab.views.spots import SELECTED

MONO_SIZE: Final = 11
COLUMN: Final = 0.602 * MONO_SIZE  # pixels of a character
# How an outcome looks, besides its letter: the ink and the dashes of its line.
LOOKS: Final[dict[Outcome, tuple[str, str]]] = {"S": ("ink", ""), "I": ("ink", "8 4"), "E": ("error", "2 4")}
KEY: Final[tuple[tuple[Outcome, str], ...]] = (
    ("S", "completion, 2yz"),
    ("I", "intermediate, 3yz"),
    ("E", "error, 4yz or 5yz"),
)
FAINT: Final = 0.5  # opacity of ways that the session did not take

ROOM: Final = 14  # between the chart and what stands under it


class Painter:
    """Paints a chart. seen: the states that the sessions were in. now: the one that is pointed at."""

    def __init__(self, words: Words, seen: set[State], now: State | None) -> None:
        self._words = words
        self._seen = seen
        self._now = now

    def paint(self, plan: Plan, title: str, lines: list[Run]) -> Scene:
        """Give the scene, with lines of text under the chart."""
        scene = Scene(WIDTH, plan.height + ROOM, title)
        for trunk in plan.trunks:
            scene.items += self._trunk(trunk)
        # What the session took is painted over what it did not.
        for route in sorted(plan.routes, key=lambda route: self._went(route.arrow)):
            scene.items += self._line(route)
        for place in plan.places:
            scene.items.append(Group(f"state-{place.state.name.lower()}", self._box(place)))
        for route in plan.routes:
            scene.items += self._label(route)
        _draw_key(scene)
        for line in lines:
            scene.height += CAPTION
            scene.items.append(Text(LABEL_X, scene.height - 4, (line,), MONO_SIZE, mono=True))
        scene.height += MARGIN
        scene.items.insert(0, Box(0, 0, WIDTH, scene.height, 6, fill="paper"))
        return scene

    def _went(self, arrow: Arrow) -> bool:
        return self._words.went(arrow)

    def _stroke(self, went: bool) -> tuple[float, float]:
        """Give the width and the opacity of a line."""
        return (1.5, 1) if not self._words.walked else (2.5, 1) if went else (1.2, FAINT)

    def _line(self, route: Route) -> list[Shape]:
        role, dash = LOOKS[route.arrow.outcome]
        stroke, opacity = self._stroke(self._went(route.arrow))
        return _path(route.corners, role, stroke, opacity, dash, head=route.head)

    def _trunk(self, trunk: Trunk) -> list[Shape]:
        went = [y for arrow, y in trunk.sources if self._went(arrow)]
        shapes: list[Shape] = []
        for heights, on_the_way in (([y for _, y in trunk.sources], False), (went, True)):
            if heights:
                farthest = max(heights, key=lambda y: abs(y - trunk.y))
                corners = [(trunk.x, farthest), (trunk.x, trunk.y), (float(COLUMN_X), trunk.y)]
                stroke, opacity = self._stroke(on_the_way)
                shapes += _path(corners, "ink", stroke, opacity, "", head=True)
        return shapes

    def _box(self, place: Place) -> list[Shape]:
        x, y, box_width, height, notes = place[2:]
        seen = not self._words.walked or place.state in self._seen
        now = place.state == self._now
        tint = palette.tint(place.phase) if seen and not now else ""
        shapes: list[Shape] = [
            Box(x, y, box_width, height, 8, fill="lit" if now else "paper", name=SELECTED if now else ""),
            Box(x, y, box_width, height, 8, stroke="ink" if seen else "rule", tint=tint),
        ]
        if now:
            shapes.append(Box(x + 4, y + 4, box_width - 8, height - 8, 5, stroke="ink"))
        top = y + (height - NAME - LINE * len(notes)) / 2
        name = Run(place.state.value, "ink" if seen else "dim", True)
        shapes.append(Text(x + box_width / 2, top + 17, (name,), 13.5, "middle"))
        for number, words in enumerate(notes):
            # What is dim would be too faint on a lit box.
            runs = [run._replace(role="ink") if now and run.role == "dim" else run for run in _spaced(words)]
            left = x + box_width / 2 - COLUMN * sum(width(run.text) for run in runs) / 2
            shapes += _written(runs, left, top + NAME + LINE * number + 9)
        return shapes

    def _label(self, route: Route) -> list[Shape]:
        lines = enumerate(route.words)
        return [shape for n, words in lines for shape in _written(_spaced(words), route.x, route.y + LINE * n)]


def _path(corners: list[Point], role: str, stroke: float, opacity: float, dash: str, *, head: bool) -> list[Shape]:
    pairs = list(pairwise(corners))
    return [
        Line(*start, *stop, role, stroke, head and number == len(pairs), dash, opacity)
        for number, (start, stop) in enumerate(pairs, 1)
    ]


def _spaced(words: list[Run]) -> list[Run]:
    """Put a blank after each word but the last."""
    return [run._replace(text=f"{run.text} ") for run in words[:-1]] + words[-1:]


def _written(runs: list[Run], x: float, y: float) -> list[Shape]:
    """Write a line of words; a lit one stands in a box."""
    shapes: list[Shape] = []
    at = x
    for run in runs:
        if run.role == "lit":
            shapes.append(
                Box(at - 2.5, y - 10, COLUMN * width(run.text.rstrip()) + 5, 13, 5, fill="paper", stroke="ink")
            )
        at += COLUMN * width(run.text)
    inks = tuple(Run(run.text, "ink", True) if run.role == "lit" else run for run in runs)
    return [*shapes, Text(x, y, inks, MONO_SIZE, mono=True)]


def _draw_key(scene: Scene) -> None:
    x = float(LABEL_X)
    scene.height += CAPTION
    y = scene.height - 4
    for outcome, meaning in KEY:
        role, dash = LOOKS[outcome]
        scene.items.append(Line(x, y - 4, x + 34, y - 4, role, 1.5, True, dash))
        scene.items.append(
            Text(x + 42, y, (Run(f"{outcome} ", "dim", True), Run(meaning, "dim")), MONO_SIZE, mono=True)
        )
        x += 42 + COLUMN * (len(meaning) + 2) + 24
