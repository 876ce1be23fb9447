"""EHLO and HELO as the server answers them, each dialogue played in every way of cutting it."""

import pytest

from smtplab.protocol import replies
from smtplab.protocol.mail import Buffers, Recipient
from smtplab.protocol.policy import Policy
from tests.protocol.conftest import Play
from tests.protocol.dialogues import EHLO, ENVELOPE, USERS, Driver

PLAIN = "AHRlc3QwMUBjb3JlbWFpbC5jbgBwYXNzd29yZDAx"


def test_ehlo_lists_what_is_offered_in_order() -> None:
    driver = Driver(Policy(passwords=USERS, size_limit=1000))
    assert driver.feed(b"EHLO client.example\r\n") == (
        b"250-mail.coremail.cn\r\n"
        b"250-PIPELINING\r\n"
        b"250-SIZE 1000\r\n"
        b"250-8BITMIME\r\n"
        b"250-AUTH LOGIN PLAIN\r\n"
        b"250-ENHANCEDSTATUSCODES\r\n"
        b"250-CHUNKING\r\n"
        b"250-BINARYMIME\r\n"
        b"250-SMTPUTF8\r\n"
        b"250-DSN\r\n"
        b"250-LIMITS RCPTMAX=1000\r\n"
        b"250 HELP\r\n"
    )


def test_ehlo_without_users_offers_no_auth() -> None:
    assert b"AUTH" not in Driver(Policy()).feed(b"EHLO client.example\r\n")


@pytest.mark.parametrize("extensions", [frozenset[str](), frozenset({"SIZE"}), frozenset({"8BITMIME", "HELP"})])
def test_ehlo_lists_no_extension_that_is_switched_off(extensions: frozenset[str]) -> None:
    said = Driver(Policy(extensions=extensions, passwords=USERS)).feed(b"EHLO client.example\r\n")
    assert {line.split()[0] for line in replies.parse_reply(said).lines[1:]} == extensions


def test_helo_is_answered_in_one_line(play: Play) -> None:
    play("""
        S: {GREETING}
        C: HELO client.example
        S: 250 mail.coremail.cn
        """)


@pytest.mark.parametrize("domain", ["localhost", "mail.coremail.cn", "nowhere.invalid", "[192.0.2.1]", "[IPv6:::1]"])
@pytest.mark.parametrize("verb", ["EHLO", "HELO"])
def test_hello_of_any_domain_is_taken(play: Play, verb: str, domain: str) -> None:
    """Nobody has to be called what it calls itself."""
    play(f"""
        S: {{GREETING}}
        C: {verb} {domain}
        S: {{{verb}}}
        C: MAIL FROM:<a@example.org>
        S: {{SENDER_OK}}
        """)


@pytest.mark.parametrize("verb", ["EHLO", "HELO"])
def test_hello_clears_an_open_mail_transaction(play: Play, verb: str) -> None:
    driver = play(
        ENVELOPE
        + f"""
        C: {verb} client.example
        S: {{{verb}}}
        C: DATA
        S: {{MAIL_FIRST}}
        """
    )
    assert driver.session.buffers == Buffers()


@pytest.mark.parametrize("verb", ["EHLO", "HELO"])
def test_hello_with_a_syntax_error_leaves_the_mail_transaction_open(play: Play, verb: str) -> None:
    driver = play(
        ENVELOPE
        + f"""
        C: {verb} a_b
        S: {{{verb}_SYNTAX}}
        C: DATA
        S: {{START_MAIL_INPUT}}
        """
    )
    assert driver.session.buffers.recipients == [Recipient("test02@coremail.cn")]


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        pytest.param("MAIL FROM:<a@example.org> SIZE=1", "UNKNOWN_PARAMETER", id="SIZE"),
        pytest.param("MAIL FROM:<a@example.org> BODY=8BITMIME", "UNKNOWN_PARAMETER", id="BODY"),
        pytest.param("MAIL FROM:<a@example.org> AUTH=<>", "UNKNOWN_PARAMETER", id="AUTH parameter"),
        pytest.param(f"AUTH PLAIN {PLAIN}", "EHLO_FOR_AUTH", id="AUTH"),
    ],
)
def test_helo_takes_no_extension(play: Play, line: str, reply: str) -> None:
    play(
        f"""
        S: {{GREETING}}
        C: HELO client.example
        S: {{HELO}}
        C: {line}
        S: {{{reply}}}
        """,
        passwords=USERS,
    )


def test_helo_after_ehlo_takes_the_extensions_back(play: Play) -> None:
    play(
        EHLO
        + """
        C: HELO client.example
        S: {HELO}
        C: MAIL FROM:<a@example.org> SIZE=1
        S: {UNKNOWN_PARAMETER}
        """
    )
