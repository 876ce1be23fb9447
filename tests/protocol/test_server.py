"""One mail and several: dialogues, each played a line at a time, an octet at a time and in one piece."""

import pytest

from smtplab.protocol import replies
from smtplab.protocol.commands import Lax
from smtplab.protocol.mail import MailObject, Recipient
from smtplab.protocol.policy import Policy
from smtplab.protocol.states import State
from tests.protocol.conftest import Play
from tests.protocol.dialogues import DATA, EHLO

# One mail, and what it is taken for


def test_session_one_mail_is_delivered_and_closed(play: Play) -> None:
    driver = play(
        DATA
        + r"""
        C: Subject: hello
        C:
        C: ..
        C: .
        S: {QUEUED_1}
        C: QUIT
        S: {BYE}
        """
    )
    recipients = (Recipient("test02@coremail.cn"),)
    assert driver.mails == [MailObject("test01@coremail.cn", recipients, b"Subject: hello\r\n\r\n.\r\n")]
    assert driver.closed


def test_session_helo_takes_mail_without_extensions(play: Play) -> None:
    driver = play("""
        S: {GREETING}
        C: HELO client.example
        S: {HELO}
        C: MAIL FROM:<a@example.org>
        S: {SENDER_OK}
        C: RCPT TO:<b@example.org>
        S: {RECIPIENT_OK}
        C: DATA
        S: {START_MAIL_INPUT}
        C: .
        S: {QUEUED_1}
        """)
    assert driver.mails == [MailObject("a@example.org", (Recipient("b@example.org"),), b"")]
    assert not driver.session.extended


def test_session_several_mails_have_each_its_own_envelope(play: Play) -> None:
    driver = play(
        DATA
        + """
        C: one
        C: .
        S: {QUEUED_1}
        C: MAIL FROM:<>
        S: {SENDER_OK}
        C: RCPT TO:<test03@coremail.cn>
        S: {RECIPIENT_OK}
        C: RCPT TO:<test04@coremail.cn>
        S: {RECIPIENT_OK}
        C: DATA
        S: {START_MAIL_INPUT}
        C: two
        C: .
        S: {QUEUED_2}
        """
    )
    assert driver.mails[1] == MailObject(
        "", (Recipient("test03@coremail.cn"), Recipient("test04@coremail.cn")), b"two\r\n"
    )


def test_session_after_the_mail_its_envelope_is_forgotten(play: Play) -> None:
    play(
        DATA
        + """
        C: .
        S: {QUEUED_1}
        C: RCPT TO:<test02@coremail.cn>
        S: {MAIL_FIRST}
        C: DATA
        S: {MAIL_FIRST}
        """
    )


def test_session_message_that_cannot_be_stored_is_451_and_the_session_goes_on(play: Play) -> None:
    driver = play(
        DATA
        + """
        C: one
        C: .
        S: {CANNOT_STORE}
        C: DATA
        S: {MAIL_FIRST}
        C: NOOP
        S: {OK}
        """,
        store=lambda _: replies.CANNOT_STORE,
    )
    assert driver.session.state is State.READY


@pytest.mark.parametrize("trick", [r"\n.\n", r"\n.\r\n", r"\r\n.\n", r"\r.\r", r"\r\n.\r", r"\r.\r\n", r"\r\n\0.\r\n"])
def test_session_smuggled_mail_stays_in_the_message(play: Play, trick: str) -> None:
    driver = play(
        DATA
        + rf"""
        c: one{trick}MAIL FROM:<evil@example.org>\r\nRCPT TO:<test02@coremail.cn>\r\nDATA\r\ntwo\r\n.\r\n
        S: {{QUEUED_1}}
        """
    )
    assert len(driver.mails) == 1


@pytest.mark.parametrize("trick", [r"\n.\n", r"\n.\r\n", r"\r\n.\n"])
def test_session_smuggled_mail_comes_through_where_bare_lf_is_let_pass(play: Play, trick: str) -> None:
    driver = play(
        DATA
        + rf"""
        c: one{trick}MAIL FROM:<evil@example.org>\r\nRCPT TO:<test02@coremail.cn>\r\nDATA\r\ntwo\r\n.\r\n
        S: {{QUEUED_1}}
        S: {{SENDER_OK}}
        S: {{RECIPIENT_OK}}
        S: {{START_MAIL_INPUT}}
        S: {{QUEUED_2}}
        """,
        lax=frozenset({Lax.BARE_LF}),
    )
    assert driver.mails[1] == MailObject("evil@example.org", (Recipient("test02@coremail.cn"),), b"two\r\n")


