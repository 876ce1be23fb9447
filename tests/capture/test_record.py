"""Captures of whole SMTP sessions, live and from the sockets."""

import gc
import os
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from smtplab.capture.files import read_frames
from smtplab.capture.link import FIN, segment_of
from smtplab.capture.record import Capture, Saved
from smtplab.net.client import Client
from smtplab.net.server import Server

USER, OTHER, PASSWORD = "test01@coremail.cn", "test02@coremail.cn", "password01"
MESSAGE = "Subject: a mail\r\n\r\n" + "A line of it.\r\n" * 300


@pytest.fixture(params=[True, False], ids=["live", "recorded"])
def live(request: pytest.FixtureRequest) -> bool:
    """Run a test both ways; live where this user may."""
    if request.param:
        request.getfixturevalue("may_capture")
    return bool(request.param)


def send_mail(server: Server, messages: int = 1) -> None:
    with Client(server) as client:
        client.ehlo("TINY-DESKTOP")
        for _ in range(messages):
            client.mail(USER)
            client.rcpt(OTHER)
            client.data(MESSAGE)


def octets_of(capture: Capture) -> list[tuple[str, bytes]]:
    return [(entry.party, entry.octets) for entry in capture.transcript]


def test_capture_has_the_whole_session(live: bool) -> None:
    with Server(users={USER: PASSWORD}) as server, Capture(server, live) as capture, Client(server) as client:
        client.ehlo("TINY-DESKTOP")
        client.auth("LOGIN", USER, PASSWORD)
    phases = dict.fromkeys(entry.phase for entry in capture.transcript)
    assert list(phases) == ["greeting", "EHLO", "AUTH", "QUIT"]
    assert [segment.flags for segment in capture.transcript.segments][:3] == ["SYN", "SYN, ACK", "ACK"]
    assert [segment.flags for segment in capture.transcript.segments][3:] == ["FIN, ACK", "FIN, ACK"]


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_capture_both_ways_at_once_hears_the_same(may_capture: None, host: str) -> None:
    with Server(host=host) as server, Capture(server, True) as wire, Capture(server, False) as sockets:
        send_mail(server, messages=2)
    assert octets_of(wire) == octets_of(sockets)
    assert (wire.source, sockets.source) == ("live", "recorded at the socket")
    assert (wire.lost, sockets.lost) == (0, 0)


def test_capture_source_and_loss_are_in_the_transcript(live: bool) -> None:
    with Server() as server, Capture(server, live) as capture:
        send_mail(server)
    transcript = capture.transcript
    assert (transcript.source, transcript.lost) == (capture.source, 0)
    assert transcript.packets == len(capture.frames)


def test_capture_while_it_runs_has_what_was_just_said(live: bool) -> None:
    with Server() as server, Capture(server, live) as capture, Client(server) as client:
        client.ehlo("TINY-DESKTOP")
        assert (capture.transcript[-1].party, capture.transcript[-1].verb) == ("server", "EHLO")
        client.noop()
        assert capture.transcript[-1].verb == "NOOP"
        assert 0 < len(capture.packets) <= len(capture.frames)  # an acknowledgment may still have been on its way


def test_capture_after_the_end_can_be_read_again(live: bool) -> None:
    with Server() as server, Capture(server, live) as capture, Client(server) as client:
        client.noop()
        assert capture.transcript[-1].verb == "NOOP"  # so one was made before the end
    assert capture.transcript[-1].verb == "QUIT"
    assert capture.transcript is capture.transcript
    assert capture.packets is capture.packets
    assert capture.frames == capture.frames


def test_capture_of_one_server_has_nothing_of_another(live: bool) -> None:
    with Server() as server, Server() as other, Capture(server, live) as capture, Capture(other, live) as quiet:
        send_mail(server)
    assert len(capture.transcript.streams) == 1
    assert quiet.frames == []
    assert len(quiet.transcript) == 0


def test_capture_with_a_connection_left_open_ends_in_time(live: bool) -> None:
    with Server() as server, Client(server):
        began = time.monotonic()
        with Capture(server, live) as capture, Client(server) as client:
            client.noop()
            left_open = Client(server)
            left_open.connect()
        assert 1 <= time.monotonic() - began < 2
        assert len(capture.transcript.streams) == 2
        left_open.close()


def test_capture_begun_while_a_session_closes_has_nothing_of_it(live: bool) -> None:
    with Server() as server:
        for _ in range(20):
            send_mail(server)
            with Capture(server, live) as capture:
                pass
            assert capture.frames == []


def test_capture_begun_amid_a_session_has_the_rest_of_it(live: bool) -> None:
    with Server() as server, Client(server) as client:
        client.ehlo("TINY-DESKTOP")
        with Capture(server, live) as capture:
            client.noop()
            client.quit()
    assert [entry.verb for entry in capture.transcript if entry.party == "client"] == ["NOOP", "QUIT"]
    assert [segment.flags for segment in capture.transcript.segments] == ["FIN, ACK", "FIN, ACK"]


