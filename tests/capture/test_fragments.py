import struct
from itertools import pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.capture.fragments import AT_ONCE, PATIENCE
from smtplab.capture.frame import Frame
from smtplab.capture.link import ACK, FIN, LINKS, PSH, TcpSegment
from smtplab.capture.segments import Segments
from tests.capture.packets import CLIENT, CLIENT6, RAW_IP, SERVER, SERVER6, ethernet, frame, ipv4, ipv6, tcp

TEXT = b"NOOP of some length\r\n"
SEGMENT = tcp(TEXT, ACK | PSH, 1000, 2000)
EXPECTED = TcpSegment(CLIENT, SERVER, 1000, 2000, ACK | PSH, TEXT)
SEGMENT6 = tcp(TEXT, ACK | PSH, 1000, 2000, CLIENT6, SERVER6)
EXPECTED6 = EXPECTED._replace(source=CLIENT6, destination=SERVER6)
CUTS = (0, 24, 32, len(SEGMENT))  # in the middle of TEXT; all but the last at multiples of 8


def piece(start: int, stop: int, payload: bytes = SEGMENT, protocol: int = 6, number: int = 9) -> bytes:
    """Make the IPv4 packet with octets `start` to `stop` of a payload. number: which packet it is a piece of."""
    word = start // 8 | (0x2000 if stop < len(payload) else 0)
    packet = bytearray(ipv4(payload[start:stop], protocol=protocol, fragment=word))
    packet[4:6] = struct.pack("!H", number)
    return bytes(packet)


def piece6(start: int, stop: int) -> bytes:
    word = start | (stop < len(SEGMENT6))
    return ipv6(struct.pack("!BBHI", 6, 0, word, 70_000) + SEGMENT6[start:stop], next_header=44)


def taken(packets: list[bytes], times: list[int] | None = None) -> list[TcpSegment | None]:
    segments = Segments()
    times = times or [0] * len(packets)
    return [segments.of(frame(packet, RAW_IP, time=time)) for packet, time in zip(packets, times, strict=True)]


PIECES = [piece(start, stop) for start, stop in pairwise(CUTS)]
PIECES6 = [piece6(start, stop) for start, stop in pairwise(CUTS)]


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
@pytest.mark.parametrize(("pieces", "expected"), [(PIECES, EXPECTED), (PIECES6, EXPECTED6)], ids=["IPv4", "IPv6"])
def test_last_piece_that_comes_completes_the_segment(
    pieces: list[bytes], expected: TcpSegment, order: tuple[int, ...]
) -> None:
    assert taken([pieces[index] for index in order])[-1] == expected


def test_first_piece_gives_what_it_has_and_those_amid_give_nothing() -> None:
    assert taken(PIECES) == [EXPECTED._replace(payload=TEXT[:4]), None, EXPECTED]


def test_first_piece_that_ends_inside_the_tcp_header_waits() -> None:
    assert taken([piece(0, 8), piece(8, len(SEGMENT))]) == [None, EXPECTED]


def test_fin_is_behind_the_last_octet_and_not_in_the_first_piece() -> None:
    closing = tcp(TEXT, FIN | ACK)
    first, whole = taken([piece(0, 24, closing), piece(24, len(closing), closing)])
    assert first is not None
    assert whole is not None
    assert (first.flags, whole.flags) == (ACK, FIN | ACK)


def test_segment_in_a_tunnel_whose_packets_are_in_pieces_is_found() -> None:
    inside = ipv4(SEGMENT)
    assert taken([piece(0, 48, inside, 4), piece(48, len(inside), inside, 4)])[-1] == EXPECTED


def test_padding_behind_a_piece_is_no_part_of_it() -> None:
    padded = [ethernet(each) + bytes(6) for each in PIECES]
    segments = Segments()
    assert [segments.of(frame(each)) for each in padded][-1] == EXPECTED


