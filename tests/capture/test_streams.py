import pytest

from smtplab.capture.link import ACK, FIN, PSH, RST, SYN, Endpoint, TcpSegment, segment_of
from smtplab.capture.streams import REORDERED, Control, Piece, Streams, TcpStream
from tests.capture.packets import CLIENT, SERVER, Talk

OTHER = Endpoint(CLIENT.address, CLIENT.port + 1)


def to_server(sequence: int, flags: int = ACK, payload: bytes = b"", acknowledgment: int = 0) -> TcpSegment:
    return TcpSegment(CLIENT, SERVER, sequence, acknowledgment, flags, payload)


def to_client(sequence: int, flags: int = ACK, payload: bytes = b"", acknowledgment: int = 0) -> TcpSegment:
    return TcpSegment(SERVER, CLIENT, sequence, acknowledgment, flags, payload)


def from_other(segment: TcpSegment) -> TcpSegment:
    return segment._replace(source=OTHER)


def numbers_of(segments: list[TcpSegment]) -> list[int]:
    streams = Streams()
    return [streams.add(segment, number, 0)[0].number for number, segment in enumerate(segments, 1)]


def read(segments: list[TcpSegment]) -> tuple[TcpStream, list[Piece]]:
    """Read the segments of one connection, numbered from 1."""
    streams = Streams()
    pieces: list[Piece] = []
    for number, segment in enumerate(segments, 1):
        stream, more = streams.add(segment, number, number * 10)
        pieces += more
    return stream, pieces + streams.close()


# What tshark 4.0 gives as tcp.stream, except where the comment says so.
@pytest.mark.parametrize(
    ("segments", "numbers"),
    [
        pytest.param([to_server(1, SYN), to_client(5, SYN | ACK), to_server(2)], [0, 0, 0], id="one"),
        pytest.param([to_server(1, SYN), from_other(to_server(1, SYN)), to_server(2)], [0, 1, 0], id="two ports"),
        pytest.param([to_server(1, SYN), to_server(1, SYN)], [0, 0], id="SYN again"),
        pytest.param([to_server(1, SYN), to_client(9, RST), to_server(1, SYN)], [0, 0, 0], id="refused SYN again"),
        pytest.param([to_server(1, SYN), to_server(9, SYN), to_client(5, SYN | ACK)], [0, 1, 1], id="another SYN"),
        pytest.param([to_server(5, ACK), to_server(9, SYN)], [0, 1], id="SYN after a connection seen from amid"),
        pytest.param([to_server(5, ACK), to_server(4, SYN)], [0, 0], id="SYN that came late"),
        pytest.param([to_client(5, ACK), to_server(9, SYN)], [0, 0], id="SYN of a side that was not heard yet"),
        pytest.param([to_client(1, SYN | ACK), to_client(8, SYN | ACK)], [0, 0], id="two SYN, ACK"),
        pytest.param([to_server(1, SYN), to_client(2, SYN), to_server(1, SYN | ACK)], [0, 0, 0], id="both at once"),
        pytest.param([to_server(1, SYN)._replace(quoted=True), from_other(to_server(1, SYN))], [0, 1], id="quoted"),
        pytest.param([to_server(1, SYN), to_server(7, SYN)._replace(quoted=True)], [0, 1], id="another SYN, quoted"),
        # tshark 4.0 takes this SYN for a repetition; but nobody repeats it after a FIN.
        pytest.param([to_server(1, SYN), to_server(2, FIN | ACK), to_server(1, SYN)], [0, 0, 1], id="SYN after FIN"),
        # Nor do these open one there, where an end and another number show that they do.
        pytest.param([to_client(1, SYN | ACK), to_client(2, FIN), to_client(8, SYN | ACK)], [0, 0, 1], id="SYN, ACK"),
        pytest.param([to_client(1, SYN | ACK), to_client(2, FIN), to_client(1, SYN | ACK)], [0, 0, 0], id="same"),
        pytest.param([to_server(1, ACK, b"x"), to_client(9, RST), to_server(0, SYN)], [0, 0, 1], id="SYN after RST"),
    ],
)  # fmt: skip
def test_streams_are_numbered_as_wireshark_does(segments: list[TcpSegment], numbers: list[int]) -> None:
    assert numbers_of(segments) == numbers


def test_pieces_know_their_side() -> None:
    stream, pieces = read(
        [to_server(1, SYN), to_client(7, SYN | ACK), to_server(2, ACK, b"a"), to_client(8, ACK, b"b")]
    )
    assert stream.ends == (CLIENT, SERVER)
    assert [(piece.side, piece.part.octets, piece.part.number, piece.part.time) for piece in pieces] == [
        (0, b"a", 3, 30),
        (1, b"b", 4, 40),
    ]


def test_quoted_segment_is_no_data() -> None:
    quoted = to_server(2, ACK | PSH, b"NOOP\r\n")._replace(quoted=True)
    assert read([to_server(1, SYN), quoted])[1] == []


def test_reply_after_a_hole_comes_after_what_it_acknowledges() -> None:
    segments = [
        to_server(1, SYN),
        to_client(7, SYN | ACK, acknowledgment=2),
        to_server(6, ACK, b"late"),
        to_client(8, ACK, b"reply", acknowledgment=10),
    ]
    assert [(piece.side, piece.part.octets or piece.part.missing) for piece in read(segments)[1]] == [
        (0, 4),
        (0, b"late"),
        (1, b"reply"),
    ]


def test_acknowledgment_in_a_reset_is_not_believed() -> None:
    segments = [
        to_server(1, SYN),
        to_server(6, ACK, b"late"),
        to_client(0, RST | ACK, acknowledgment=10),
        to_server(2, ACK, b"here"),
    ]
    assert b"".join(piece.part.octets for piece in read(segments)[1]) == b"herelate"


