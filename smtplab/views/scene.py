"""What is a picture before it is drawn? Boxes, lines and texts with roles instead of colours.

The same scene is painted as SVG (`svg`) and by matplotlib (`figure`), so that the two cannot disagree. Lengths are in
pixels of 1/96 inch, y grows downward.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import copysign
from typing import Final, Literal, NamedTuple

HEAD_LENGTH: Final = 8
HEAD_HALF_WIDTH: Final = 3.6

Anchor = Literal["start", "middle", "end"]


class Box(NamedTuple):
    """A rectangle with round corners. fill, stroke: a role of `palette.INKS`, or "". tint: laid over the paper."""

    x: float
    y: float
    width: float
    height: float
    radius: float = 0
    fill: str = ""
    stroke: str = ""
    tint: str = ""
    name: str = ""


class Line(NamedTuple):
    """A straight line; with a head it is an arrow, which ends at (x2, y2). dash: lengths on and off, or ""."""

    x1: float
    y1: float
    x2: float
    y2: float
    role: str
    width: float = 1.5
    head: bool = False
    dash: str = ""
    opacity: float = 1
    name: str = ""

    @property
    def corners(self) -> list[tuple[float, float]]:
        """The corners of the head of a level or an upright line, the point first."""
        if self.x1 == self.x2:
            back = self.y2 - copysign(HEAD_LENGTH, self.y2 - self.y1)
            return [(self.x2, self.y2), (self.x2 - HEAD_HALF_WIDTH, back), (self.x2 + HEAD_HALF_WIDTH, back)]
        back = self.x2 - copysign(HEAD_LENGTH, self.x2 - self.x1)
        return [(self.x2, self.y2), (back, self.y2 - HEAD_HALF_WIDTH), (back, self.y2 + HEAD_HALF_WIDTH)]


class Run(NamedTuple):
    """Part of a text in one ink."""

    text: str
    role: str = "ink"
    bold: bool = False


class Text(NamedTuple):
    """Text on a baseline."""

    x: float
    y: float
    runs: tuple[Run, ...]
    size: float = 12
    anchor: Anchor = "start"
    mono: bool = False


Shape = Box | Line | Text


class Group(NamedTuple):
    """Shapes under one name, which becomes the `id` in SVG."""

    name: str
    shapes: list[Shape]


@dataclass
class Scene:
    """A picture: its items are painted in order, later ones over earlier ones. title: for those who cannot see it."""

    width: float
    height: float = 0
    title: str = ""
    items: list[Shape | Group] = field(default_factory=list)

    def shapes(self) -> Iterator[Shape]:
        """Give every shape, those in groups too, in the order of painting."""
        for item in self.items:
            if isinstance(item, Group):
                yield from item.shapes
            else:
                yield item
