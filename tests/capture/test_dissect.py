import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.capture.dissect import dissect, transcript_of
from smtplab.capture.files import NotACapture
from smtplab.capture.frame import Frame
from smtplab.capture.link import ACK, FIN, PSH, RST, Endpoint
from smtplab.protocol.transcript import Entry, Kind, Stream, Transcript
from tests.capture.packets import (
    CLIENT,
    CLIENT6,
    GREETING,
    ONE_MAIL,
    RAW_IP,
    SERVER,
    SERVER6,
    Talk,
    ethernet,
    frame,
    ipv4,
    numbered,
    pcap,
    tcp,
)

ODD_SERVER = Endpoint(SERVER.address, 8025)
WEB = ("C: GET / HTTP/1.1", "S: HTTP/1.1 200 OK")


def read(frames: Iterable[Frame], ports: tuple[int, ...] = ()) -> Transcript:
    return transcript_of(numbered(frames), "test", ports)


def said(transcript: Iterable[Entry]) -> list[str]:
    """Write entries in short: who, and what, or how much is missing."""
    return [f"{entry.party[0].upper()}: {entry.octets.decode().rstrip() or entry.missing}" for entry in transcript]


def talk_of(dialogue: Iterable[str], client: Endpoint = CLIENT, server: Endpoint = SERVER) -> Talk:
    return Talk(client, server).open().say(dialogue).close()


def test_session_becomes_its_dialogue() -> None:
    transcript = read(talk_of(ONE_MAIL).frames)
    assert said(transcript) == list(ONE_MAIL)
    assert transcript.packets == 3 + len(ONE_MAIL) + 3
    assert transcript.source == "test"
    assert transcript.problem == ""


def test_entries_have_frames_and_seconds_since_the_first_packet() -> None:
    entries = read(talk_of(GREETING).frames)[:2]
    assert [entry.frames for entry in entries] == [(4,), (5,)]
    assert [entry.time for entry in entries] == pytest.approx([0.003, 0.004])


def test_time_counts_from_the_first_packet_of_any_kind() -> None:
    first = Frame(1, 9_000_000_000, RAW_IP, b"something else", 14)
    assert read([first, *talk_of(GREETING).frames])[0].time == pytest.approx(1.003)


def test_segments_are_handshake_and_close() -> None:
    segments = read(talk_of(GREETING).frames).segments
    assert [(segment.party, segment.flags, segment.frame) for segment in segments] == [
        ("client", "SYN", 1),
        ("server", "SYN, ACK", 2),
        ("client", "ACK", 3),
        ("client", "FIN, ACK", 7),
        ("server", "FIN, ACK", 8),
    ]
    assert [segment.time for segment in segments] == pytest.approx([0, 0.001, 0.002, 0.006, 0.007])


def test_reset_and_push_are_named() -> None:
    talk = Talk().open().say(GREETING)
    talk.send("client", flags=FIN | PSH | ACK)
    talk.send("server", flags=RST)
    assert [segment.flags for segment in read(talk.frames).segments[3:]] == ["FIN, PSH, ACK", "RST"]


def test_endpoints_of_ipv6_stand_in_brackets() -> None:
    transcript = read(talk_of(GREETING, CLIENT6, SERVER6).frames)
    assert transcript.streams == (Stream(0, "[2001:db8::1]:50000", "[2001:db8::19]:25"),)


def test_two_sessions_are_told_apart_and_sorted_by_frame() -> None:
    first = talk_of(GREETING).frames
    second = talk_of(GREETING, Endpoint(CLIENT.address, 50001)).frames
    transcript = read(each for pair in zip(first, second, strict=True) for each in pair)
    assert [entry.stream for entry in transcript] == [0, 1, 0, 1, 0, 1]
    assert [stream.client for stream in transcript.streams] == ["192.0.2.1:50000", "192.0.2.1:50001"]
    assert [segment.frame for segment in transcript.segments] == sorted(
        segment.frame or 0 for segment in transcript.segments
    )


def test_first_reply_behind_the_handshake_is_the_greeting() -> None:
    impatient = ("C: EHLO tiny-desktop.example", "S: 554 You speak too soon", "S: 550 Rejected")
    replies = [(entry.code, entry.answers) for entry in read(talk_of(impatient).frames) if entry.kind is Kind.REPLY]
    assert replies == [(554, "GREETING"), (550, "EHLO")]


