"""What has become of each mail in a queue? A lane for each recipient, with a box for each try.

`history(queue.events)` gives a `History`. It is made from the queue's events, not from a transcript: how long a mail
waited between two tries is not on the wire.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final, NamedTuple

from smtplab.net.timeline import Event, What
from smtplab.protocol.octets import count
from smtplab.protocol.text import cut
from smtplab.views.picture import Picture
from smtplab.views.scene import Box, Line, Run, Scene, Text

NO_REPLY: Final = "lost"  # the host was not reached, or said nothing

# Pixels.
WIDTH: Final = 760
MARGIN: Final = 14
AXIS_X: Final = 34
AXIS_WIDTH: Final = 690
HEADING: Final = 18
LANE: Final = 62
TRY_WIDTH: Final = 34
TRY_HEIGHT: Final = 18
APART: Final = 37  # tries that are closer than this get a stroke, not a box

COLUMNS: Final = 100  # of a lane's heading
TICKS: Final = 9
STEPS: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120, 360, 720, 1440))
ENDS: Final = {
    What.DELIVERED: "delivered",
    What.FAILED: "given up",
    What.DEFERRED: "still waits",
    What.QUEUED: "still waits",
}


class Try(NamedTuple):
    """One attempt. said: the reply code, or `NO_REPLY`."""

    time: datetime
    said: str

    @property
    def role(self) -> str:
        """The ink of it: an error's after 4yz, 5yz and silence."""
        return "client" if self.said.startswith("2") else "error"


@dataclass
class Lane:
    """One mail on its way to one recipient. told: the name of the mail in which the sender was told, or ""."""

    message: str
    recipient: str
    begun: datetime
    tries: list[Try] = field(default_factory=list)
    end: What = What.QUEUED
    told: str = ""
    dropped: bool = False

    @property
    def fate(self) -> str:
        """How it stands, in words."""
        told = f", the sender is told in {self.told}" if self.told else ""
        return f"{ENDS[self.end]}{told}{', nobody can be told' if self.dropped else ''}"


def history(events: Iterable[Event]) -> "History":
    """Show what happened in a queue."""
    return History(tuple(lanes(events)))


def lanes(events: Iterable[Event]) -> list[Lane]:
    """Give one lane for each recipient of each mail, in the order in which they came."""
    found: dict[tuple[str, str], Lane] = {}
    for event in events:
        lane = found.setdefault(
            (event.message, event.recipient), Lane(event.message, event.recipient, begun=event.time)
        )
        match event.what:
            case What.TRIED | What.DELIVERED:
                lane.tries.append(Try(event.time, str(event.reply.code) if event.reply else NO_REPLY))
            case What.NOTIFIED:
                lane.told = event.text.rpartition(" ")[2]
            case What.DROPPED:
                lane.dropped = True
        lane.end = event.what if event.what in ENDS else lane.end
    return list(found.values())


@dataclass(frozen=True, repr=False)
class History(Picture):
    """What happened in a queue, mail by mail."""

    lanes: tuple[Lane, ...]

    def text(self) -> str:
        """Give the lanes as text, one line each; tries with the same end that follow each other stand together."""
        return "\n".join(map(self._text, self.lanes)) or "[nothing was queued]"

    def _text(self, lane: Lane) -> str:
        tries = ", ".join(self._run(said, [each.time for each in run]) for said, run in _runs(lane.tries))
        return f"{lane.message:<7} {lane.recipient:<20} {tries or 'not tried'}: {lane.fate}"

    def _run(self, said: str, times: list[datetime]) -> str:
        first, last = (elapsed(time - self._begun) for time in (times[0], times[-1]))
        return f"{first} {said}" if len(times) == 1 else f"{first} to {last} {said} ({len(times)} times)"

    @property
    def _begun(self) -> datetime:
        return min(lane.begun for lane in self.lanes)

    @property
    def _last(self) -> datetime:
        return max(time for lane in self.lanes for time in (lane.begun, *(each.time for each in lane.tries)))

    def scene(self) -> Scene:
        """Give the picture before it is drawn."""
        scene = Scene(WIDTH, MARGIN, title=f"The history of {count(len(self.lanes), 'mail')} in a queue")
        axis = _Axis(scene, self._begun, self._last) if self.lanes else None
        for lane in self.lanes:
            assert axis is not None
            axis.draw(lane)
        if axis is not None:
            axis.draw_ticks()
        scene.height += MARGIN
        scene.items.insert(0, Box(0, 0, WIDTH, scene.height, 6, fill="paper"))
        return scene


