"""What the made-up packets must have in common with real ones, checked by hand and by tshark."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from smtplab.capture.frame import Frame
from smtplab.capture.link import ACK, FIN, PSH, SYN, TcpSegment, place_of, segment_of
from smtplab.capture.save import save
from smtplab.capture.synthesis import Endpoint, Happening, What, synthesised

SERVER, CLIENT = ("127.0.0.1", 2525), ("127.0.0.1", 50000)
SERVER6, CLIENT6 = ("::1", 2525), ("::1", 50000)
START = 1_700_000_000_000_000_000
MAIL = b"Subject: x\r\n\r\n" + b"A line of some mail, which goes on for a while.\r\n" * 200 + b".\r\n"

SESSION: tuple[tuple[What, bytes], ...] = (
    ("open", b""),
    ("server", b"220 mail.example ready\r\n"),
    ("client", b"EHLO client.example\r\n"),
    ("server", b"250-mail.example\r\n250 PIPELINING\r\n"),
    ("client", b"MAIL FROM:<a@mail.example>\r\nRCPT TO:<b@mail.example>\r\nDATA\r\n"),
    ("server", b"250 ok\r\n250 ok\r\n354 go on\r\n"),
    ("client", MAIL),
    ("server", b"250 ok\r\n"),
    ("client", b"QUIT\r\n"),
    ("server", b"221 bye\r\n"),
    ("server closed", b""),
    ("client closed", b""),
)


def happenings(
    session: tuple[tuple[What, bytes], ...] = SESSION, client: Endpoint = CLIENT, server: Endpoint = SERVER
) -> list[Happening]:
    return [Happening(client, server, what, octets, START + n * 1_000_001) for n, (what, octets) in enumerate(session)]


def segments(frames: list[Frame]) -> list[TcpSegment]:
    return [segment for segment in map(segment_of, frames) if segment is not None]


def flags(*session: tuple[What, bytes]) -> list[tuple[int, int]]:
    """Give the source port and the flags of each segment."""
    return [(segment.source.port, segment.flags) for segment in segments(synthesised(happenings(session)))]


def test_synthesised_opening_is_the_handshake() -> None:
    assert flags(("open", b"")) == [(50000, SYN), (2525, SYN | ACK), (50000, ACK)]


def test_synthesised_write_is_acknowledged_by_the_other_party() -> None:
    assert flags(("client", b"QUIT\r\n")) == [(50000, PSH | ACK), (2525, ACK)]


@pytest.mark.parametrize(
    ("first", "second", "ports"),
    [
        pytest.param("client closed", "server closed", [50000, 2525, 2525, 50000], id="client first"),
        pytest.param("server closed", "client closed", [2525, 50000, 50000, 2525], id="server first"),
    ],
)
def test_synthesised_closing_has_both_fins_in_order(first: What, second: What, ports: list[int]) -> None:
    expected = list(zip(ports, [FIN | ACK, ACK, FIN | ACK, ACK], strict=True))
    assert flags((first, b""), (second, b"")) == expected


@pytest.mark.parametrize(("client", "server", "size"), [(CLIENT, SERVER, 1460), (CLIENT6, SERVER6, 1440)])
def test_synthesised_long_write_is_cut_at_the_segment_size(client: Endpoint, server: Endpoint, size: int) -> None:
    frames = synthesised(happenings((("client", bytes(3 * size + 1)),), client, server))
    assert [len(segment.payload) for segment in segments(frames)] == [size, size, 0, size, 1, 0]


def test_synthesised_segments_are_as_long_as_the_link_allows() -> None:
    sizes = [len(segment.payload) for segment in segments(synthesised(happenings((("client", MAIL),)), mtu=9000))]
    assert max(sizes) == 8960


def test_synthesised_same_happenings_give_the_same_octets() -> None:
    assert synthesised(happenings()) == synthesised(happenings())


def test_synthesised_frames_have_the_times_of_what_happened() -> None:
    frames = synthesised(happenings())
    assert {frame.time for frame in frames} == {happening.time for happening in happenings()}
    assert [frame.number for frame in frames] == list(range(1, len(frames) + 1))


def test_synthesised_capture_begun_amid_a_session_has_no_handshake() -> None:
    frames = synthesised(happenings(SESSION[4:]))
    assert segments(frames)[0].payload == SESSION[4][1]


def test_synthesised_more_happenings_only_append_frames() -> None:
    whole = synthesised(happenings())
    for count in range(len(SESSION)):
        frames = synthesised(happenings(SESSION[:count]))
        assert frames == whole[: len(frames)]


def test_synthesised_connections_at_once_do_not_mix() -> None:
    one, other = happenings(), happenings(client=("127.0.0.1", 50001))
    mixed = synthesised(happening for pair in zip(one, other, strict=True) for happening in pair)
    apart = [segment for segment in segments(mixed) if 50000 in (segment.source.port, segment.destination.port)]
    assert apart == segments(synthesised(one))


@pytest.mark.parametrize(("client", "server"), [(CLIENT, SERVER), (CLIENT6, SERVER6)], ids=["IPv4", "IPv6"])
def test_synthesised_checksums_are_right(client: Endpoint, server: Endpoint) -> None:
    for frame in synthesised(happenings(client=client, server=server)):
        place = place_of(frame)
        assert place is not None
        ip_header, segment = frame.octets[place.network : place.transport], frame.octets[place.transport :]
        addresses = ip_header[-8:] if server == SERVER else ip_header[-32:]
        if server == SERVER:
            assert ones_complement_sum(ip_header) == 0xFFFF
        assert ones_complement_sum(addresses + bytes([0, 6]) + len(segment).to_bytes(2, "big") + segment) == 0xFFFF


def ones_complement_sum(octets: bytes) -> int:
    """Add up word by word, as RFC 1071 §4.1 does."""
    total = 0
    for high, low in zip(octets[::2], octets[1::2] + b"\0", strict=False):
        total += high << 8 | low
        total = (total & 0xFFFF) + (total >> 16)
    return total


writes = st.tuples(
    st.sampled_from(("client", "server")), st.integers(0, 9000).map(lambda size: bytes(range(10)) * size)
)


@example([("client", b"QUIT\r\n")], 2**32 - 1, 2**32 - 3)
@given(st.lists(writes, max_size=8), st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_synthesised_sequence_numbers_hold_for_any_writes(
    session: list[tuple[What, bytes]], client: int, server: int
) -> None:
    frames = synthesised(
        happenings((("open", b""), *session, ("client closed", b""), ("server closed", b""))),
        {"client": client, "server": server},
    )
    heard = {2525: b"", 50000: b""}
    expected = {2525: server, 50000: client}
    for segment in segments(frames):
        here, there = segment.source.port, segment.destination.port
        assert segment.sequence == expected[here]
        assert not segment.flags & ACK or segment.acknowledgment == expected[there]
        expected[here] += len(segment.payload) + bool(segment.flags & (SYN | FIN))
        expected[here] %= 2**32
        heard[here] += segment.payload
    assert heard[50000] == b"".join(octets for what, octets in session if what == "client")
    assert heard[2525] == b"".join(octets for what, octets in session if what == "server")


@given(st.integers(0, 200_000))
def test_synthesised_window_is_never_filled(size: int) -> None:
    in_flight = 0
    for segment in segments(synthesised(happenings((("client", bytes(size)),)))):
        in_flight = in_flight + len(segment.payload) if segment.source.port == 50000 else 0
        assert in_flight < 65_535


@pytest.fixture(params=[(CLIENT, SERVER), (CLIENT6, SERVER6)], ids=["IPv4", "IPv6"])
def tshark(request: pytest.FixtureRequest, program: Callable[[str], str], tmp_path: Path) -> Callable[..., list[str]]:
    """Give tshark's output, line by line, on two sessions at once."""
    client, server = request.param
    both = happenings(client=client, server=server), happenings(client=(client[0], 50001), server=server)
    save(tmp_path / "made.pcapng", synthesised(sorted(both[0] + both[1], key=lambda happening: happening.time)))

    def run(*arguments: str) -> list[str]:
        command = [program("tshark"), "-r", str(tmp_path / "made.pcapng"), "-d", "tcp.port==2525,smtp", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()

    return run


def test_tshark_raises_no_flag(tshark: Callable[..., list[str]]) -> None:
    assert tshark("-Y", "tcp.analysis.flags || _ws.malformed || _ws.expert.severity >= 6291456") == []


def test_tshark_finds_the_checksums_right(tshark: Callable[..., list[str]]) -> None:
    check = ("-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE")
    status = tshark(*check, "-T", "fields", "-e", "tcp.checksum.status", "-e", "ip.checksum.status")
    assert {line.rstrip("\t").replace("\t", " ") for line in status} <= {"1", "1 1"}


def test_tshark_finds_both_sessions_complete(tshark: Callable[..., list[str]]) -> None:
    syn_data_fin_both_ways = "31"
    assert set(tshark("-2", "-T", "fields", "-e", "tcp.completeness")) == {syn_data_fin_both_ways}


def test_tshark_sees_the_smtp_of_the_session(tshark: Callable[..., list[str]]) -> None:
    codes = tshark("-Y", "tcp.stream == 0 && smtp.response.code", "-T", "fields", "-e", "smtp.response.code")
    assert codes == ["220", "250", "250,250,354", "250", "221"]
