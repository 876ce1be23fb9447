import gzip
import io
import struct
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.capture.files import BrokenCapture, Frame, NotACapture, frames_in, read_frames
from tests.capture.packets import block, frame, interface, option, packet, pcap, section

FRAMES = [
    Frame(1, 1_700_000_000_123_456_000, 1, b"first", 5),
    Frame(2, 1_700_000_001_000_001_000, 1, b"second, cut", 1500),
    Frame(3, 1_700_000_001_000_001_000, 1, b"", 0),
]
NANOSECONDS = option(9, b"\x09")
TICKS = 1_700_000_000_123_456
EMPTY_PNG = b"\x89PNG\r\n\x1a\n"


def read(octets: bytes) -> list[Frame]:
    return list(frames_in(io.BytesIO(octets)))


def collected(source: Iterator[Frame]) -> tuple[list[Frame], str]:
    """Read as far as it goes: the frames, and what was wrong then."""
    frames: list[Frame] = []
    try:
        for each in source:
            frames.append(each)
    except (NotACapture, BrokenCapture) as error:
        return frames, str(error)
    return frames, ""


def read_on(octets: bytes) -> tuple[list[Frame], str]:
    return collected(frames_in(io.BytesIO(octets)))


def pcapng(order: str = "<") -> bytes:
    return section(order) + interface(order) + packet(b"one", TICKS, order) + packet(b"four", TICKS + 1, order, 0, 99)


@pytest.mark.parametrize("nanoseconds", [False, True], ids=["microseconds", "nanoseconds"])
@pytest.mark.parametrize("order", ["<", ">"], ids=["little-endian", "big-endian"])
def test_pcap_is_read_to_the_octet(order: str, nanoseconds: bool) -> None:
    assert read(pcap(FRAMES, order, nanoseconds)) == FRAMES


def test_pcap_nanoseconds_are_kept() -> None:
    assert read(pcap([frame(b"x", time=1_000_000_001)], nanoseconds=True))[0].time == 1_000_000_001


def test_pcap_frame_check_sequence_length_is_not_part_of_the_link_type() -> None:
    octets = bytearray(pcap([frame(b"x")]))
    octets[20:24] = struct.pack("<I", 0x2400_0001)
    assert read(bytes(octets))[0].link_type == 1


@pytest.mark.parametrize("order", ["<", ">"], ids=["little-endian", "big-endian"])
def test_pcapng_is_read_to_the_octet(order: str) -> None:
    assert read(pcapng(order)) == [
        Frame(1, TICKS * 1000, 1, b"one", 3),
        Frame(2, (TICKS + 1) * 1000, 1, b"four", 99),
    ]


@pytest.mark.parametrize(
    ("options", "ticks", "time"),
    [
        pytest.param(b"", 5, 5_000, id="microseconds where nothing is said"),
        pytest.param(option(9, b"\x06"), 5, 5_000, id="microseconds"),
        pytest.param(option(9, b"\x09"), 5, 5, id="nanoseconds"),
        pytest.param(option(9, b"\x03"), 5, 5_000_000, id="milliseconds"),
        pytest.param(option(9, b"\x00"), 5, 5_000_000_000, id="seconds"),
        pytest.param(option(9, b"\x0c"), 5_999, 5, id="picoseconds are cut to nanoseconds"),
        pytest.param(option(9, b"\x80"), 5, 5_000_000_000, id="2 to the power of 0"),
        pytest.param(option(9, b"\x8a"), 512, 500_000_000, id="2 to the power of -10"),
        pytest.param(option(9, b"\xff"), 1 << 63, 0, id="2 to the power of -127"),
        pytest.param(option(14, struct.pack("<q", 100)), 5, 100_000_005_000, id="offset"),
        pytest.param(option(14, struct.pack("<q", -1)), 2_000_000, 1_000_000_000, id="negative offset"),
        pytest.param(option(2, b"lo") + NANOSECONDS, 5, 5, id="after another option"),
        pytest.param(option(0, b"") + NANOSECONDS, 5, 5_000, id="not after the end of the options"),
        pytest.param(option(9, b""), 5, 5_000, id="resolution without a value"),
    ],
)
def test_pcapng_time_follows_the_interface(options: bytes, ticks: int, time: int) -> None:
    assert read(section() + interface(options=options) + packet(b"x", ticks))[0].time == time


def test_pcapng_interfaces_have_their_own_link_types() -> None:
    octets = section() + interface(link_type=1) + interface(link_type=101)
    frames = read(octets + packet(b"x", identity=1) + packet(b"x", identity=0))
    assert [frame.link_type for frame in frames] == [101, 1]


