"""Lesson 03: what its checks say beyond right and wrong, and that the facts it states come out of the wire."""

import subprocess
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from smtplab.capture.dissect import dissect
from smtplab.capture.record import Capture
from smtplab.lessons import Lesson
from smtplab.lessons.authentication.impostor import YesToAll
from smtplab.lessons.authentication.words import WORDS
from smtplab.lessons.exercises import Exercise
from smtplab.net.client import Client
from smtplab.net.memory import MemoryServer
from smtplab.protocol.auth.cram import digest
from smtplab.protocol.client import ServerNotProven
from tests.lessons import lesson_03

Captures = dict[str, Capture]
SEEDS = range(20)


def exercise(number: int, seed: object = 1, capture: Capture | None = None) -> Exercise:
    made = Lesson("03", seed)._exercise(number, capture)
    assert isinstance(made, Exercise)
    return made


def said_to(number: int, answer: Any, capture: Capture | None = None) -> str:
    return Lesson("03").check(number, answer, capture).remarks[0]


def test_everybody_is_asked_about_the_articles_own_challenge() -> None:
    assert "334 dXNlcm5hbWU6UGFzc3dvcmQ6" in Lesson("03").check(1, ...).question


def test_articles_challenge_is_two_of_nine_octets_each() -> None:
    assert b64decode("dXNlcm5hbWU6UGFzc3dvcmQ6") == b"username:" + b"Password:"
    assert exercise(1).solve() == ("username:", "Password:")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        pytest.param("usernamePassword", "asks twice", id="the article's reading"),
        pytest.param(("username", "Password"), "last octet", id="colons lost"),
        pytest.param(("Username:", "Password:"), "different octets", id="case lost"),
        pytest.param(("dXNlcm5hbWU6", "UGFzc3dvcmQ6"), "still in base64", id="not decoded"),
        pytest.param(("user", "name:Password:"), "the seam is not there", id="cut elsewhere"),
        pytest.param(("user", "password"), "`334 dXNlcnBhc3N3b3Jk`", id="something else"),
    ],
)
def test_wrong_questions_are_told_why(answer: Any, said: str, captures: Captures) -> None:
    assert said in said_to(1, answer, captures["03"])


def test_questions_are_found_in_two_replies_of_the_capture(captures: Captures) -> None:
    prompts = [entry.frame for entry in captures["03"].transcript if entry.code == 334 and entry.stream == 0]
    assert f"frame {prompts[0]} and frame {prompts[1]}" in said_to(1, ("username:", "Password:"), captures["03"])


def test_plain_of_test01_is_what_the_curriculum_says(captures: Captures) -> None:
    lines = [entry.octets for entry in captures["03"].transcript]
    assert b"AUTH PLAIN AHRlc3QwMUBjb3JlbWFpbC5jbgBwYXNzd29yZDAx\r\n" in lines


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "nothing stands between"), (3, "There is one NUL"), (4, "Which user"), (7, "has to be base64")],
)
def test_wrong_response_of_plain_is_told_why(number: int, said: str) -> None:
    assert said in said_to(2, lesson_03.mistaken_plain(exercise(2))[number])


@pytest.mark.parametrize("form", [str, str.encode, lambda text: f" {text}\n"], ids=["text", "octets", "with blanks"])
def test_response_of_plain_is_read_in_any_form(form: Callable[[str], object]) -> None:
    assert Lesson("03").check(2, form(exercise(2).solve())).is_correct


def test_digest_is_that_of_the_standard() -> None:
    challenge = b"<1896.697170952@postoffice.reston.mci.net>"
    assert digest("tanstaaftanstaaf", challenge) == b"b913a602c7eda7a495b4e6e7334d3890"


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "undo its base64 first"),
        (1, "The password is the key"),
        (2, "small ones"),
        (3, "a blank belong before"),
        (4, "On the wire the line is base64"),
        (5, "The name in it is `tim`"),
        (8, "returned nothing (None)"),
        (9, "raised TypeError"),
        (10, "MD5 of both together"),
    ],
)
def test_wrong_answer_to_a_challenge_is_told_why(number: int, said: str) -> None:
    assert said in said_to(3, lesson_03.mistaken_digests(exercise(3))[number])


def test_answer_to_a_challenge_may_be_octets() -> None:
    respond = exercise(3).solve()
    assert Lesson("03").check(3, lambda *arguments: respond(*arguments).encode()).is_correct