@pytest.mark.parametrize(
    "packets",
    [
        pytest.param([piece(0, 24, number=1), piece(24, len(SEGMENT), number=2)], id="of two packets"),
        pytest.param([piece(0, 24), piece(24, len(SEGMENT), protocol=4)], id="of two protocols"),
        pytest.param([piece(0, 24), piece(32, len(SEGMENT))], id="with a hole between"),
        pytest.param([piece(0, 24), piece(24, 32)], id="without the last"),
        pytest.param([piece(0, 28), piece(24, len(SEGMENT))], id="one of no multiple of 8 octets"),
        pytest.param([PIECES[0], PIECES[2], PIECES[1][:-1]], id="one that is cut"),
    ],
)
def test_pieces_that_do_not_fit_make_nothing_whole(packets: list[bytes]) -> None:
    assert taken(packets)[1:] == [None] * (len(packets) - 1)


def test_where_pieces_overlap_the_first_is_believed() -> None:
    forged = piece(24, len(SEGMENT), SEGMENT[:32] + b"X" * (len(SEGMENT) - 32))
    assert taken([PIECES[0], PIECES[2], forged])[-1] == EXPECTED
    assert taken([PIECES[0], piece(24, 32), forged])[-1] != EXPECTED


def test_end_that_comes_twice_is_where_it_was_first() -> None:
    longer = SEGMENT + bytes(80)
    assert (
        taken([PIECES[0], PIECES[2], piece(len(SEGMENT) // 8 * 8 + 8, len(longer), longer), PIECES[1]])[-1] == EXPECTED
    )


def test_piece_beyond_the_longest_packet_is_no_piece() -> None:
    """Pieces that make more than 65,535 octets have crashed hosts ("ping of death")."""
    far = bytearray(ipv4(bytes(100), fragment=0x1FFF))
    assert taken([PIECES[0], bytes(far), PIECES[1], PIECES[2]])[-1] == EXPECTED


@pytest.mark.parametrize(("later", "expected"), [(PATIENCE, EXPECTED), (PATIENCE + 1, None)], ids=["60 s", "later"])
def test_pieces_are_waited_for_a_minute(later: int, expected: TcpSegment | None) -> None:
    assert taken([piece(0, 24), piece(24, len(SEGMENT))], [0, later])[-1] == expected


@pytest.mark.parametrize(
    ("others", "expected"), [(AT_ONCE - 1, EXPECTED), (AT_ONCE, None)], ids=["as many as are kept", "one more"]
)
def test_oldest_packet_is_given_up_for_newer_ones(others: int, expected: TcpSegment | None) -> None:
    newer = [piece(0, 24, number=100 + number) for number in range(others)]
    assert taken([piece(0, 24), *newer, piece(24, len(SEGMENT))])[-1] == expected


def test_pieces_of_other_protocols_take_no_place() -> None:
    datagrams = [piece(0, 24, protocol=17, number=100 + number) for number in range(AT_ONCE)]
    assert taken([piece(0, 24), *datagrams, piece(24, len(SEGMENT))])[-1] == EXPECTED


def test_piece_quoted_in_an_icmp_error_is_none() -> None:
    quoted = ipv4(bytes([11]) + bytes(7) + PIECES[0], SERVER, CLIENT, 1)
    first, last = taken([quoted, piece(24, len(SEGMENT))])
    assert first is not None
    assert (first.quoted, last) == (True, None)


@given(st.sampled_from(sorted(LINKS)), st.lists(st.binary(max_size=80), max_size=5))
def test_garbage_in_pieces_is_a_segment_or_none(link_type: int, packets: list[bytes]) -> None:
    segments = Segments()
    for octets in packets:
        segment = segments.of(Frame(1, 0, link_type, octets, len(octets)))
        assert segment is None or segment.missing >= 0


@given(st.data())
def test_pieces_of_any_size_in_any_order_are_one_whole(data: st.DataObject) -> None:
    units = data.draw(st.sets(st.integers(1, (len(SEGMENT) - 1) // 8)))
    cuts = [0, *(8 * unit for unit in sorted(units)), len(SEGMENT)]
    pieces = [piece(start, stop) for start, stop in pairwise(cuts)]
    assert taken(data.draw(st.permutations(pieces)))[-1] == EXPECTED
