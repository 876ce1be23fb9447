"""Where in a picture is what can be clicked, or is selected? Boxes as parts of its width and height."""

from typing import Final, NamedTuple

from smtplab.views.scene import Box, Group, Scene

SELECTED: Final = "selected"  # the name of a box, in a picture that is made anew for each selection


class Spot(NamedTuple):
    """A rectangle, 0 to 1 from left to right and from top to bottom, so that it holds at every size."""

    left: float
    top: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """How far down its middle is."""
        return self.top + self.height / 2

    def css(self) -> str:
        """Write it as declarations for an element that stands over the picture."""
        named = zip(self._fields, self, strict=True)
        return ";".join(f"{name}:{100 * part:.3f}%" for name, part in named)


def spots(scene: Scene) -> dict[str, Spot]:
    """Give the first box of each group that has one, by the name of the group."""
    found = {}
    for group in scene.items:
        boxes = [shape for shape in group.shapes if isinstance(shape, Box)] if isinstance(group, Group) else []
        if isinstance(group, Group) and boxes:
            found[group.name] = _spot(boxes[0], scene)
    return found


def selected_spot(scene: Scene) -> Spot | None:
    """Give where the selected thing is, or None where nothing is selected."""
    boxes = (shape for shape in scene.shapes() if isinstance(shape, Box) and shape.name == SELECTED)
    return next((_spot(box, scene) for box in boxes), None)


def _spot(box: Box, scene: Scene) -> Spot:
    return Spot(box.x / scene.width, box.y / scene.height, box.width / scene.width, box.height / scene.height)
