import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.capture.frame import Frame
from smtplab.capture.link import ACK, LINKS, PSH, SYN, Endpoint, TcpSegment, segment_of
from tests.capture.packets import (
    CLIENT,
    CLIENT6,
    ETHERNET,
    RAW_IP,
    SERVER,
    SERVER6,
    ethernet,
    frame,
    ipv4,
    ipv6,
    tcp,
)

SEGMENT = tcp(b"QUIT\r\n", ACK | PSH, 1000, 2000)
EXPECTED = TcpSegment(CLIENT, SERVER, 1000, 2000, ACK | PSH, b"QUIT\r\n")
SEGMENT6 = tcp(b"QUIT\r\n", ACK | PSH, 1000, 2000, CLIENT6, SERVER6)
EXPECTED6 = EXPECTED._replace(source=CLIENT6, destination=SERVER6)


def extension(next_header: int, rest: bytes = bytes(6)) -> bytes:
    """Make an IPv6 extension header; its length is counted in units of 8 octets, the first not counted."""
    return bytes([next_header, (len(rest) + 2) // 8 - 1]) + rest


def cooked(packet: bytes, ethertype: int) -> bytes:
    return bytes(14) + struct.pack("!H", ethertype) + packet


def cooked2(packet: bytes, ethertype: int) -> bytes:
    return struct.pack("!H", ethertype) + bytes(18) + packet


def icmp(kind: int, quoted: bytes) -> bytes:
    return bytes([kind]) + bytes(7) + quoted


def payload_of(octets: bytes, link_type: int = RAW_IP, cut: int | None = None) -> bytes | None:
    segment = segment_of(frame(octets, link_type, cut=cut))
    return None if segment is None else segment.payload


@pytest.mark.parametrize(
    ("link_type", "wrap"),
    [
        pytest.param(1, ethernet, id="Ethernet"),
        pytest.param(113, cooked, id="Linux cooked"),
        pytest.param(276, cooked2, id="Linux cooked 2"),
        pytest.param(101, lambda packet, _: packet, id="raw IP"),
        pytest.param(12, lambda packet, _: packet, id="raw IP as BSD numbers it"),
        pytest.param(14, lambda packet, _: packet, id="raw IP as OpenBSD numbers it"),
        pytest.param(0, lambda packet, _: b"\2\0\0\0" + packet, id="loopback, little-endian"),
        pytest.param(0, lambda packet, _: b"\0\0\0\2" + packet, id="loopback, big-endian"),
        pytest.param(0, lambda packet, _: b"\x1e\0\0\0" + packet, id="loopback of macOS, IPv6"),
        pytest.param(108, lambda packet, _: b"\0\0\0\2" + packet, id="loopback of OpenBSD"),
        pytest.param(9, lambda packet, _: b"\xff\3\0\x21" + packet, id="PPP"),
        pytest.param(50, lambda packet, _: b"\xff\3\0\x21" + packet, id="PPP on a serial line"),
        pytest.param(104, lambda packet, kind: b"\x0f\0" + kind.to_bytes(2, "big") + packet, id="Cisco's HDLC"),
        pytest.param(109, lambda packet, _: b"\2\0\0\0" + bytes(8) + packet, id="IPsec of OpenBSD"),
    ],
)
@pytest.mark.parametrize(
    ("packet", "ethertype", "expected"),
    [
        pytest.param(ipv4(SEGMENT), 0x0800, EXPECTED, id="IPv4"),
        pytest.param(ipv6(SEGMENT6), 0x86DD, EXPECTED6, id="IPv6"),
    ],
)
def test_segment_is_found_below_every_link(
    link_type: int, wrap: Callable[[bytes, int], bytes], packet: bytes, ethertype: int, expected: TcpSegment
) -> None:
    assert segment_of(frame(wrap(packet, ethertype), link_type)) == expected


@pytest.mark.parametrize(
    "tags", [(0x8100,), (0x88A8, 0x8100), (0x9100, 0x8100), (0x8100,) * 50], ids=["one", "two", "old and new", "fifty"]
)
def test_vlan_tags_are_passed(tags: tuple[int, ...]) -> None:
    assert segment_of(frame(ethernet(ipv4(SEGMENT), tags=tags))) == EXPECTED


def pppoe(packet: bytes, protocol: int = 0x21) -> bytes:
    return struct.pack("!BBHHH", 0x11, 0, 1, len(packet) + 2, protocol) + packet


def snap(packet: bytes, ethertype: int = 0x0800) -> bytes:
    return b"\xaa\xaa\x03\0\0\0" + struct.pack("!H", ethertype) + packet


MPLS_LABEL, LAST_MPLS_LABEL = bytes([0, 1, 0, 64]), bytes([0, 1, 1, 64])


@pytest.mark.parametrize(
    ("payload", "ethertype", "expected"),
    [
        pytest.param(LAST_MPLS_LABEL + ipv4(SEGMENT), 0x8847, EXPECTED, id="an MPLS label"),
        pytest.param(MPLS_LABEL * 9 + LAST_MPLS_LABEL + ipv6(SEGMENT6), 0x8848, EXPECTED6, id="ten MPLS labels"),
        pytest.param(pppoe(ipv4(SEGMENT)), 0x8864, EXPECTED, id="PPPoE"),
        pytest.param(pppoe(ipv6(SEGMENT6), 0x57), 0x8864, EXPECTED6, id="PPPoE, IPv6"),
        pytest.param(snap(ipv4(SEGMENT)), 54, EXPECTED, id="a length, LLC and SNAP"),
    ],
)
def test_what_may_stand_before_ip_is_passed(payload: bytes, ethertype: int, expected: TcpSegment) -> None:
    assert segment_of(frame(ethernet(payload, ethertype, (0x8100,)))) == expected
    assert segment_of(frame(cooked(payload, ethertype), 113)) == expected


def test_vlan_tag_after_a_cooked_header_is_passed() -> None:
    tagged = struct.pack("!HH", 7, 0x0800) + ipv4(SEGMENT)
    assert segment_of(frame(cooked(tagged, 0x8100), 113)) == EXPECTED
    assert segment_of(frame(cooked2(tagged, 0x8100), 276)) == EXPECTED


@pytest.mark.parametrize(
    "packet",
    [
        pytest.param(ipv4(SEGMENT, options=bytes(8)), id="IPv4 options"),
        pytest.param(ipv4(tcp(b"QUIT\r\n", ACK | PSH, 1000, 2000, options=b"\1" * 40)), id="TCP options"),
        pytest.param(ipv4(SEGMENT, total=0), id="total length 0: the card was to split it"),
        pytest.param(ipv4(ipv4(SEGMENT), protocol=4), id="IPv4 in IPv4"),
        pytest.param(ipv6(ipv4(SEGMENT), next_header=4), id="IPv4 in IPv6"),
    ],
)
def test_ip_header_of_any_shape_is_passed(packet: bytes) -> None:
    assert segment_of(frame(packet, RAW_IP)) == EXPECTED


@pytest.mark.parametrize(
    "packet",
    [
        pytest.param(ipv6(SEGMENT6, length=0), id="length 0"),
        pytest.param(ipv6(extension(6) + SEGMENT6, next_header=0), id="hop-by-hop options"),
        pytest.param(ipv6(extension(6, bytes(22)) + SEGMENT6, next_header=60), id="24 octets of destination options"),
        pytest.param(ipv6(extension(43) + extension(6) + SEGMENT6, next_header=0), id="two headers"),
        pytest.param(ipv6(b"\6\0\0\1" + bytes(4) + SEGMENT6, next_header=44), id="first fragment"),
        pytest.param(ipv6(b"\6\0\0\0" + bytes(4) + SEGMENT6, next_header=44), id="fragment that is the whole"),
        pytest.param(ipv6(extension(6) + SEGMENT6, next_header=135), id="mobility header"),
        pytest.param(ipv6(b"\6\4" + bytes(22) + SEGMENT6, next_header=51), id="authentication header"),
        pytest.param(ipv4(ipv6(SEGMENT6), protocol=41), id="IPv6 in IPv4"),
    ],
)
def test_ipv6_headers_are_passed(packet: bytes) -> None:
    assert segment_of(frame(packet, RAW_IP)) == EXPECTED6


def test_padding_of_a_short_ethernet_frame_is_no_data() -> None:
    assert payload_of(ethernet(ipv4(tcp())) + bytes(6), ETHERNET) == b""


def test_padding_behind_ipv6_is_no_data() -> None:
    assert payload_of(ethernet(ipv6(tcp(b"x")), 0x86DD) + b"trailer", ETHERNET) == b"x"


@pytest.mark.parametrize(
    ("kept", "payload", "missing"),
    [(46, b"QUIT\r\n", 0), (45, b"QUIT\r", 1), (40, b"", 6), (36, b"", 6)],
    ids=["whole", "last octet cut", "all data cut", "cut in the TCP header"],
)
def test_what_the_capture_cut_off_is_missing(kept: int, payload: bytes, missing: int) -> None:
    assert segment_of(frame(ipv4(SEGMENT), RAW_IP, cut=kept)) == EXPECTED._replace(payload=payload, missing=missing)


def test_length_beyond_the_end_of_the_frame_on_the_wire_makes_nothing_missing() -> None:
    assert segment_of(frame(ipv4(SEGMENT, total=1500), RAW_IP)) == EXPECTED


def test_first_fragment_gives_what_it_has() -> None:
    assert payload_of(ipv4(SEGMENT, fragment=0x2000)) == b"QUIT\r\n"


@pytest.mark.parametrize(
    "octets",
    [
        pytest.param(ipv4(SEGMENT, fragment=0x2001), id="IPv4 fragment that is not the first"),
        pytest.param(
            ipv6(b"\6\0\0\x09" + bytes(4) + SEGMENT6, next_header=44), id="IPv6 fragment that is not the first"
        ),
        pytest.param(ipv4(SEGMENT, protocol=17), id="UDP"),
        pytest.param(ipv6(SEGMENT6, next_header=59), id="no next header"),
        pytest.param(b"\x44" + ipv4(SEGMENT)[1:], id="IPv4 header of 16 octets"),
        pytest.param(b"\x55" + ipv4(SEGMENT)[1:], id="IP version 5"),
        pytest.param(ipv4(SEGMENT, total=30), id="stated length ends inside the TCP header"),
        pytest.param(ipv4(SEGMENT)[:33], id="frame ends inside the TCP header"),
        pytest.param(ipv4(SEGMENT)[:19], id="frame ends inside the IP header"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_no_segment_where_there_is_none(octets: bytes) -> None:
    assert segment_of(frame(octets, RAW_IP)) is None


@pytest.mark.parametrize(
    ("octets", "link_type"),
    [
        pytest.param(ethernet(ipv4(SEGMENT), 0x0806), 1, id="ARP"),
        pytest.param(ethernet(b"", tags=(0x8100,))[:15], 1, id="cut in a VLAN tag"),
        pytest.param(cooked(ipv4(SEGMENT), 0x88CC), 113, id="LLDP"),
        pytest.param(ipv4(SEGMENT), 147, id="unknown link"),
        pytest.param(ethernet(MPLS_LABEL * 9, 0x8847), 1, id="cut among MPLS labels"),
        pytest.param(ethernet(LAST_MPLS_LABEL + bytes(4) + ipv4(SEGMENT), 0x8847), 1, id="no IP behind MPLS"),
        pytest.param(ethernet(pppoe(ipv4(SEGMENT), 0xC021), 0x8864), 1, id="LCP in PPPoE"),
        pytest.param(ethernet(snap(ipv4(SEGMENT), 0x0806), 54), 1, id="ARP behind SNAP"),
        pytest.param(ethernet(b"\x42\x42\x03" + ipv4(SEGMENT), 43), 1, id="spanning tree"),
    ],
)
def test_no_segment_in_another_protocol(octets: bytes, link_type: int) -> None:
    assert segment_of(frame(octets, link_type)) is None


@pytest.mark.parametrize("length", [0, 4, 15], ids=["0", "16 octets", "60 octets, beyond the end"])
def test_tcp_header_length_that_cannot_be_gives_no_data(length: int) -> None:
    octets = bytearray(ipv4(SEGMENT))
    octets[32] = length << 4
    assert segment_of(frame(bytes(octets), RAW_IP)) == EXPECTED._replace(payload=b"")


@pytest.mark.parametrize(
    "octets",
    [
        pytest.param(ipv4(icmp(3, ipv4(SEGMENT)), SERVER, CLIENT, 1), id="destination unreachable"),
        pytest.param(ipv4(icmp(11, ipv4(SEGMENT)[:40]), SERVER, CLIENT, 1), id="time exceeded, header alone"),
        pytest.param(ipv6(icmp(2, ipv4(SEGMENT)), next_header=58), id="packet too big"),
    ],
)
def test_segment_in_an_icmp_error_is_quoted(octets: bytes) -> None:
    segment = segment_of(frame(octets, RAW_IP))
    assert segment is not None
    assert (segment.quoted, segment.source, segment.sequence) == (True, CLIENT, 1000)


@pytest.mark.parametrize(
    "octets",
    [
        pytest.param(ipv4(icmp(8, ipv4(SEGMENT)), protocol=1), id="echo"),
        pytest.param(ipv6(icmp(128, ipv6(SEGMENT6)), next_header=58), id="echo of IPv6"),
        pytest.param(ipv4(icmp(3, ipv4(SEGMENT)[:28]), protocol=1), id="8 octets quoted, which have no flags"),
        pytest.param(ipv4(icmp(3, ipv4(icmp(3, ipv4(SEGMENT)), protocol=1)), protocol=1), id="an error in an error"),
    ],
)
def test_no_segment_in_other_icmp(octets: bytes) -> None:
    assert segment_of(frame(octets, RAW_IP)) is None


@pytest.mark.parametrize(
    ("endpoint", "text"),
    [
        (Endpoint(bytes([127, 0, 0, 1]), 25), "127.0.0.1:25"),
        (Endpoint(bytes(15) + b"\1", 2525), "[::1]:2525"),
        (SERVER6, "[2001:db8::19]:25"),
    ],
)
def test_endpoint_reads_as_address_and_port(endpoint: Endpoint, text: str) -> None:
    assert str(endpoint) == text


def test_tunnels_within_tunnels_end() -> None:
    assert payload_of(ipv4(b"", protocol=4, total=0) * 10_000) is None


@given(st.sampled_from(sorted(LINKS)), st.binary(max_size=120), st.integers(0, 200))
def test_garbage_is_a_segment_or_none(link_type: int, octets: bytes, missing: int) -> None:
    segment = segment_of(Frame(1, 0, link_type, octets, len(octets) + missing))
    assert segment is None or len(segment.payload) + segment.missing <= len(octets) + missing


@given(st.data())
def test_damaged_packet_is_a_segment_or_none(data: st.DataObject) -> None:
    packet = data.draw(st.sampled_from([ipv4(SEGMENT), ipv6(extension(6) + SEGMENT6, next_header=0)]))
    octets = bytearray(ethernet(packet, 0x0800, (0x8100,)))
    for position in data.draw(st.lists(st.integers(12, len(octets) - 1), min_size=1, max_size=4)):
        octets[position] = data.draw(st.integers(0, 255))
    segment = segment_of(frame(bytes(octets)))
    assert segment is None or bytes(octets).find(segment.payload) >= 0


def test_syn_is_kept_among_the_flags() -> None:
    segment = segment_of(frame(ipv4(tcp(flags=SYN)), RAW_IP))
    assert segment is not None
    assert segment.flags == SYN


@given(st.data())
def test_damaged_packet_is_the_same_in_ethernet_as_alone(data: st.DataObject) -> None:
    """What most frames are is read by a shorter way, which must lead to the same."""
    octets = bytearray(ipv4(SEGMENT) + data.draw(st.sampled_from([b"", bytes(6)])))
    for position in data.draw(st.lists(st.integers(0, 39), max_size=3)):
        octets[position] = data.draw(st.integers(0, 255))
    cut = data.draw(st.none() | st.integers(0, len(octets)))
    alone = frame(bytes(octets), RAW_IP, cut=cut)
    wrapped = frame(ethernet(bytes(octets)), cut=None if cut is None else cut + 14)
    assert segment_of(wrapped) == segment_of(alone)
