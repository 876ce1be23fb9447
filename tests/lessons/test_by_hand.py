"""Lesson 02: what its checks say beyond right and wrong, and that what it states comes out of the wire."""

import os
from pathlib import Path
from typing import Any

import pytest

from smtplab.capture.record import Capture
from smtplab.lessons import Lesson
from smtplab.lessons.by_hand.typed import ARTICLE, hear, lines_of, type_in
from smtplab.lessons.cast import USERS
from smtplab.lessons.exercises import Exercise, Unreadable
from smtplab.net.client import Client
from smtplab.net.server import Server
from smtplab.protocol.transactions import transactions

Captures = dict[str, Capture]
SEEDS = range(20)
TEST01, TEST02 = USERS


def exercise(number: int, seed: object = 1) -> Exercise:
    made = Lesson("02", seed)._exercise(number, None)
    assert isinstance(made, Exercise)
    return made


def said_to(number: int, answer: Any, seed: object = 1) -> str:
    return Lesson("02", seed).check(number, answer).remarks[0]


def test_article_is_typed_word_for_word() -> None:
    article = Path(os.environ.get("SMTPLAB_ARTICLE", Path(__file__).parents[3] / "shared" / "seed-article.txt"))
    if not article.is_file():
        pytest.skip(f"no article at {article}; SMTPLAB_ARTICLE can name another file")
    session = article.read_text().partition("telnet localhost 25\n")[2].partition("\nQUIT\n")[0]
    typed = [line for line in session.splitlines() if not line.startswith("#")]
    assert [line for line in typed if line] == [line for line in ARTICLE.splitlines() if line][:-1]
    assert "DATA\n\nSubject" in session
    assert "\nGoodbye.\n\n." in session


def test_strict_server_takes_no_mail_of_the_article_and_the_lax_one_does(captures: Captures) -> None:
    (mail,) = (each for each in transactions(captures["02"].transcript) if each.accepted)
    assert (mail.stream, mail.recipients) == (1, [(TEST02, 250)])
    assert mail.content is not None
    assert mail.content.startswith(b"\r\nSubject: telnet test mail\r\n")


def test_strict_server_refuses_everything_from_mail_to_the_dot(captures: Captures) -> None:
    codes = [entry.code for entry in captures["02"].transcript.stream(0) if entry.code]
    assert codes[codes.index(501) :] == [501, 501, 503, *[500] * 10, 221]


def test_typed_mail_is_found_in_the_mailbox_of_a_real_server() -> None:
    with Server(users=USERS) as desk:
        assert "is empty. No line was taken" in said_to(1, desk)
        with Client(desk) as client:
            type_in(client, exercise(1).solve())
        assert Lesson("02").check(1, desk).is_correct
        assert "its Subject is" in said_to(1, desk, seed=2)


def test_mailbox_of_a_stopped_server_is_looked_at_all_the_same() -> None:
    with Server(users=USERS) as desk, Client(desk) as client:
        type_in(client, exercise(1).solve())
    assert Lesson("02").check(1, desk).is_correct


def test_mail_is_taken_as_one_text_too() -> None:
    assert Lesson("02").check(1, "\n".join(exercise(1).solve())).is_correct


@pytest.mark.parametrize(
    ("old", "new", "remark"),
    [
        pytest.param(":<", ": <", "No blank is allowed", id="blank"),
        pytest.param("DATA\n", "DATA\n\n", "An empty line came before it", id="empty line"),
        pytest.param(f"TO:<{TEST02}>", f"TO:<{TEST01}>", f"A mail went to `{TEST01}`", id="to oneself"),
        pytest.param("\n.\n", "\n", "a single dot ends the mail", id="no dot"),
        pytest.param("EHLO TINY-DESKTOP\n", "", "Say EHLO or HELO first", id="no EHLO"),
    ],
)
def test_mail_that_does_not_arrive_is_told_what_the_server_said(old: str, new: str, remark: str) -> None:
    assert remark in said_to(1, "\n".join(exercise(1).solve()).replace(old, new))


@pytest.mark.parametrize("seed", SEEDS)
def test_both_kinds_of_defects_are_in_everybodys_session(seed: int) -> None:
    right = exercise(2, seed).solve()
    assert sum(line is None for line in right.values()) == 1
    assert 2 <= len(right) <= 3