def test_pcapng_section_forgets_interfaces_and_sets_the_byte_order() -> None:
    second = section(">") + interface(">", link_type=276) + packet(b"y", 2, ">")
    frames = read(section() + interface() + packet(b"x", 1) + second)
    assert [(frame.number, frame.time, frame.link_type) for frame in frames] == [(1, 1_000, 1), (2, 2_000, 276)]


def test_pcapng_simple_packet_takes_time_and_interface_from_elsewhere() -> None:
    simple = block(3, struct.pack("<I", 9) + b"123456789")
    frames = read(section() + interface(snap=4) + packet(b"x", 7) + simple)
    assert frames[1] == Frame(2, 7_000, 1, b"1234", 9)


def test_pcapng_obsolete_packet_is_read() -> None:
    obsolete = block(2, struct.pack("<HHIIII", 1, 0, 0, 7, 2, 60) + b"xy")
    assert read(section() + interface() + interface(link_type=101) + obsolete) == [Frame(1, 7_000, 101, b"xy", 60)]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(block(10, struct.pack("<II", 0x544C534B, 4) + b"keys"), id="decryption secrets"),
        pytest.param(block(4, bytes(8)), id="names"),
        pytest.param(block(5, bytes(12)), id="statistics"),
        pytest.param(block(0x80000001, bytes(200_000)), id="one of 200,000 octets that nobody knows"),
        pytest.param(block(0xBAD, b""), id="one without a body"),
    ],
)
def test_pcapng_block_of_another_type_is_skipped(other: bytes) -> None:
    frames = read(section() + other + interface() + other + packet(b"x") + other + packet(b"y"))
    assert [frame.octets for frame in frames] == [b"x", b"y"]


@pytest.mark.parametrize("kind", [9, 0x204, 0x216, 0xBAD, 0x40000BAD])
def test_pcapng_block_that_wireshark_lists_has_a_number_among_the_frames(kind: int) -> None:
    frames = read(section() + interface() + packet(b"x") + block(kind, bytes(52)) + packet(b"y"))
    assert [(frame.number, frame.octets) for frame in frames] == [(1, b"x"), (3, b"y")]


@pytest.mark.timeout(10)
def test_pcapng_interface_with_many_options_costs_no_square_of_time() -> None:
    options = option(1, b"") * 250_000
    assert len(read(section() + interface(options=options) * 10 + packet(b"x"))) == 1


def test_pcapng_comment_on_a_frame_is_not_part_of_it() -> None:
    assert read(section() + interface() + packet(b"x", options=option(1, b"C: QUIT") + bytes(4)))[0].octets == b"x"


@pytest.mark.parametrize("content", [pcap(FRAMES), pcapng()], ids=["pcap", "pcapng"])
@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_read_frames_takes_a_file_by_its_content(tmp_path: Path, content: bytes, compress: type[bytes]) -> None:
    path = tmp_path / "no name tells it"
    path.write_bytes(compress(content))
    assert list(read_frames(path)) == read(content)


def test_read_frames_of_a_missing_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        next(read_frames(tmp_path / "none.pcap"))


def test_read_frames_of_a_cut_gzip_file_gives_the_whole_frames_first(tmp_path: Path) -> None:
    path = tmp_path / "cut.pcap.gz"
    path.write_bytes(gzip.compress(pcap([frame(bytes([n] * 99)) for n in range(200)]), mtime=0)[:-20])
    frames, problem = collected(read_frames(path))
    assert 0 < len(frames) <= 200
    assert problem.startswith("the compressed file is cut short or damaged")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"", "it is empty", id="empty"),
        pytest.param(b"\xd4", "does not begin as one", id="one octet"),
        pytest.param(b"From: a@example.com\r\n", "does not begin as one", id="text"),
        pytest.param(EMPTY_PNG, "does not begin as one", id="picture"),
        pytest.param(b"\xd4\xcd\xb2\xa1" + bytes(20), "does not begin as one", id="modified pcap"),
        pytest.param(pcap([], version=(2, 3)), "version 2.3 is not read here, only 2.4", id="pcap 2.3"),
        pytest.param(pcap([], version=(3, 0)), "version 3.0 is not read here, only 2.4", id="pcap 3.0"),
    ],
)
def test_what_is_no_capture_is_refused_in_one_line(content: bytes, reason: str) -> None:
    with pytest.raises(NotACapture, match=reason) as refusal:
        read(content)
    assert "give a pcap or pcapng file" in str(refusal.value)
    assert "\n" not in str(refusal.value)


LYING_FRAME = pcap([])[:24] + struct.pack("<IIII", 0, 0, 0xFFFFFFFF, 0xFFFFFFFF) + b"x"
ONE = section() + interface() + packet(b"x")


