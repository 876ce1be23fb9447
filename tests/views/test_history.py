"""The history of a queue: a lane for each recipient of each mail, and what is written of it."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from smtplab.net.timeline import Event, What
from smtplab.protocol.replies import NO_SUCH_MAILBOX, OK, Reply
from smtplab.views.history import APART, history, lanes
from smtplab.views.scene import Box

NINE = datetime(2025, 11, 24, 9, tzinfo=UTC)
BUSY = Reply(450, "4.2.1", "Busy")


def event(what: What, minutes: int = 0, reply: Reply | None = None, text: str = "", message: str = "0001") -> Event:
    return Event(NINE + timedelta(minutes=minutes), message, "a@lab.example", what, reply=reply, text=text)


def tried(reply: Reply | None, *minutes: int) -> list[Event]:
    return [event(What.TRIED, each, reply) for each in minutes]


DELIVERED = [event(What.QUEUED), *tried(BUSY, 0), event(What.DEFERRED), event(What.DELIVERED, 30, OK)]
BOUNCED = [
    event(What.QUEUED),
    *tried(NO_SUCH_MAILBOX, 0),
    event(What.FAILED),
    event(What.NOTIFIED, text="failed, in 0001.1"),
]


@pytest.mark.parametrize(
    ("events", "fate"),
    [
        pytest.param([event(What.QUEUED)], "still waits", id="never tried"),
        pytest.param(DELIVERED[:3], "still waits", id="deferred"),
        pytest.param(DELIVERED, "delivered", id="delivered"),
        pytest.param(BOUNCED[:3], "given up", id="not told yet"),
        pytest.param(BOUNCED, "given up, the sender is told in 0001.1", id="told"),
        pytest.param([*BOUNCED[:3], event(What.DROPPED)], "given up, nobody can be told", id="null reverse-path"),
    ],
)
def test_fate_is_said_in_words(events: list[Event], fate: str) -> None:
    assert lanes(events)[0].fate == fate


def test_text_has_times_since_the_first_mail() -> None:
    assert history(DELIVERED).text() == "0001    a@lab.example        +0:00 450, +0:30 250: delivered"


def test_text_gathers_tries_with_the_same_reply() -> None:
    events = [event(What.QUEUED), *tried(BUSY, 0, 30, 150), *tried(None, 7230)]
    assert "+0:00 to +2:30 450 (3 times), +120:30 lost: still waits" in history(events).text()


def test_text_of_nothing_says_so() -> None:
    assert history([]).text() == "[nothing was queued]"


def test_each_mail_and_recipient_has_a_lane() -> None:
    other = event(What.QUEUED, 5, message="0002")
    assert [lane.message for lane in lanes([*BOUNCED, other])] == ["0001", "0002"]


def test_boxes_never_overlap_but_at_the_ends() -> None:
    events = [event(What.QUEUED), *tried(BUSY, *range(0, 7200, 120))]
    boxes = [shape.x for shape in history(events).scene().shapes() if isinstance(shape, Box) and shape.stroke]
    assert len(boxes) == 2
    assert all(right - left >= APART for left, right in pairwise(boxes))


def test_tries_far_apart_have_a_box_each() -> None:
    shapes = history([event(What.QUEUED), *tried(BUSY, 0, 30, 60)]).scene().shapes()
    assert sum(isinstance(shape, Box) and bool(shape.stroke) for shape in shapes) == 3


@pytest.mark.parametrize("events", [[], [event(What.QUEUED)], DELIVERED], ids=["none", "one moment", "some time"])
def test_picture_is_drawn_of_any_events(events: list[Event]) -> None:
    picture = history(events)
    assert picture.svg().startswith("<svg")
    assert picture._repr_mimebundle_()["text/plain"] == picture.text()


def test_svg_escapes_what_a_stranger_named() -> None:
    bad = Event(NINE, "0001", "<b>@lab.example", What.QUEUED)
    assert "<b>" not in history([bad]).svg()