def test_function_that_still_returns_the_dots_is_not_answered_yet() -> None:
    assert "not answered yet" in Lesson("03").check(3, lambda user, password, challenge: ...).text()


@pytest.mark.parametrize("seed", SEEDS)
def test_one_word_of_the_list_fits_the_strangers_session(seed: int) -> None:
    stranger = exercise(4, seed).transcript
    decoded = dict(pair for entry in stranger for pair in entry.decoded)
    fitting = [word for word in WORDS if digest(word, decoded["challenge"].encode()).decode() == decoded["digest"]]
    assert fitting == [exercise(4, seed).solve()]


def test_password_of_the_list_that_is_another_is_told_its_digest() -> None:
    stranger = exercise(4).transcript
    frame = next(entry.frame for entry in stranger if "challenge" in dict(entry.decoded))
    assert f"the challenge in frame {frame} would be" in said_to(4, WORDS[0])


def test_file_of_the_stranger_is_what_is_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    name = Lesson("03").file(4)
    assert str(dissect(name)) == str(exercise(4).transcript)
    assert "password" not in str(dissect(name)).lower().replace("password01", "")


def test_file_of_the_stranger_opens_in_wireshark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: Callable[[str], str]
) -> None:
    monkeypatch.chdir(tmp_path)
    command = [program("tshark"), "-r", Lesson("03").file(4), "-Y", "imf", "-T", "fields", "-e", "imf.subject"]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "Meeting\n"


def test_exercise_that_is_about_no_file_says_so() -> None:
    with pytest.raises(ValueError, match="exercise 1 of this lesson has no file"):
        Lesson("03").file(1)


@pytest.mark.parametrize("seed", SEEDS)
def test_each_of_six_codes_answers_one_line(seed: int) -> None:
    assert sorted(exercise(5, seed).solve()) == [235, 334, 501, 504, 535, 538]


def test_wrong_code_is_told_what_it_would_mean() -> None:
    right = exercise(5).solve()
    place = right.index(334)
    answer = [*right[:place], 235, *right[place + 1 :]]
    assert "not 235, which says: authentication succeeded" in said_to(5, answer)


@pytest.mark.parametrize("mechanism", ["LOGIN", "PLAIN", "CRAM-MD5"])
def test_impostor_is_believed(mechanism: str) -> None:
    with Client(impostor()) as client:
        client.ehlo("client.example")
        assert client.auth(mechanism, "anybody", "anything").code == 235


def test_impostor_is_found_out_by_scram() -> None:
    with Client(impostor()) as client:
        client.ehlo("client.example")
        with pytest.raises(ServerNotProven):
            client.auth("SCRAM-SHA-256", "anybody", "anything")


def impostor() -> MemoryServer:
    return MemoryServer({"nobody": ""}, mechanisms=lesson_03.MECHANISMS, hooks=[YesToAll()], nonce=lambda: "0123456789")


def test_predictions_are_answered_by_the_wire(captures: Captures) -> None:
    comparison = Lesson("03").compare(captures["03"])
    assert [outcome for _, _, outcome in comparison.rows] == [  # type: ignore[union-attr]
        "in two",
        "3 for LOGIN, 1 for PLAIN",
        "by SCRAM-SHA-256",
    ]


def test_wireshark_decodes_passwords_when_it_is_told(
    captures: Captures, tmp_path: Path, program: Callable[[str], str]
) -> None:
    saved = captures["03"].save(tmp_path / "mechanisms.pcapng")
    command = [program("tshark"), "-r", saved.path, "-d", saved.decode_as, "-T", "fields", "-e", "smtp.auth.password"]
    plain, told = (
        subprocess.run([*command, *option], check=True, capture_output=True, text=True).stdout.split()
        for option in ([], ["-o", "smtp.decryption:TRUE"])
    )
    assert "password01" in told
    assert "password01" not in plain


def test_wireshark_takes_the_answers_of_cram_md5_for_mail(
    captures: Captures, tmp_path: Path, program: Callable[[str], str]
) -> None:
    saved = captures["03"].save(tmp_path / "mechanisms.pcapng")
    command = [program("tshark"), "-r", saved.path, "-d", saved.decode_as, "-Y", "smtp and tcp.stream == 2"]
    assert "DATA fragment" in subprocess.run(command, check=True, capture_output=True, text=True).stdout
