"""Where does everything in a timing picture stand? From lanes to a scene.

Each connection has an axis of its own, which begins with its first packet. The width is fixed, to suit a notebook's
column; the height grows with the content, each row taking the same.
"""

from itertools import groupby
from math import floor, log10
from typing import Final

from smtplab.protocol.octets import count
from smtplab.protocol.text import cut
from smtplab.protocol.transcript import Entry
from smtplab.views import palette
from smtplab.views.layout import BAND_GAP, BAND_PADDING, CAPTION, LABEL_X, LANE_GAP, LONG, MARGIN, WIDTH
from smtplab.views.rows import TCP
from smtplab.views.scene import Box, Group, Line, Run, Scene, Shape, Text
from smtplab.views.spots import SELECTED
from smtplab.views.summary import clock
from smtplab.views.waits import Lane, Row, Span

# Pixels, from left to right.
LIFT_X: Final = 81  # of the card under a selected row
SAID_X: Final = 88
CODE_X: Final = 284  # of reply codes, right
TRIP_X: Final = 312  # of the numbers of round trips, right
BRACKET_X: Final = 318
AXIS_X: Final = 337
AXIS_WIDTH: Final = 280
CLIENT_X: Final = 682  # of the client's milliseconds, right
SERVER_X: Final = 740  # of the server's, right

# Pixels, from top to bottom.
TITLE: Final = 24
SHARES: Final = 26  # the bar of the whole connection
LEGEND: Final = 19  # each line of it
AXIS: Final = 36  # what stands over the columns
ROW: Final = 22
BASELINE: Final = 15  # of the text in its row
MIDDLE: Final = 11  # of the bars in their row

DIGIT: Final = 7  # pixels, about, of one in the labels of ticks
CLIENT_HEADING: Final = 56  # of "client ms"
CLIENT_HEIGHT: Final = 4
SERVER_HEIGHT: Final = 10
NARROWEST: Final = 1.5  # so that the quickest reply is seen too
MONO_SIZE: Final = 11
SAID_COLUMNS: Final = 24
NOTHING: Final = 1e-9  # seconds, which is what sums of times may be wrong by
TICKS: Final = 5  # at most, besides the one at zero
FINE: Final = 0.1  # seconds of a connection under which hundredths of a millisecond are written

MEANINGS: Final = {
    "server": "from a command to its reply: the server and the network",
    "client": "from a reply to the next command, sending included: the client",
    "tls": "for the handshake of TLS, or inside it and not to be read",
    "rest": "nothing was due, or the capture does not tell what was",
}


class _Pen:
    """Draws one lane from top to bottom, `y` being where the next thing goes."""

    def __init__(self, scene: Scene, lane: Lane, y: float, selected: Entry | None) -> None:
        self.scene = scene
        self.lane = lane
        self.selected = selected
        self.y = y
        self.trips: list[tuple[int, float]] = []  # the round trip of each row of it, and where the row's middle is

    def add(self, *items: Shape | Group) -> None:
        self.scene.items.extend(items)

    def x(self, time: float) -> float:
        """Where a time is on the axis."""
        total = self.lane.shares.total
        return AXIS_X + (AXIS_WIDTH * (time - self.lane.begun) / total if total else 0)

    def write(self, x: float, *runs: Run, y: float = BASELINE, size: float = MONO_SIZE, right: bool = False) -> None:
        self.add(Text(x, self.y + y, runs, size, "end" if right else "start"))


def layout(lanes: list[Lane], caption: list[str], *, title: str, selected: Entry | None = None) -> Scene:
    """Place lanes one below the other, and the lines of the caption under them. The row of `selected` is lifted out."""
    scene = Scene(WIDTH, MARGIN, title)
    for position, lane in enumerate(lanes):
        pen = _Pen(scene, lane, scene.height + (LANE_GAP if position else 0), selected)
        _draw_lane(pen, numbered=len(lanes) > 1)
        scene.height = pen.y
    scene.height += 6
    for line in caption:
        scene.height += CAPTION
        scene.items.append(Text(LABEL_X, scene.height - 4, (Run(line, "dim"),), 11.5))
    scene.height += MARGIN
    scene.items.insert(0, Box(0, 0, WIDTH, scene.height, 6, fill="paper"))
    return scene