@pytest.mark.parametrize("seed", SEEDS)
def test_mended_syntax_alone_leaves_an_empty_header(seed: int) -> None:
    syntax = {letter: line for letter, line in exercise(2, seed).solve().items() if line is not None}
    assert "an empty header" in said_to(2, syntax, seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_mending_nothing_gets_the_strict_servers_reply(seed: int) -> None:
    assert "501 5.5.4 No blank is allowed" in said_to(2, {}, seed)


def test_mending_is_read_in_lower_case_and_with_line_ends() -> None:
    right = {letter.lower(): line and f"{line}\r\n" for letter, line in exercise(2).solve().items()}
    assert Lesson("02").check(2, right).is_correct


def test_mending_more_than_is_broken_is_told_so() -> None:
    right = exercise(2).solve()
    assert "another envelope" in said_to(2, right | {"B": "MAIL FROM:<>"})
    assert "text is no longer" in said_to(2, right | {"J": "Bye,"})


@pytest.mark.parametrize("given", [{"Z": None}, {"A": 1}, {"A": "one\r\ntwo"}, {"a": None, "A": None}, ["A"]])
def test_mending_of_another_form_cannot_be_read(given: object) -> None:
    assert "cannot be read" in Lesson("02").check(2, given).text()


@pytest.mark.parametrize("seed", SEEDS)
def test_rcpt_comes_before_mail_in_everybodys_session(seed: int) -> None:
    asked = exercise(3, seed)
    assert asked.lines is not None
    verbs = [line[:4] for line in asked.lines.lines]
    codes = dict(zip(asked.lines.letters, asked.solve(), strict=True))
    assert codes["AB"[verbs.index("RCPT")]] == 503
    assert set(codes.values()) == {250, 503}


@pytest.mark.parametrize("seed", SEEDS)
def test_data_too_early_may_be_answered_554_as_well(seed: int) -> None:
    asked = exercise(3, seed)
    assert asked.lines is not None
    right = asked.solve()
    early = [line == "DATA" and code == 503 for line, code in zip(asked.lines.lines, right, strict=True)]
    answer = [554 if is_early else code for is_early, code in zip(early, right, strict=True)]
    assert Lesson("02", seed).check(3, answer).is_correct
    assert ("may say 554 instead (§3.3)" in said_to(3, right, seed)) == any(early)


@pytest.mark.parametrize("seed", SEEDS)
def test_rcpt_before_mail_is_answered_503_and_nothing_else(seed: int) -> None:
    asked = exercise(3, seed)
    assert asked.lines is not None
    answer = [
        554 if line[:4] == "RCPT" and code == 503 else code
        for line, code in zip(asked.lines.lines, asked.solve(), strict=True)
    ]
    assert "not 554" in said_to(3, answer, seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_ehlo_amid_a_transaction_costs_a_recipient_and_leaves_another(seed: int) -> None:
    asked = exercise(4, seed)
    assert asked.lines is not None
    hello = next(number for number, line in enumerate(asked.lines.lines) if line[:4] in ("EHLO", "HELO"))
    before = "".join(asked.lines.letters[:hello])
    accepted = [letter for letter in before if asked.lines[letter].startswith("RCPT")]
    assert accepted
    assert asked.solve()
    assert "is forgotten" in said_to(4, accepted[0], seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_enter_is_crlf_for_some_and_lf_for_others(seed: int) -> None:
    counts = exercise(5, seed).solve()
    assert len(counts) == 5
    assert {0, 1} <= set(counts)


@pytest.mark.parametrize("more", [1, -1])
def test_wrong_number_of_replies_is_told_why(more: int) -> None:
    first, *others = exercise(5).solve()
    assert said_to(5, [first + more, *others]) == f"A: not {first + more}. Here is one whole line."


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
def test_seeds_give_different_variants(number: int) -> None:
    assert len({Lesson("02", seed).check(number, ...).text() for seed in SEEDS}) > 10


@pytest.mark.parametrize("given", [[], "", None, 4, ["one\r\ntwo"], [b"QUIT"], {"A": "QUIT"}])
def test_lines_of_another_form_cannot_be_read(given: object) -> None:
    with pytest.raises(Unreadable):
        lines_of(given)


def test_hands_stop_when_the_session_is_over() -> None:
    assert hear(["QUIT", "HELP", "HELP"]).refused is None


def test_predictions_are_answered_by_the_wire(captures: Captures) -> None:
    comparison = Lesson("02").compare(captures["02"])
    assert [outcome for _, _, outcome in comparison.rows] == [  # type: ignore[union-attr]
        "250, and it begins anew",
        "501, syntax error",
        "none",
    ]
