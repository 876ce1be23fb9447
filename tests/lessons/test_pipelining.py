"""Lesson 07: what its checks say beyond right and wrong, and that the facts it states come out of the capture."""

from typing import Any

import pytest

from smtplab.capture.record import Capture
from smtplab.lessons import Lesson
from smtplab.lessons.exercises import Exercise
from smtplab.lessons.pipelining.counting import trips
from smtplab.lessons.pipelining.groups import LAST_ONLY, LegalGroups, objection
from smtplab.lessons.pipelining.refusals import AfterTheGroup, next_said
from smtplab.lessons.questions import Comparison
from smtplab.lessons.verdicts import Standing
from smtplab.protocol.commands import parse_command
from smtplab.protocol.exchanges import exchanges
from smtplab.protocol.grouping import groups
from smtplab.views.growth import LOCK_STEP, PIPELINED, points
from tests.lessons import lesson_07

Captures = dict[str, Capture]
SEEDS = range(20)


def exercise(number: int, seed: object = 1) -> Exercise:
    made = Lesson("07", seed)._exercise(number, None)
    assert isinstance(made, Exercise)
    return made


def said_to(number: int, answer: Any) -> str:
    return Lesson("07").check(number, answer).remarks[0]


def test_predictions_are_answered_by_the_wire(captures: Captures) -> None:
    comparison = Lesson("07").compare(captures["07"])
    assert isinstance(comparison, Comparison)
    assert [outcome for _, _, outcome in comparison.rows] == ["15", "4", "waiting"]


@pytest.mark.parametrize("recipients", [1, 2, 5, 20, 50])
def test_lock_step_takes_five_round_trips_and_one_for_each_recipient(recipients: int) -> None:
    assert trips(recipients, pipelined=False) == 5 + recipients
    assert trips(recipients, pipelined=True) == 4


def test_client_really_waits_as_often_as_is_counted(captures: Captures) -> None:
    for each in points(captures["07"].transcript, 2 * lesson_07.ONE_WAY):
        assert each.measured is not None
        assert each.measured >= each.trips - 1  # the greeting comes unasked, and takes half of one


def test_replies_to_a_group_come_together(captures: Captures) -> None:
    found = [each for each in exchanges(captures["07"].transcript) if each.stream == 1]
    group = [each for each in found if each.verb in ("MAIL", "RCPT", "DATA")]
    assert len(group) == 12
    assert len({each.reply.frame for each in group if each.reply}) == 1
    assert len({each.sent[0].frame for each in group}) == 1


def test_capture_has_both_manners(captures: Captures) -> None:
    assert [each.manner for each in points(captures["07"].transcript, 1)] == [LOCK_STEP, PIPELINED]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        pytest.param((4, 17), "The other way round", id="swapped"),
        pytest.param((12, 4), "The recipients are not all", id="recipients alone"),
        pytest.param((16, 4), "is it the greeting", id="one missing"),
        pytest.param((18, 4), "QUIT is not counted", id="with QUIT"),
        pytest.param((30, 4), "Write down", id="anything"),
        pytest.param((17, 1), "greeting and EHLO are waited for", id="pipelined at once"),
    ],
)
def test_wrong_count_is_told_why(answer: tuple[int, int], said: str) -> None:
    assert said in said_to(1, answer)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        pytest.param((310, 0), "its reply has to come back", id="one way"),
        pytest.param((100, 0), "one RCPT is one round trip", id="something else"),
        pytest.param((620, 12), "travels with the others", id="pipelined costs"),
    ],
)
def test_wrong_slope_is_told_why(answer: tuple[int, int], said: str) -> None:
    assert said in said_to(2, answer)


@pytest.mark.parametrize("answer", [(-1, 4), (17,), (17, 4, 4), ("17", "four"), {17, 4}, (True, False), (1e99, 1), 17])
def test_what_is_no_two_numbers_cannot_be_read(answer: object) -> None:
    assert Lesson("07").check(1, answer).standing is Standing.UNREADABLE


@pytest.mark.parametrize("group", LegalGroups.LEGAL, ids=" ".join)
def test_legal_group_has_no_objection(group: tuple[str, ...]) -> None:
    assert objection(group) == ""


