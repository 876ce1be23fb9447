"""Lesson 08: what its checks say beyond right and wrong, and that its verdicts hold on real servers."""

import ssl
import subprocess
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from smtplab.capture.dissect import dissect, transcript_of
from smtplab.capture.record import Capture
from smtplab.lessons import Lesson
from smtplab.lessons.authentication.impostor import YesToAll
from smtplab.lessons.encryption.second_hello import SENTENCES
from smtplab.lessons.encryption.settings import SETTINGS, WORDS, Setting
from smtplab.lessons.exercises import Exercise
from smtplab.lessons.questions import Comparison
from smtplab.lessons.verdicts import Standing
from smtplab.net.client import Client
from smtplab.net.server import Server
from smtplab.protocol.client import TlsRefused
from smtplab.protocol.transcript import Kind
from tests.lessons import lesson_08

Captures = dict[str, Capture]
SEEDS = range(20)


def exercise(number: int, seed: object = 1, capture: Capture | None = None) -> Exercise:
    made = Lesson("08", seed)._exercise(number, capture)
    assert isinstance(made, Exercise)
    return made


def said_to(number: int, answer: Any, capture: Capture | None = None, seed: object = 1) -> str:
    return Lesson("08", seed).check(number, answer, capture).remarks[0]


def test_predictions_are_answered_by_the_wire(captures: Captures) -> None:
    comparison = Lesson("08").compare(captures["08"])
    assert isinstance(comparison, Comparison)
    outcomes = [outcome for _, _, outcome in comparison.rows]
    assert outcomes == ["the 220 that answers STARTTLS", "another EHLO", "STARTTLS"]


def test_predictions_say_so_where_there_is_no_tls(captures: Captures) -> None:
    comparison = Lesson("08").compare(captures["00"])
    assert isinstance(comparison, Comparison)
    assert {outcome for _, _, outcome in comparison.rows} == {"not in this capture"}


def test_onlooker_reads_no_password(captures: Captures) -> None:
    capture = captures["08"]
    seen = transcript_of(capture.frames, capture.source)
    assert any(entry.tls for entry in capture.transcript)
    assert not any(entry.tls or entry.phase == "AUTH" for entry in seen)
    assert next(entry.code for entry in reversed(seen) if entry.kind is Kind.REPLY) == 220


@pytest.mark.parametrize("seed", SEEDS)
def test_last_line_in_clear_text_lets_tls_begin(seed: int) -> None:
    lines = exercise(1, seed).lines
    assert lines is not None
    last = lines.letters.index(exercise(1, seed).solve())
    assert lines.lines[last] == "S: 220 Ready to start TLS"
    assert lines.lines[last + 1] == "C: EHLO TINY-DESKTOP"


def test_some_are_told_that_tls_is_not_to_be_had_at_first() -> None:
    refused = ["S: 454 TLS not available just now" in lines_of(seed) for seed in SEEDS]
    assert any(refused)
    assert not all(refused)


def lines_of(seed: int) -> list[str]:
    lines = exercise(1, seed).lines
    assert lines is not None
    return list(lines.lines)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("C: STARTTLS", "220 lets TLS begin, and 454 does not"),
        ("S: 220 mx1.blue.example ESMTP Anti-spam GT ready", "the next line is `C: EHLO TINY-DESKTOP`"),
        ("S: 235 Authentication successful", "went through TLS already"),
    ],
)
def test_wrong_line_is_told_why(line: str, said: str) -> None:
    assert said in said_to(1, "ABCDEFGHIJKLMNOP"[lines_of(1).index(line)])


def test_refusal_of_starttls_is_told_to_be_one() -> None:
    seed = next(seed for seed in SEEDS if any("454" in line for line in lines_of(seed)))
    place = next(index for index, line in enumerate(lines_of(seed)) if "454" in line)
    assert "454 says that TLS does not begin" in said_to(1, "ABCDEFGHIJKLMNOP"[place], seed=seed)


def test_last_line_is_found_in_the_capture(captures: Captures) -> None:
    reply = next(entry for entry in captures["08"].transcript if entry.answers == "STARTTLS")
    assert f"frame {reply.frame}." in said_to(1, exercise(1).solve(), captures["08"])


@pytest.mark.parametrize("number", [1, 2, 3])
def test_capture_without_starttls_is_told(number: int, captures: Captures) -> None:
    verdict = Lesson("08").check(number, exercise(number).solve(), captures["00"])
    assert verdict.standing is Standing.UNREADABLE
    assert "Your capture has no" in verdict.remarks[0]


def test_sentences_on_the_second_ehlo_hold_on_the_wire(captures: Captures) -> None:
    inside = [entry for entry in captures["08"].transcript if entry.tls]
    true = [sentence.says for sentence in SENTENCES if sentence.is_true]
    assert "The server greets again" not in " ".join(true)
    assert inside[0].verb == "EHLO"  # so no greeting came
    assert b"STARTTLS" not in inside[1].octets


def test_server_has_forgotten_the_first_ehlo() -> None:
    with Server(tls="starttls") as server, Client(server) as client:
        client.ehlo("client.example")
        client.starttls()
        assert client.send_line("MAIL FROM:<>").code == 503
        assert client.ehlo("client.example").code == 250
        assert client.send_line("STARTTLS").code == 503


