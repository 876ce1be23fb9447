"""STARTTLS as the server answers it, and what a policy asks of those who send."""

from typing import Any

import pytest

from smtplab.protocol import replies
from smtplab.protocol.commands import Lax
from smtplab.protocol.mail import Recipient
from smtplab.protocol.policy import Policy
from smtplab.protocol.server import Close, ServerSession, StartTls
from smtplab.protocol.states import State
from tests.protocol.conftest import Play
from tests.protocol.dialogues import EHLO, USERS, Driver

PLAIN = "AHRlc3QwMUBjb3JlbWFpbC5jbgBwYXNzd29yZDAx"
RECIPIENT = Recipient("test02@coremail.cn")


# STARTTLS (RFC 3207): what is said after it comes through TLS, so these are not played in one piece


def driver_with_tls(**choices: Any) -> Driver:
    driver = Driver(Policy(passwords=USERS, starttls=True, **choices))
    driver.feed(b"EHLO client.example\r\n")
    return driver


def test_starttls_is_offered_before_and_not_inside() -> None:
    driver = driver_with_tls()
    assert b"250-STARTTLS\r\n" in driver.said
    assert driver.feed(b"STARTTLS\r\n") == bytes(replies.READY_FOR_TLS)
    assert b"STARTTLS" not in driver.feed(b"EHLO client.example\r\n")
    assert driver.feed(b"STARTTLS\r\n") == bytes(replies.TLS_ALREADY)


def test_starttls_forgets_what_was_learnt_in_clear_text() -> None:
    driver = driver_with_tls()
    driver.feed(f"AUTH PLAIN {PLAIN}\r\n".encode())
    assert driver.session.user is not None
    driver.feed(b"STARTTLS\r\n")
    session = driver.session
    assert (session.state, session.user, session.extended, session.client_domain) == (State.GREETED, None, False, "")
    assert driver.feed(b"MAIL FROM:<>\r\n") == bytes(replies.EHLO_FIRST)


def test_starttls_commands_behind_it_in_clear_text_are_forgotten() -> None:
    """CVE-2011-0411: they would be obeyed inside TLS, though anybody could have put them there."""
    session = ServerSession(Policy(starttls=True))
    session.greet()
    outputs = session.receive(b"STARTTLS\r\nEHLO evil.example\r\nMAIL FR")
    assert outputs == [bytes(replies.READY_FOR_TLS), StartTls()]
    assert session.tls_started() == []
    assert session.receive(b"NOOP\r\n") == [bytes(replies.OK)]


def test_starttls_commands_behind_it_are_obeyed_inside_where_that_is_let_pass() -> None:
    session = ServerSession(Policy(starttls=True, lax=frozenset({Lax.OCTETS_BEFORE_TLS})))
    session.greet()
    outputs = session.receive(b"STARTTLS\r\nEHLO evil.example\r\nMAIL FROM:<a@example.org>\r\nRC")
    assert outputs == [bytes(replies.READY_FOR_TLS), StartTls()]
    hello, sender = session.tls_started()
    assert isinstance(hello, bytes)
    assert hello.startswith(b"250-")
    assert sender == bytes(replies.SENDER_OK)
    assert session.receive(b"PT TO:<b@example.org>\r\n") == [bytes(replies.RECIPIENT_OK)]


def test_starttls_nothing_is_read_until_the_handshake_is_done() -> None:
    session = ServerSession(Policy(starttls=True))
    session.greet()
    session.receive(b"STARTTLS\r\n")
    assert session.receive(b"NOOP\r\n") == []
    assert session.state is State.TLS_HANDSHAKE


def test_starttls_without_a_certificate_is_502(play: Play) -> None:
    play(EHLO + "C: STARTTLS\nS: {NOT_IMPLEMENTED}\nC: NOOP\nS: {OK}")


def test_starttls_amid_a_mail_transaction_is_503() -> None:
    driver = driver_with_tls()
    driver.feed(b"MAIL FROM:<>\r\n")
    assert driver.feed(b"STARTTLS\r\n") == bytes(replies.BAD_SEQUENCE)


