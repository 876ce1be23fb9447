import pytest

from smtplab.capture.closing import Connections
from smtplab.capture.link import ACK, FIN, PSH, RST, SYN, Endpoint, TcpSegment

CLIENT, SERVER = Endpoint(b"\x7f\0\0\1", 50000), Endpoint(b"\x7f\0\0\1", 2525)


def sent(by: Endpoint, flags: int, sequence: int, acknowledgment: int = 0, payload: bytes = b"") -> TcpSegment:
    return TcpSegment(by, SERVER if by == CLIENT else CLIENT, sequence, acknowledgment, flags, payload)


OPENED = [sent(CLIENT, SYN, 99), sent(SERVER, SYN | ACK, 499, 100), sent(CLIENT, ACK, 100, 500)]
GREETING = [sent(SERVER, PSH | ACK, 500, 100, b"220\r\n"), sent(CLIENT, ACK, 100, 505)]
CLOSED = [
    sent(CLIENT, FIN | ACK, 100, 505),
    sent(SERVER, ACK, 505, 101),
    sent(SERVER, FIN | ACK, 505, 101),
    sent(CLIENT, ACK, 101, 506),
]
IN_THREE = [sent(CLIENT, FIN | ACK, 100, 505), sent(SERVER, FIN | ACK, 505, 101), sent(CLIENT, ACK, 101, 506)]
CROSSING = [
    sent(CLIENT, FIN | ACK, 100, 505),
    sent(SERVER, FIN | ACK, 505, 100),
    sent(CLIENT, ACK, 101, 506),
    sent(SERVER, ACK, 506, 101),
]
WITH_DATA = [
    sent(CLIENT, ACK | FIN, 100, 505, b"QUIT\r\n"),
    sent(SERVER, FIN | ACK, 505, 107),
    sent(CLIENT, ACK, 107, 506),
]


def all_closed(*segments: TcpSegment) -> bool:
    connections = Connections()
    for segment in segments:
        connections.see(segment)
    return connections.all_closed


@pytest.mark.parametrize(
    "segments",
    [
        pytest.param([], id="nothing seen"),
        pytest.param([*OPENED, *GREETING, *CLOSED], id="four segments"),
        pytest.param([*OPENED, *GREETING, *IN_THREE], id="three segments"),
        pytest.param([*OPENED, *GREETING, *CROSSING], id="both at once"),
        pytest.param([*OPENED, *GREETING, *WITH_DATA], id="last octets with the FIN"),
        pytest.param([*GREETING, *CLOSED], id="begun before the capture"),
        pytest.param([OPENED[0], sent(SERVER, RST | ACK, 0, 100)], id="refused"),
        pytest.param([*OPENED, *GREETING, sent(CLIENT, RST, 100)], id="reset"),
        pytest.param([*OPENED, *GREETING, *CLOSED, CLOSED[2], CLOSED[3]], id="last FIN sent again"),
        pytest.param(CLOSED[1:], id="closing already when the capture began"),
    ],
)
def test_connections_when_ended_are_all_closed(segments: list[TcpSegment]) -> None:
    assert all_closed(*segments)


@pytest.mark.parametrize(
    "segments",
    [
        pytest.param(OPENED[:1], id="only a SYN"),
        pytest.param([*OPENED, *GREETING], id="open"),
        pytest.param([*OPENED, *GREETING, *CLOSED[:2]], id="one FIN"),
        pytest.param([*OPENED, *GREETING, *CLOSED[:3]], id="last FIN not acknowledged"),
        pytest.param([*OPENED, *GREETING, *CROSSING[:3]], id="first FIN not acknowledged"),
        pytest.param([*OPENED, *GREETING, *CLOSED, *OPENED], id="the same ports again"),
        pytest.param(GREETING, id="begun before the capture"),
    ],
)
def test_connections_before_the_end_are_not_all_closed(segments: list[TcpSegment]) -> None:
    assert not all_closed(*segments)


def test_connections_where_numbers_wrap_are_closed() -> None:
    assert all_closed(
        sent(SERVER, PSH | ACK, 7, 2**32 - 1, b"220\r\n"),
        sent(CLIENT, FIN | ACK, 2**32 - 1, 12),
        sent(SERVER, FIN | ACK, 12, 0),
        sent(CLIENT, ACK, 0, 13),
    )


def test_connections_know_the_rest_of_an_earlier_connection() -> None:
    connections = Connections()
    assert [connections.see(segment) for segment in CLOSED[1:]] == [False, False, False]
    assert [connections.see(segment) for segment in [*OPENED, *GREETING, *CLOSED]] == [True] * 9
