import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from smtplab.capture.dissect import dissect, transcript_of
from smtplab.capture.files import read_frames
from smtplab.capture.frame import Frame
from smtplab.capture.link import Endpoint
from smtplab.capture.save import comments_of, decode_as, save
from tests.capture.packets import CLIENT, CLIENT6, GREETING, ONE_MAIL, SERVER, SERVER6, Talk, ethernet, frame, ipv4, tcp

ODD = Endpoint(SERVER.address, 4025)
KEYS = b"CLIENT_RANDOM " + b"00" * 32 + b" " + b"11" * 48 + b"\n"
Tshark = Callable[..., list[str]]


@pytest.fixture
def tshark(program: Callable[[str], str]) -> Tshark:
    """Give a function that lets tshark read a file, and gives the lines that it prints."""
    path = program("tshark")

    def run(file: Path, *arguments: str) -> list[str]:
        command = [path, "-n", "-r", str(file), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()

    return run


def talk(server: Endpoint = SERVER, client: Endpoint = CLIENT) -> list[Frame]:
    return Talk(client, server).open().say(ONE_MAIL).close().frames


def test_saved_frames_are_read_back_with_their_nanoseconds(tmp_path: Path) -> None:
    frames = [
        frame(ethernet(b"a"), number=1, time=1_700_000_000_123_456_789),
        frame(b"b", link_type=101, number=2, time=5, cut=0),
        frame(ethernet(b"ccc"), number=3, time=(1 << 62) + 1),
    ]
    save(tmp_path / "x.pcapng", frames)
    assert list(read_frames(tmp_path / "x.pcapng")) == frames


def test_saved_session_is_dissected_as_before(tmp_path: Path) -> None:
    before = transcript_of(talk(), "session.pcapng")
    save(tmp_path / "session.pcapng", talk(), comments=comments_of(before), source="live", keys=KEYS)
    assert dissect(tmp_path / "session.pcapng") == before


def test_saved_file_is_the_same_each_time(tmp_path: Path) -> None:
    for name in ("one", "two"):
        save(tmp_path / name, talk(), source="live", keys=KEYS)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_comments_say_what_each_frame_completes() -> None:
    comments = comments_of(transcript_of(talk(), "test"))
    assert comments[5] == ["C: EHLO TINY-DESKTOP"]
    assert comments[13] == ["C: [mail data, 23 octets]"]
    assert 3 not in comments


def test_comment_on_a_reply_of_several_lines_is_one_line() -> None:
    frames = Talk().open().say([*GREETING[:2], "S: 250-mail.example.com\r\n250-SIZE\r\n250 HELP"]).frames
    assert comments_of(transcript_of(frames, "test"))[6] == ["S: 250-mail.example.com (and 2 more lines)"]


def test_comments_of_a_frame_with_several_commands_are_several() -> None:
    frames = Talk().open().say([*GREETING, "C: RSET\r\nQUIT"]).frames
    assert comments_of(transcript_of(frames, "test"))[7] == ["C: RSET", "C: QUIT"]


def test_comments_do_not_tell_passwords() -> None:
    login = ["C: AUTH LOGIN", "S: 334 VXNlcm5hbWU6", "C: dGVzdDAx", "S: 334 UGFzc3dvcmQ6", "C: cGFzc3dvcmQwMQ=="]
    frames = Talk().open().say([*GREETING, *login, "S: 235 2.7.0 OK"]).frames
    comments = [comment for said in comments_of(transcript_of(frames, "test")).values() for comment in said]
    assert "C: dGVzdDAx" in comments
    assert not any("cGFzc3dvcmQwMQ" in comment for comment in comments)


@pytest.mark.parametrize(
    ("port", "argument"), [(25, ""), (587, ""), (465, "tcp.port==465,smtp"), (2525, "tcp.port==2525,smtp")]
)
def test_decode_as_is_empty_where_wireshark_knows_the_port(port: int, argument: str) -> None:
    assert decode_as(port) == argument


# What Wireshark says of it


def test_tshark_shows_the_comments(tmp_path: Path, tshark: Tshark) -> None:
    save(tmp_path / "x.pcapng", talk(), comments=comments_of(transcript_of(talk(), "test")))
    shown = tshark(tmp_path / "x.pcapng", "-Y", "frame.comment", "-T", "fields", "-e", "frame.comment")
    assert shown[:3] == ["S: 220 mail.example.com ready", "C: EHLO TINY-DESKTOP", "S: 250 mail.example.com"]
    assert len(shown) == len(ONE_MAIL)


@pytest.mark.parametrize(("client", "server"), [(CLIENT, SERVER), (CLIENT6, SERVER6)], ids=["IPv4", "IPv6"])
def test_tshark_finds_the_checksums_right(client: Endpoint, server: Endpoint, tmp_path: Path, tshark: Tshark) -> None:
    save(tmp_path / "x.pcapng", talk(server, client))
    check = ["-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"]
    wrong = "tcp.checksum.status != 1 or ip.checksum.status != 1 or _ws.malformed"
    assert tshark(tmp_path / "x.pcapng", *check, "-Y", wrong) == []
    assert tshark(tmp_path / "x.pcapng", "-Y", "tcp.analysis.flags") == []


def test_tshark_sees_smtp_at_an_odd_port_with_the_argument_alone(tmp_path: Path, tshark: Tshark) -> None:
    save(tmp_path / "x.pcapng", talk(ODD))
    assert tshark(tmp_path / "x.pcapng", "-Y", "smtp") == []
    verbs = ["-Y", "smtp.req.command", "-T", "fields", "-e", "smtp.req.command"]
    assert tshark(tmp_path / "x.pcapng", "-d", decode_as(4025), *verbs) == ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]


def test_file_says_what_made_it_where_from_and_holds_the_keys(
    tmp_path: Path, program: Callable[[str], str], tshark: Tshark
) -> None:
    save(tmp_path / "x.pcapng", [*talk(), frame(ipv4(tcp()), 101)], source="recorded at the socket", keys=KEYS)
    command = [program("capinfos"), str(tmp_path / "x.pcapng")]
    about = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    assert re.search(r"Capture application: +smtplab", about)
    assert re.search(r"Number of decryption secrets in file: +1", about)
    assert re.search(r"Description = recorded at the socket", about)
    assert re.search(r"precision: +nanoseconds", about)