def test_implicit_tls_offers_no_starttls() -> None:
    session = ServerSession(Policy(starttls=True), tls=True)
    session.greet()
    assert session.receive(b"STARTTLS\r\n") == [bytes(replies.TLS_ALREADY)]


# What a policy asks for


def test_auth_inside_tls_is_neither_offered_nor_taken_in_clear_text() -> None:
    driver = driver_with_tls(auth_inside_tls=True)
    assert b"AUTH" not in driver.said
    assert driver.feed(f"AUTH PLAIN {PLAIN}\r\n".encode()) == bytes(replies.TLS_FOR_AUTH)
    driver.feed(b"STARTTLS\r\n")
    assert b"250-AUTH LOGIN PLAIN\r\n" in driver.feed(b"EHLO client.example\r\n")
    assert driver.feed(f"AUTH PLAIN {PLAIN}\r\n".encode()) == bytes(replies.AUTHENTICATED)


@pytest.mark.parametrize(
    "line", ["HELO a", "MAIL FROM:<>", "RCPT TO:<b@example.org>", "DATA", "RSET", "VRFY a", "HELP", "AUTH LOGIN"]
)
def test_tls_required_refuses_all_else_in_clear_text(line: str) -> None:
    driver = driver_with_tls(tls_required=True)
    assert driver.feed(f"{line}\r\n".encode()) == bytes(replies.TLS_REQUIRED)
    assert driver.feed(b"NOOP\r\n") == bytes(replies.OK)
    driver.feed(b"STARTTLS\r\nEHLO a\r\n")
    driver.feed(b"EHLO client.example\r\n")
    assert driver.feed(b"MAIL FROM:<a@example.org>\r\n") == bytes(replies.SENDER_OK)


def test_tls_required_swallows_chunks_in_clear_text() -> None:
    driver = driver_with_tls(tls_required=True)
    assert driver.feed(b"BDAT 6 LAST\r\nQUIT\r\nNOOP\r\n") == bytes(replies.TLS_REQUIRED) + bytes(replies.OK)


def test_tls_required_is_met_by_implicit_tls() -> None:
    session = ServerSession(Policy(tls_required=True), tls=True)
    session.greet()
    session.receive(b"HELO a\r\n")
    assert session.receive(b"MAIL FROM:<>\r\n") == [bytes(replies.SENDER_OK)]


def test_auth_required_refuses_mail_before_it(play: Play) -> None:
    play(
        EHLO
        + f"""
        C: MAIL FROM:<a@example.org>
        S: {{AUTH_REQUIRED}}
        C: NOOP
        S: {{OK}}
        C: AUTH PLAIN {PLAIN}
        S: {{AUTHENTICATED}}
        C: MAIL FROM:<a@example.org>
        S: {{SENDER_OK}}
        """,
        passwords=USERS,
        auth_required=True,
    )


def test_sender_is_user_refuses_the_addresses_of_others(play: Play) -> None:
    play(
        EHLO
        + f"""
        C: MAIL FROM:<test01@coremail.cn>
        S: {{NOT_YOUR_ADDRESS}}
        C: AUTH PLAIN {PLAIN}
        S: {{AUTHENTICATED}}
        C: MAIL FROM:<test02@coremail.cn>
        S: {{NOT_YOUR_ADDRESS}}
        C: MAIL FROM:<>
        S: {{NOT_YOUR_ADDRESS}}
        C: MAIL FROM:<"test01"@CoreMail.cn>
        S: {{SENDER_OK}}
        """,
        passwords=USERS,
        sender_is_user=True,
    )


def test_limits_tells_how_many_recipients_are_taken() -> None:
    assert b"250-LIMITS RCPTMAX=7\r\n" in Driver(Policy(recipients_limit=7)).feed(b"EHLO client.example\r\n")


def test_errors_limit_amid_a_message_closes_after_it() -> None:
    driver = Driver(Policy(errors_limit=0, size_limit=1))
    driver.feed(b"EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n")
    assert driver.feed(b"too much\r\n.\r\nNOOP\r\n") == bytes(replies.TOO_MANY_ERRORS)
    assert driver.closed
    assert driver.session.close(replies.SHUTTING_DOWN) == []
    assert Close() not in driver.session.receive(b"NOOP\r\n")