def test_session_on_ports_used_again_is_another_stream() -> None:
    frames = talk_of(GREETING).frames + Talk(isn=77).open().say(GREETING).frames
    transcript = read(frames)
    assert [stream.number for stream in transcript.streams] == [0, 1]
    assert said(transcript.stream(1)) == list(GREETING)


# Which streams are SMTP


@pytest.mark.parametrize("port", [25, 465, 587, 2525])
def test_known_port_is_smtp_whatever_is_said(port: int) -> None:
    transcript = read(talk_of(["S: hello"], server=Endpoint(SERVER.address, port)).frames)
    assert [entry.kind for entry in transcript] == [Kind.UNKNOWN]


def test_named_port_is_smtp() -> None:
    frames = talk_of(["S: hello"], server=ODD_SERVER).frames
    assert len(read(frames)) == 0
    assert len(read(frames, ports=(8025,))) == 1


def test_smtp_on_an_odd_port_is_found_by_what_is_said() -> None:
    transcript = read(talk_of(ONE_MAIL, server=ODD_SERVER).frames)
    assert said(transcript) == list(ONE_MAIL)
    assert transcript.streams == (Stream(0, "192.0.2.1:50000", "192.0.2.25:8025"),)


@pytest.mark.parametrize(
    "dialogue",
    [
        pytest.param(WEB, id="HTTP"),
        pytest.param(["S: 220 ftp ready", "C: USER anonymous", "S: 331 password?"], id="FTP"),
        pytest.param(["S: +OK ready", "C: QUIT"], id="POP3"),
        pytest.param(["C: EHLO x", "S: SSH-2.0-x"], id="EHLO to something else"),
        pytest.param([], id="nothing"),
        pytest.param(["S: 220 ready"], id="a greeting alone"),
        pytest.param(["C: " + "x" * 5000], id="one side, at length"),
    ],
)
def test_other_protocol_on_an_odd_port_is_left_out(dialogue: list[str]) -> None:
    transcript = read(talk_of(dialogue, server=ODD_SERVER).frames)
    assert (transcript.streams, transcript.segments, len(transcript)) == ((), (), 0)


def test_streams_left_out_keep_their_numbers() -> None:
    web = talk_of(WEB, server=Endpoint(SERVER.address, 80)).frames
    assert [stream.number for stream in read(web + talk_of(GREETING).frames).streams] == [1]


def test_one_character_in_a_segment_is_enough_to_find_smtp() -> None:
    talk = Talk(server=ODD_SERVER).open()
    for character in b"220 x\r\n":
        talk.send("server", bytes([character]))
    for character in b"EHLO y\r\n":
        talk.send("client", bytes([character]))
    assert said(read(talk.frames)) == ["S: 220 x", "C: EHLO y"]


# Who is the client


@pytest.mark.parametrize("server", [SERVER, ODD_SERVER], ids=["port 25", "odd port"])
@pytest.mark.parametrize("first", ["greeting", "EHLO"])
def test_client_is_found_without_a_handshake(server: Endpoint, first: str) -> None:
    talk = Talk(server=server).say(GREETING if first == "greeting" else (GREETING[1], GREETING[0], GREETING[2]))
    assert read(talk.frames).streams[0].client == "192.0.2.1:50000"


@pytest.mark.parametrize("first", [0, 1], ids=["server first", "client first"])
def test_client_between_two_known_ports_is_who_speaks_no_reply_codes(first: int) -> None:
    talk = Talk(Endpoint(CLIENT.address, 25), SERVER).say(GREETING[first:])
    assert read(talk.frames).streams[0].client == "192.0.2.1:25"


def test_client_is_who_sent_syn_even_from_port_25() -> None:
    assert read(talk_of(GREETING, SERVER, CLIENT).frames, ports=(50000,)).streams[0].client == "192.0.2.25:25"


@pytest.mark.parametrize("party", ["client", "server"])
def test_one_side_alone_is_read(party: Literal["client", "server"]) -> None:
    initial = party[0].upper()
    address = (CLIENT if party == "client" else SERVER).address
    frames = [each for each in talk_of(ONE_MAIL).frames if each.octets[12:16] == address]
    spoken = [line for line in ONE_MAIL if line.startswith(initial)]
    assert said(read(frames)) == spoken


# What is missing


def test_lost_command_is_a_gap_where_it_was() -> None:
    talk = Talk().open().say(GREETING)
    talk.lose("client", b"MAIL FROM:<a@example.com>\r\n")
    talk.say(["S: 250 OK", "C: RCPT TO:<b@example.com>", "S: 250 OK"])
    assert said(read(talk.frames))[3:] == ["C: 27", "S: 250 OK", "C: RCPT TO:<b@example.com>", "S: 250 OK"]


