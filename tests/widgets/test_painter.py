"""A picture is drawn soon after a ring, and not more often than the eye can follow."""

import threading
import time

import pytest

from smtplab.widgets.painter import Painter
from tests.widgets.controls import until


def painters() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "smtplab painter"]


def test_ring_has_it_drawn_in_another_thread() -> None:
    drawn: list[str] = []
    painter = Painter(lambda: drawn.append(threading.current_thread().name), pause=0)
    painter.ring()
    until(lambda: drawn == ["smtplab painter"])
    painter.close()


def test_many_rings_are_drawn_a_few_times_and_the_last_counts() -> None:
    seen: list[int] = []
    state = [0]
    painter = Painter(lambda: seen.append(state[0]), pause=0.02)
    for number in range(1000):
        state[0] = number
        painter.ring()
    until(lambda: seen[-1:] == [999])
    assert len(seen) < 10
    painter.close()


def test_thread_lives_only_as_long_as_there_is_something_to_draw() -> None:
    painter = Painter(lambda: None, pause=0)
    for _ in range(20):
        painter.ring()
        until(lambda: painters() == [])
    painter.close()


def test_more_to_draw_is_drawn_without_a_ring() -> None:
    left = [5]

    def paint() -> bool:
        left[0] -= 1
        return left[0] > 0

    painter = Painter(paint, pause=0)
    painter.ring()
    until(lambda: painters() == [])
    assert left == [0]
    painter.close()


def test_closed_it_draws_no_more() -> None:
    drawn: list[str] = []
    painter = Painter(lambda: drawn.append("!"), pause=0)
    painter.close()
    painter.close()
    painter.ring()
    assert (drawn, painters()) == ([], [])


def test_closing_waits_for_the_picture_and_not_for_the_pause() -> None:
    drawn: list[str] = []

    def paint() -> None:
        time.sleep(0.05)
        drawn.append("!")

    painter = Painter(paint, pause=60)
    painter.ring()
    until(lambda: painters() != [])
    painter.close()
    assert painters() == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_picture_that_fails_is_tried_again_at_the_next_ring() -> None:
    drawn: list[str] = []

    def paint() -> None:
        drawn.append("!")
        if len(drawn) == 1:
            raise ValueError("the first time")

    painter = Painter(paint, pause=0)
    painter.ring()
    until(lambda: painters() == [] and drawn == ["!"])
    painter.ring()
    until(lambda: drawn == ["!", "!"])
    painter.close()
