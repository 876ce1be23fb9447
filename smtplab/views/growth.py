"""How do round trips grow with the recipients? One point for each connection, pipelined or not.

`growth(transcript, round_trip)` gives a `Growth`. The lines are counted, and say how often the client waited until it
knew that the mail was taken; the points are measured, in units of the round trip that the caller knows of.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Final, NamedTuple

from smtplab.protocol.exchanges import Exchange, exchanges, handshakes
from smtplab.protocol.octets import count
from smtplab.protocol.states import END_OF_DATA
from smtplab.protocol.transcript import Transcript
from smtplab.views.caption import caption
from smtplab.views.picture import Picture
from smtplab.views.scene import Box, Line, Run, Scene, Text

LOCK_STEP: Final = "lock-step"
PIPELINED: Final = "pipelined"
ROLES: Final = {LOCK_STEP: "server", PIPELINED: "client"}

# Pixels.
WIDTH: Final = 760
HEIGHT: Final = 330
LEFT, RIGHT, TOP, BOTTOM = 62, 650, 40, 262
POINT: Final = 4  # half the width of a point
TICKS: Final = 7
STEPS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


class Point(NamedTuple):
    """One connection. trips: counted, to the reply to the message. measured: the same in time, None if not known."""

    manner: str
    recipients: int
    trips: int
    measured: float | None


def growth(transcript: Transcript, round_trip: float) -> "Growth":
    """Show how the round trips of each connection go with its recipients. round_trip: seconds."""
    return Growth(transcript, round_trip)


def points(transcript: Transcript, round_trip: float) -> list[Point]:
    """Give a point for each connection in which a message was answered, by manner and number of recipients."""
    opened = handshakes(transcript)
    found = []
    for stream, run in groupby(exchanges(transcript), lambda exchange: exchange.stream):
        said = list(run)
        message = next((each for each in said if each.verb == END_OF_DATA and each.reply is not None), None)
        if message is not None and message.reply is not None:
            begun = opened[stream].ack if stream in opened else None
            measured = None if begun is None else (message.reply.time - begun) / round_trip
            recipients = sum(each.verb == "RCPT" for each in said)
            found.append(Point(_manner(said), recipients, message.trip, measured))
    return sorted(found, key=lambda point: (point.manner, point.recipients))


def _manner(said: list[Exchange]) -> str:
    trips = [each.trip for each in said if each.verb in ("MAIL", "RCPT", "DATA")]
    return PIPELINED if len(set(trips)) < len(trips) else LOCK_STEP


@dataclass(frozen=True, repr=False)
class Growth(Picture):
    """Round trips against recipients."""

    transcript: Transcript
    round_trip: float

    @property
    def points(self) -> list[Point]:
        """The connections."""
        return points(self.transcript, self.round_trip)

    def text(self) -> str:
        """Give the counted round trips as text; those that were measured differ from run to run."""
        return (
            "\n".join(
                f"{manner:<10} {', '.join(f'{each.recipients}: {each.trips}' for each in run)}"
                for manner, run in self._lines()
            )
            or "[no mail was answered]"
        )

    def _lines(self) -> Iterator[tuple[str, list[Point]]]:
        return ((manner, list(run)) for manner, run in groupby(self.points, lambda point: point.manner))

    def scene(self) -> Scene:
        """Give the picture before it is drawn."""
        found = self.points
        scene = Scene(WIDTH, HEIGHT, f"Round trips of {count(len(found), 'connection')} against recipients")
        scene.items.append(Box(0, 0, WIDTH, HEIGHT, 6, fill="paper"))
        most = max((max(each.trips, each.measured or 0) for each in found), default=1)
        paper = _Paper(scene, max((each.recipients for each in found), default=1), most)
        paper.draw_axes()
        for manner, run in self._lines():
            paper.draw_line(manner, run)
        note = f"lines: counted · points: measured, in round trips of {self.round_trip * 1000:g} ms"
        for number, line in enumerate([note, *caption(self.transcript, times="")]):
            scene.items.append(Text(LEFT, HEIGHT - 26 + 17 * number, (Run(line, "dim"),), 11.5))
        return scene


class _Paper:
    """Draws on two axes that begin at nothing."""

    def __init__(self, scene: Scene, recipients: int, trips: float) -> None:
        self._items = scene.items
        self._recipients = recipients
        self._trips = trips

    def _x(self, recipients: float) -> float:
        return LEFT + (RIGHT - LEFT) * recipients / self._recipients

    def _y(self, trips: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * trips / self._trips

    def draw_axes(self) -> None:
        """Draw both axes with their numbers."""
        for trips in _ticks(self._trips):
            y = self._y(trips)
            self._items.append(Line(LEFT, y, RIGHT, y, "rule", 1, opacity=0.45))
            self._items.append(Text(LEFT - 8, y + 4, (Run(str(trips), "dim"),), 11.5, "end"))
        for recipients in _ticks(self._recipients):
            self._items.append(Text(self._x(recipients), BOTTOM + 18, (Run(str(recipients), "dim"),), 11.5, "middle"))
        self._items.append(Line(LEFT, BOTTOM, RIGHT, BOTTOM, "rule", 1.5))
        self._items.append(Text(LEFT, TOP - 16, (Run("round trips until the mail was taken", "ink", True),), 12))
        self._items.append(Text(RIGHT, BOTTOM + 34, (Run("recipients", "ink", True),), 12, "end"))

    def draw_line(self, manner: str, run: list[Point]) -> None:
        """Draw one manner: what was counted as a line, what was measured as points, and its name at the end."""
        role = ROLES[manner]
        places = [(self._x(each.recipients), self._y(each.trips)) for each in run]
        for (x1, y1), (x2, y2) in pairwise(places):
            self._items.append(Line(x1, y1, x2, y2, role, 1.5))
        for each in run:
            if each.measured is not None:
                x, y = self._x(each.recipients), self._y(each.measured)
                self._items.append(Box(x - POINT, y - POINT, 2 * POINT, 2 * POINT, POINT, fill="paper", stroke=role))
        self._items.append(Text(places[-1][0] + 12, places[-1][1] + 4, (Run(manner, role, True),), 12))


def _ticks(most: float) -> range:
    step = next((step for step in STEPS if most / step <= TICKS), STEPS[-1])
    return range(0, int(most) + 1, step)
