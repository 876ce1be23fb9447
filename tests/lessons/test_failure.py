"""Lesson 06: what its checks say beyond right and wrong, and that the facts it states come out of the queue."""

from datetime import timedelta
from typing import Any

import pytest

from smtplab.capture.record import Capture
from smtplab.lessons import Lesson
from smtplab.lessons.exercises import Exercise
from smtplab.lessons.failure.cast import NINE, SENDER, TEST02, letter
from smtplab.lessons.failure.fates import HowManyCopies, WhichBounced, carried
from smtplab.lessons.failure.post import Post
from smtplab.lessons.failure.relay import Relay
from smtplab.lessons.questions import Comparison
from smtplab.lessons.verdicts import Standing
from smtplab.net.client import Client
from smtplab.net.clocks import FakeClock
from smtplab.net.server import Server
from smtplab.protocol.hooks import Refuse
from smtplab.protocol.outcomes import of_reply
from smtplab.protocol.replies import NO_SUCH_MAILBOX, parse_reply
from smtplab.protocol.transcript import Kind, Transcript
from smtplab.views.history import history

Captures = dict[str, Capture]
SEEDS = range(20)


def exercise(number: int, seed: object = 1, capture: Capture | None = None) -> Exercise:
    made = Lesson("06", seed)._exercise(number, capture)
    assert isinstance(made, Exercise)
    return made


def said_to(number: int, answer: Any, capture: Capture | None = None, seed: object = 1) -> str:
    return Lesson("06", seed).check(number, answer, capture).remarks[0]


def test_predictions_are_answered_by_the_wire(captures: Captures) -> None:
    comparison = Lesson("06").compare(captures["06"])
    assert isinstance(comparison, Comparison)
    assert [outcome for _, _, outcome in comparison.rows] == [
        "says the same again later",
        "tells the sender that it failed",
        "two",
    ]


def test_capture_has_one_connection_for_each_try(captures: Captures) -> None:
    transcript = captures["06"].transcript
    assert len(transcript.streams) == 11
    assert {entry.code for entry in transcript if entry.answers == "RCPT"} == {250, 451, 452, 550}


@pytest.mark.parametrize("seed", SEEDS)
def test_replies_are_sorted_as_the_core_of_the_queue_reads_them(seed: int) -> None:
    made = exercise(1, seed)
    assert made.lines is not None
    for fate, letters in made.solve().items():
        for each in letters:
            outcome = of_reply(parse_reply(f"{made.lines[each]}\r\n".encode()), "")
            assert outcome.is_delivered == (fate == "done")
            assert outcome.is_transient == (fate in ("go on", "later"))


@pytest.mark.parametrize("seed", SEEDS)
def test_twelve_replies_have_all_four_fates(seed: int) -> None:
    solved = exercise(1, seed).solve()
    assert all(solved.values())
    assert sum(map(len, solved.values())) == 12


def test_reply_sorted_by_its_words_is_told_that_the_digit_decides() -> None:
    made = exercise(1)
    assert made.lines is not None
    misled = next(each for each in made.lines.letters if made.lines[each] == "550 Try again later")
    assert "read its first digit" in said_to(1, {"later": misled})


def test_replies_not_sorted_yet_are_counted() -> None:
    right = exercise(1).solve()
    assert "of the 12 are missing" in said_to(1, {"go on": right["go on"]})


@pytest.mark.parametrize("answer", ["11:32", "11:32 "])
def test_next_try_is_what_the_queue_did(answer: str) -> None:
    assert "07:02, 07:32, 09:32, 11:32" in said_to(2, answer)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        pytest.param("09:32", "That is try number 3", id="one too few"),
        pytest.param("11:02", "The wait of 30 minutes is missing", id="half an hour forgotten"),
        pytest.param("12:00", "does nothing", id="anything else"),
    ],
)
def test_wrong_time_is_told_why(answer: str, said: str) -> None:
    assert said in said_to(2, answer)


@pytest.mark.parametrize("answer", ["24:00", "9", "09:3", "nine", "-1:30", "09:30:30:00", 930])
def test_no_time_cannot_be_read(answer: object) -> None:
    assert Lesson("06").check(2, answer).standing is Standing.UNREADABLE


@pytest.mark.parametrize("case", WhichBounced.TOLD, ids=lambda case: case.words)
def test_sender_is_told_of_a_failure_but_not_by_a_null_path(case: Any) -> None:
    assert carried(case, SENDER, TEST02).told
    assert not carried(case, "", TEST02).told


