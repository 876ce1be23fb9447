"""How is a scene drawn by matplotlib? For PNG and PDF files, and for those who want a `Figure` to go on with.

matplotlib is imported here and nowhere else, and never its `pyplot`, which keeps every figure alive.
"""

import logging
from functools import cache
from io import BytesIO
from typing import Any, Final

from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch, Polygon

from smtplab.protocol.text import width
from smtplab.views import palette
from smtplab.views.scene import Anchor, Box, Line, Scene, Shape, Text

PIXELS: Final = 96  # an inch
POINTS: Final = 72 / PIXELS  # a pixel
SCALE: Final = 1.5  # image pixels for each pixel of a scene
LARGEST: Final = 2**16 - 1  # image pixels in one direction, which is all that Agg can take
LEGIBLE: Final = 0.5  # image pixels for each of a scene, under which nobody can read the text
COLUMN: Final = 0.602  # em that a character of the fixed-width face takes
BEFORE: Final[dict[Anchor, float]] = {"start": 0, "middle": 0.5, "end": 1}  # the part of a text left of its anchor

# Those that have Chinese characters, which matplotlib's own fonts lack; only the ones that are installed are asked for.
CHINESE: Final = (
    *("Noto Sans CJK SC", "Noto Sans CJK JP", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei"),  # Linux
    *("PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "SimHei"),  # macOS and Windows
)
# matplotlib warns of a font that is not as bold as it was asked for, and many of these have one weight only.
logging.getLogger(font_manager.__name__).addFilter(lambda record: "find font weight" not in record.msg)
MISSING: Final = "▯"  # stands for a character that no font has, so that matplotlib has nothing to warn of

METADATA: Final[dict[str, dict[str, None]]] = {
    "png": {"Software": None},
    "pdf": {"Creator": None, "Producer": None, "CreationDate": None},
}


def to_figure(scene: Scene) -> Figure:
    """Draw a scene as a figure of the same size."""
    figure = Figure(figsize=(scene.width / PIXELS, scene.height / PIXELS), facecolor=palette.INKS["paper"].light)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, scene.width), ylim=(scene.height, 0))
    axes.set_axis_off()
    for order, shape in enumerate(scene.shapes()):
        _draw(axes, shape, order)
    return figure


def to_octets(scene: Scene, form: str) -> bytes:
    """Draw a scene as a PNG or PDF file: "png" or "pdf". A picture too high for a PNG gets fewer dots an inch.

    Raises ValueError when they would be so few that nobody could read it.
    """
    if form == "png" and scene.height * LEGIBLE > LARGEST:
        raise ValueError(f"this picture is {scene.height:,.0f} pixels high, too many for a .png: save it as .svg")
    dots = min(SCALE * PIXELS, LARGEST * PIXELS / scene.height)
    file = BytesIO()
    to_figure(scene).savefig(file, format=form, dpi=dots, metadata=METADATA[form])
    return file.getvalue()


def _draw(axes: Axes, shape: Shape, order: int) -> None:
    match shape:
        case Box():
            _draw_box(axes, shape, order)
        case Line():
            _draw_line(axes, shape, order)
        case Text():
            _draw_text(axes, shape, order)


def _draw_box(axes: Axes, box: Box, order: int) -> None:
    if not (box.fill or box.tint or box.stroke):
        return
    face: Any = palette.INKS[box.fill].light if box.fill else "none"
    if box.tint:
        face = (box.tint, float(palette.TINT_OPACITY.light))
    axes.add_artist(
        FancyBboxPatch(
            (box.x, box.y),
            box.width,
            box.height,
            boxstyle=f"round,pad=0,rounding_size={box.radius}",
            facecolor=face,
            edgecolor=palette.INKS[box.stroke].light if box.stroke else "none",
            linewidth=1.5 * POINTS,
            zorder=order,
        )
    )


def _draw_line(axes: Axes, line: Line, order: int) -> None:
    colour = palette.INKS[line.role].light
    drawn = Line2D((line.x1, line.x2), (line.y1, line.y2), color=colour, linewidth=line.width * POINTS, zorder=order)
    drawn.set(alpha=line.opacity, solid_capstyle="butt")
    if line.dash:
        on, off = (float(length) / line.width for length in line.dash.split())
        drawn.set_linestyle((0, (on, off)))
    axes.add_artist(drawn)
    if line.head:
        axes.add_artist(Polygon(line.corners, color=colour, linewidth=0, alpha=line.opacity, zorder=order))


def _draw_text(axes: Axes, text: Text, order: int) -> None:
    """Draw the runs of a text one behind the other; several are laid out by columns, in the fixed-width face."""
    x, anchor = text.x, text.anchor
    runs = [run._replace(text=_with_glyphs(run.text, text.mono)) for run in text.runs]
    if len(runs) > 1:
        x -= sum(width(run.text) for run in runs) * COLUMN * text.size * BEFORE[anchor]
        anchor = "start"
    for run in runs:
        axes.text(
            x,
            text.y,
            run.text,
            color=palette.INKS[run.role].light,
            family=_families(text.mono),
            size=text.size * POINTS,
            weight="bold" if run.bold else "normal",
            horizontalalignment={"start": "left", "middle": "center", "end": "right"}[anchor],
            parse_math=False,
            zorder=order,
        )
        x += width(run.text) * COLUMN * text.size


def _with_glyphs(text: str, mono: bool) -> str:
    """Put a sign in place of each character that no font has."""
    return "".join(character if ord(character) in _glyphs(mono) else MISSING for character in text)


@cache
def _families(mono: bool) -> list[str]:
    installed = {font.name for font in font_manager.fontManager.ttflist}
    return ["DejaVu Sans Mono" if mono else "DejaVu Sans", *(name for name in CHINESE if name in installed)]


@cache
def _glyphs(mono: bool) -> frozenset[int]:
    """Give the code points that the fonts have."""
    fonts = (FT2Font(font_manager.findfont(family)) for family in _families(mono))
    return frozenset(point for font in fonts for point in font.get_charmap())