@pytest.mark.parametrize("group", LegalGroups.ILLEGAL, ids=" ".join)
def test_illegal_group_has_an_objection(group: tuple[str, ...]) -> None:
    assert "may only" in objection(group)


def test_labs_client_makes_legal_groups() -> None:
    lines = "MAIL FROM:<>", "RCPT TO:<a@lab.example>", "RCPT TO:<b@lab.example>", "DATA"
    for group in groups([parse_command(line.encode()) for line in lines], pipelined=True):
        assert objection(tuple(command.verb for command in group)) == ""


def test_verbs_that_may_only_end_a_group_are_those_of_the_standard(rfcs: dict[str, str]) -> None:
    text = " ".join(rfcs["2920"].split())
    named = text.partition("The EHLO,")[2].partition("commands can only appear as the last command")[0]
    assert set(f"EHLO,{named}".replace(",", " ").replace(" and ", " ").split()) == LAST_ONLY


@pytest.mark.parametrize("seed", SEEDS)
def test_of_six_groups_some_are_legal(seed: int) -> None:
    assert 2 <= len(exercise(3, seed).solve()) <= 4


@pytest.mark.parametrize(
    ("number", "said"),
    [
        pytest.param(0, "7 round trips after EHLO", id="lock-step"),
        pytest.param(1, "the mail was sent all the same", id="does not look"),
        pytest.param(3, "whatever became of single recipients", id="stops at one refusal"),
        pytest.param(4, "one transaction is enough", id="a mail for each"),
        pytest.param(5, "a reply that never comes", id="no dot"),
        pytest.param(6, "a reply that never comes", id="no CRLF"),
        pytest.param(8, "raised TypeError", id="says nothing that can be sent"),
    ],
)
def test_wrong_sender_is_told_why(number: int, said: str) -> None:
    assert said in said_to(4, lesson_07.mistaken_senders(exercise(4))[number])


def test_sender_may_say_line_by_line_as_long_as_it_does_not_wait() -> None:
    def line_by_line(say, hear, sender, recipients, message):  # type: ignore[no-untyped-def]
        lines = [f"MAIL FROM:<{sender}>", *(f"RCPT TO:<{each}>" for each in recipients), "DATA"]
        for line in lines:
            say(f"{line}\r\n".encode())
        if [hear() for _ in lines][-1] == 354:
            say(message)
            say(".\r\n")
            hear()

    assert Lesson("07").check(4, line_by_line).is_correct


def test_sender_that_never_stops_hearing_is_stopped() -> None:
    def patient(say, hear, sender, recipients, message):  # type: ignore[no-untyped-def]
        say("NOOP\r\n" * 1000)
        while True:
            hear()

    assert Lesson("07").check(4, patient).standing is Standing.WRONG


def test_sender_that_hides_its_silence_is_judged_by_its_mail() -> None:
    def stubborn(say, hear, sender, recipients, message):  # type: ignore[no-untyped-def]
        try:
            hear()
        except Exception:
            return

    assert "has none" in said_to(4, stubborn)


def test_function_that_still_returns_the_dots_is_not_answered_yet() -> None:
    assert Lesson("07").check(4, lambda say, hear, sender, recipients, message: ...).standing is Standing.UNANSWERED


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        *((codes, "the message") for codes in AfterTheGroup.MESSAGE),
        *((codes, ".") for codes in AfterTheGroup.DOT),
        *((codes, "RSET") for codes in AfterTheGroup.RSET),
    ],
    ids=str,
)
def test_labs_client_goes_on_as_the_standard_says(codes: tuple[int, ...], said: str) -> None:
    assert next_said(codes) == said


@pytest.mark.parametrize("form", [str.lower, str.upper, lambda text: f" {text} "], ids=["lower", "upper", "blanks"])
def test_what_is_next_is_read_in_any_form(form: Any) -> None:
    assert Lesson("07").check(5, [form(each) for each in exercise(5).solve()]).is_correct


@pytest.mark.parametrize("answer", [["RSET"] * 3, ["QUIT"] * 4, "....", [1, 2, 3, 4]])
def test_what_is_not_offered_cannot_be_read(answer: object) -> None:
    assert Lesson("07").check(5, answer).standing is Standing.UNREADABLE
