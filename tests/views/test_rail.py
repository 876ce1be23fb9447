"""The state chart in small: where the session stands, and what the table lets follow."""

import re

import pytest

from smtplab.protocol.states import TRANSITIONS, State
from smtplab.protocol.transcript import Transcript
from smtplab.views.rail import order_table, rail
from tests.views.sessions import LOGIN, heard


def test_state_is_that_after_the_last_entry() -> None:
    assert rail(heard("S: 220 a\nC: EHLO b\nS: 250 a")).text().split("\n")[0] == "state: ready"


def test_given_state_is_believed() -> None:
    assert rail(heard("S: 220 a"), now=State.READY).now is State.READY


def test_empty_session_stands_at_the_beginning() -> None:
    assert rail(Transcript()).now is State.CONNECTED


@pytest.mark.parametrize("state", State)
def test_every_verb_that_the_table_lets_follow_is_listed(state: State) -> None:
    listed = rail(Transcript(), now=state).text()
    verbs = {verb for (source, verb) in TRANSITIONS if source is state and verb.isalpha()}
    if state is State.AUTHENTICATING:  # where AUTH is no verb that anybody says
        assert "an answer in base64: → ready" in listed
    else:
        assert verbs - {"GREETING"} <= set(re.findall(r"[A-Z]{4,}", listed))


@pytest.mark.parametrize(
    ("state", "words"),
    [
        pytest.param(State.MAIL_DATA, "the end of the mail data: → ready", id="a moment"),
        pytest.param(State.READY, "AUTH: → authenticating (asks for more)", id="intermediate"),
        pytest.param(State.CONNECTED, "the greeting: → refused (if refused)", id="error"),
        pytest.param(State.SENDER, "NOOP, HELP, VRFY, EXPN: stays here", id="stays"),
        pytest.param(State.CLOSED, "nothing", id="nothing"),
        pytest.param(State.TLS_HANDSHAKE, "TLS, which is no SMTP", id="TLS"),
    ],
)
def test_what_may_come_next_is_said_in_words(state: State, words: str) -> None:
    assert f"  {words}" in rail(Transcript(), now=state).text().split("\n")


def test_current_state_is_marked_by_more_than_colour() -> None:
    html = rail(heard(LOGIN)).html()
    assert re.findall(r'aria-current="step">([^<]*) <b>◀ now</b>', html) == ["ready"]


def test_states_that_were_seen_differ_from_those_that_were_not() -> None:
    body = rail(heard(LOGIN)).body()
    seen = re.findall(r'<li class="[^"]*smtplab-seen[^"]*"[^>]*>([^<]*)', body)
    assert [name.strip() for name in seen] == ["connected", "greeted", "ready", "authenticating"]


def test_every_state_is_in_the_column_once() -> None:
    column = re.findall(r"<li class=[^>]*>([^<]*)", rail(Transcript()).body())
    assert sorted(name.strip() for name in column) == sorted(state.value for state in State)


def test_order_table_has_a_row_for_each_state() -> None:
    assert order_table().count('<th scope="row">') == len(State)