def _draw_lane(pen: _Pen, numbered: bool) -> None:
    _draw_title(pen, numbered)
    if pen.lane.shares.total:
        _draw_shares(pen)
        _draw_legend(pen)
    _draw_columns(pen)
    top = pen.y
    grid = len(pen.scene.items)
    for _, rows in groupby(enumerate(pen.lane.rows), lambda numbered: numbered[1].phase):
        _draw_band(pen, dict(rows))
    pen.scene.items[grid:grid] = [Line(x, top, x, pen.y - BAND_GAP, "rule", 1, opacity=0.45) for x, _ in _ticks(pen)]
    for trip, middles in groupby(pen.trips, lambda row: row[0]):
        _draw_trip(pen, trip, [middle for _, middle in middles])
    if len(pen.lane.rows) > LONG:
        _draw_ticks(pen, pen.y + 8)
        pen.y += 12


def _draw_title(pen: _Pen, numbered: bool) -> None:
    shares, trips = pen.lane.shares, count(pen.lane.trips, "round trip")
    stream = f"stream {pen.lane.number}: " if numbered else ""
    spent = f" in {clock(shares.total, shares.total)}" if shares.total else ", and no times to show"
    pen.write(LABEL_X, Run(f"{stream}{trips}{spent}", "ink", True), size=14)
    pen.y += TITLE


def _draw_shares(pen: _Pen) -> None:
    """The whole connection as one bar, in which each share has its place and no order."""
    shares, x = pen.lane.shares, float(LABEL_X)
    scale = (SERVER_X - LABEL_X) / shares.total
    for kind, seconds in zip(shares._fields, shares, strict=True):
        if seconds > NOTHING:
            pen.add(*_bar(kind, x, pen.y + 10, seconds * scale))
        x += seconds * scale
    pen.y += SHARES


def _draw_legend(pen: _Pen) -> None:
    shares = pen.lane.shares
    for kind, seconds in zip(shares._fields, shares, strict=True):
        if seconds > NOTHING:
            spent = f"{_duration(seconds, shares.total)} · {seconds / shares.total:.0%}"
            pen.add(*_bar(kind, LABEL_X, pen.y + MIDDLE, 22))
            pen.write(152, Run(spent), right=True)
            pen.write(162, Run(_meaning(kind, pen.lane), "dim"))
            pen.y += LEGEND
    pen.y += 6


def _meaning(kind: str, lane: Lane) -> str:
    opened = lane.handshake
    if kind == "handshake" and opened is not None:
        network = _duration(opened.round_trip, lane.shares.total)
        return f"to open the connection; SYN to SYN, ACK is one round trip of the network alone: {network}"
    return MEANINGS[kind]


def _duration(seconds: float, total: float) -> str:
    return f"{seconds * 1000:.2f} ms" if total < FINE else clock(seconds, total)


def _draw_columns(pen: _Pen) -> None:
    names = (("sent", "dim", SAID_X, False), ("reply", "dim", CODE_X, True), ("trip", "dim", TRIP_X, True))
    timed = (("client ms", "client", CLIENT_X, True), ("reply ms", "server", SERVER_X, True))
    for name, role, x, right in (*names, *(timed if pen.lane.shares.total else ())):
        pen.write(x, Run(name, role), y=24, right=right)
    _draw_ticks(pen, pen.y + 24)
    pen.y += AXIS - 6


def _draw_ticks(pen: _Pen, y: float) -> None:
    reached = 0.0
    for x, label in _ticks(pen):
        half = len(label) * DIGIT / 2
        if reached < x - half and x + half < CLIENT_X - CLIENT_HEADING:  # else it has no room, and its line is enough
            pen.add(Text(x, y, (Run(label, "dim"),), 11, "middle"))
            reached = x + half


def _ticks(pen: _Pen) -> list[tuple[float, str]]:
    """Give round times, 1, 2 or 5 of a power of ten apart, as (x, label); the first one names the unit."""
    total = pen.lane.shares.total
    if not total:
        return []
    power = 10.0 ** floor(log10(total / TICKS))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power * TICKS >= total)
    unit, name = (1, "s") if step >= 0.5 else (1000, "ms")
    decimals = max(0, -floor(log10(step * unit) + 1e-9))
    times = [number * step for number in range(floor(total / step + 1e-9) + 1)]
    return [(pen.x(pen.lane.begun + time), f"{time * unit:,.{decimals}f}" if time else f"0 {name}") for time in times]


