"""Round trips against recipients: what is counted, what is measured, and what is drawn of it."""

import pytest

from smtplab.capture.record import Capture
from smtplab.net.client import Client
from smtplab.net.memory import MemoryServer
from smtplab.protocol.transcript import Transcript
from smtplab.views.growth import LOCK_STEP, PIPELINED, growth, points
from smtplab.views.scene import Box, Text

MAIL = "Subject: Hello\r\n\r\nHello!\r\n"


def transcript(*recipients: int, extensions: tuple[str, ...] = (), known: list[str] | None = None) -> Transcript:
    server = MemoryServer(extensions=extensions, mailboxes=known)
    with Capture(server, live=False) as capture:
        for number in recipients:
            with Client(server) as client:
                client.ehlo()
                client.send_message("a@lab.example", [f"u{each}@lab.example" for each in range(number)], MAIL)
    return capture.transcript


@pytest.mark.parametrize(
    ("extensions", "manner", "trips"),
    [((), LOCK_STEP, [6, 8, 15]), (("PIPELINING",), PIPELINED, [4, 4, 4])],
    ids=[LOCK_STEP, PIPELINED],
)
def test_round_trips_are_counted_to_the_reply_to_the_dot(
    extensions: tuple[str, ...], manner: str, trips: list[int]
) -> None:
    found = points(transcript(1, 3, 10, extensions=extensions), 1.0)
    assert [each.trips for each in found] == trips
    assert {each.manner for each in found} == {manner}
    assert [each.recipients for each in found] == [1, 3, 10]


def test_points_are_ordered_by_recipients() -> None:
    assert [each.recipients for each in points(transcript(5, 2, 9), 1.0)] == [2, 5, 9]


def test_what_is_measured_counts_from_the_handshake_in_round_trips() -> None:
    said = transcript(2)
    (slow,), (fast,) = points(said, 1.0), points(said, 0.5)
    assert slow.measured is not None
    assert fast.measured == pytest.approx(2 * slow.measured)


def test_connection_without_a_message_has_no_point() -> None:
    server = MemoryServer()
    with Capture(server, live=False) as capture, Client(server) as client:
        client.ehlo()
    assert points(capture.transcript, 1.0) == []
    assert growth(capture.transcript, 1.0).text() == "[no mail was answered]"


def test_text_tells_what_was_counted() -> None:
    assert growth(transcript(1, 3), 1.0).text() == "lock-step  1: 6, 3: 8"


def test_picture_has_a_point_for_each_connection_and_a_name_for_each_manner() -> None:
    shapes = list(growth(transcript(1, 3, 10), 0.001).scene().shapes())
    assert sum(isinstance(shape, Box) and bool(shape.stroke) for shape in shapes) == 3
    words = ["".join(run.text for run in shape.runs) for shape in shapes if isinstance(shape, Text)]
    assert LOCK_STEP in words
    assert PIPELINED not in words


def test_picture_of_nothing_is_drawn_all_the_same() -> None:
    assert growth(Transcript(), 1.0).svg().startswith("<svg")
