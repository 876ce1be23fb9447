"""SMTPUTF8 and DSN as the server answers them."""

import pytest

from smtplab.protocol import replies
from smtplab.protocol.mail import MailObject, Recipient
from smtplab.protocol.policy import Policy
from smtplab.protocol.replies import Reply
from tests.protocol.conftest import Play
from tests.protocol.dialogues import EHLO, Driver

PLAIN = "AHRlc3QwMUBjb3JlbWFpbC5jbgBwYXNzd29yZDAx"
RECIPIENT = Recipient("test02@coremail.cn")


# SMTPUTF8 (RFC 6531)

JOERG = r"j\xc3\xb6rg@ex\xc3\xa4mple.org"


def test_smtputf8_addresses_are_taken_where_it_is_asked_for(play: Play) -> None:
    driver = play(
        EHLO
        + f"""
        C: MAIL FROM:<{JOERG}> SMTPUTF8
        S: {{SENDER_OK}}
        C: RCPT TO:<{JOERG}>
        S: {{RECIPIENT_OK}}
        C: DATA
        S: {{START_MAIL_INPUT}}
        C: .
        S: {{QUEUED_1}}
        """
    )
    assert driver.mails == [MailObject("jörg@exämple.org", (Recipient("jörg@exämple.org"),), b"", {"SMTPUTF8": ""})]


def test_smtputf8_not_asked_for_is_553(play: Play) -> None:
    play(
        EHLO
        + f"""
        C: MAIL FROM:<{JOERG}>
        S: {{NEEDS_SMTPUTF8}}
        C: MAIL FROM:<>
        S: {{SENDER_OK}}
        C: RCPT TO:<{JOERG}>
        S: {{NEEDS_SMTPUTF8}}
        """
    )


def test_smtputf8_not_offered_is_a_syntax_error(play: Play) -> None:
    play(
        EHLO
        + f"""
        C: MAIL FROM:<{JOERG}>
        S: {{BAD_SENDER}}
        C: MAIL FROM:<> SMTPUTF8
        S: {{UNKNOWN_PARAMETER}}
        C: MAIL FROM:<>
        S: {{SENDER_OK}}
        C: RCPT TO:<{JOERG}>
        S: {{BAD_RECIPIENT}}
        """,
        extensions=Policy().extensions - {"SMTPUTF8"},
    )


def test_smtputf8_takes_no_value(play: Play) -> None:
    play(EHLO + "C: MAIL FROM:<> SMTPUTF8=yes\nS: {BAD_PARAMETER}")


@pytest.mark.parametrize(("hello", "reply"), [("EHLO", replies.CANNOT_VERIFY), ("HELO", replies.VRFY_SYNTAX)])
def test_smtputf8_lets_a_name_be_verified_that_is_not_ascii(hello: str, reply: Reply) -> None:
    driver = Driver()
    driver.feed(f"{hello} client.example\r\n".encode())
    assert driver.feed("VRFY jörg\r\n".encode()) == bytes(reply)


def test_smtputf8_is_not_offered_without_8bitmime() -> None:
    driver = Driver(Policy(extensions=Policy().extensions - {"8BITMIME"}))
    assert b"SMTPUTF8" not in driver.feed(b"EHLO client.example\r\n")


# DSN (RFC 3461)


def test_dsn_parameters_come_with_the_mail(play: Play) -> None:
    driver = play(
        EHLO
        + """
        C: MAIL FROM:<a@example.org> RET=HDRS ENVID=QQ314159
        S: {SENDER_OK}
        C: RCPT TO:<test02@coremail.cn> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;b+2Bc@example.org
        S: {RECIPIENT_OK}
        C: DATA
        S: {START_MAIL_INPUT}
        C: .
        S: {QUEUED_1}
        """
    )
    (mail,) = driver.mails
    assert mail.parameters == {"RET": "HDRS", "ENVID": "QQ314159"}
    assert mail.recipients[0].parameters == {"NOTIFY": "SUCCESS,FAILURE", "ORCPT": "rfc822;b+2Bc@example.org"}


def test_dsn_parameters_of_the_largest_size_are_taken(play: Play) -> None:
    envelope_id, address = "e" * 100, "rfc822;" + "a" * 482 + "@example.org"[:11]
    play(
        EHLO
        + f"""
        C: MAIL FROM:<{"s" * 64}@example.org> RET=HDRS ENVID={envelope_id}
        S: {{SENDER_OK}}
        C: RCPT TO:<{"r" * 64}@example.org> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT={address}
        S: {{RECIPIENT_OK}}
        """
    )
    assert len(address) == 500


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        ("MAIL FROM:<> RET=ALL", "BAD_PARAMETER"),
        ("MAIL FROM:<> ENVID=a+zz", "BAD_PARAMETER"),
        ("MAIL FROM:<> ENVID=a+0Db", "BAD_PARAMETER"),
        ("MAIL FROM:<> NOTIFY=NEVER", "UNKNOWN_PARAMETER"),
    ],
)
def test_dsn_wrong_parameter_of_mail_is_refused(play: Play, line: str, reply: str) -> None:
    play(EHLO + f"C: {line}\nS: {{{reply}}}")


@pytest.mark.parametrize(
    ("parameters", "reply"),
    [
        ("NOTIFY=NEVER,SUCCESS", "BAD_PARAMETER"),
        ("NOTIFY=", "BAD_PARAMETER"),
        ("NOTIFY=SOMETIMES", "BAD_PARAMETER"),
        ("ORCPT=a@example.org", "BAD_PARAMETER"),
        ("ORCPT=rfc822;a+0D+0AX:y", "BAD_PARAMETER"),
        ("RET=FULL", "UNKNOWN_PARAMETER"),
    ],
)
def test_dsn_wrong_parameter_of_rcpt_is_refused(play: Play, parameters: str, reply: str) -> None:
    play(EHLO + f"C: MAIL FROM:<>\nS: {{SENDER_OK}}\nC: RCPT TO:<test02@coremail.cn> {parameters}\nS: {{{reply}}}")