def test_frames_cut_by_the_capture_leave_gaps() -> None:
    talk = Talk().open().say(["S: 220 mail.example.com ready", "C: EHLO x", "S: 250 OK"])
    frames = [each._replace(octets=each.octets[:50]) for each in talk.frames]
    entries = read(frames).entries
    assert sum(len(entry.octets) + entry.missing for entry in entries if entry.party == "server") == 28 + 8
    assert [entry.missing for entry in entries if entry.kind is Kind.GAP] == [18]


def test_segments_out_of_order_are_read_in_order() -> None:
    frames = talk_of(ONE_MAIL).frames
    frames[12], frames[13] = frames[13], frames[12]  # the message and its end mark
    transcript = read(frames)
    assert said(transcript) == list(ONE_MAIL)
    message = next(entry for entry in transcript if entry.kind is Kind.MAIL_DATA)
    assert message.frames == (14,)


def test_entry_of_frames_out_of_order_is_complete_with_the_last_of_them() -> None:
    talk = Talk().open().say(["S: 220 x"])
    talk.send("client", b"EH")
    talk.send("client", b"LO x\r\n")
    early, late = talk.frames[4:]
    command = read([*talk.frames[:4], late._replace(time=early.time), early._replace(time=late.time)])[1]
    assert (command.octets, command.frames) == (b"EHLO x\r\n", (5, 6))
    assert command.time == pytest.approx(0.005)


def test_what_one_party_said_keeps_its_order_where_the_first_came_last() -> None:
    talk = Talk().open().say(["S: 220 x", "C: EHLO x", "C: NOOP", "S: 250 x"])
    talk.frames[4], talk.frames[5] = talk.frames[5], talk.frames[4]
    assert said(read(talk.frames)) == ["S: 220 x", "C: EHLO x", "C: NOOP", "S: 250 x"]


def test_numbers_that_are_all_0_are_taken_in_the_order_of_capture() -> None:
    talk = Talk().open().say(ONE_MAIL)
    frames = [each._replace(octets=each.octets[:24] + bytes(8) + each.octets[32:]) for each in talk.frames]
    assert said(read(frames)) == list(ONE_MAIL)


# Files


def test_dissect_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "mail.pcap"
    path.write_bytes(pcap(talk_of(ONE_MAIL).frames))
    transcript = dissect(path)
    assert (transcript.source, transcript.problem, said(transcript)) == ("mail.pcap", "", list(ONE_MAIL))


def test_dissect_of_a_cut_file_gives_what_is_whole_and_the_problem(tmp_path: Path) -> None:
    path = tmp_path / "cut.pcap"
    path.write_bytes(pcap(talk_of(ONE_MAIL).frames)[:-30])
    transcript = dissect(path)
    assert said(transcript) == list(ONE_MAIL)
    assert transcript.problem == "the file ends inside frame 20"


