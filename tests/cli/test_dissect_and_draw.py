"""`smtplab demo`, and `dissect` and `draw` on what it leaves."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from smtplab.capture.save import save
from smtplab.cli import main
from smtplab.cli.demo import MESSAGE
from smtplab.cli.reading import NO_SMTP
from tests.capture.packets import Talk, pcap


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("demo")
    assert main(["demo", "-o", str(directory)]) == 0
    return directory


@pytest.fixture
def session(demo: Path) -> str:
    return str(demo / "session.pcapng")


def test_demo_leaves_capture_picture_and_transcript(demo: Path) -> None:
    assert sorted(path.name for path in demo.iterdir()) == ["ladder.svg", "session.pcapng", "transcript.txt"]
    assert "C: EHLO TINY-DESKTOP" in (demo / "transcript.txt").read_text()


def test_dissect_prints_what_demo_printed(demo: Path, session: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dissect", session]) == 0
    assert capsys.readouterr().out == (demo / "transcript.txt").read_text()


def test_dissect_as_json_gives_one_object_a_line_with_fields_that_tile(
    session: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["dissect", session, "--format", "json"]) == 0
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [record["verb"] for record in records if record["kind"] == "command"][:3] == ["EHLO", "AUTH", "MAIL"]
    for record in records:
        edges = [0] + [field["stop"] for field in record["fields"]]
        assert [field["start"] for field in record["fields"]] == edges[:-1]
        assert edges[-1] == record["octets"]


def test_dissect_as_bytes_shows_each_field(session: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dissect", session, "--format", "bytes", "--filter", "smtp.req.command == EHLO"]) == 0
    output = capsys.readouterr().out
    assert "45 48 4c 4f" in output
    assert "RFC 5321 §4.1.1.1" in output


def test_dissect_exports_the_message_octet_for_octet(demo: Path, session: str, tmp_path: Path) -> None:
    assert main(["dissect", session, "--export", str(tmp_path / "mails")]) == 0
    (mail,) = (tmp_path / "mails").iterdir()
    assert hashlib.sha256(mail.read_bytes()).digest() == hashlib.sha256(MESSAGE.replace("\n", "\r\n").encode()).digest()


def test_dissect_says_which_exported_message_is_not_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    talk = Talk().open().say(["S: 220 a", "C: EHLO b", "S: 250 a", "C: MAIL FROM:<c@d>", "S: 250 OK"])
    talk.say(["C: RCPT TO:<e@f>", "S: 250 OK", "C: DATA", "S: 354 go on", "C: Subject: a", "C: "])
    talk.lose("client", b"b\r\n")
    path = tmp_path / "hole.pcap"
    path.write_bytes(pcap(talk.say(["C: c", "C: .", "S: 250 OK"]).close().frames))
    assert main(["dissect", str(path), "--export", str(tmp_path / "mails")]) == 0
    (mail,) = (tmp_path / "mails").iterdir()
    assert mail.read_bytes() == b"Subject: a\r\n\r\nc\r\n"
    assert capsys.readouterr().err == f"smtplab: {mail}: 17 octets, 3 more are missing from the capture\n"


def test_dissect_exports_though_nobody_reads_what_it_prints(session: str, tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "smtplab", "dissect", session, "--export", str(tmp_path / "mails")]
    subprocess.run(command, stdout=writer, check=True, timeout=60)
    os.close(writer)
    assert len(list((tmp_path / "mails").iterdir())) == 1


def test_output_in_an_encoding_that_lacks_a_character_goes_on(session: str) -> None:
    command = [sys.executable, "-m", "smtplab", "dissect", session]
    done = subprocess.run(command, env={**os.environ, "PYTHONIOENCODING": "ascii"}, capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
    assert rb"AUTH      S: 334 UGFzc3dvcmQ6   \u201cPassword:\u201d" in done.stdout


def test_dissect_with_a_filter_shows_only_what_passes(session: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dissect", session, "--filter", "smtp.response.code == 354"]) == 0
    assert capsys.readouterr().out.count("\n") == 1


def test_dissect_with_stats_tells_them_after_the_text(session: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dissect", session, "--stats"]) == 0
    text, statistics = capsys.readouterr().out.split("\n\n")
    assert text.startswith("greeting  S: 220")
    assert statistics.startswith("stream 0: 127.0.0.1:")
    assert "  transaction 1: accepted with 250 in frame " in statistics


def test_dissect_with_stats_as_json_gives_an_object_more(session: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dissect", session, "--format", "json", "--stats"]) == 0
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [record["kind"] for record in records].count("stats") == 1
    assert (
        records[-1]["transactions"][0]["sha256"] == hashlib.sha256(MESSAGE.replace("\n", "\r\n").encode()).hexdigest()
    )


def test_dissect_with_stats_and_a_filter_tells_of_connections_that_are_shown_whole(
    session: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["dissect", session, "--stats", "--filter", "smtp.response.code == 354"]) == 0
    statistics = capsys.readouterr().out.split("\n\n")[1]
    assert statistics.startswith("stream 0: ")
    assert "10 round trips" in statistics


@pytest.mark.parametrize(
    ("options", "said"),
    [
        pytest.param([], "[no entry passes this filter]\n", id="text"),
        pytest.param(["--stats"], "[no entry passes this filter]\n", id="statistics"),
        pytest.param(["--stats", "--format", "json"], "", id="json"),
        pytest.param(["--format", "bytes"], "", id="bytes"),
    ],
)
def test_dissect_with_a_filter_that_nothing_passes_does_not_say_that_nothing_was_said(
    options: list[str], said: str, session: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["dissect", session, "--filter", "tcp.stream == 9", *options]) == 0
    assert capsys.readouterr().out == said


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf"])
def test_draw_makes_a_picture_of_the_form_that_its_name_says(suffix: str, session: str, tmp_path: Path) -> None:
    picture = tmp_path / f"ladder.{suffix}"
    assert main(["draw", session, "-o", str(picture)]) == 0
    beginning = {"png": b"\x89PNG", "pdf": b"%PDF"}
    if suffix == "svg":
        ElementTree.parse(picture)
    else:
        assert picture.read_bytes().startswith(beginning[suffix])


@pytest.mark.parametrize(
    ("view", "shown"),
    [
        pytest.param("ladder", "SMTP ladder: 20 arrows", id="ladder"),
        pytest.param("timing", "SMTP timing: 10 round trips", id="timing"),
        pytest.param("states", "SMTP state chart: 11 states", id="states"),
    ],
)
def test_draw_shows_what_it_is_asked_for(view: str, shown: str, session: str, tmp_path: Path) -> None:
    picture = tmp_path / "picture.svg"
    assert main(["draw", session, "-o", str(picture), "--view", view]) == 0
    assert shown in picture.read_text(encoding="utf-8")


def test_dissect_of_a_truncated_file_prints_what_is_there_and_then_complains(
    session: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cut = tmp_path / "cut.pcapng"
    octets = Path(session).read_bytes()
    cut.write_bytes(octets[: len(octets) // 2])
    assert main(["dissect", str(cut)]) == 2
    captured = capsys.readouterr()
    assert "S: 220 mail.coremail.cn" in captured.out
    assert captured.err.count("\n") == 1


@pytest.mark.parametrize(
    ("command", "status"), [(["dissect"], 0), (["draw", "-o", "x.svg"], 2)], ids=["dissect", "draw"]
)
def test_file_without_smtp_is_told_with_what_may_help(
    command: list[str], status: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "nothing.pcapng"
    save(path, [])
    assert main([*command, str(path)]) == status
    assert capsys.readouterr().err == f"smtplab: {path}: {NO_SMTP}\n"


@pytest.mark.parametrize("command", [["dissect"], ["draw", "-o", "x.svg"]], ids=["dissect", "draw"])
@pytest.mark.parametrize("content", [None, b"", b"This is no capture at all."], ids=["missing", "empty", "text"])
def test_bad_file_is_told_in_one_line_with_status_2(
    command: list[str], content: bytes | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad"
    if content is not None:
        path.write_bytes(content)
    assert main([*command, str(path)]) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert str(path) in captured.err


def test_dissect_with_a_capture_filter_is_told_the_difference(session: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dissect", session, "--filter", "tcp port 25"]) == 2
    assert "this is a capture filter" in capsys.readouterr().err


def test_output_into_a_pipe_that_is_closed_ends_without_a_word(session: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "smtplab", "dissect", session]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, timeout=60)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")
