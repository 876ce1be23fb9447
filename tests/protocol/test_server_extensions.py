"""CHUNKING, BINARYMIME, SMTPUTF8, DSN and STARTTLS, and what a policy asks of senders, as the server answers them."""

from typing import Any

import pytest

from smtplab.protocol import replies
from smtplab.protocol.mail import Buffers, MailObject, Recipient
from smtplab.protocol.policy import Policy
from smtplab.protocol.server import Close, ServerSession, StartTls
from smtplab.protocol.states import State
from tests.protocol.conftest import Play
from tests.protocol.dialogues import EHLO, ENVELOPE, USERS, Driver

PLAIN = "AHRlc3QwMUBjb3JlbWFpbC5jbgBwYXNzd29yZDAx"
RECIPIENT = Recipient("test02@coremail.cn")


# CHUNKING (RFC 3030)


def test_bdat_chunks_make_one_message(play: Play) -> None:
    driver = play(
        ENVELOPE
        + r"""
        c: BDAT 5\r\none\r\n
        S: 250 2.0.0 5 octets received
        c: BDAT 4\r\n.\r\n.
        S: 250 2.0.0 4 octets received
        c: BDAT 0 LAST\r\n
        S: {QUEUED_1}
        C: MAIL FROM:<>
        S: {SENDER_OK}
        """
    )
    assert driver.mails == [MailObject("test01@coremail.cn", (RECIPIENT,), b"one\r\n.\r\n.")]


def test_bdat_pipelined_chunks_are_told_from_commands(play: Play) -> None:
    driver = play(
        ENVELOPE
        + r"""
        c: BDAT 6\r\nQUIT\r\nBDAT 6 LAST\r\nDATA\r\nNOOP\r\n
        S: 250 2.0.0 6 octets received
        S: {QUEUED_1}
        S: {OK}
        """
    )
    assert driver.mails[0].content == b"QUIT\r\nDATA\r\n"


@pytest.mark.parametrize(
    ("before", "reply"),
    [
        pytest.param("S: {GREETING}\n", "EHLO_FIRST", id="before EHLO"),
        pytest.param(EHLO, "BAD_SEQUENCE", id="before MAIL"),
        pytest.param(EHLO + "C: MAIL FROM:<>\nS: {SENDER_OK}\n", "BAD_SEQUENCE", id="before RCPT"),
    ],
)
@pytest.mark.parametrize("last", ["", " LAST"])
def test_bdat_too_early_is_503_and_its_octets_are_swallowed(play: Play, before: str, reply: str, last: str) -> None:
    play(before + rf"c: BDAT 6{last}\r\nQUIT\r\nNOOP\r\n" + f"\nS: {{{reply}}}\nS: {{OK}}")


def test_bdat_too_early_does_not_count_for_the_mail_after_it(play: Play) -> None:
    driver = play(
        EHLO
        + r"""
        C: MAIL FROM:<>
        S: {SENDER_OK}
        c: BDAT 8\r\n12345678
        S: {BAD_SEQUENCE}
        C: RCPT TO:<test02@coremail.cn>
        S: {RECIPIENT_OK}
        c: BDAT 10 LAST\r\n1234567890
        S: {QUEUED_1}
        """,
        size_limit=10,
    )
    assert driver.mails[0].content == b"1234567890"


def test_bdat_over_the_size_limit_spoils_the_transaction_until_rset(play: Play) -> None:
    driver = play(
        ENVELOPE
        + r"""
        c: BDAT 6\r\n123456
        S: 250 2.0.0 6 octets received
        c: BDAT 5\r\n12345
        S: {TOO_MUCH_DATA}
        c: BDAT 1 LAST\r\n1
        S: {SPOILED_TRANSACTION}
        C: DATA
        S: {BAD_SEQUENCE}
        C: RSET
        S: {RESET}
        C: MAIL FROM:<>
        S: {SENDER_OK}
        C: RCPT TO:<test02@coremail.cn>
        S: {RECIPIENT_OK}
        c: BDAT 10 LAST\r\n1234567890
        S: {QUEUED_1}
        """,
        size_limit=10,
    )
    assert [mail.content for mail in driver.mails] == [b"1234567890"]


