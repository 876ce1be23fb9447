"""What can be asked of any picture: which texts it has, whether they run into each other, whether all is inside."""

from itertools import combinations
from typing import NamedTuple

from smtplab.protocol.text import width
from smtplab.views.scene import Box, Group, Line, Scene, Shape, Text

# Of a column, in em: exact for the fixed-width face, and more than most letters of the other one take.
MONO, SANS = 0.602, 0.58
BEFORE = {"start": 0.0, "middle": 0.5, "end": 1.0}


class Extent(NamedTuple):
    """Where a text stands: from left to right, and its baseline."""

    text: str
    left: float
    right: float
    y: float
    size: float


def texts(scene: Scene) -> list[str]:
    """Give all texts of a picture, in the order of painting."""
    return [said(shape) for shape in scene.shapes() if isinstance(shape, Text)]


def said(text: Text) -> str:
    return "".join(run.text for run in text.runs)


def shapes_of(scene: Scene, name: str) -> list[Shape]:
    """Give the shapes of a group."""
    [group] = [item for item in scene.items if isinstance(item, Group) and item.name == name]
    return group.shapes


def extent(text: Text) -> Extent:
    length = width(said(text).rstrip()) * (MONO if text.mono else SANS) * text.size
    left = text.x - BEFORE[text.anchor] * length
    return Extent(said(text), left, left + length, text.y, text.size)


def outside(scene: Scene) -> list[Shape]:
    """Give what is cut by the edges of a picture."""
    return [shape for shape in scene.shapes() if not _is_inside(scene, shape)]


def _is_inside(scene: Scene, shape: Shape) -> bool:
    match shape:
        case Box():
            corners = [(shape.x, shape.y), (shape.x + shape.width, shape.y + shape.height)]
        case Line():
            corners = [(shape.x1, shape.y1), (shape.x2, shape.y2)]
        case Text():
            place = extent(shape)
            corners = [(place.left, place.y - place.size), (place.right, place.y)]
    return all(0 <= x <= scene.width + 0.01 and 0 <= y <= scene.height + 0.01 for x, y in corners)


def collisions(scene: Scene) -> list[tuple[str, str]]:
    """Give the pairs of texts that run into each other."""
    places = [extent(shape) for shape in scene.shapes() if isinstance(shape, Text) and said(shape).strip()]
    return [(a.text, b.text) for a, b in combinations(places, 2) if _collide(a, b)]


def _collide(a: Extent, b: Extent) -> bool:
    return abs(a.y - b.y) < 0.8 * min(a.size, b.size) and a.left < b.right - 1 and b.left < a.right - 1
