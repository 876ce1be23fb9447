"""The line under a picture."""

from dataclasses import replace

import pytest

from smtplab.views.caption import caption
from tests.views.sessions import ORDINARY, heard


@pytest.mark.parametrize(
    ("source", "packets", "lost", "expected"),
    [
        pytest.param(
            "live", 26, 0, "26 frames captured live on loopback · 0 lost · times since the first SYN", id="live"
        ),
        pytest.param(
            "private network",
            1200,
            3,
            "1,200 frames captured live in a private network · 3 lost · times since the first SYN",
            id="private network",
        ),
        pytest.param(
            "recorded at the socket",
            26,
            None,
            "26 frames made from what the sockets saw · times since the first SYN",
            id="recorded",
        ),
        pytest.param("a.pcap", 1, None, "1 frame read from a.pcap · times since the first SYN", id="file"),
        pytest.param("\x1b[0m", 1, None, r"1 frame read from \x1b[0m · times since the first SYN", id="strange file"),
        pytest.param("", 0, None, "times since the first SYN", id="unknown"),
    ],
)
def test_caption_says_where_packets_came_from(source: str, packets: int, lost: int | None, expected: str) -> None:
    assert caption(replace(heard(ORDINARY), source=source, packets=packets, lost=lost)) == [expected]


def test_caption_says_what_stopped_the_reading() -> None:
    broken = replace(heard(ORDINARY), problem="the last packet is cut off")
    assert caption(broken)[1] == "✕ reading stopped: the last packet is cut off"


def test_caption_names_the_first_packet_where_the_syn_is_not_the_first() -> None:
    assert caption(heard(ORDINARY, begin=1.0))[0].endswith("times since the first packet")
    assert caption(replace(heard(ORDINARY), segments=()))[0].endswith("times since the first packet")