def test_bdat_without_a_size_spoils_the_transaction_until_rset(play: Play) -> None:
    driver = play(
        ENVELOPE
        + r"""
        c: BDAT 3\r\nabc
        S: 250 2.0.0 3 octets received
        C: BDAT many
        S: {BDAT_SYNTAX}
        c: BDAT 0 LAST\r\n
        S: {SPOILED_TRANSACTION}
        C: RSET
        S: {RESET}
        """
    )
    assert driver.mails == []
    assert driver.session.buffers == Buffers()


def test_bdat_then_data_is_503(play: Play) -> None:
    play(
        ENVELOPE
        + r"""
        c: BDAT 3\r\nabc
        S: 250 2.0.0 3 octets received
        C: DATA
        S: {BAD_SEQUENCE}
        """
    )


def test_bdat_not_offered_is_502_and_its_octets_are_commands(play: Play) -> None:
    driver = play(
        ENVELOPE
        + r"""
        c: BDAT 6 LAST\r\nNOOP\r\n
        S: {NOT_IMPLEMENTED}
        S: {OK}
        """,
        extensions=Policy().extensions - {"CHUNKING"},
    )
    assert driver.mails == []


def test_bdat_message_that_cannot_be_stored_is_451(play: Play) -> None:
    play(
        ENVELOPE
        + r"""
        c: BDAT 3 LAST\r\nabc
        S: {CANNOT_STORE}
        C: RSET
        S: {RESET}
        """,
        store=lambda _: replies.CANNOT_STORE,
    )


# BINARYMIME (RFC 3030 §3)


@pytest.mark.parametrize("body", ["BINARYMIME", "binarymime"])
def test_binarymime_goes_by_bdat_and_not_by_data(play: Play, body: str) -> None:
    driver = play(
        EHLO
        + rf"""
        C: MAIL FROM:<> BODY={body}
        S: {{SENDER_OK}}
        C: RCPT TO:<test02@coremail.cn>
        S: {{RECIPIENT_OK}}
        C: DATA
        S: {{BINARY_NEEDS_BDAT}}
        c: BDAT 4 LAST\r\n\0\r\n\xff
        S: {{QUEUED_1}}
        """
    )
    assert driver.mails == [MailObject("", (RECIPIENT,), b"\0\r\n\xff", {"BODY": body})]


@pytest.mark.parametrize(
    ("off", "reply"), [({"BINARYMIME"}, "BAD_PARAMETER"), ({"BINARYMIME", "8BITMIME"}, "UNKNOWN_PARAMETER")]
)
def test_binarymime_not_offered_is_refused(play: Play, off: set[str], reply: str) -> None:
    play(
        EHLO
        + f"""
        C: MAIL FROM:<> BODY=BINARYMIME
        S: {{{reply}}}
        """,
        extensions=Policy().extensions - off,
    )


def test_binarymime_is_not_offered_without_chunking() -> None:
    driver = Driver(Policy(extensions=Policy().extensions - {"CHUNKING"}))
    assert b"BINARYMIME" not in driver.feed(b"EHLO client.example\r\n")


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


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        ("MAIL FROM:<> RET=ALL", "BAD_PARAMETER"),
        ("MAIL FROM:<> ENVID=a+zz", "BAD_PARAMETER"),
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
        ("RET=FULL", "UNKNOWN_PARAMETER"),
    ],
)
def test_dsn_wrong_parameter_of_rcpt_is_refused(play: Play, parameters: str, reply: str) -> None:
    play(EHLO + f"C: MAIL FROM:<>\nS: {{SENDER_OK}}\nC: RCPT TO:<test02@coremail.cn> {parameters}\nS: {{{reply}}}")


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
    session.tls_started()
    assert session.receive(b"NOOP\r\n") == [bytes(replies.OK)]


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
