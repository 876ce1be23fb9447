"""Lesson 00: what its checks say beyond right and wrong, and that Wireshark counts as they do."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from smtplab.capture.record import Capture
from smtplab.lessons import Lesson
from smtplab.lessons.verdicts import Standing
from tests.lessons import lesson_00

Captures = dict[str, Capture]


@pytest.mark.parametrize("live", [False, None], ids=["recorded at the socket", "live where allowed"])
def test_frames_are_counted_as_tshark_counts_them(
    live: bool | None, program: Callable[[str], str], tmp_path: Path
) -> None:
    capture, tshark = lesson_00.capture(live=live), program("tshark")
    saved = capture.save(tmp_path / "session.pcapng")
    command = [tshark, "-r", saved.path, "-d", saved.decode_as]
    counts = tuple(
        len(subprocess.run([*command, *filtered], check=True, capture_output=True).stdout.splitlines())
        for filtered in (["-Y", "smtp"], [])
    )
    assert Lesson("00").check(3, counts, capture).is_correct


def test_decode_as_agrees_with_what_is_saved(captures: Captures, tmp_path: Path) -> None:
    saved = captures["00"].save(tmp_path / "session.pcapng")
    for answer in (saved.decode_as, f"-d {saved.decode_as}", saved.decode_as.upper()):
        assert Lesson("00").check(4, answer, captures["00"]).is_correct


def test_speaker_is_shown_in_two_frames_of_the_capture(captures: Captures) -> None:
    first, *_, second = (entry for entry in captures["00"].transcript if entry.phase in ("greeting", "EHLO"))
    (evidence,) = Lesson("00").check(1, "server", captures["00"]).remarks
    assert f"Frame {first.frame} is the server's greeting" in evidence
    assert second.frame is not None


@pytest.mark.parametrize(
    ("number", "answer", "said"),
    [
        pytest.param(1, "client", "as in HTTP", id="client, as in HTTP"),
        pytest.param(2, {254}, "254 is in the article", id="254 of the article"),
        pytest.param(2, {221, 250, 354, 220}, "belongs to another phase: greeting", id="code of another phase"),
        pytest.param(2, {250, 354}, "1 code missing: look at QUIT", id="one code missing"),
        pytest.param(2, {250}, "2 codes missing: look first at QUIT", id="two codes missing"),
        pytest.param(5, "SYN, ACK", "Before the first frame there was nothing", id="answer before the question"),
    ],
)
def test_wrong_answer_names_the_misconception(number: int, answer: object, said: str, captures: Captures) -> None:
    assert said in Lesson("00").check(number, answer, captures["00"]).text()


@pytest.mark.parametrize(
    ("layer", "protocol", "said"),
    [
        pytest.param("tcp", "imf", "IMF is the mail, not what carries it", id="the mail"),
        pytest.param("tcp", "http", "`http` is not what your server speaks", id="another protocol"),
        pytest.param("udp", "smtp", "SMTP goes over TCP, not over UDP", id="another layer"),
        pytest.param("ip", "smtp", "is not the form that Wireshark reads", id="another form"),
    ],
)
def test_rule_with_the_right_port_is_told_what_is_wrong(
    layer: str, protocol: str, said: str, captures: Captures
) -> None:
    port = captures["00"].transcript.streams[0].server.rpartition(":")[2]
    assert said in Lesson("00").check(4, f"{layer}.port=={port},{protocol}", captures["00"]).remarks[0]


def test_no_flag_at_all_cannot_be_read(captures: Captures) -> None:
    verdict = Lesson("00").check(5, "", captures["00"])
    assert (verdict.standing, verdict.remarks) == (
        Standing.UNREADABLE,
        ('Answer with the name of a flag, such as `"FIN"`.',),
    )


def test_counting_entries_for_frames_is_noticed(captures: Captures) -> None:
    transcript = captures["00"].transcript
    assert (
        "You counted what was said"
        in Lesson("00").check(3, (len(transcript), transcript.packets), captures["00"]).text()
    )


def test_predictions_are_answered_by_the_wire(captures: Captures) -> None:
    comparison = Lesson("00").compare(captures["00"])
    assert [outcome for _, _, outcome in comparison.rows] == [  # type: ignore[union-attr]
        "the server",
        "10",
        "yes: it is encoded, and everybody can decode it",
    ]
