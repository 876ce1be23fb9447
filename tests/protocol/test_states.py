"""The table is read in full: each pair that it has, and each that it lacks."""

from typing import Final

import pytest

from smtplab.protocol import replies
from smtplab.protocol.commands import VERBS
from smtplab.protocol.mail import Buffers, Recipient
from smtplab.protocol.policy import Policy
from smtplab.protocol.states import (
    BDAT_LAST,
    COMMAND_STATES,
    END_OF_DATA,
    GREETING,
    TRANSITIONS,
    After,
    State,
    after,
)
from tests.protocol.dialogues import Driver

# One right line for each verb.
LINES: Final = {
    "EHLO": b"EHLO client.example",
    "HELO": b"HELO client.example",
    "AUTH": b"AUTH LOGIN",
    "MAIL": b"MAIL FROM:<test01@coremail.cn>",
    "RCPT": b"RCPT TO:<test02@coremail.cn>",
    "DATA": b"DATA",
    "BDAT": b"BDAT 0",
    "RSET": b"RSET",
    "VRFY": b"VRFY test02",
    "EXPN": b"EXPN everybody",
    "HELP": b"HELP",
    "NOOP": b"NOOP",
    "QUIT": b"QUIT",
    "STARTTLS": b"STARTTLS",
}

# The states in which the server reads a line as a command. In the others it reads something else, or nothing.
READING: Final = (State.REFUSED, *COMMAND_STATES)

ROWS = [pytest.param(state, verb, row, id=f"{state.name} {verb}") for (state, verb), row in TRANSITIONS.items()]
MISSING = [
    pytest.param(state, verb, id=f"{state.name} {verb}")
    for state in READING
    for verb in VERBS
    if (state, verb) not in TRANSITIONS
]
HANDLED = [
    pytest.param(state, verb, id=f"{state.name} {verb}")
    for (state, verb) in TRANSITIONS
    if state in READING and verb in VERBS
]


def session_in(state: State) -> Driver:
    """Give a session of a client that said EHLO and stands in `state`, with an envelope to lose."""
    driver = Driver(Policy(passwords={"test01": "password01"}))
    driver.feed(b"EHLO client.example\r\n")
    driver.session.state = state
    driver.session.buffers = Buffers("test01@coremail.cn", recipients=[Recipient("test02@coremail.cn")])
    return driver


def test_lines_has_one_for_each_verb() -> None:
    assert set(LINES) == set(VERBS)


@pytest.mark.parametrize(("state", "verb"), MISSING)
def test_server_pair_missing_from_the_table_is_503(state: State, verb: str) -> None:
    assert session_in(state).feed(LINES[verb] + b"\r\n").startswith(b"503 5.5.1 ")


@pytest.mark.parametrize(("state", "verb"), MISSING)
def test_server_pair_missing_from_the_table_changes_nothing(state: State, verb: str) -> None:
    driver = session_in(state)
    driver.feed(LINES[verb] + b"\r\n")
    assert driver.session.state is state
    assert driver.session.buffers == Buffers("test01@coremail.cn", recipients=[Recipient("test02@coremail.cn")])
    assert driver.session.user is None
    assert not driver.closed


@pytest.mark.parametrize(("state", "verb"), HANDLED)
def test_server_pair_of_the_table_moves_as_its_row_says(state: State, verb: str) -> None:
    driver = session_in(state)
    code = int(driver.feed(LINES[verb] + b"\r\n")[:3])
    assert code != 503
    assert driver.session.state is after(state, verb, code)


@pytest.mark.parametrize(("state", "verb", "row"), ROWS)
@pytest.mark.parametrize("code", [220, 299], ids=str)
def test_after_positive_completion_takes_column_s(state: State, verb: str, row: After, code: int) -> None:
    assert after(state, verb, code) is (row.success or state)


@pytest.mark.parametrize(("state", "verb", "row"), ROWS)
@pytest.mark.parametrize("code", [300, 354], ids=str)
def test_after_intermediate_reply_takes_column_i(state: State, verb: str, row: After, code: int) -> None:
    assert after(state, verb, code) is (row.intermediate or state)


@pytest.mark.parametrize(("state", "verb", "row"), ROWS)
@pytest.mark.parametrize("code", [400, 451, 500, 554], ids=str)
def test_after_negative_reply_takes_column_e(state: State, verb: str, row: After, code: int) -> None:
    assert after(state, verb, code) is row.error


@pytest.mark.parametrize(("state", "verb", "row"), ROWS)
def test_after_421_closes(state: State, verb: str, row: After) -> None:
    assert after(state, verb, 421) is State.CLOSED


@pytest.mark.parametrize("code", [250, 354, 550], ids=str)
def test_after_unknown_pair_stays(code: int) -> None:
    assert after(State.READY, "DATA", code) is State.READY


@pytest.mark.parametrize(("state", "verb", "row"), ROWS)
def test_row_error_never_opens_or_closes_a_session(state: State, verb: str, row: After) -> None:
    """A refusal leaves things as they were, but where something had begun that it ends."""
    ended = {
        (State.CONNECTED, GREETING): State.REFUSED,  # §3.1
        (State.AUTHENTICATING, "AUTH"): State.READY,  # RFC 4954 §4
        (State.MAIL_DATA, END_OF_DATA): State.READY,  # §4.1.1.4
        (State.RECIPIENTS, "BDAT"): State.CHUNKS,  # RFC 3030 §2
        (State.RECIPIENTS, BDAT_LAST): State.CHUNKS,
    }
    assert row.error is ended.get((state, verb), state)


@pytest.mark.parametrize("verb", ["NOOP", "HELP", "VRFY", "EXPN", "QUIT"])
def test_table_has_verbs_of_any_time_in_each_command_state(verb: str) -> None:
    assert {state for state, known in TRANSITIONS if known == verb} >= set(COMMAND_STATES)


def test_table_reaches_every_state_from_the_start() -> None:
    reached = {State.CONNECTED}
    for _ in State:
        reached |= {state for (start, _), row in TRANSITIONS.items() if start in reached for state in row if state}
    assert reached == set(State)


def test_table_knows_no_verb_that_cannot_be_parsed() -> None:
    assert {verb for _, verb in TRANSITIONS} - {GREETING, END_OF_DATA, BDAT_LAST} == set(VERBS)


def test_state_repr_is_its_name() -> None:
    assert repr(State.MAIL_DATA) == "State.MAIL_DATA"


@pytest.mark.parametrize(
    ("state", "verb", "reply"),
    [
        pytest.param(State.GREETED, "MAIL", replies.EHLO_FIRST, id="MAIL before EHLO"),
        pytest.param(State.SENDER, "MAIL", replies.NESTED_MAIL, id="MAIL twice"),
        pytest.param(State.READY, "RCPT", replies.MAIL_FIRST, id="RCPT before MAIL"),
        pytest.param(State.READY, "DATA", replies.MAIL_FIRST, id="DATA before MAIL"),
        pytest.param(State.SENDER, "DATA", replies.RCPT_FIRST, id="DATA before RCPT"),
        pytest.param(State.SENDER, "AUTH", replies.BAD_SEQUENCE, id="AUTH amid a mail transaction"),
        pytest.param(State.CHUNKS, "DATA", replies.BAD_SEQUENCE, id="DATA amid chunks"),
    ],
)
def test_server_503_says_what_is_missing(state: State, verb: str, reply: replies.Reply) -> None:
    assert session_in(state).feed(LINES[verb] + b"\r\n") == bytes(reply)
