"""The selection: where it goes, and what of the connection is drawn around it."""

import pytest

from smtplab.protocol.states import State
from smtplab.protocol.transcript import Transcript
from smtplab.widgets.selection import PAGE, Selection
from tests.views.sessions import LOGIN, MAIL, ORDINARY, PLAIN, QUIT, heard, together

TWICE = LOGIN + MAIL + MAIL + QUIT


@pytest.mark.parametrize(
    ("index", "reached"),
    [pytest.param(-3, 0, id="before"), pytest.param(7, 7, id="there"), pytest.param(99, 19, id="after")],
)
def test_select_goes_to_the_nearest_entry(index: int, reached: int) -> None:
    selection = Selection(heard(ORDINARY))
    selection.select(index)
    assert selection.index == reached


def test_phases_stand_in_the_order_in_which_they_came() -> None:
    assert Selection(heard(ORDINARY)).phases == ["greeting", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"]


def test_phase_without_a_colour_is_other() -> None:
    assert Selection(heard("S: 220 a\nC: XX <b>\nS: 500 a")).phases == ["greeting", "other"]


def test_phase_is_gone_to_where_it_begins_next_and_then_from_the_beginning() -> None:
    selection = Selection(heard(TWICE))
    places = []
    for _ in range(3):
        selection.go_to_phase("RCPT")
        places.append(selection.index)
    assert places == [11, 20, 11]


def test_phase_is_looked_for_in_the_same_connection() -> None:
    selection = Selection(together(heard(PLAIN), heard(ORDINARY, stream=1)))
    selection.go_to_phase("MAIL")
    assert selection.index == 0
    selection.select(6)
    selection.go_to_phase("MAIL")
    assert selection.transcript[selection.index or 0].argument.startswith(b"FROM")


def test_state_that_is_never_reached_is_not_gone_to() -> None:
    selection = Selection(heard(ORDINARY))
    selection.go_to_state(State.CHUNKS)
    assert selection.index == 0


def test_nothing_beyond_the_stop_is_reached() -> None:
    selection = Selection(heard(ORDINARY))
    selection.stop = 5
    selection.select(12)
    assert selection.index == 4
    selection.go_to_phase("RCPT")
    selection.go_to_state(State.SENDER)
    assert selection.index == 4


def test_excerpt_of_a_short_connection_is_the_whole() -> None:
    excerpt = Selection(heard(ORDINARY)).excerpt()
    assert (excerpt.indexes, excerpt.before, excerpt.after) == (tuple(range(20)), 0, 0)
    assert len(excerpt.transcript.segments) == 5


def test_excerpt_of_a_long_connection_has_its_ends_where_they_are() -> None:
    selection = Selection(heard("S: 220 a\n" + "C: NOOP\nS: 250 a\n" * PAGE))
    flags = []
    for index in (0, PAGE, 2 * PAGE):
        selection.select(index)
        flags.append([segment.flags for segment in selection.excerpt().transcript.segments])
    assert flags == [["SYN", "SYN, ACK", "ACK"], [], ["FIN, ACK", "FIN, ACK"]]
    assert (selection.excerpt().before, selection.excerpt().after) == (2 * PAGE, 0)


def test_empty_transcript_has_nothing_to_select() -> None:
    selection = Selection(Transcript())
    selection.step(1)
    selection.go_to_phase("MAIL")
    assert (selection.index, selection.entry, selection.excerpt().indexes) == (None, None, ())