def test_dissect_of_no_capture_raises(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("nothing")
    with pytest.raises(NotACapture):
        dissect(path)


def test_links_that_are_not_read_are_a_problem_in_one_line() -> None:
    transcript = transcript_of([frame(b"radio", 127), frame(b"radio", 105)], "wlan")
    assert transcript.problem.startswith("frames of link type 105, 127 are not read here: ")
    assert transcript.packets == 2


def test_link_that_is_not_read_is_no_problem_beside_mail() -> None:
    assert read([frame(b"radio", 127), *talk_of(ONE_MAIL).frames]).problem == ""


def in_gre(packet: bytes) -> bytes:
    return ipv4(b"\0\0\x08\0" + packet, protocol=47)


def in_udp(port: int) -> bytes:
    return ipv4(struct.pack("!HHHH", 5000, port, 8, 0), protocol=17)


@pytest.mark.parametrize(
    ("frames", "names"),
    [
        pytest.param([frame(in_gre(ipv4(tcp())), RAW_IP)], "GRE", id="GRE"),
        pytest.param([frame(in_udp(4789), RAW_IP)] * 2, "VXLAN", id="VXLAN, twice"),
        pytest.param([frame(ethernet(bytes(40), 0x88E5, (0x8100,)))], "MACsec", id="MACsec"),
        pytest.param([frame(in_udp(4789), RAW_IP), frame(in_gre(b""), RAW_IP)], "GRE, VXLAN", id="two kinds"),
    ],
)
def test_tunnel_that_is_not_read_is_a_problem_where_no_mail_is_found(frames: list[Frame], names: str) -> None:
    problem = read([frame(ipv4(tcp()), RAW_IP), *frames]).problem
    assert problem == f"what goes through {names} is not read here: capture where the mail goes without"
    assert read([*frames, *talk_of(ONE_MAIL).frames]).problem == ""


def test_unread_link_is_a_problem_beside_a_tunnel_and_one_that_is_read() -> None:
    problem = read([frame(b"radio", 127), frame(ethernet(ipv4(tcp()))), frame(in_gre(b""), RAW_IP)]).problem
    assert problem.startswith("frames of link type 127 are not read here: ")
    assert "; what goes through GRE is not read here: " in problem


@pytest.mark.parametrize(
    "octets",
    [
        pytest.param(in_udp(53), id="a datagram"),
        pytest.param(in_udp(4789)[:21], id="a datagram that is cut"),
        pytest.param(ipv4(b"", protocol=2), id="IGMP"),
        pytest.param(b"something else", id="no packet"),
    ],
)
def test_what_holds_no_mail_is_no_problem(octets: bytes) -> None:
    assert read([frame(octets, RAW_IP)]).problem == ""
    assert read([frame(ethernet(octets, 0x0806))]).problem == ""


def test_command_in_two_fragments_is_one_line_with_the_frames_of_both() -> None:
    talk = Talk().open().say(["S: 220 ready", "C: NOOP and some more", "S: 250 ok"])
    whole = talk.frames[4]
    pieces = [
        whole._replace(octets=packet, original_length=len(packet))
        for packet in (
            ipv4(whole.octets[20:44], fragment=0x2000),
            ipv4(whole.octets[44:], fragment=3),
        )
    ]
    transcript = read([*talk.frames[:4], *pieces, *talk.frames[5:]])
    assert said(transcript) == ["S: 220 ready", "C: NOOP and some more", "S: 250 ok"]
    assert transcript[1].frames == (5, 6)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 40), st.integers(0, 63), st.binary(max_size=12)), max_size=20))
def test_any_segments_on_port_25_give_entries_whose_fields_tile(
    segments: list[tuple[bool, int, int, bytes]],
) -> None:
    frames = []
    for number, (up, sequence, flags, payload) in enumerate(segments, 1):
        ends = (CLIENT, SERVER) if up else (SERVER, CLIENT)
        frames.append(frame(ipv4(tcp(payload, flags, sequence, 5, *ends), *ends), RAW_IP, number, number))
    for entry in transcript_of(frames, "any"):
        edges = [0, *(field.stop for field in entry.fields)]
        assert [field.start for field in entry.fields] == edges[:-1]
        assert edges[-1] == len(entry.octets)


def test_times_before_that_of_the_first_packet_are_negative() -> None:
    first, *rest = talk_of(GREETING).frames
    assert read([first._replace(time=first.time + 1_000_000_000), *rest])[0].time == pytest.approx(-0.997)


@given(st.lists(st.integers(0, 5), min_size=17, max_size=17), st.lists(st.integers(3, 16), max_size=4))
def test_frames_some_places_late_or_repeated_change_nothing(late: list[int], repeated: list[int]) -> None:
    frames = talk_of(ONE_MAIL).frames
    after_handshake = sorted(range(3, len(frames)), key=lambda place: place + late[place - 3])
    order = [0, 1, 2, *after_handshake]
    transcript = read([frames[place] for place in order + repeated])
    assert said(transcript) == list(ONE_MAIL)
    assert all(entry.kind is not Kind.GAP for entry in transcript)


# Where both DATA and the 354 are lost, nothing tells that what follows is a message.
@given(st.sets(st.integers(3, 16), max_size=5).filter(lambda lost: not lost >= {10, 11}))
def test_lost_frames_leave_gaps_and_all_else_in_its_order(lost: set[int]) -> None:
    frames = [each for place, each in enumerate(talk_of(ONE_MAIL).frames) if place not in lost]
    transcript = read(frames)
    kept = [line for place, line in enumerate(ONE_MAIL, 3) if place not in lost]
    assert [line for line in said(transcript) if not line[3:].isdigit()] == kept
    for party in ("client", "server"):
        total = sum(len(entry.octets) + entry.missing for entry in transcript if entry.party == party)
        assert total == sum(len(line) - 1 for line in ONE_MAIL if line[0] == party[0].upper())
