"""How is a scene written as SVG? As text that stays text: it can be searched, read aloud and shown in any script.

Colours are attributes, so the picture is whole where styles are stripped; the style sheet only turns it dark where the
reader's page is dark. Nothing depends on time, chance or installed fonts: the same scene gives the same octets.
"""

from html import escape

from smtplab.views import palette
from smtplab.views.scene import Box, Group, Line, Run, Scene, Shape, Text


def to_svg(scene: Scene, *, style: bool = True) -> str:
    """Write a scene as one SVG element. style: with its own dark theme, which a page that has its own leaves out."""
    rules = palette.dark_rules(".smtplab-picture")
    sheet = f"<style>@media screen and (prefers-color-scheme:dark){{{rules}}}</style>" if style else ""
    width, height = f"{scene.width:g}", f"{scene.height:g}"
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}" font-family="{palette.SANS}"'
    title = escape(scene.title)
    parts = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="smtplab-picture" role="img" aria-label="{title}" {size}>',
        sheet,
        *(_group(item) if isinstance(item, Group) else _shape(item) for item in scene.items),
        "</svg>",
    )
    return "\n".join(filter(None, parts)) + "\n"


def _group(group: Group) -> str:
    return f'<g id="{escape(group.name)}">{"".join(map(_shape, group.shapes))}</g>'


def _shape(shape: Shape) -> str:
    match shape:
        case Box():
            return _box(shape)
        case Line():
            return _line(shape)
        case Text():
            return _text(shape)


def _classes(*names: str) -> str:
    return f'class="{" ".join(filter(None, names))}"'


def _box(box: Box) -> str:
    fill = palette.INKS[box.fill].light if box.fill else box.tint or "none"
    stroke = palette.INKS[box.stroke].light if box.stroke else "none"
    opacity = f' fill-opacity="{palette.TINT_OPACITY.light}"' if box.tint else ""
    names = _classes(
        box.name, "tint" if box.tint else "", box.fill and f"fill-{box.fill}", box.stroke and f"stroke-{box.stroke}"
    )
    return (
        f'<rect {names} x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}" rx="{box.radius:g}" '
        f'fill="{fill}"{opacity} stroke="{stroke}" stroke-width="1.5"/>'
    )


def _line(line: Line) -> str:
    colour = palette.INKS[line.role].light
    dash = f' stroke-dasharray="{line.dash}"' if line.dash else ""
    opacity = f' stroke-opacity="{line.opacity:g}"' if line.opacity < 1 else ""
    names = _classes(line.name, f"stroke-{line.role}")
    path = f"M{line.x1:g} {line.y1:g}L{line.x2:g} {line.y2:g}"
    drawn = f'<path {names} d="{path}" fill="none" stroke="{colour}" stroke-width="{line.width:g}"{dash}{opacity}/>'
    return drawn + (_head(line, colour) if line.head else "")


def _head(line: Line, colour: str) -> str:
    """A triangle whose point is the end of the line."""
    (x, y), (x1, y1), (x2, y2) = line.corners
    last = f"V{y2:g}" if x1 == x2 else f"L{x2:g} {y2:g}"
    opacity = f' fill-opacity="{line.opacity:g}"' if line.opacity < 1 else ""
    return f'<path class="fill-{line.role}" d="M{x:g} {y:g}L{x1:g} {y1:g}{last}Z" fill="{colour}"{opacity}/>'


def _text(text: Text) -> str:
    family = f' font-family="{palette.MONO}"' if text.mono else ""
    return (
        f'<text xml:space="preserve" x="{text.x:g}" y="{text.y:g}"{family} font-size="{text.size:g}" '
        f'text-anchor="{text.anchor}">{"".join(map(_run, text.runs))}</text>'
    )


def _run(run: Run) -> str:
    weight = ' font-weight="bold"' if run.bold else ""
    colour = palette.INKS[run.role].light
    return f'<tspan class="fill-{run.role}" fill="{colour}"{weight}>{escape(run.text)}</tspan>'
