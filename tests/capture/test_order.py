import hashlib
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.capture import order
from smtplab.capture.link import ACK, FIN, RST, SYN, TcpSegment
from smtplab.capture.order import Direction, Part
from tests.capture.packets import CLIENT, SERVER

STREAM = b"".join(hashlib.sha256(bytes([n])).digest() for n in range(8))  # 256 octets, no two stretches alike


def segment(start: int, stop: int, first: int = 1, flags: int = ACK, kept: int | None = None) -> TcpSegment:
    """Make the segment with octets `start` to `stop` of STREAM. first: number of octet 0. kept: how many are there."""
    payload = STREAM[start:stop]
    present = payload[:kept]
    sequence = (first + start) % (1 << 32)
    return TcpSegment(CLIENT, SERVER, sequence, 0, flags, present, len(payload) - len(present))


def raw(sequence: int, payload: bytes, flags: int = ACK) -> TcpSegment:
    return TcpSegment(CLIENT, SERVER, sequence, 0, flags, payload)


def syn(number: int = 0) -> TcpSegment:
    return raw(number, b"", SYN)


def taken(segments: Iterable[TcpSegment], direction: Direction | None = None) -> list[Part]:
    """Let a direction take segments, numbered from 1, and flush it."""
    direction = direction or Direction()
    parts = [part for number, each in enumerate(segments, 1) for part in direction.take(each, number, number * 10)]
    return parts + direction.flush()


def octets_of(parts: Iterable[Part]) -> bytes:
    return b"".join(part.octets for part in parts)


def told(parts: Iterable[Part]) -> list[tuple[bytes | int, int]]:
    """Say what parts are: (octets or how many are missing, frame number)."""
    return [(part.octets or part.missing, part.number) for part in parts]


def test_segments_in_order_come_at_once_with_frame_and_time() -> None:
    direction = Direction()
    assert direction.take(syn(), 1, 10) == []
    assert direction.take(segment(0, 4), 2, 20) == [Part(STREAM[:4], 0, 2, 20)]
    assert direction.take(segment(4, 6), 3, 30) == [Part(STREAM[4:6], 0, 3, 30)]
    assert direction.flush() == []


def test_segment_out_of_order_waits_and_keeps_its_frame() -> None:
    direction = Direction()
    direction.take(syn(), 1, 10)
    assert direction.take(segment(4, 6), 2, 20) == []
    assert direction.take(segment(0, 4), 3, 30) == [Part(STREAM[:4], 0, 3, 30), Part(STREAM[4:6], 0, 2, 20)]


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        pytest.param([segment(0, 4), segment(0, 4)], [(0, 4, 2)], id="retransmitted"),
        pytest.param([segment(0, 4), segment(2, 6)], [(0, 4, 2), (4, 6, 3)], id="overlapping"),
        pytest.param([segment(0, 4), segment(0, 6)], [(0, 4, 2), (4, 6, 3)], id="retransmitted with more"),
        pytest.param([segment(0, 4), segment(3, 4), segment(4, 6)], [(0, 4, 2), (4, 6, 4)], id="keep-alive"),
        pytest.param(
            [segment(2, 4), segment(2, 6), segment(0, 2)], [(0, 2, 4), (2, 4, 2), (4, 6, 3)], id="twice, waiting"
        ),
        pytest.param([segment(0, 4, flags=ACK | FIN), segment(4, 6)], [(0, 4, 2)], id="after FIN"),
        pytest.param(
            [segment(2, 4, flags=ACK | FIN), segment(2, 6), segment(0, 2)], [(0, 2, 4), (2, 4, 2)], id="early FIN"
        ),
        pytest.param([raw(1, b"reset by peer", RST)], [], id="text in a RST"),
    ],
)
def test_each_octet_comes_once(segments: list[TcpSegment], expected: list[tuple[int, int, int]]) -> None:
    """Expected: octets of STREAM from, to, and the frame that they come from."""
    assert told(taken([syn(), *segments])) == [(STREAM[start:stop], number) for start, stop, number in expected]


def test_data_on_a_syn_is_data() -> None:
    assert octets_of(taken([raw(99, b"EHLO ", SYN), raw(105, b"x")])) == b"EHLO x"


def test_octets_before_the_first_that_was_captured_are_not_looked_for() -> None:
    assert told(taken([segment(4, 6), segment(0, 4), segment(6, 8)])) == [(STREAM[4:6], 1), (STREAM[6:8], 3)]


