"""The packet browser without widgets: where the reader stands."""

import pytest

from smtplab.protocol.transcript import Entry, Kind, Transcript
from smtplab.widgets.browsing import PAGE, WINDOW, Browsing
from tests.views.sessions import ORDINARY, PIPELINED, heard, together

COMMANDS = "smtp.req.command"  # in ORDINARY at 1, 3, 9, 11, 13, 18
LONG = "S: 220 a\n" + "C: NOOP\nS: 250 a\n" * 225  # 451 entries


def at(index: int, expression: str = "") -> Browsing:
    browsing = Browsing(heard(ORDINARY))
    browsing.select(index)
    browsing.apply(expression)
    return browsing


def test_browsing_begins_at_the_first_entry_with_all_listed() -> None:
    browsing = Browsing(heard(ORDINARY))
    assert (browsing.selected, len(browsing.listed), browsing.expression) == (0, 20, "")


@pytest.mark.parametrize(
    ("begin", "index", "selected"),
    [
        pytest.param(1, 11, 11, id="a listed entry"),
        pytest.param(3, 4, 9, id="onward to the next listed"),
        pytest.param(9, 8, 3, id="back to the one before"),
        pytest.param(1, 19, 18, id="after the last"),
        pytest.param(9, -5, 1, id="before the first"),
        pytest.param(9, 99, 18, id="far beyond"),
    ],
)
def test_select_goes_to_what_is_listed(begin: int, index: int, selected: int) -> None:
    browsing = at(begin, COMMANDS)
    browsing.select(index)
    assert browsing.selected == selected


@pytest.mark.parametrize(("by", "selected"), [(1, 11), (-1, 3), (-9, 1), (9, 18)])
def test_step_goes_along_what_is_listed_and_stops_at_either_end(by: int, selected: int) -> None:
    browsing = at(9, COMMANDS)
    browsing.step(by)
    assert browsing.selected == selected


@pytest.mark.parametrize(
    ("begin", "by", "page"),
    [
        pytest.param(7, 1, range(PAGE, 2 * PAGE), id="next"),
        pytest.param(7, 2, range(2 * PAGE, 451), id="the last is shorter"),
        pytest.param(7, -1, range(PAGE), id="before the first"),
        pytest.param(450, 1, range(2 * PAGE, 451), id="after the last"),
        pytest.param(450, -1, range(PAGE, 2 * PAGE), id="previous"),
    ],
)
def test_turn_goes_to_another_page(begin: int, by: int, page: range) -> None:
    browsing = Browsing(heard(LONG))
    browsing.select(begin)
    browsing.turn(by)
    assert browsing.page == page
    assert browsing.selected in page


def test_page_is_the_one_of_the_selected_entry() -> None:
    browsing = Browsing(heard(LONG))
    browsing.select(PAGE)
    assert browsing.page.start == PAGE
    browsing.step(-1)
    assert browsing.page.start == 0


def test_filter_lists_what_passes_and_keeps_what_is_selected() -> None:
    browsing = at(11, COMMANDS)
    assert list(browsing.listed) == [1, 3, 9, 11, 13, 18]
    assert (browsing.selected, browsing.expression) == (11, COMMANDS)


def test_filter_that_the_selected_entry_does_not_pass_selects_the_next_one() -> None:
    assert at(12, COMMANDS).selected == 13
    assert at(19, COMMANDS).selected == 18


def test_filter_that_nothing_passes_selects_nothing() -> None:
    browsing = at(3, "tcp.stream == 9")
    browsing.step(1)
    browsing.turn(1)
    browsing.select(1)
    browsing.follow(True)
    assert (browsing.selected, browsing.entry, list(browsing.page), browsing.fields) == (None, None, [], [])
    assert not browsing.following


def test_filter_that_is_wrong_leaves_all_as_it_is_and_tells_where() -> None:
    browsing = at(11, COMMANDS)
    browsing.apply("smtp.foo == 1")
    assert browsing.error is not None
    assert (browsing.error.position, browsing.tried) == (0, "smtp.foo == 1")
    assert (browsing.selected, browsing.expression, len(browsing.listed)) == (11, COMMANDS, 6)


def test_filter_that_is_right_again_forgets_the_error() -> None:
    browsing = at(1, "smtp.foo")
    browsing.apply("")
    assert (browsing.error, len(browsing.listed)) == (None, 20)


def test_follow_lists_one_connection_and_goes_back_to_the_filter_before() -> None:
    browsing = Browsing(together(heard(ORDINARY), heard(PIPELINED, stream=1)))
    browsing.apply("smtp.rsp")
    browsing.select(25)
    browsing.follow(True)
    assert browsing.expression == "tcp.stream == 1"
    assert {browsing.transcript[index].stream for index in browsing.listed} == {1}
    browsing.follow(False)
    assert browsing.expression == "smtp.rsp"


def test_follow_twice_is_follow_once() -> None:
    browsing = at(3, COMMANDS)
    browsing.follow(True)
    browsing.follow(True)
    browsing.follow(False)
    assert browsing.expression == COMMANDS


def test_follow_ends_where_nothing_passes_the_filter_any_more() -> None:
    browsing = at(3)
    browsing.follow(True)
    browsing.apply("tcp.stream == 9")
    browsing.follow(False)
    assert (browsing.following, browsing.expression, browsing.selected) == (False, "", 0)


def test_octets_of_a_long_entry_are_seen_in_windows() -> None:
    data = Entry(party="client", kind=Kind.MAIL_DATA, octets=b"\r\n" + b"x" * 2 * WINDOW)
    browsing = Browsing(Transcript((data, data)))
    seen = [browsing.window]
    for by in (1, 1, 1, -1):
        browsing.show_octets(by)
        seen.append(browsing.window)
    last = range(2 * WINDOW, 2 * WINDOW + 2)
    assert seen == [range(WINDOW), range(WINDOW, 2 * WINDOW), last, last, range(WINDOW, 2 * WINDOW)]
    browsing.step(1)
    assert browsing.window == range(WINDOW)


def test_window_stays_when_the_same_entry_is_selected_again() -> None:
    data = Entry(party="client", kind=Kind.MAIL_DATA, octets=b"x" * 2 * WINDOW)
    browsing = Browsing(Transcript((data,)))
    browsing.show_octets(1)
    browsing.select(0)
    assert browsing.window.start == WINDOW


def test_window_stays_when_another_filter_lets_the_entry_pass() -> None:
    data = Entry(party="client", kind=Kind.MAIL_DATA, octets=b"x" * 2 * WINDOW)
    browsing = Browsing(Transcript((data, data)))
    browsing.step(1)
    browsing.show_octets(1)
    browsing.apply("imf")
    assert (browsing.selected, browsing.window.start) == (1, WINDOW)


def test_fields_are_those_of_which_an_octet_is_in_sight() -> None:
    data = Entry(party="client", kind=Kind.MAIL_DATA, octets=b"Subject: a\r\n\r\n" + b"x" * 2 * WINDOW)
    browsing = Browsing(Transcript((data,)))
    assert browsing.fields[0].start == 0
    browsing.show_octets(1)
    assert [field.name for field in browsing.fields] == ["body"]


def test_nothing_said_can_be_browsed() -> None:
    browsing = Browsing(Transcript())
    browsing.step(1)
    browsing.apply("smtp")
    browsing.show_octets(1)
    assert (browsing.selected, browsing.window, browsing.page) == (None, range(0), range(0))