@pytest.mark.parametrize(
    ("content", "frames", "reason"),
    [
        pytest.param(pcap([])[:20], 0, "ends inside its header", id="pcap header cut"),
        pytest.param(LYING_FRAME, 0, "frame 1 claims 4,294,967,295 octets", id="pcap length lies"),
        pytest.param(section()[:10], 0, "without its byte-order mark", id="section cut"),
        pytest.param(section(major=2), 0, "pcapng version 2 is not read here", id="pcapng 2"),
        pytest.param(section() + packet(b"x"), 0, "interface 0, which is not described", id="no interface"),
        pytest.param(ONE + packet(b"x", identity=1), 1, "frame 2 comes from interface 1", id="no such interface"),
        pytest.param(ONE + block(3, bytes(4))[:12], 1, "ends inside the block after frame 1", id="block cut"),
        pytest.param(ONE + block(6, bytes(8)), 1, "block of frame 2 is too short", id="packet block too short"),
        pytest.param(section() + block(1, bytes(4)), 0, "interface description is too short", id="short interface"),
        pytest.param(ONE + struct.pack("<III", 99, 8, 8), 1, "claims 8 octets", id="block shorter than its frame"),
        pytest.param(ONE + struct.pack("<III", 99, 13, 13), 1, "claims 13 octets", id="block of odd length"),
        pytest.param(ONE + struct.pack("<III", 99, 12, 16), 1, "the two lengths", id="two lengths"),
        pytest.param(ONE + struct.pack("<II", 6, 0xFFFFFFF0), 1, "claims 4,294,967,280", id="packet block length lies"),
        pytest.param(ONE + struct.pack("<II", 99, 0xFFFFFFF0), 1, "ends inside the block", id="other length lies"),
        pytest.param(ONE + b"\x0a\x0d\x0d\x0a" + bytes(24), 1, "without its byte-order mark", id="later section"),
        pytest.param(ONE + section(major=9), 1, "version 9", id="later section of another version"),
    ],
)
def test_damage_is_told_after_the_whole_frames(content: bytes, frames: int, reason: str) -> None:
    found, problem = read_on(content)
    assert len(found) == frames
    assert reason in problem
    assert "\n" not in problem


def test_packet_block_that_holds_less_than_it_claims_is_damage() -> None:
    octets = bytearray(ONE)
    octets[-16:-8] = struct.pack("<II", 100, 100)
    assert read_on(bytes(octets)) == ([], "the file is damaged: frame 1 claims more octets than its block holds")


@pytest.mark.parametrize("content", [pcap(FRAMES), pcapng(), pcapng(">")], ids=["pcap", "pcapng", "big-endian pcapng"])
def test_file_cut_anywhere_gives_whole_frames_and_then_says_so(content: bytes) -> None:
    frames = read(content)
    clean_ends = 0
    for length in range(24, len(content)):
        found, problem = read_on(content[:length])
        assert found == frames[: len(found)]
        clean_ends += not problem
    # Between two frames, or two blocks, a file may end: nothing says how many there are.
    assert clean_ends == len(frames) + (content[:4] == b"\x0a\x0d\x0d\x0a") - (len(content) == 24)


@pytest.mark.parametrize("content", [LYING_FRAME, ONE + struct.pack("<II", 99, 0xFFFFFFF0)], ids=["frame", "block"])
def test_length_that_lies_allocates_nothing(content: bytes) -> None:
    tracemalloc.start()
    read_on(content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 20


def test_frames_come_before_the_file_is_read_to_its_end() -> None:
    file = io.BytesIO(pcap([frame(bytes(84))] * 1000))
    assert next(frames_in(file)).number == 1
    assert file.tell() == 24 + 100


@given(st.sampled_from([pcap([]), pcap([], ">"), section(), section() + interface(), b""]), st.binary(max_size=200))
def test_garbage_raises_nothing_but_the_documented_errors(start: bytes, garbage: bytes) -> None:
    frames, problem = read_on(start + garbage)
    assert [each.number for each in frames] == list(range(1, len(frames) + 1))
    assert "\n" not in problem


@given(st.sampled_from([pcap(FRAMES), pcapng(), pcapng(">")]), st.data())
def test_damaged_file_raises_nothing_but_the_documented_errors(content: bytes, data: st.DataObject) -> None:
    octets = bytearray(content)
    for position in data.draw(st.lists(st.integers(0, len(octets) - 1), min_size=1, max_size=4)):
        octets[position] = data.draw(st.integers(0, 255))
    frames, problem = read_on(bytes(octets))
    assert all(len(each.octets) <= each.original_length for each in frames)
    assert "\n" not in problem
