"""Replies that have to be predicted before they are shown."""

import re

import pytest

from smtplab.widgets.gates import Gates
from smtplab.widgets.stepper import stepper
from tests.views.sessions import ORDINARY, PIPELINED, heard
from tests.widgets.controls import named, seen


def test_gates_stand_before_each_reply_but_the_greeting() -> None:
    assert Gates(heard(ORDINARY)).places == [2, 4, 6, 8, 10, 12, 14, 17, 19]


@pytest.mark.parametrize(
    ("digit", "remark"), [("2", "✓ 250: as you said"), ("5", "✕ you said 5yz, and it was 250"), ("", "")]
)
def test_prediction_is_judged_by_the_first_digit(digit: str, remark: str) -> None:
    gates = Gates(heard(ORDINARY))
    gates.predict(digit)
    assert gates.remark(2) == remark


def test_score_counts_what_was_predicted_and_not_what_was_shown() -> None:
    gates = Gates(heard(ORDINARY))
    for digit in ("2", "3", "", "5"):
        gates.predict(digit)
    assert gates.score() == "2 of 3 predictions came true"


def test_question_names_what_is_answered() -> None:
    gates = Gates(heard(ORDINARY))
    gates.said = dict.fromkeys(gates.places[:-2], "")
    assert "the end of the mail data" in gates.question()


def test_question_escapes_a_hostile_verb() -> None:
    assert "<img" not in Gates(heard("S: 220 a\nC: <IMG/SRC=X>\nS: 500 a")).question().lower()


def test_reader_cannot_go_past_a_reply_that_is_not_predicted() -> None:
    made = stepper(heard(ORDINARY), predict=True)
    for go in (named(made, "next").click, named(made, "last").click, named(made, "tab-DATA").click):
        go()
        assert made.steps.index == 1
    made.slider.value = 15
    assert (made.steps.index, made.slider.value) == (1, 2)
    assert "EHLO" in seen(made, "question")


def test_prediction_opens_the_reply_and_what_follows_up_to_the_next() -> None:
    made = stepper(heard(ORDINARY), predict=True)
    named(made, "next").click()
    named(made, "predict-2").click()
    assert made.steps.index == 2
    assert "✓ 250: as you said" in seen(made, "remark")
    named(made, "last").click()
    assert made.steps.index == 3


def test_pipelined_replies_are_asked_for_one_after_the_other() -> None:
    made = stepper(heard(PIPELINED), predict=True)
    named(made, "last").click()
    for name in ("predict-2", "show", "predict-2", "predict-5", "predict-2"):
        named(made, "last").click()
        named(made, name).click()
    assert made.gates.score() == "3 of 4 predictions came true"
    assert named(made, "gate").layout.display == "none"


def test_show_all_opens_everything() -> None:
    made = stepper(heard(ORDINARY), predict=True)
    named(made, "show-all").click()
    named(made, "last").click()
    assert made.steps.index == 19
    assert named(made, "gate").layout.display == "none"


def test_curtain_hides_what_is_not_to_be_seen_yet() -> None:
    made = stepper(heard(ORDINARY), predict=True)
    tops = []
    for _ in range(3):
        tops += [float(top) for top in re.findall(r"curtain\{top:([\d.]+)%", seen(made, "mark"))]
        made.predict("2")
    assert tops == sorted(set(tops))
    made.open_all()
    assert "curtain" not in seen(made, "mark")


def test_stepper_without_gates_asks_nothing() -> None:
    made = stepper(heard(ORDINARY))
    named(made, "last").click()
    assert (made.steps.index, seen(made, "question")) == (19, "")


def test_tab_goes_to_its_phase_and_is_marked() -> None:
    made = stepper(heard(ORDINARY))
    named(made, "tab-DATA").click()
    assert made.steps.index == 13
    assert "smtplab-here" in named(made, "tab-DATA")._dom_classes
    assert "smtplab-here" not in named(made, "tab-greeting")._dom_classes