def _draw_band(pen: _Pen, rows: dict[int, Row]) -> None:
    phase = next(iter(rows.values())).phase
    height = len(rows) * ROW + 2 * BAND_PADDING
    pen.add(Box(MARGIN, pen.y, WIDTH - 2 * MARGIN, height, 5, tint=palette.tint(phase)))
    pen.y += BAND_PADDING
    pen.write(LABEL_X, Run(cut(phase, 8 if phase in palette.TINTS else 6), "dim", True), size=12.5)
    for number, row in rows.items():
        pen.add(Group(f"row-{pen.lane.number}-{number}", _row(pen, row)))
        if row.trip:
            pen.trips.append((row.trip, pen.y + MIDDLE))
        pen.y += ROW
    pen.y += BAND_PADDING + BAND_GAP


def _draw_trip(pen: _Pen, trip: int, middles: list[float]) -> None:
    """The number of a round trip, and a bracket for all that was sent before the client waited."""
    top, bottom = middles[0], middles[-1]
    pen.add(Text(TRIP_X, (top + bottom) / 2 + 4, (Run(f"{trip}", "dim"),), 11, "end"))
    if len(middles) > 1:
        x = BRACKET_X
        corners = ((x + 5, top, x, top), (x, top, x, bottom), (x, bottom, x + 5, bottom))
        pen.add(*(Line(*corner, "client", 1.5) for corner in corners))


def _row(pen: _Pen, row: Row) -> list[Shape]:
    y = pen.y + BASELINE
    said = Run(cut(row.said, SAID_COLUMNS)) if row.said else Run(row.note, "dim")
    shapes: list[Shape] = [*_lift(pen, row), Text(SAID_X, y, (said,), MONO_SIZE, mono=True), *_code(row, y)]
    if not pen.lane.shares.total:
        return shapes
    decimals = 2 if pen.lane.shares.total < FINE else 1
    for span, role, x in ((row.client, "client", CLIENT_X), (row.server, "server", SERVER_X)):
        if span is not None:
            shapes.append(Text(x, y, (Run(f"{span.length * 1000:,.{decimals}f}", role),), 11, "end"))
    return shapes + _bars(pen, row)


def _lift(pen: _Pen, row: Row) -> list[Shape]:
    """The card under the selected row, as the ladder has it."""
    if not row.tells_of(pen.selected):
        return []
    return [Box(LIFT_X, pen.y + 0.5, SERVER_X + 6 - LIFT_X, ROW - 1, 5, fill="paper", stroke="client", name=SELECTED)]


def _code(row: Row, y: float) -> list[Shape]:
    if row.tls or row.phase == TCP:
        return []
    if row.error:
        return [Text(CODE_X, y, (Run(f"✕ {row.code}", "error", True),), MONO_SIZE, "end", mono=True)]
    run = Run("none", "dim") if row.code is None else Run(f"{row.code}")
    return [Text(CODE_X, y, (run,), MONO_SIZE, "end", mono=True)]


def _bars(pen: _Pen, row: Row) -> list[Shape]:
    if row.phase == TCP:
        named = (("handshake", row.server), ("ack", row.client))
    else:
        named = (("client", row.client), ("server", row.server))
    unasked = None if row.unasked is None else Span(row.unasked, row.unasked)
    bars = [(kind, span) for kind, span in (*named, ("tls", row.tls), ("server", unasked)) if span is not None]
    return [shape for kind, span in bars for shape in _span(pen, kind, span)]


def _span(pen: _Pen, kind: str, span: Span) -> list[Shape]:
    start, stop = pen.x(span.start), pen.x(span.stop)
    return _bar(kind, start, pen.y + MIDDLE, max(stop - start, NARROWEST)) if span.length or kind != "client" else []


def _bar(kind: str, x: float, y: float, length: float) -> list[Shape]:
    """Draw a bar around the height `y`: the client's thin, the server's thick, those that are no SMTP hollow."""
    top = y - SERVER_HEIGHT / 2
    match kind:
        case "client":
            return [Box(x, y - CLIENT_HEIGHT / 2, length, CLIENT_HEIGHT, fill="client")]
        case "server":
            return [Box(x, top, length, SERVER_HEIGHT, fill="server")]
        case "tls":
            return [Box(x, top, length, SERVER_HEIGHT, min(5, length / 2), stroke="rule")]
        case "rest":
            return [Line(x, y, x + length, y, "rule", 1.5, dash="2 4")]
        case _:
            return [Box(x, top, length, SERVER_HEIGHT, stroke="client" if kind == "ack" else "server")]