LOST = 3_000_000_000  # a number of a connection that one of the hosts has lost


@pytest.mark.parametrize(
    "before",
    [
        pytest.param(
            [to_client(LOST, acknowledgment=7_000), to_server(7_000, RST)], id="acknowledgment of the old one"
        ),
        pytest.param([to_client(0, RST | ACK, acknowledgment=2)], id="reset"),
    ],
)
def test_syn_sent_again_begins_anew(before: list[TcpSegment]) -> None:
    opening = [to_server(1, SYN), to_client(7, SYN | ACK, acknowledgment=2), to_server(2, acknowledgment=8)]
    said = [to_client(8, ACK, b"220 x"), to_server(2, ACK, b"EHLO x"), to_client(13, ACK, b"250 x")]
    pieces = read([to_server(1, SYN), *before, *opening, *said])[1]
    assert [piece.part.octets or piece.part.missing for piece in pieces] == [b"220 x", b"EHLO x", b"250 x"]


def test_acknowledgment_of_a_lost_connection_gives_up_no_hole() -> None:
    lost = [to_server(1, SYN), to_client(LOST, acknowledgment=7_000), to_server(7_000, RST)]
    opening = [to_server(1, SYN), to_client(7, SYN | ACK, acknowledgment=2), to_server(2, acknowledgment=8)]
    waiting = [to_server(6, ACK, b"late"), *[to_client(8, acknowledgment=2)] * 10]
    pieces = read([*lost, *opening, *waiting, to_server(2, ACK, b"here")])[1]
    assert [piece.part.octets or piece.part.missing for piece in pieces] == [b"here", b"late"]


def test_syn_ack_tells_where_the_other_side_begins() -> None:
    pieces = read([to_client(7, SYN | ACK, acknowledgment=100), to_server(104, ACK, b"x")])[1]
    assert [(piece.part.missing, piece.part.octets) for piece in pieces] == [(4, b""), (0, b"x")]


@pytest.mark.parametrize(
    ("segments", "said"),
    [
        pytest.param([to_server(4, ACK, b"two"), to_server(1, ACK, b"one")], [b"one", b"two"], id="two"),
        pytest.param(
            [to_server(4, ACK, b"two"), to_client(5, ACK, b"2", 7), to_server(1, ACK, b"one")],
            [b"one", b"two", b"2"],
            id="two, and a reply between them",
        ),
        pytest.param([to_server(1, ACK, b"a"), to_server(0, ACK, b"-")], [b"-", b"a"], id="number 0"),
        pytest.param([to_server(1, ACK, b"a"), to_server(-2 % 2**32, ACK, b"bcd")], [b"bcd", b"a"], id="wrapped"),
        pytest.param([to_server(1, ACK, b"a"), to_server(0, RST)], [b"a"], id="RST with a number of its own"),
        pytest.param([to_server(2**30, ACK, b"a"), to_server(1, ACK, b"b")], [b"a"], id="older than any window"),
        pytest.param(
            [to_server(4, ACK, b"two"), *[to_client(5, acknowledgment=7)] * REORDERED, to_server(1, ACK, b"one")],
            [b"two"],
            id="too late",
        ),
    ],
)  # fmt: skip
def test_first_octet_is_the_first_of_a_few_segments_where_no_syn_tells(
    segments: list[TcpSegment], said: list[bytes]
) -> None:
    assert [piece.part.octets for piece in read(segments)[1]] == said


def test_what_is_left_of_a_stream_comes_when_its_ports_are_used_again() -> None:
    streams = Streams()
    streams.add(to_server(1, SYN), 1, 0)
    streams.add(to_server(4, ACK, b"x"), 2, 0)
    stream, pieces = streams.add(to_server(900, SYN), 3, 0)
    assert stream.number == 1
    assert [(piece.stream.number, piece.part.missing or piece.part.octets) for piece in pieces] == [(0, 2), (0, b"x")]


def test_ignored_stream_gives_nothing_and_keeps_its_number() -> None:
    streams = Streams()
    stream, _ = streams.add(to_server(1, SYN), 1, 0)
    stream.ignored = True
    assert streams.add(to_server(2, ACK, b"x"), 2, 0) == (stream, [])
    assert streams.close() == []
    assert streams.add(from_other(to_server(1, SYN)), 3, 0)[0].number == 1


@pytest.mark.parametrize(
    ("segments", "opener"),
    [
        pytest.param([to_server(1, SYN)], 0, id="SYN"),
        pytest.param([to_client(1, SYN | ACK)], 1, id="SYN, ACK"),
        pytest.param([to_client(1), to_server(1, SYN)], 1, id="SYN late"),
        pytest.param([to_server(1)], None, id="neither"),
    ],
)
def test_opener_is_the_side_that_sent_syn(segments: list[TcpSegment], opener: int | None) -> None:
    assert read(segments)[0].opener == opener


def test_controls_are_handshake_and_close() -> None:
    frames = Talk().open().say(["S: 220 x"]).close().frames
    segments = [segment for frame in frames if (segment := segment_of(frame))]
    assert read(segments)[0].controls == [
        Control(0, SYN, 1, 10),
        Control(1, SYN | ACK, 2, 20),
        Control(0, ACK, 3, 30),
        Control(0, FIN | ACK, 5, 50),
        Control(1, FIN | ACK, 6, 60),
    ]


def test_handshake_that_ends_with_data_has_no_bare_ack() -> None:
    segments = [to_server(1, SYN), to_client(7, SYN | ACK), to_server(2, ACK, b"EHLO x\r\n"), to_server(10, ACK)]
    assert [control.number for control in read(segments)[0].controls] == [1, 2]
