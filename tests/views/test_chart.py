"""The chart is the table: every move of it is drawn or written, and a state or a verb that is added appears."""

from collections.abc import Mapping
from enum import Enum
from typing import cast

import pytest

from smtplab.protocol.states import NEVER, TRANSITIONS, After, State
from smtplab.views.chart import OUTCOMES, Chart, Move, chart
from smtplab.views.chart_words import columns_of, wrapped
from smtplab.views.scene import Run


class More(Enum):
    """States that no standard knows."""

    QUEUED = "queued"
    HELD = "held"


QUEUED, HELD = cast(State, More.QUEUED), cast(State, More.HELD)
Table = Mapping[tuple[State, str], After]

FOUR: Table = {
    (State.CONNECTED, "GREETING"): After(State.GREETED, NEVER, State.CONNECTED),
    (State.GREETED, "EHLO"): After(State.READY, NEVER, State.GREETED),
    (State.READY, "MAIL"): After(State.SENDER, NEVER, State.READY),
}


def with_rows(rows: Table) -> Chart:
    return chart({**FOUR, **rows})


def test_every_move_of_the_table_is_in_the_chart_but_errors_that_change_nothing() -> None:
    expected = {
        Move(state, target, outcome, verb)
        for (state, verb), follows in TRANSITIONS.items()
        for outcome, target in zip(OUTCOMES, follows, strict=True)
        if target is not None and not (outcome == "E" and target == state)
    }
    assert chart().moves == expected


def test_every_state_of_the_table_has_one_place() -> None:
    assert sorted(chart().states, key=lambda state: state.value) == sorted(State, key=lambda state: state.value)


def test_column_is_a_mail_transaction_from_top_to_bottom() -> None:
    S = State  # noqa: N806
    assert chart().column == [S.CONNECTED, S.GREETED, S.READY, S.SENDER, S.RECIPIENTS, S.MAIL_DATA, S.CLOSED]


def test_other_states_stand_beside_the_first_that_leads_to_them() -> None:
    assert chart().sides == {State.REFUSED: 0, State.TLS_HANDSHAKE: 1, State.AUTHENTICATING: 2, State.CHUNKS: 4}


def test_verbs_that_change_nothing_are_written_and_not_drawn() -> None:
    drawn = chart()
    assert all(arrow.source != arrow.target for arrow in drawn.arrows)
    assert {"NOOP", "HELP", "VRFY", "EXPN"} <= {move.verb for move in drawn.written[State.SENDER]}


def test_verb_that_leads_to_one_place_from_most_states_is_written_and_not_drawn() -> None:
    drawn = chart()
    assert not [arrow for arrow in drawn.arrows if "QUIT" in arrow.verbs]
    assert Move(State.SENDER, State.CLOSED, "S", "QUIT") in drawn.written[State.SENDER]


def test_verbs_of_one_way_and_outcome_share_an_arrow() -> None:
    verbs = {(arrow.source, arrow.target, arrow.outcome): arrow.verbs for arrow in chart().arrows}
    assert verbs[State.SENDER, State.READY, "S"] == ("EHLO", "HELO", "RSET")
    assert verbs[State.RECIPIENTS, State.CHUNKS, "S"] == ("BDAT",)
    assert verbs[State.RECIPIENTS, State.CHUNKS, "E"] == ("BDAT", "BDAT LAST")


def test_phase_of_a_state_is_that_of_the_verb_which_reaches_it_first() -> None:
    phases = chart().phases
    assert [phases.get(state, "") for state in chart().column] == [
        "",
        "greeting",
        "EHLO",
        "MAIL",
        "RCPT",
        "DATA",
        "QUIT",
    ]


@pytest.mark.parametrize(
    ("rows", "column", "sides"),
    [
        pytest.param({(State.SENDER, "QUEUE"): After(QUEUED, NEVER, State.SENDER)}, [QUEUED], {}, id="farther on"),
        pytest.param({(State.READY, "HOLD"): After(HELD, NEVER, State.READY)}, [], {HELD: 2}, id="aside"),
        pytest.param({(State.READY, "HOLD"): After(NEVER, NEVER, HELD)}, [], {HELD: 2}, id="reached by an error"),
        pytest.param({(HELD, "HOLD"): After(HELD, NEVER, HELD)}, [HELD], {}, id="reached by nothing"),
    ],
)
def test_state_that_is_added_to_the_table_has_a_place(
    rows: Table, column: list[State], sides: dict[State, int]
) -> None:
    drawn = with_rows(rows)
    assert (drawn.column[4:], drawn.sides) == (column, sides)


def test_moves_between_two_states_at_the_side_are_written() -> None:
    drawn = with_rows(
        {
            (State.GREETED, "HOLD"): After(HELD, NEVER, State.GREETED),
            (HELD, "QUEUE"): After(QUEUED, NEVER, HELD),
        }
    )
    assert drawn.sides == {HELD: 1, QUEUED: 1}
    assert drawn.written[HELD] == [Move(HELD, QUEUED, "S", "QUEUE")]


def test_words_are_broken_between_words_alone() -> None:
    lines = wrapped([Run("EHLO,"), Run("HELO,"), Run("longer-than-a-line"), Run("S")], 11)
    assert [[word.text for word in line] for line in lines] == [["EHLO,", "HELO,"], ["longer-than-a-line"], ["S"]]
    assert columns_of(lines[0]) == 11