def test_hole_is_given_up_when_what_is_behind_it_was_acknowledged() -> None:
    direction = Direction()
    direction.take(syn(), 1, 10)
    direction.take(segment(4, 6), 2, 20)
    assert direction.acknowledge(3) == []
    assert direction.acknowledge(6) == [Part(b"", 4, 2, 20), Part(STREAM[4:6], 0, 2, 20)]


def test_hole_that_was_acknowledged_before_is_given_up_by_the_next_octets() -> None:
    direction = Direction()
    direction.take(syn(), 1, 10)
    assert direction.acknowledge(4) == []
    assert told(direction.take(segment(4, 6), 2, 20)) == [(4, 2), (STREAM[4:6], 2)]


def test_acknowledgment_captured_before_its_octets_makes_no_hole() -> None:
    direction = Direction()
    direction.take(syn(), 1, 10)
    direction.acknowledge(4)
    assert told(direction.take(segment(0, 4), 2, 20)) == [(STREAM[:4], 2)]
    assert direction.flush() == []


def test_octets_that_come_after_their_hole_was_given_up_are_dropped() -> None:
    direction = Direction()
    direction.take(syn(), 1, 10)
    direction.take(segment(4, 6), 2, 20)
    direction.acknowledge(6)
    assert direction.take(segment(0, 4), 3, 30) == []
    assert told(direction.take(segment(3, 8), 4, 40)) == [(STREAM[6:8], 4)]


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        pytest.param([segment(0, 4), segment(8, 10)], [(STREAM[:4], 2), (4, 3), (STREAM[8:10], 3)], id="amid"),
        pytest.param([segment(2, 4)], [(2, 2), (STREAM[2:4], 2)], id="first octets after the SYN"),
        pytest.param([segment(0, 4, kept=3)], [(STREAM[:3], 2), (1, 2)], id="cut, at the end"),
        pytest.param([segment(0, 4, kept=3), segment(4, 6)], [(STREAM[:3], 2), (1, 3), (STREAM[4:6], 3)], id="cut"),
        pytest.param(
            [segment(0, 4, kept=3), segment(3, 6)], [(STREAM[:3], 2), (STREAM[3:6], 3)], id="cut and sent again"
        ),
        pytest.param([segment(0, 4), segment(9, 9, flags=FIN | ACK)], [(STREAM[:4], 2), (5, 3)], id="before the FIN"),
        pytest.param([segment(0, 4, kept=0), segment(4, 8, kept=0)], [(8, 3)], id="no data kept at all"),
    ],
)
def test_hole_is_told_at_the_end(segments: list[TcpSegment], expected: list[tuple[bytes | int, int]]) -> None:
    assert told(taken([syn(), *segments])) == expected


def test_reset_does_not_make_a_hole() -> None:
    assert told(taken([syn(), segment(0, 4), raw(1 + 1000, b"", RST)])) == [(STREAM[:4], 2)]


@pytest.mark.parametrize(
    ("segments", "sequence", "position"),
    [
        pytest.param([], 5000, 0, id="nothing is known"),
        pytest.param([syn()], 1, 0, id="nothing but the SYN"),
        pytest.param([syn(), segment(0, 4)], 5, 4, id="all"),
        pytest.param([syn(), segment(0, 4)], 9, 8, id="more than was captured"),
        pytest.param([syn(), segment(0, 4, flags=FIN | ACK)], 6, 4, id="the FIN"),
        pytest.param([syn(0xFFFFFFFD), segment(0, 4, first=0xFFFFFFFE)], 2, 4, id="beyond the wrap"),
    ],
)
def test_acknowledgment_reaches_a_position(segments: list[TcpSegment], sequence: int, position: int) -> None:
    direction = Direction()
    for number, each in enumerate(segments, 1):
        direction.take(each, number, 0)
    assert direction.reach(sequence) == position