@pytest.mark.parametrize("case", WhichBounced.SILENT, ids=lambda case: case.words)
def test_sender_is_not_told_of_a_delay(case: Any) -> None:
    post = carried(case, SENDER, TEST02)
    assert not post.told
    assert post.copies[TEST02] >= 1


@pytest.mark.parametrize("seed", SEEDS)
def test_mail_that_is_missing_is_looked_for_in_half_of_the_lines(seed: int) -> None:
    right = exercise(3, seed).solve()
    for missing in right:
        where = "A to C" if missing in "ABC" else "D to E"
        assert f"One is missing, among {where}." in Lesson("06", seed).check(3, right.replace(missing, "")).text()


@pytest.mark.parametrize("seed", SEEDS)
def test_of_five_mails_two_bounce(seed: int) -> None:
    assert len(exercise(3, seed).solve()) == 2


@pytest.mark.parametrize(
    ("case", "copies"),
    [
        *((case, 1) for case in (*HowManyCopies.BEFORE, HowManyCopies.AFTER)),
        *zip(HowManyCopies.DOT, (2, 3), strict=True),
    ],
    ids=lambda given: getattr(given, "words", given),
)
def test_only_a_lost_reply_to_the_dot_makes_copies(case: Any, copies: int) -> None:
    assert carried(case, SENDER, TEST02).copies[TEST02] == copies


def test_copies_are_shown_by_a_dot_of_the_capture(captures: Captures) -> None:
    capture = captures["06"]
    dot = next(each for each in capture.transcript.stream(3) if each.kind is Kind.END_OF_DATA)
    assert f"frame {dot.frame} of your capture" in said_to(4, exercise(4).solve(), capture)


def test_copies_need_a_capture_with_such_a_dot() -> None:
    assert "run the cell that makes it again" in Lesson("06").check(4, exercise(4).solve(), Transcript()).text()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        pytest.param([10, 20, 30], "10 is too short a wait: it should be 30 minutes", id="impatient"),
        pytest.param([1], "1 is too short a wait", id="a minute"),
        pytest.param([30, 60], "It took 3 tries: 30 minutes", id="too early"),
        pytest.param([61, 120], "only after 61 minutes", id="too late"),
    ],
)
def test_waits_are_judged_by_what_the_queue_did(answer: list[int], said: str) -> None:
    assert said in said_to(5, answer)


@pytest.mark.parametrize("answer", [[45], (60,), [45.5, 30], [50, 120, 180]])
def test_any_waits_that_work_are_right(answer: Any) -> None:
    assert Lesson("06").check(5, answer).is_correct


@pytest.mark.parametrize("answer", [[-30], [30, "two hours"], [float("nan")], [float("inf")], [45] * 50, "45"])
def test_waits_that_are_none_cannot_be_read(answer: object) -> None:
    assert Lesson("06").check(5, answer).standing is Standing.UNREADABLE


def test_post_gives_up_and_tells() -> None:
    post = Post(SENDER, TEST02, lambda _: [Refuse("RCPT", NO_SUCH_MAILBOX, about="test02")])
    assert (post.tries, post.told, post.copies) == ([NINE], True, {SENDER: 1})


def test_relay_says_250_and_then_bounces() -> None:
    clock = FakeClock(NINE)
    with Server(mailboxes=[SENDER]) as server, Relay(server, clock) as relay:
        with Client(relay) as client:
            client.ehlo()
            assert client.send_message(SENDER, [TEST02], letter(TEST02)) == {}
        relay.run(NINE + timedelta(hours=1))
    assert "given up, the sender is told in 0001.1" in history(relay.queue.events).text()
    assert [mail["Subject"] for mail in server.mailboxes[SENDER]] == ["Undelivered mail"]


def test_relay_writes_a_trace_field_on_top() -> None:
    clock = FakeClock(NINE)
    with Server() as server, Relay(server, clock) as relay:
        with Client(relay) as client:
            client.helo()
            client.send_message(SENDER, [TEST02], letter(TEST02))
        relay.run(NINE)
    (mail,) = server.mailboxes[TEST02]
    assert [each.split()[each.split().index("by") + 1] for each in mail.get_all("Received", [])] == [
        "mail.coremail.cn",
        "relay.lab.example",
    ]
