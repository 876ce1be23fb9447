import pytest

from smtplab.capture.order import Part
from smtplab.capture.turns import PATIENCE, Turns

Event = tuple[int, int, Part]  # side, arrival, part


def octets(payload: bytes, heard: int) -> Part:
    return Part(payload, 0, 1, 0, heard)


def hole(missing: int) -> Part:
    return Part(b"", missing, 1, 0)


MAIL = octets(b"MAIL", heard=0)
OK = octets(b"250", heard=4)


def taken(events: list[Event], now: int = 9, last: bool = False) -> list[tuple[int, bytes | int]]:
    turns = Turns()
    for side, arrival, part in events:
        turns.hold(side, [part], arrival)
    return [(side, part.octets or part.missing) for side, part in turns.take(now, last)]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        pytest.param([(0, 1, MAIL), (1, 2, OK)], [(0, b"MAIL"), (1, b"250")], id="in order"),
        pytest.param([(1, 1, OK), (0, 2, MAIL)], [(0, b"MAIL"), (1, b"250")], id="reply first"),
        pytest.param([(1, 1, OK)], [], id="reply to what did not come"),
        pytest.param([(0, 1, hole(4)), (1, 2, OK)], [(0, 4), (1, b"250")], id="reply to what is missing"),
        pytest.param(
            [(0, 1, hole(4)), (1, 2, octets(b"220", 0))], [(1, b"220"), (0, 4)], id="hole that nobody knows of"
        ),
        pytest.param(
            [(0, 1, hole(8)), (0, 1, octets(b"QUIT", 3)), (1, 2, OK)],
            [(0, 4), (1, b"250"), (0, 4), (0, b"QUIT")],
            id="a reply amid a hole",
        ),
        pytest.param(
            [(0, 1, hole(4)), (0, 1, octets(b"QUIT", 6)), (1, 2, hole(3)), (1, 2, octets(b"250", 0))],
            [(1, 3), (1, b"250"), (0, 4), (0, b"QUIT")],
            id="the hole first that alone keeps octets waiting",
        ),
    ],
)
def test_parts_come_after_what_their_sender_had_heard(
    events: list[Event], expected: list[tuple[int, bytes | int]]
) -> None:
    assert taken(events) == expected


def test_part_waits_for_so_many_segments_and_no_longer() -> None:
    early = [(1, 1, OK)]
    assert taken(early, now=1 + PATIENCE) == []
    assert taken(early, now=2 + PATIENCE) == [(1, b"250")]


def test_last_take_gives_all_oldest_first() -> None:
    events = [(1, 2, octets(b"250", 400)), (0, 1, octets(b"MAIL", 400)), (0, 3, octets(b"RCPT", 400))]
    assert taken(events, last=True) == [(0, b"MAIL"), (1, b"250"), (0, b"RCPT")]