def test_too_much_behind_a_hole_gives_it_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order, "MAX_WAITING", 3 * (order.SEGMENT_COST + 2))
    direction = Direction()
    direction.take(syn(), 1, 10)
    for start in (4, 6, 8):
        assert direction.take(segment(start, start + 2), start, 0) == []
    assert told(direction.take(segment(12, 14), 12, 0)) == [
        (4, 4), (STREAM[4:6], 4), (STREAM[6:8], 6), (STREAM[8:10], 8),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        pytest.param([syn(), raw(0, b"EHLO x\r\n"), raw(0, b"QUIT\r\n")], b"EHLO x\r\nQUIT\r\n", id="SYN took 0 too"),
        pytest.param([raw(0, b"EHLO x\r\n"), raw(0, b"QUIT\r\n")], b"EHLO x\r\nQUIT\r\n", id="no SYN"),
        pytest.param([syn(), raw(0, b"NOOP\r\n"), raw(0, b"NOOP\r\n")], b"NOOP\r\nNOOP\r\n", id="the same twice"),
        pytest.param([syn(), raw(0, b"QUIT\r\n"), raw(0, b"", FIN)], b"QUIT\r\n", id="with a FIN"),
    ],
)
def test_segments_all_numbered_0_are_taken_as_they_come(segments: list[TcpSegment], expected: bytes) -> None:
    parts = taken(segments)
    assert octets_of(parts) == expected
    assert not any(part.missing for part in parts)


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        pytest.param(
            [raw(0, b"NOOP\r\n"), raw(0, b"NOOP\r\n"), raw(6, b"x")], b"NOOP\r\nx", id="no SYN, retransmitted"
        ),
        pytest.param([raw(0, b"NOOP\r\n"), raw(0, b"NOOP\r\nx")], b"NOOP\r\nx", id="retransmitted with more"),
        pytest.param([syn(), raw(0, b"\0"), raw(1, b"x")], b"x", id="keep-alive before any octet"),
        pytest.param([syn(0xFFFFFFFF), raw(0, b"xy"), raw(2, b"z")], b"xyz", id="first octet after the wrap"),
        pytest.param([raw(0xFFFFFFFE, b"xy"), raw(0, b"z"), raw(0, b"z")], b"xyz", id="wrap amid"),
    ],
)
def test_number_0_alone_does_not_mean_that_all_are_0(segments: list[TcpSegment], expected: bytes) -> None:
    assert octets_of(taken(segments)) == expected


@st.composite
def cut_up(draw: st.DrawFn) -> list[tuple[int, int]]:
    """Draw stretches that cover STREAM, in disorder, some of them twice, some overlapping."""
    cuts = sorted(draw(st.sets(st.integers(1, len(STREAM) - 1), max_size=12)))
    stretches = list(zip([0, *cuts], [*cuts, len(STREAM)], strict=True))
    ends = st.integers(0, len(STREAM))
    more = draw(st.lists(st.tuples(ends, ends), max_size=8))
    return draw(st.permutations(stretches + [(min(pair), max(pair)) for pair in more]))


@given(cut_up(), st.integers(0, (1 << 32) - 1))
def test_stream_is_the_same_however_it_was_cut_and_shuffled(stretches: list[tuple[int, int]], isn: int) -> None:
    parts = taken([syn(isn), *(segment(*stretch, first=isn + 1) for stretch in stretches)])
    assert octets_of(parts) == STREAM
    assert not any(part.missing for part in parts)
    assert all(part.octets in STREAM[slice(*stretches[part.number - 2])] for part in parts)


@given(cut_up(), st.sets(st.integers(0, 20), max_size=6), st.lists(st.integers(0, len(STREAM)), min_size=20))
def test_octets_and_holes_tile_the_stream_whatever_is_lost(
    stretches: list[tuple[int, int]], lost: set[int], acknowledged: list[int]
) -> None:
    direction = Direction()
    parts = direction.take(syn(), 0, 0)
    for number, (start, stop) in enumerate(stretches):
        if number not in lost:
            parts += direction.take(segment(start, stop), number, 0)
        if number < len(acknowledged):
            parts += direction.acknowledge(acknowledged[number])
    parts += direction.take(raw(1 + len(STREAM), b"", FIN), 99, 0) + direction.flush()
    position = 0
    for part in parts:
        assert bool(part.octets) != bool(part.missing)
        assert part.octets in (b"", STREAM[position : position + len(part.octets)])
        position += len(part.octets) + part.missing
    assert position == len(STREAM)


@given(st.lists(st.tuples(st.integers(0, (1 << 32) - 1), st.binary(max_size=5), st.integers(0, 63)), max_size=12))
def test_any_segments_give_parts_of_one_kind(segments: list[tuple[int, bytes, int]]) -> None:
    for part in taken(raw(sequence, payload, flags) for sequence, payload, flags in segments):
        assert bool(part.octets) != (part.missing > 0)
