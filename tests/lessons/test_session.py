"""Lesson 01: what its checks say beyond right and wrong."""

import pytest

from smtplab.capture.record import Capture
from smtplab.lessons import Lesson
from smtplab.lessons.exercises import Exercise
from smtplab.lessons.rehearsal import Rehearsal, in_one_line
from smtplab.lessons.session.hello import keywords
from smtplab.protocol.states import State

Captures = dict[str, Capture]


def said_to(lesson: Lesson, letters: str) -> str:
    return lesson.check(1, letters).remarks[0]


@pytest.fixture
def right() -> str:
    """Give the right order of the lines, in everybody's variant."""
    exercise = Lesson("01")._exercise(1, None)
    assert isinstance(exercise, Exercise)
    order: str = exercise.solve()
    return order


def test_order_has_ten_of_twelve_lines(right: str) -> None:
    lines = Lesson("01").check(1, ...).lines
    assert lines is not None
    assert (len(lines), len(right)) == (12, 10)


def test_order_with_254_is_told_that_there_is_no_such_code(right: str) -> None:
    lines = Lesson("01").check(1, ...).lines
    assert lines is not None
    letter = next(letter for letter in lines.letters if lines[letter].startswith("S: 254"))
    said = said_to(Lesson("01"), right[:5] + letter)
    assert "Its code is 354" in said
    assert "There is no code 254" in said


def test_order_with_a_blank_after_the_colon_gets_the_parsers_own_reply(right: str) -> None:
    lines = Lesson("01").check(1, ...).lines
    assert lines is not None
    letter = next(letter for letter in lines.letters if lines[letter].startswith("C: MAIL FROM: <"))
    assert "501 5.5.4 No blank is allowed" in said_to(Lesson("01"), letter)


def test_order_refused_by_the_table_gets_the_servers_own_reply(right: str) -> None:
    assert "503 5.5.1 Say MAIL first" in said_to(Lesson("01"), right[2:])


def test_order_that_does_not_wait_for_a_reply_is_stopped(right: str) -> None:
    assert "must wait for it" in said_to(Lesson("01"), right[0] + right[2])


def test_order_that_ends_early_is_told_how_much_is_missing(right: str) -> None:
    assert "3 of the ten are still missing" in said_to(Lesson("01"), right[:7])


def test_command_inside_the_mail_is_taken_for_mail(right: str) -> None:
    assert "for a line of the mail" in said_to(Lesson("01"), right[:6] + right[8])


def test_after_quit_nobody_listens(right: str) -> None:
    assert "nobody listens" in said_to(Lesson("01"), right[8:] + right[0])


@pytest.mark.parametrize("answer", ["The Dot", "the dot ", "THE DOT"])
def test_what_is_answered_is_read_in_any_case(answer: str, captures: Captures) -> None:
    assert Lesson("01").check(2, answer, captures["01"]).is_correct


def test_short_name_is_good_grammar_and_forbidden_all_the_same() -> None:
    exercise = Lesson("01")._exercise(4, None)
    assert isinstance(exercise, Exercise)
    assert "§2.3.5" in Lesson("01").check(4, exercise.solve()).text()


@pytest.mark.parametrize("given", ["abc", ["A", "B", "C"], ("A", "B", "C"), "A, B, C"])
def test_letters_are_read_in_any_form(given: object) -> None:
    assert Lesson("01").check(3, given).text().endswith(Lesson("01").check(3, "ABC").text().splitlines()[-1])


@pytest.mark.parametrize("given", ["AA", "Z", "A1", ["A", 1], {"A": 1}])
def test_letters_that_no_line_has_cannot_be_read(given: object) -> None:
    assert "cannot be read" in Lesson("01").check(3, given).text()


def test_keywords_reads_what_the_client_of_the_lab_reads(captures: Captures) -> None:
    reply = next(entry for entry in captures["01"].transcript if entry.answers == "EHLO")
    assert keywords(reply.octets.decode())["AUTH"].split()[:2] == ["LOGIN", "PLAIN"]


def test_predictions_are_answered_by_the_wire(captures: Captures) -> None:
    comparison = Lesson("01").compare(captures["01"])
    assert [outcome for _, _, outcome in comparison.rows] == [  # type: ignore[union-attr]
        "one",
        "503, bad sequence",
        "the dot that ends the mail",
    ]


def test_rehearsal_is_introduced_and_ready() -> None:
    assert Rehearsal("EHLO").state is State.READY


def test_rehearsal_stores_a_message_under_its_name() -> None:
    server = Rehearsal("HELO", queued_as="7")
    for line in ("MAIL FROM:<>", "RCPT TO:<office@north.example>", "DATA"):
        server.say(line)
    assert server.say("Hello.\r\n.") == b"250 2.0.0 Queued as 7\r\n"


def test_in_one_line_shows_where_lines_end() -> None:
    assert in_one_line(b"250-a\r\n250 b\r\n") == "250-a ⏎ 250 b"
