"""Whole files that somebody made up to crash, hang or fill whoever reads them."""

import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzz import targets
from smtplab.capture.dissect import dissect, transcript_of
from smtplab.protocol.transcript import Party
from smtplab.views.records import json_lines
from tests.capture.packets import (
    CLIENT6,
    GREETING,
    ONE_MAIL,
    RAW_IP,
    SERVER6,
    Talk,
    frame,
    interface,
    ipv4,
    packet,
    pcap,
    section,
    tcp,
)

MEGABYTE = 1_000_000
SAID = (
    *ONE_MAIL,
    *("S: 250-STARTTLS", "S: 250 AUTH PLAIN", "C: AUTH PLAIN AGEAYg==", "S: 334 ", "C: BDAT 4 LAST", "C: STARTTLS"),
    *(
        "C: Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\n--x--",
        "C: \x16\x03\x01\x00\x05",
        "C: ",
        "S: 220-",
    ),
)
LENGTHS = st.sampled_from([0, 1, 0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0xFFFFFFF0, 0xFFFFFFFF])


def pcapng(talk: Talk, order: str) -> bytes:
    blocks = (packet(each.octets, each.time // 1000, order) for each in talk.frames)
    return section(order) + interface(order, RAW_IP) + b"".join(blocks)


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """Make a capture of lines that hardly make sense, and damage it: cut, with lengths that lie, octets changed."""
    talk = (Talk(CLIENT6, SERVER6) if draw(st.booleans()) else Talk()).open()
    talk.say(draw(st.lists(st.sampled_from(SAID), max_size=12)))
    talk.frames = draw(st.permutations(talk.frames)) if draw(st.booleans()) else talk.frames
    order = draw(st.sampled_from("<>"))
    octets = bytearray(pcapng(talk, order) if draw(st.booleans()) else pcap(talk.frames, order))
    for place in draw(st.lists(st.integers(0, len(octets) - 4), max_size=3)):
        octets[place : place + 4] = struct.pack(order + "I", draw(LENGTHS))
    for place in draw(st.lists(st.integers(0, len(octets) - 1), max_size=3)):
        octets[place] = draw(st.integers(0, 255))
    return bytes(octets[: draw(st.none() | st.integers(0, len(octets)))])


@given(files())
def test_damaged_file_is_read_as_far_as_it_goes_and_all_in_it_explained(octets: bytes) -> None:
    targets.capture(octets)


LINE = b"a" * MEGABYTE
LONG = [
    pytest.param([b"C: " + LINE], id="command"),
    pytest.param([b"C: MAIL FROM:<" + LINE + b">"], id="path"),
    pytest.param([b"C: MAIL FROM:<a@b>" + b" A=b" * (MEGABYTE // 4)], id="parameters"),
    pytest.param([b"C: EHLO " + LINE], id="domain"),
    pytest.param([b"C: AUTH PLAIN " + b"AGEAYg==" * (MEGABYTE // 8)], id="initial response"),
    pytest.param([b"C: BDAT " + b"9" * MEGABYTE], id="chunk size"),
    pytest.param([b"S: 250 " + LINE], id="reply"),
    pytest.param([b"S: 250-" + b"A \r\n250-" * (MEGABYTE // 8), b"S: 250 b"], id="reply of many lines"),
    pytest.param([b"S: 250-" + b"AUTH " * (MEGABYTE // 5), b"S: 250 b"], id="keyword"),
    pytest.param([b"C: AUTH LOGIN", b"S: 334 " + b"VXNl" * (MEGABYTE // 4)], id="challenge"),
    pytest.param([b"C: AUTH SCRAM-SHA-256", b"S: 334 ", b"C: " + b"LD0s" * (MEGABYTE // 4)], id="response"),
    pytest.param([b"C: STARTTLS", b"S: 220 go", b"C: \x16\x03\x01\xff\xff" + LINE], id="TLS"),
    *(
        pytest.param([b"C: DATA", b"S: 354 go", b"C: " + start + unit * (MEGABYTE // len(unit)), b"C: ."], id=name)
        for name, start, unit in (
            ("header field", b"Subject: ", b"a"),
            ("addresses", b"To: ", b'"a" <b@c>,'),
            ("trace", b"Received: ", b"from a (b) "),
            ("body", b"a: b\r\n\r\n", b"a"),
            ("dots", b"a: b\r\n", b"\r\n.."),
            ("bare LFs", b"a: b\r\n\r\n", b"\n.x"),
            ("nested multiparts", b"", b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n"),
            ("nested messages", b"", b"Content-Type: message/rfc822\r\n\r\n"),
            ("encoded words", b"Subject: ", b"=?utf-8?q?=41?= "),
        )
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize("dialogue", LONG)
def test_line_of_a_megabyte_is_read_in_seconds(dialogue: list[bytes], tmp_path: Path) -> None:
    talk = Talk().open().say(GREETING)
    for line in dialogue:
        send(talk, "client" if line.startswith(b"C") else "server", line[3:] + b"\r\n")
    path = tmp_path / "long.pcap"
    path.write_bytes(pcap(talk.close().frames))
    begun = process_time()
    transcript = dissect(path)
    assert sum(1 for _ in json_lines(transcript)) == len(transcript)
    assert str(transcript)
    assert process_time() - begun < 15
    said = sum(len(entry.octets) for entry in transcript)
    assert said == sum(len(line) - 1 for line in (*GREETING, *dialogue))


def send(talk: Talk, party: Party, octets: bytes) -> None:
    for start in range(0, len(octets), 60_000):
        talk.send(party, octets[start : start + 60_000])


IN_HALF_A_GIGABYTE = """
import resource, sys
from smtplab.cli import main
resource.setrlimit(resource.RLIMIT_AS, (500_000_000, 500_000_000))
sys.exit(main(["dissect", *sys.argv[1:]]))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited as Linux does it")
def test_million_segments_of_one_octet_are_read_in_bounded_memory(tmp_path: Path) -> None:
    """In a process of its own, whose memory can be limited."""
    path = tmp_path / "tiny.pcap"
    with path.open("wb") as file:
        file.write(pcap([])[:20] + struct.pack("<I", RAW_IP))
        for octets in tiny_segments():
            file.write(struct.pack("<IIII", 1, 0, len(octets), len(octets)) + octets)
    told = subprocess.run([sys.executable, "-c", IN_HALF_A_GIGABYTE, str(path)], capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    assert "EHLO      C: EHLO a" in told.stdout


def tiny_segments() -> Iterator[bytes]:
    said = b"EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n"
    said += b"x" * (MEGABYTE - len(said))
    for place in range(MEGABYTE):
        yield ipv4(tcp(said[place : place + 1], sequence=place + 1, acknowledgment=1))


def test_frames_that_say_nothing_take_no_memory() -> None:
    silent = (frame(ipv4(tcp()), RAW_IP, number, number) for number in range(1, 50_000))
    assert len(transcript_of(silent, "silent")) == 0


def test_message_nested_as_deep_as_it_goes_is_read() -> None:
    targets.message(b"Content-Type: message/rfc822\r\n\r\n" * 10_000)