class _Axis:
    """Draws the lanes below each other, on one axis of time."""

    def __init__(self, scene: Scene, begun: datetime, last: datetime) -> None:
        self._scene = scene
        self._begun = begun
        self._span = last - begun

    def _x(self, time: datetime) -> float:
        return AXIS_X + AXIS_WIDTH * ((time - self._begun) / self._span if self._span else 0)

    def draw(self, lane: Lane) -> None:
        """Draw the heading, what waiting there was as a line, and the tries on it."""
        y = self._scene.height
        runs = Run(cut(f"{lane.message}  {lane.recipient}: ", COLUMNS), bold=True), Run(cut(lane.fate, COLUMNS))
        middle = y + HEADING + TRY_HEIGHT / 2 + 5
        stop = lane.tries[-1].time if lane.tries else lane.begun
        self._scene.items += [
            Text(MARGIN, y + HEADING - 5, runs, 11.5, mono=True),
            Line(self._x(lane.begun), middle, self._x(stop), middle, "rule", 2),
        ]
        places = [self._x(each.time) for each in lane.tries]
        for x, each in zip(places, lane.tries, strict=True):
            self._scene.items.append(Line(x, middle - 5, x, middle + 5, each.role, 2))
        for number in _with_room(places):
            self._draw_box(places[number], middle, lane.tries[number])
        self._scene.height += LANE

    def _draw_box(self, x: float, middle: float, each: Try) -> None:
        left, top = x - TRY_WIDTH / 2, middle - TRY_HEIGHT / 2
        self._scene.items += [
            Box(left, top, TRY_WIDTH, TRY_HEIGHT, 3, fill="paper", stroke=each.role),
            Text(x, middle + 4, (Run(each.said, each.role, bold=True),), 11.5, "middle", mono=True),
        ]

    def draw_ticks(self) -> None:
        """Draw the axis under the lanes."""
        y = self._scene.height
        step = next((step for step in STEPS if self._span / step <= TICKS), STEPS[-1])
        self._scene.items.append(Line(AXIS_X, y, AXIS_X + AXIS_WIDTH, y, "rule", 1))
        for number in range(int(self._span / step) + 1):
            x = self._x(self._begun + number * step)
            self._scene.items += [
                Line(x, y, x, y + 5, "rule", 1),
                Text(x, y + 19, (Run(elapsed(number * step), "dim"),), 11.5, "middle"),
            ]
        words = f"hours and minutes since {self._begun:%Y-%m-%d %H:%M}, by the queue's clock"
        self._scene.items.append(Text(AXIS_X, y + 38, (Run(words, "dim"),), 11.5))
        self._scene.height += 40


def elapsed(time: timedelta) -> str:
    """Write a time since the beginning: "+0:30", and "+120:30" after five days."""
    minutes = int(time.total_seconds()) // 60
    return f"+{minutes // 60}:{minutes % 60:02}"


def _with_room(places: list[float]) -> Iterator[int]:
    """Give the numbers of the tries that get a box: the first, the last, and all that are far from their neighbours."""
    for number, x in enumerate(places):
        is_end = number in (0, len(places) - 1)
        if is_end or all(abs(x - places[near]) >= APART for near in (number - 1, number + 1)):
            yield number


def _runs(tries: list[Try]) -> Iterator[tuple[str, list[Try]]]:
    return ((said, list(run)) for said, run in groupby(tries, lambda each: each.said))
