import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.capture.checksums import internet_checksum, with_checksums
from smtplab.capture.frame import Frame
from tests.capture.packets import (
    CLIENT6,
    ETHERNET,
    RAW_IP,
    SERVER6,
    ethernet,
    frame,
    ipv4,
    ipv6,
    tcp,
)


def end_around_sum(octets: bytes) -> int:
    """Sum 16-bit words as RFC 1071 §4.1 writes it, with a loop."""
    total: int = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def test_checksum_is_that_of_the_example_in_rfc_1071() -> None:
    assert internet_checksum(bytes.fromhex("0001f203f4f5f6f7")) == 0xFFFF - 0xDDF2


@given(st.lists(st.binary(min_size=1, max_size=9), min_size=1).filter(lambda parts: any(b"".join(parts))))
def test_octets_and_their_checksum_sum_to_all_ones(parts: list[bytes]) -> None:
    padded = b"".join(part + b"\0" * (len(part) % 2) for part in parts)
    assert end_around_sum(padded + internet_checksum(*parts).to_bytes(2, "big")) == 0xFFFF


@pytest.mark.parametrize("payload", [b"", b"x", b"QUIT\r\n", bytes(65_000)], ids=["none", "odd", "even", "64 KiB"])
def test_ipv4_and_tcp_checksums_are_put_right(payload: bytes) -> None:
    octets = with_checksums(frame(ethernet(ipv4(tcp(payload, options=bytes(4)), options=bytes(4))))).octets
    header, segment = octets[14:38], octets[38:]
    pseudo_header = header[12:20] + struct.pack("!HH", 6, len(segment))
    assert end_around_sum(header) == 0xFFFF
    assert end_around_sum(pseudo_header + segment + b"\0" * (len(segment) % 2)) == 0xFFFF


def test_ipv6_tcp_checksum_is_put_right() -> None:
    octets = with_checksums(frame(ipv6(tcp(b"QUIT\r\n", source=CLIENT6, destination=SERVER6)), RAW_IP)).octets
    segment = octets[40:]
    assert end_around_sum(octets[8:40] + struct.pack("!II", len(segment), 6) + segment) == 0xFFFF


def test_nothing_but_the_checksums_changes() -> None:
    before = frame(ethernet(ipv4(tcp(b"QUIT\r\n"))) + b"padding", number=7, time=9)
    after = with_checksums(before)
    changed = [place for place, pair in enumerate(zip(before.octets, after.octets, strict=True)) if pair[0] != pair[1]]
    assert changed == [24, 25, 50, 51]
    assert after._replace(octets=before.octets) == before


@pytest.mark.parametrize(
    "untouched",
    [
        pytest.param(frame(ipv4(tcp(b"QUIT\r\n")), RAW_IP, cut=44), id="cut by the capture"),
        pytest.param(frame(ipv4(tcp(b"QUIT\r\n"), fragment=0x2000), RAW_IP), id="first fragment"),
        pytest.param(frame(ipv4(tcp(b"QUIT\r\n"), total=0), RAW_IP), id="to be split by the card"),
        pytest.param(frame(ipv6(b"\6\0\0\1" + bytes(4) + tcp(), next_header=44), RAW_IP), id="fragment of IPv6"),
        pytest.param(frame(ipv4(b"\3" + bytes(7) + ipv4(tcp()), protocol=1), RAW_IP), id="quoted in an ICMP error"),
        pytest.param(frame(ipv4(b"", protocol=17), RAW_IP), id="UDP"),
        pytest.param(frame(ethernet(b"", 0x0806), ETHERNET), id="ARP"),
        pytest.param(frame(b"", RAW_IP), id="nothing"),
    ],
)
def test_what_cannot_be_computed_stays(untouched: Frame) -> None:
    assert with_checksums(untouched) == untouched
