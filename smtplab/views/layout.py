"""Where does everything in a ladder stand? From lanes to a scene.

The width is fixed, to suit a notebook's column; the height grows with the content, each row taking the same.
"""

from typing import Final

from smtplab.protocol.text import IN_TLS, cut
from smtplab.protocol.transcript import Kind
from smtplab.views import palette
from smtplab.views.context import shortened
from smtplab.views.rows import Band, Lane, Row, groups
from smtplab.views.scene import Box, Group, Line, Run, Scene, Text
from smtplab.views.summary import clock

# Pixels, from left to right.
WIDTH: Final = 760
MARGIN: Final = 10
LABEL_X: Final = 20  # of phases, left
TIME_X: Final = 142  # of times, right
CLIENT_X: Final = 162
SERVER_X: Final = 640
BRACKET_X: Final = 664
FRAME_X: Final = 740  # of frame numbers, right
LIFT_X: Final = 87  # of the card under a selected row
LIFT_WIDTH: Final = 567

# Pixels, from top to bottom.
HEADING: Final = 26  # "stream 1"
HEADER: Final = 62  # the parties' names
ROW: Final = 27
BASELINE: Final = 15  # of the text in its row
ARROW: Final = 21  # of the arrow in its row
BAND_PADDING: Final = 4
BAND_GAP: Final = 6
LANE_GAP: Final = 24
CAPTION: Final = 18  # each line of it

MONO_SIZE: Final = 12.5
COLUMNS: Final = 60  # of text between the lifelines, at 0.6 em each
NAME_COLUMNS: Final = 36
LONGEST: Final = 99_999.9  # seconds that can be written between phase and lifeline
LONG: Final = 30  # rows after which the parties are named again at the end


class _Pen:
    """Draws from top to bottom, `y` being where the next thing goes."""

    def __init__(self, selected: int | None, longest: float) -> None:
        self.scene = Scene(WIDTH)
        self.y: float = MARGIN
        self.selected = selected
        self.longest = longest  # time of any row, which decides the unit of all
        self.begin = 0.0  # what the times of this lane count from
        self.arrows: dict[int, float] = {}  # where the arrow of each row of this lane is, by id of the row

    def add(self, *items: Box | Line | Text | Group) -> None:
        self.scene.items.extend(items)


def is_too_long(lanes: list[Lane]) -> bool:
    """Say whether some time is too long to be written, so that each lane has to count from its own first row."""
    return any(row.time > LONGEST for lane in lanes for row in lane.rows)


def layout(lanes: list[Lane], caption: list[str], *, title: str, selected: int | None = None) -> Scene:
    """Place lanes one below the other, and the lines of the caption under them."""
    begins = [lane.rows[0].time if lane.rows and is_too_long(lanes) else 0.0 for lane in lanes]
    times = [row.time - begin for lane, begin in zip(lanes, begins, strict=True) for row in lane.rows]
    pen = _Pen(selected, max(times, default=0))
    pen.scene.title = title
    paper = len(pen.scene.items)
    for position, lane in enumerate(lanes):
        pen.y += LANE_GAP if position else 0
        pen.begin = begins[position]
        _draw_lane(pen, lane, numbered=len(lanes) > 1)
    _draw_caption(pen, caption)
    pen.scene.height = pen.y + MARGIN
    pen.scene.items.insert(paper, Box(0, 0, WIDTH, pen.scene.height, 6, fill="paper"))
    return pen.scene


def _draw_lane(pen: _Pen, lane: Lane, numbered: bool) -> None:
    if numbered:
        pen.add(Text(LABEL_X, pen.y + 14, (Run(f"stream {lane.number}", "ink", True),), 14))
        pen.y += HEADING
    _draw_parties(pen, lane)
    top = pen.y - 6
    times = any(row.time for row in lane.rows)
    for band in lane.bands:
        _draw_band(pen, band, times)
    bottom = pen.y
    pen.add(Line(CLIENT_X, top, CLIENT_X, bottom, "client", 2), Line(SERVER_X, top, SERVER_X, bottom, "server", 2))
    for row in lane.rows:
        if row.error:
            _draw_cross(pen, CLIENT_X if row.party == "client" else SERVER_X, pen.arrows[id(row)])
    for group in groups(lane.rows):
        _draw_frames(pen, group)
    if len(lane.rows) > LONG:
        pen.y += 14
        _draw_names(pen, pen.y)


def _draw_parties(pen: _Pen, lane: Lane) -> None:
    _draw_names(pen, pen.y + 14)
    for x, name, endpoint in zip((CLIENT_X, SERVER_X), lane.names, lane.endpoints, strict=True):
        lines = [line for line in (cut(name, NAME_COLUMNS), shortened(endpoint, NAME_COLUMNS)) if line]
        for number, line in enumerate(lines):
            pen.add(Text(x, pen.y + 29 + 14 * number, (Run(line, "dim"),), 11, "middle"))
    pen.y += HEADER