def test_session_of_bare_lf_lines_is_served_where_that_is_let_pass(play: Play) -> None:
    driver = play(
        r"""
        S: {GREETING}
        c: EHLO TINY-DESKTOP\n
        S: {EHLO}
        c: MAIL FROM:<a@example.org>\nRCPT TO:<b@example.org>\nDATA\n
        S: {SENDER_OK}
        S: {RECIPIENT_OK}
        S: {START_MAIL_INPUT}
        c: Subject: x\n\n..dot\n.\n
        S: {QUEUED_1}
        """,
        lax=frozenset({Lax.BARE_LF}),
    )
    assert driver.mails[0].content == b"Subject: x\n\n.dot\n"


def test_session_bare_lf_ends_no_line_of_a_strict_server(play: Play) -> None:
    play(r"""
        S: {GREETING}
        c: NOOP\nNOOP\r\n
        S: {UNKNOWN_COMMAND}
        """)


def test_session_blank_after_the_colon_is_let_pass_by_name(play: Play) -> None:
    driver = play(
        EHLO
        + """
        C: MAIL FROM: <test01@coremail.cn>
        S: {SENDER_OK}
        C: RCPT TO: <test02@coremail.cn>
        S: {RECIPIENT_OK}
        """,
        lax=frozenset({Lax.BLANK_AFTER_COLON}),
    )
    assert driver.session.state is State.RECIPIENTS


def test_session_blank_after_the_colon_is_501_by_default(play: Play) -> None:
    play(
        EHLO
        + """
        C: MAIL FROM: <test01@coremail.cn>
        S: {BLANK_AFTER_COLON}
        """
    )


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("no header at all\r\n", id="no header"),
        pytest.param("\r\nTo: b@example.org\r\n", id="empty header"),
        pytest.param("Subject x\r\n: y\r\n\r\n", id="malformed header"),
        pytest.param("Resent-To: b@example.org\r\n\r\n", id="Resent-To without the others"),
        pytest.param("Received: by nobody at all\r\n\r\n", id="malformed Received"),
        pytest.param("Content-Transfer-Encoding: binary\r\n\r\n\xff\r\n", id="binary without BODY"),
        pytest.param("Content-Type: multipart/mixed\r\n\r\n--\r\n", id="malformed MIME"),
    ],
)
def test_message_of_any_kind_is_taken(play: Play, content: str) -> None:
    octets = content.encode("latin-1")
    escaped = str(octets)[2:-1]
    driver = play(DATA + f"c: {escaped}.\\r\\n\nS: {{QUEUED_1}}")
    assert driver.mails[0].content == octets


# The size of messages


@pytest.mark.parametrize("size", [0, 3, 100])
def test_size_that_was_announced_does_not_end_the_message(play: Play, size: int) -> None:
    driver = play(
        EHLO
        + f"""
        C: MAIL FROM:<a@example.org> SIZE={size}
        S: {{SENDER_OK}}
        C: RCPT TO:<b@example.org>
        S: {{RECIPIENT_OK}}
        C: DATA
        S: {{START_MAIL_INPUT}}
        C: 12345678
        C: .
        S: {{QUEUED_1}}
        """
    )
    assert driver.mails[0].content == b"12345678\r\n"


def test_data_message_at_the_limit_is_taken(play: Play) -> None:
    driver = play(
        DATA
        + """
        C: 12345678
        C: .
        S: {QUEUED_1}
        """,
        size_limit=10,
    )
    assert driver.mails[0].content == b"12345678\r\n"


def test_data_message_over_the_limit_is_552_and_the_next_is_taken(play: Play) -> None:
    driver = play(
        DATA
        + """
        C: 123456789
        C: .
        S: {TOO_MUCH_DATA}
        C: RCPT TO:<test02@coremail.cn>
        S: {MAIL_FIRST}
        C: MAIL FROM:<a@example.org>
        S: {SENDER_OK}
        C: RCPT TO:<test02@coremail.cn>
        S: {RECIPIENT_OK}
        C: DATA
        S: {START_MAIL_INPUT}
        C: small
        C: .
        S: {QUEUED_1}
        """,
        size_limit=10,
    )
    assert driver.mails == [MailObject("a@example.org", (Recipient("test02@coremail.cn"),), b"small\r\n")]


# Without enhanced status codes


def test_enhanced_codes_switched_off_leave_codes_and_texts(play: Play) -> None:
    driver = play(
        DATA
        + """
        C: .
        S: {QUEUED_1}
        C: DATA
        S: {MAIL_FIRST}
        C: QUIT
        S: {BYE}
        """,
        extensions=Policy().extensions - {"ENHANCEDSTATUSCODES"},
    )
    assert b" 2.1.0 " not in driver.said
    assert b"\r\n250 Sender accepted\r\n" in driver.said
