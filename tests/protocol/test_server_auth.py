"""AUTH as the server answers it: dialogues, each played a line at a time, an octet at a time and in one piece."""

from typing import Any

import pytest

from smtplab.protocol.states import State
from tests.protocol.conftest import Play
from tests.protocol.dialogues import EHLO, USERS

NAME, PASSWORD = "dGVzdDAxQGNvcmVtYWlsLmNu", "cGFzc3dvcmQwMQ=="
PLAIN, WRONG_PLAIN = "AHRlc3QwMUBjb3JlbWFpbC5jbgBwYXNzd29yZDAx", "AHRlc3QwMUBjb3JlbWFpbC5jbgB3cm9uZw=="


@pytest.mark.parametrize(
    "exchange",
    [
        pytest.param(f"C: AUTH PLAIN {PLAIN}", id="PLAIN at once"),
        pytest.param(f"C: auth plain {PLAIN}", id="in lower case"),
        pytest.param(f"C: AUTH PLAIN\nS: {{ASK_NOTHING}}\nC: {PLAIN}", id="PLAIN when asked"),
        pytest.param(f"C: AUTH LOGIN\nS: {{ASK_USERNAME}}\nC: {NAME}\nS: {{ASK_PASSWORD}}\nC: {PASSWORD}", id="LOGIN"),
        pytest.param(f"C: AUTH LOGIN {NAME}\nS: {{ASK_PASSWORD}}\nC: {PASSWORD}", id="LOGIN at once"),
    ],
)
def test_auth_right_proof_is_235(play: Play, exchange: str) -> None:
    driver = play(EHLO + exchange + "\nS: {AUTHENTICATED}", passwords=USERS)
    assert driver.session.user == "test01@coremail.cn"
    assert driver.session.state is State.READY


@pytest.mark.parametrize(
    ("exchange", "reply"),
    [
        pytest.param(f"C: AUTH PLAIN {WRONG_PLAIN}", "BAD_CREDENTIALS", id="PLAIN, wrong password"),
        pytest.param("C: AUTH PLAIN AG5vYm9keQBwYXNzd29yZDAx", "BAD_CREDENTIALS", id="PLAIN, unknown user"),
        pytest.param("C: AUTH PLAIN =", "BAD_CREDENTIALS", id="PLAIN, empty response"),
        pytest.param("C: AUTH PLAIN YQ==", "BAD_CREDENTIALS", id="PLAIN, no NUL"),
        pytest.param("C: AUTH PLAIN\nS: {ASK_NOTHING}\nC:", "BAD_CREDENTIALS", id="PLAIN, empty line"),
        pytest.param("C: AUTH LOGIN =\nS: {ASK_PASSWORD}\nC:", "BAD_CREDENTIALS", id="LOGIN, empty responses"),
        pytest.param(
            "C: AUTH LOGIN\nS: {ASK_USERNAME}\nC: bm9ib2R5\nS: {ASK_PASSWORD}\nC: " + PASSWORD,
            "BAD_CREDENTIALS",
            id="LOGIN, unknown user",
        ),
        pytest.param("C: AUTH PLAIN $$$", "BAD_BASE64", id="initial response no base64"),
        pytest.param("C: AUTH LOGIN YQ", "BAD_BASE64", id="initial response without padding"),
        pytest.param("C: AUTH PLAIN\nS: {ASK_NOTHING}\nC: $$$", "BAD_BASE64", id="response no base64"),
        pytest.param("C: AUTH PLAIN\nS: {ASK_NOTHING}\nC: =", "BAD_BASE64", id="= is for the AUTH line only"),
        pytest.param("C: AUTH PLAIN\nS: {ASK_NOTHING}\nC: *", "AUTH_CANCELLED", id="cancelled"),
        pytest.param("C: AUTH LOGIN\nS: {ASK_USERNAME}\nC: *", "AUTH_CANCELLED", id="LOGIN cancelled at the name"),
        pytest.param(
            f"C: AUTH LOGIN\nS: {{ASK_USERNAME}}\nC: {NAME}\nS: {{ASK_PASSWORD}}\nC: *",
            "AUTH_CANCELLED",
            id="LOGIN cancelled at the password",
        ),
        pytest.param("C: AUTH XNOSUCH", "UNKNOWN_MECHANISM", id="unknown mechanism"),
        pytest.param("C: AUTH", "AUTH_SYNTAX", id="no mechanism"),
        pytest.param("C: AUTH LOGIN a b", "AUTH_SYNTAX", id="too many words"),
    ],
)
def test_auth_without_proof_is_refused_and_may_be_tried_again(play: Play, exchange: str, reply: str) -> None:
    again = f"\nS: {{{reply}}}\nC: AUTH PLAIN {PLAIN}\nS: {{AUTHENTICATED}}"
    driver = play(EHLO + exchange + again, passwords=USERS)
    assert driver.session.user == "test01@coremail.cn"


def test_auth_line_over_the_limit_is_refused_and_ends_the_exchange(play: Play) -> None:
    play(
        EHLO
        + f"""
        C: AUTH PLAIN
        S: {{ASK_NOTHING}}
        C: {"QUFB" * 3072}
        S: {{AUTH_LINE_TOO_LONG}}
        C: NOOP
        S: {{OK}}
        """,
        passwords=USERS,
    )


def test_auth_line_at_the_limit_is_read(play: Play) -> None:
    play(
        EHLO
        + f"""
        C: AUTH PLAIN
        S: {{ASK_NOTHING}}
        C: {"QUFB" * 3071}QQ
        S: {{BAD_BASE64}}
        C: AUTH PLAIN
        S: {{ASK_NOTHING}}
        C: {"QUFB" * 3071}
        S: {{BAD_CREDENTIALS}}
        """,
        passwords=USERS,
    )


def test_auth_twice_is_503(play: Play) -> None:
    play(
        EHLO
        + f"""
        C: AUTH PLAIN {PLAIN}
        S: {{AUTHENTICATED}}
        C: AUTH PLAIN {PLAIN}
        S: {{AUTHENTICATED_ALREADY}}
        C: EHLO client.example
        S: {{EHLO}}
        C: AUTH PLAIN {PLAIN}
        S: {{AUTHENTICATED_ALREADY}}
        """,
        passwords=USERS,
    )


def test_auth_before_ehlo_is_503(play: Play) -> None:
    play(
        f"""
        S: {{GREETING}}
        C: AUTH PLAIN {PLAIN}
        S: {{EHLO_FIRST}}
        """,
        passwords=USERS,
    )


def test_auth_amid_a_mail_transaction_is_503(play: Play) -> None:
    play(
        EHLO
        + f"""
        C: MAIL FROM:<a@example.org>
        S: {{SENDER_OK}}
        C: AUTH PLAIN {PLAIN}
        S: {{BAD_SEQUENCE}}
        C: RCPT TO:<b@example.org>
        S: {{RECIPIENT_OK}}
        """,
        passwords=USERS,
    )


@pytest.mark.parametrize(
    "policy",
    [
        pytest.param({}, id="no users"),
        pytest.param({"passwords": USERS, "extensions": frozenset({"SIZE"})}, id="switched off"),
    ],
)
def test_auth_not_offered_is_502(play: Play, policy: dict[str, Any]) -> None:
    play(
        EHLO
        + f"""
        C: AUTH PLAIN {PLAIN}
        S: {{NOT_IMPLEMENTED}}
        """,
        **policy,
    )