@pytest.mark.parametrize("seed", SEEDS)
def test_true_sentence_that_is_missing_is_looked_for_in_half_of_them(seed: int, captures: Captures) -> None:
    made = exercise(2, seed)
    assert made.lines is not None
    right, letters = made.solve(), made.lines.letters
    for missing in right:
        first, last = ("A", "C") if missing in "ABC" else ("D", letters[-1])
        said = said_to(2, right.replace(missing, ""), captures["08"], seed)
        assert f"There is another one, among {first} to {last}." in said


@pytest.mark.parametrize("seed", SEEDS)
def test_size_is_in_both_lists_and_starttls_in_one(seed: int) -> None:
    lines, right = exercise(3, seed).lines, exercise(3, seed).solve()
    assert lines is not None
    alone = {lines[letter].partition(": ")[2].split()[0] for letter in right}
    assert {"STARTTLS", "AUTH"} <= alone <= {"STARTTLS", "AUTH", "SMTPUTF8", "CHUNKING"}


def test_other_parameter_is_no_other_extension() -> None:
    lines = exercise(3).lines
    assert lines is not None
    size = next(letter for letter in lines.letters if "SIZE" in lines[letter])
    assert "Its parameter differs" in said_to(3, size)


def test_own_lists_are_named(captures: Captures) -> None:
    said = said_to(3, exercise(3).solve(), captures["08"])
    assert "alone has STARTTLS" in said
    assert "alone has AUTH" in said


@pytest.mark.parametrize("seed", SEEDS)
def test_password_is_in_the_strangers_session_and_inside_tls_alone(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name = Lesson("08", seed).file(4)
    said = [entry for entry in dissect(name) if "password" in dict(entry.decoded)]
    assert all(entry.tls for entry in said)
    assert dict(said[-1].decoded)["password"] == exercise(4, seed).solve()
    encoded = said[-1].octets.split()[-1]
    assert exercise(4, seed).solve().encode() in b64decode(encoded)
    assert encoded not in Path(name).read_bytes()


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "535"), (1, "user's name"), (2, "still in base64"), (3, "still in base64"), (4, "something else too")],
)
def test_wrong_password_is_told_why(number: int, said: str) -> None:
    assert said in said_to(4, lesson_08.mistaken_passwords(exercise(4))[number])


def test_file_of_the_stranger_opens_in_wireshark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: Callable[[str], str]
) -> None:
    monkeypatch.chdir(tmp_path)
    name = Lesson("08").file(4)
    port = dissect(name).streams[0].server.rpartition(":")[2]
    command = [program("tshark"), "-r", name, "-d", f"tcp.port=={port},smtp", "-Y", "smtp.response.code == 235"]
    assert "Authentication successful" in subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("setting", [pytest.param(each, id=each.says) for each in SETTINGS])
def test_verdict_on_a_setting_holds_on_real_servers(setting: Setting) -> None:
    """It is good if it takes neither a server without STARTTLS nor an impostor, and what is worse takes more."""
    takes_impostor = setting.tls != "never" and _logs_in(setting, impostor=True)
    takes_stripped = setting.tls != "implicit" and _logs_in(setting, impostor=False)
    expected = {
        "good": (False, False),
        "clear": (False, True),
        "strippable": (False, True),
        "unproven": (True, False),
    }
    assert (takes_impostor, takes_stripped) == expected[setting.verdict]
    assert (setting.verdict == "clear") == (setting.tls == "never")


def _logs_in(setting: Setting, *, impostor: bool) -> bool:
    """Tell whether a client set like that gives its password to an impostor, or to a server without STARTTLS."""
    implicit = setting.tls == "implicit"
    hooks = [YesToAll()] if impostor else []
    kind = "none" if not impostor else "implicit" if implicit else "starttls"
    with Server(tls="implicit") as genuine, Server({"nobody": ""}, tls=kind, hooks=hooks) as server:  # type: ignore[arg-type]
        client = Client(server, implicit_tls=implicit, verify=setting.verify, authority=genuine.authority_pem)
        try:
            client.connect()
            client.introduce("client.example", "never" if implicit else setting.tls)  # type: ignore[arg-type]
            client.send_line("AUTH PLAIN AHRlc3QwMQBwYXNzd29yZA==")
        except (ssl.SSLError, TlsRefused):
            return False
        finally:
            client.close()
    return True


@pytest.mark.parametrize("seed", SEEDS)
def test_one_setting_of_four_is_good_at_least(seed: int) -> None:
    right = exercise(5, seed).solve()
    assert "good" in right
    assert set(right) <= set(WORDS)


@pytest.mark.parametrize("word", WORDS)
def test_wrong_verdict_is_told_what_to_think_of(word: str) -> None:
    right = exercise(5).solve()
    if word != right[0]:
        assert said_to(5, [word, *right[1:]]).startswith(f"A: not {word}. ")


def test_both_doors_speak_the_same_tls() -> None:
    versions = []
    for kind, implicit in (("starttls", False), ("implicit", True)):
        with Server(tls=kind) as server, Client(server, implicit_tls=implicit) as client:  # type: ignore[arg-type]
            client.introduce("client.example", "required")
            versions.append(client.tls)
    assert versions == ["TLSv1.3", "TLSv1.3"]