def _draw_names(pen: _Pen, y: float) -> None:
    pen.add(Text(CLIENT_X, y, (Run("client", "client", True),), 14, "middle"))
    pen.add(Text(SERVER_X, y, (Run("server", "server", True),), 14, "middle"))


def _draw_band(pen: _Pen, band: Band, times: bool) -> None:
    height = len(band.rows) * ROW + 2 * BAND_PADDING
    label = Text(LABEL_X, pen.y + BAND_PADDING + 18, (Run(cut(band.phase, 10), "dim", True),), 12.5)
    pen.add(Box(MARGIN, pen.y, WIDTH - 2 * MARGIN, height, 5, tint=palette.tint(band.phase)), label)
    if band.tls:
        pen.add(Text(LABEL_X, pen.y + BAND_PADDING + 28, (Run(IN_TLS, "dim"),), 9.5))
    y = pen.y + BAND_PADDING
    for row in band.rows:
        _draw_row(pen, row, y, times)
        y += ROW
    pen.y += height + BAND_GAP


def _draw_row(pen: _Pen, row: Row, y: float, times: bool) -> None:
    pen.arrows[id(row)] = y + ARROW
    shapes: list[Box | Line | Text] = [] if row.index is None else [_lift(pen, row, y)]
    shapes += _arrow(row, y + ARROW)
    shapes.append(Text((CLIENT_X + SERVER_X) / 2, y + BASELINE, _runs(row), MONO_SIZE, "middle", mono=True))
    if times:
        shapes.append(Text(TIME_X, y + 18, (Run(clock(row.time - pen.begin, pen.longest), "dim"),), 11, "end"))
    if row.index is None:
        pen.add(*shapes)
    else:
        pen.add(Group(f"entry-{row.index}", shapes))


def _lift(pen: _Pen, row: Row, y: float) -> Box:
    """The card that lifts a selected row out of its band; there for every row, so that CSS can select another one."""
    colours = {"fill": "paper", "stroke": row.party} if row.index == pen.selected else {}
    return Box(LIFT_X, y + 0.5, LIFT_WIDTH, ROW - 1, 5, name="lift", **colours)


def _arrow(row: Row, y: float) -> list[Box | Line | Text]:
    ends = (CLIENT_X + 1, SERVER_X - 1) if row.party == "client" else (SERVER_X - 1, CLIENT_X + 1)
    start, stop = float(ends[0]), float(ends[1])
    in_pipe = row.tls or row.kind is Kind.TLS
    pipe = [Line(start, y, stop, y, row.party, 7, opacity=0.25)] if in_pipe else []
    match row.kind:
        case Kind.GAP:
            return [Line(start, y, stop, y, "dim", 1.5, dash="2 5")]
        case Kind.UNKNOWN:
            return [*pipe, Line(start, y, stop, y, row.party, 1.5, head=True, dash="7 4", name="arrow")]
        case Kind.MAIL_DATA | Kind.CHUNK:
            return [*pipe, Line(start, y, stop, y, row.party, 3, head=True, name="arrow")]
        case _:
            return [*pipe, Line(start, y, stop, y, row.party, 1.5, head=True, name="arrow")]


def _runs(row: Row) -> tuple[Run, ...]:
    if row.error:
        said = row.summary.fitted(COLUMNS - len(row.error) - 3).said
        return Run(said, "error", True), Run(f"   {row.error}", "error")
    said, note = row.summary.fitted(COLUMNS)
    return (Run(said), Run(f"   {note}", "dim")) if note else (Run(said),)


def _draw_cross(pen: _Pen, x: float, y: float) -> None:
    """Mark where an error comes from, on the lifeline, so that errors are found by looking down along it."""
    pen.add(
        Box(x - 7, y - 7, 14, 14, 7, fill="paper", stroke="error"),
        Line(x - 3, y - 3, x + 3, y + 3, "error", 2),
        Line(x - 3, y + 3, x + 3, y - 3, "error", 2),
    )


def _draw_frames(pen: _Pen, group: list[Row]) -> None:
    """The frame number of each row, or one number and a bracket for all that one frame brought."""
    frames = sorted({frame for row in group for frame in row.frames})
    if not frames:
        return
    label = f"#{frames[0]}" if len(frames) == 1 else f"#{frames[0]}\N{EN DASH}{frames[-1]}"
    top, bottom = pen.arrows[id(group[0])], pen.arrows[id(group[-1])]
    pen.add(Text(FRAME_X, (top + bottom) / 2 - 3, (Run(label, "dim"),), 11, "end"))
    if len(group) > 1:
        x = BRACKET_X
        corners = ((x - 6, top, x, top), (x, top, x, bottom), (x, bottom, x - 6, bottom))
        pen.add(*(Line(*corner, group[0].party, 1.5) for corner in corners))


def _draw_caption(pen: _Pen, caption: list[str]) -> None:
    pen.y += 6
    for line in caption:
        pen.y += CAPTION
        pen.add(Text(LABEL_X, pen.y - 4, (Run(line, "dim"),), 11.5))
