"""Lesson 04: what its checks say beyond right and wrong, and that the facts it states come out of the wire."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from smtplab.capture.dissect import dissect
from smtplab.capture.record import Capture
from smtplab.lessons import Lesson
from smtplab.lessons.envelope.mails import ALICE, BOB, CAROL, LETTER, PEOPLE, SLIP
from smtplab.lessons.exercises import Exercise
from smtplab.net.client import Client
from smtplab.net.memory import MemoryServer
from smtplab.protocol.transactions import transactions
from tests.lessons import lesson_04

Captures = dict[str, Capture]
SEEDS = range(20)


def exercise(number: int, seed: object = 1, capture: Capture | None = None) -> Exercise:
    made = Lesson("04", seed)._exercise(number, capture)
    assert isinstance(made, Exercise)
    return made


def said_to(number: int, answer: Any, capture: Capture | None = None, seed: object = 1) -> str:
    return Lesson("04", seed).check(number, answer, capture).remarks[0]


@pytest.mark.parametrize("seed", SEEDS)
def test_stranger_has_six_names_of_which_two_count(seed: int) -> None:
    (transaction,) = transactions(exercise(1, seed).transcript)
    (_, refused), (recipient, accepted) = transaction.recipients
    assert (refused, accepted) == (550, 250)
    assert exercise(1, seed).solve() == (transaction.reverse_path, recipient)
    answers = lesson_04.mistaken_envelopes(exercise(1, seed))
    assert len({address for answer in answers for address in answer}) == 7  # these six, and one that is nobody's


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "stands in From"), (3, "who logged in"), (4, "refused: look"), (5, "other way round"), (7, "nowhere in this")],
)
def test_wrong_address_is_told_where_it_stands(number: int, said: str) -> None:
    assert said in said_to(1, lesson_04.mistaken_envelopes(exercise(1))[number])


def test_addresses_may_stand_in_brackets() -> None:
    assert Lesson("04").check(1, [f"<{address}>" for address in exercise(1).solve()]).is_correct


def test_file_of_the_stranger_is_what_is_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert str(dissect(Lesson("04").file(1))) == str(exercise(1).transcript)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "gets nothing, whatever the header says"),
        (2, "who reads it sees that"),
        (3, "who reads it sees that"),
        (5, "the header names nobody"),
        (6, "begins with an empty line"),
        (7, "`third@lab.example`"),
        (8, "No mail went over"),
        (10, "raised RecipientRefused"),
    ],
)
def test_wrong_delivery_is_told_what_the_wire_shows(number: int, said: str) -> None:
    assert said in said_to(2, lesson_04.mistaken_deliveries(exercise(2))[number])


@pytest.mark.parametrize("seed", SEEDS)
def test_source_that_is_shown_is_a_solution(seed: int) -> None:
    lesson = Lesson("04", seed)
    names: dict[str, Any] = {}
    exec(lesson.solution(2).code, names)
    assert lesson.check(2, names["deliver"]).is_correct


def test_delivery_a_step_at_a_time_is_as_good() -> None:
    recipient, named = (word.strip("`") for word in exercise(2).question.split() if "@" in word)

    def deliver(client: Client) -> None:
        client.mail("")
        client.rcpt(recipient)
        client.data(f"To: {named}\r\n\r\nHello.\r\n")

    assert Lesson("04").check(2, deliver).is_correct


def test_delivery_by_functions_that_return_the_dots_counts_if_the_mail_went_over() -> None:
    right = exercise(2).solve()

    def deliver(client: Client) -> Any:
        right(client)
        return ...

    assert Lesson("04").check(2, deliver).is_correct


def test_stub_of_the_delivery_is_not_answered_yet() -> None:
    assert "not answered yet" in Lesson("04").check(2, lambda client: ...).text()


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "Bcc is still in the message"),
        (1, "is not among the recipients"),
        (4, "the body is another"),
        (5, "the field Subject is lost"),
        (7, "A pair was asked for"),
        (9, "and no message"),
        (10, "no list of addresses"),
    ],
)
def test_wrong_copies_are_told_why(number: int, said: str) -> None:
    assert said in said_to(3, lesson_04.mistaken_copies(exercise(3))[number])


def test_message_to_send_may_be_text_or_octets() -> None:
    hand_in = exercise(3).solve()
    for form in (lambda message: message.as_string(), lambda message: message.as_bytes()):
        assert Lesson("04").check(3, lambda message, form=form: (hand_in(message)[0], form(message))).is_correct


@pytest.mark.parametrize("seed", SEEDS)
def test_one_of_three_mails_is_a_notice_itself(seed: int) -> None:
    told, lines = exercise(4, seed).solve(), exercise(4, seed).lines
    assert lines is not None
    assert told.count("nobody") == 1
    assert ("MAIL FROM:<>" in lines.lines[told.index("nobody")]) is True


def test_who_is_told_is_read_in_brackets_too() -> None:
    answer = [path if path == "nobody" else f"<{path}>" for path in exercise(4).solve()]
    assert Lesson("04").check(4, answer).is_correct


def test_notice_for_from_is_told_that_from_is_for_people() -> None:
    right, lines = exercise(4).solve(), exercise(4).lines
    assert lines is not None
    place = next(at for at, path in enumerate(right) if path.startswith("bounces+"))
    author = lines.lines[place].partition("From: <")[2].partition(">")[0]
    assert "From is for people" in said_to(4, [*right[:place], author, *right[place + 1 :]])


@pytest.mark.parametrize("seed", SEEDS)
def test_return_path_is_what_the_mailbox_shows(seed: int, captures: Captures) -> None:
    transcript, question = captures["04"].transcript, exercise(5, seed).question
    paths = {"first": PEOPLE[3], "second": ALICE, "last but one": ALICE, "last": ""}
    which = next(name for name in sorted(paths, key=len, reverse=True) if f"The {name} mail" in question)
    assert exercise(5, seed, captures["04"]).solve() == f"<{paths[which]}>"
    assert len(transactions(transcript)) == 4


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("<>", "for notices"),
        ("test01@coremail.cn", "who logged in"),
        (BOB, "a recipient"),
        (PEOPLE[3], "for another mail"),
        ("postmaster@coremail.cn", "not what MAIL said"),
    ],
)
def test_wrong_return_path_is_told_why(answer: str, said: str, captures: Captures) -> None:
    assert said in said_to(5, answer, captures["04"])


def test_return_path_is_read_with_its_name(captures: Captures) -> None:
    assert Lesson("04").check(5, f"Return-Path: <{ALICE}>", captures["04"]).is_correct


def test_capture_with_fewer_mails_asks_for_it_again(captures: Captures) -> None:
    assert "fewer than four mails" in said_to(5, "<>", captures["01"])


def test_predictions_are_answered_by_the_wire(captures: Captures) -> None:
    comparison = Lesson("04").compare(captures["04"])
    assert [outcome for _, _, outcome in comparison.rows] == [  # type: ignore[union-attr]
        "those that RCPT names",
        "the others get it",
        "no: all three may differ",
    ]


def test_server_does_not_strike_bcc_out() -> None:
    server = MemoryServer()
    with Client(server) as client:
        client.ehlo("client.example")
        client.send_message(ALICE, [CAROL, BOB], SLIP)
    assert f'Bcc: "Bob" <{BOB}>\r\n'.encode() in server.mails[0].content


def test_letter_to_alice_goes_to_others(captures: Captures) -> None:
    letter, *_ = transactions(captures["04"].transcript)
    assert letter.content == LETTER.replace("\n", "\r\n").encode()
    assert ALICE not in [path for path, _ in letter.recipients]


def test_wireshark_finds_the_bcc_that_should_not_be(
    captures: Captures, tmp_path: Path, program: Callable[[str], str]
) -> None:
    saved = captures["04"].save(tmp_path / "envelopes.pcapng")
    command = [program("tshark"), "-r", saved.path, "-d", saved.decode_as, "-Y", "imf.bcc", "-T", "fields"]
    shown = subprocess.run([*command, "-e", "imf.subject"], check=True, capture_output=True, text=True).stdout
    assert shown.splitlines() == ["A slip"]