def test_capture_packets_know_smtp(live: bool) -> None:
    from smtplab.capture.layer import SMTPRequest, SMTPResponse

    with Server() as server, Capture(server, live) as capture:
        send_mail(server)
    requests = [packet[SMTPRequest].commands[0].verb for packet in capture.packets if SMTPRequest in packet]
    assert requests == [b"EHLO", b"MAIL", b"RCPT", b"DATA", b"QUIT"]
    assert [bytes(packet) for packet in capture.packets] == [frame.octets for frame in capture.frames]
    assert capture.packets.filter(lambda packet: SMTPResponse in packet)[0][SMTPResponse].lines[0].code == b"220"


def test_capture_started_twice_is_an_error(live: bool) -> None:
    with Server() as server, Capture(server, live) as capture:
        with pytest.raises(RuntimeError, match="make a new Capture"):
            capture.start()
        capture.stop()
        capture.stop()
        with pytest.raises(RuntimeError, match="make a new Capture"):
            capture.start()


@pytest.mark.parametrize("name", ["source", "frames", "lost", "transcript", "packets"])
def test_capture_not_started_says_so(name: str) -> None:
    with pytest.raises(RuntimeError, match=r"use it in a `with` statement"):
        getattr(Capture(Server()), name)


def test_capture_of_a_server_without_port_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="start it before the capture"):
        Capture(Server()).start()


def test_capture_taps_are_gone_after_it() -> None:
    with Server() as server:
        with Capture(server, False), Capture(server, False):
            assert len(server.taps) == 2
        assert server.taps == []


def test_capture_twenty_times_leaves_nothing_behind(live: bool) -> None:
    threads, descriptors = threading.enumerate(), os.listdir("/dev/fd")
    with Server() as server:
        for _ in range(20):
            with Capture(server, live) as capture:
                send_mail(server)
            assert capture.transcript[-1].verb == "QUIT"
    gc.collect()  # a socket that was forgotten would raise its ResourceWarning here
    assert threading.enumerate() == threads
    assert len(os.listdir("/dev/fd")) == len(descriptors)


def test_save_writes_the_frames_with_comments(live: bool, tmp_path: Path) -> None:
    with Server() as server, Capture(server, live) as capture:
        send_mail(server)
    saved = capture.save(tmp_path / "session.pcapng")
    assert [frame.time for frame in read_frames(saved.path)] == [frame.time for frame in capture.frames]
    assert b"C: EHLO TINY-DESKTOP" in Path(saved.path).read_bytes()
    assert capture.source.encode() in Path(saved.path).read_bytes()


def test_save_on_a_lab_port_tells_the_decode_as_line() -> None:
    saved = Saved("my session.pcapng", "tcp.port==2525,smtp")
    assert str(saved).endswith("tshark -r 'my session.pcapng' -d tcp.port==2525,smtp")


def test_save_on_a_known_port_needs_no_decode_as() -> None:
    assert str(Saved("session.pcapng", "")).endswith("tshark -r session.pcapng")


def test_save_gives_a_file_in_which_tshark_sees_the_session(
    live: bool, program: Callable[[str], str], tmp_path: Path
) -> None:
    with Server() as server, Capture(server, live) as capture:
        send_mail(server)
    saved = capture.save(tmp_path / "session.pcapng")
    command = [program("tshark"), "-r", saved.path, "-d", saved.decode_as]
    check = ["-o", "tcp.check_checksum:TRUE", "-Y", "tcp.analysis.flags || tcp.checksum.status == 0"]
    assert subprocess.run([*command, *check], capture_output=True, text=True, check=True).stdout == ""
    codes = [*command, "-Y", "smtp.response.code", "-T", "fields", "-e", "smtp.response.code"]
    seen = subprocess.run(codes, capture_output=True, text=True, check=True).stdout.split()
    assert seen == ["220", "250", "250", "250", "354", "250", "221"]


def retransmissions() -> int:
    """Ask the kernel how many segments it has sent again, since it was started: a busy machine makes TCP do that."""
    names, values = (
        line.split() for line in Path("/proc/net/snmp").read_text().splitlines() if line.startswith("Tcp:")
    )
    return int(values[names.index("RetransSegs")])


@pytest.mark.slow
def test_capture_of_a_hundred_sessions_loses_and_doubles_nothing(
    may_capture: None, program: Callable[[str], str], tmp_path: Path
) -> None:
    sessions, messages = 100, 20
    sent_again = -retransmissions()
    with Server(discard=True) as server, Capture(server, True) as wire, Capture(server, False) as sockets:
        for _ in range(sessions):
            send_mail(server, messages)
    sent_again += retransmissions()
    assert wire.lost == 0
    assert octets_of(wire) == octets_of(sockets)
    assert len(wire.transcript.streams) == sessions
    assert len({frame.octets for frame in wire.frames}) == len(wire.frames)

    fins = [(s.source, s.destination) for s in map(segment_of, wire.frames) if s is not None and s.flags & FIN]
    assert len(set(fins)) == 2 * sessions
    assert len(fins) <= 2 * sessions + sent_again

    saved = wire.save(tmp_path / "sessions.pcapng")
    command = [program("tshark"), "-r", saved.path, "-Y", "tcp.analysis.flags"]
    flags = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert flags == "" or sent_again
