"""The stepper without a browser: where it stands and what it shows there."""

import re

import pytest

from smtplab.protocol.transcript import Entry, Kind, Transcript
from smtplab.widgets.steps import Steps
from tests.views.sessions import LOGIN, ORDINARY, heard

RCPT, RCPT_REPLY = 11, 12


def at(index: int, script: str = ORDINARY) -> Steps:
    steps = Steps(heard(script))
    steps.select(index)
    return steps


def words(html: str) -> str:
    """What is left to read when the markup is gone."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_steps_begin_at_the_first_entry() -> None:
    assert Steps(heard(ORDINARY)).index == 0


@pytest.mark.parametrize(
    ("begin", "by", "index"),
    [
        pytest.param(3, 1, 4, id="next"),
        pytest.param(3, -1, 2, id="previous"),
        pytest.param(0, -1, 0, id="before the first"),
        pytest.param(19, 1, 19, id="after the last"),
        pytest.param(5, 20, 19, id="to the last"),
        pytest.param(5, -20, 0, id="to the first"),
    ],
)
def test_step_stops_at_either_end(begin: int, by: int, index: int) -> None:
    steps = at(begin)
    steps.step(by)
    assert steps.index == index


def test_line_says_where_who_when_and_what() -> None:
    assert words(at(RCPT).line()) == (
        "12 of 20 RCPT client → server 14.0 ms · frame 15 RCPT TO:&lt;test02@coremail.cn&gt;"
    )


def test_line_of_a_negative_reply_is_marked() -> None:
    steps = at(2, "S: 220 a\nC: X\nS: 500 what?")
    assert words(steps.line()).endswith("500 what? permanent")
    assert "smtplab-error" in steps.line()


def test_line_masks_the_password() -> None:
    assert words(at(7).line()).endswith("•••••••• (password)")


def test_line_counts_the_frames_of_a_message() -> None:
    data = Entry(party="client", kind=Kind.MAIL_DATA, octets=b"a\r\n", frames=(3, 5, 8))
    assert "3 frames, the last is 8" in words(Steps(Transcript((data,))).line())


def test_state_is_shown_before_and_after() -> None:
    shown = words(at(RCPT_REPLY).state())
    assert shown.startswith("state of the server: sender → recipients what may come next: EHLO, HELO, RCPT, DATA")


def test_state_that_does_not_change_says_so() -> None:
    assert words(at(RCPT).state()).startswith("state of the server: sender (does not change) what may come next")


def test_state_after_quit_lets_nothing_follow() -> None:
    assert words(at(19).state()).endswith("what may come next: nothing")


def test_state_names_moments_that_are_no_verbs() -> None:
    assert words(at(14).state()).endswith("what may come next: the end of the mail data")


def test_octets_are_those_of_the_current_entry() -> None:
    assert "TINY-DESKTO" in at(1).octets()
    assert "TINY-DESKTO" not in at(2).octets()


def test_mark_lifts_the_current_row_in_the_colour_of_its_party() -> None:
    css = at(RCPT).mark(".here")
    assert ".here #entry-11 .lift{fill:var(--smtplab-paper);stroke:var(--smtplab-client)}" in css
    assert "#entry-12" not in css


def test_mark_puts_the_anchor_where_the_row_is() -> None:
    tops = [float(re.findall(r"anchor{top:([\d.]+)%", at(index).mark(".here"))[0]) for index in range(20)]
    assert tops == sorted(set(tops))
    assert all(0 < top < 100 for top in tops)


def test_mark_follows_anew_at_each_entry() -> None:
    assert re.findall(r"@keyframes ([^{]+)\{", at(3).mark(".here")) == ["here-follow-3"]


def test_ladder_is_the_same_wherever_the_reader_stands() -> None:
    assert at(0).ladder() == at(RCPT).ladder()


def test_ladder_has_a_row_for_each_entry() -> None:
    assert re.findall(r'<g id="entry-(\d+)"', at(0).ladder()) == [str(index) for index in range(20)]


def test_empty_transcript_has_nothing_to_show() -> None:
    steps = Steps(Transcript())
    steps.step(1)
    assert (steps.index, steps.entry, steps.mark(".here")) == (0, None, "")
    assert {words(html) for html in (steps.line(), steps.state(), steps.octets())} == {"nothing was said"}


def test_markup_in_what_was_said_is_escaped() -> None:
    steps = at(1, "S: 220 a\nC: <script>alert(1)</script>")
    assert "<script" not in steps.line() + steps.octets() + steps.ladder()


def test_steps_of_a_login_end_authenticated_and_ready() -> None:
    assert words(at(8, LOGIN).state()).startswith("state of the server: authenticating → ready")
