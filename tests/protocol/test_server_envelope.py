"""MAIL and RCPT as the server answers them, each dialogue played in every way of cutting it."""

import pytest

from smtplab.protocol import replies
from smtplab.protocol.mail import Recipient
from smtplab.protocol.policy import Policy
from tests.protocol.conftest import Play
from tests.protocol.dialogues import EHLO, ENVELOPE, USERS, Driver

PLAIN = "AHRlc3QwMUBjb3JlbWFpbC5jbgBwYXNzd29yZDAx"


@pytest.mark.parametrize(
    "parameters",
    [
        "SIZE=1000",
        "size=0",
        "BODY=7BIT",
        "BODY=8bitmime",
        "AUTH=<>",
        "AUTH=e+3Dmc2@example.com",
        "SIZE=1 BODY=8BITMIME",
    ],
)
def test_mail_right_parameter_is_taken(play: Play, parameters: str) -> None:
    play(
        EHLO
        + f"""
        C: MAIL FROM:<a@example.org> {parameters}
        S: {{SENDER_OK}}
        """,
        size_limit=1000,
        passwords=USERS,
    )


@pytest.mark.parametrize(
    ("parameters", "reply"),
    [
        pytest.param("SIZE=1001", "TOO_MUCH_DATA", id="over the limit"),
        pytest.param("SIZE=99999999999999999999", "TOO_MUCH_DATA", id="far over the limit"),
        pytest.param("SIZE=abc", "BAD_PARAMETER", id="no number"),
        pytest.param("SIZE=-1", "BAD_PARAMETER", id="negative"),
        pytest.param("SIZE", "BAD_PARAMETER", id="SIZE without value"),
        pytest.param("SIZE=", "BAD_PARAMETER", id="SIZE with an empty value"),
        pytest.param("SIZE=100000000000000000000", "BAD_PARAMETER", id="21 digits"),
        pytest.param("BODY=NONSENSE", "BAD_PARAMETER", id="unknown body"),
        pytest.param("AUTH=a+b", "BAD_PARAMETER", id="no xtext"),
        pytest.param("SIZE=1 SIZE=1", "BAD_PARAMETER", id="twice"),
        pytest.param("XFOO=bar", "UNKNOWN_PARAMETER", id="unknown"),
        pytest.param("SIZE=1 XFOO=bar", "UNKNOWN_PARAMETER", id="known and unknown"),
    ],
)
def test_mail_wrong_parameter_is_refused_and_opens_nothing(play: Play, parameters: str, reply: str) -> None:
    play(
        EHLO
        + f"""
        C: MAIL FROM:<a@example.org> {parameters}
        S: {{{reply}}}
        C: RCPT TO:<b@example.org>
        S: {{MAIL_FIRST}}
        """,
        size_limit=1000,
        passwords=USERS,
    )


@pytest.mark.parametrize(
    ("parameter", "extension"), [("SIZE=1", "SIZE"), ("BODY=7BIT", "8BITMIME"), ("AUTH=<>", "AUTH")]
)
def test_mail_parameter_of_an_extension_switched_off_is_555(play: Play, parameter: str, extension: str) -> None:
    play(
        EHLO
        + f"""
        C: MAIL FROM:<a@example.org> {parameter}
        S: {{UNKNOWN_PARAMETER}}
        """,
        extensions=Policy().extensions - {extension, "BINARYMIME"},
        passwords=USERS,
    )


def test_mail_twice_is_503_and_the_first_holds(play: Play) -> None:
    driver = play(
        EHLO
        + """
        C: MAIL FROM:<a@example.org>
        S: {SENDER_OK}
        C: MAIL FROM:<b@example.org>
        S: {NESTED_MAIL}
        """
    )
    assert driver.session.buffers.reverse_path == "a@example.org"


def test_rcpt_refused_keeps_the_recipients_already_accepted(play: Play) -> None:
    driver = play(
        ENVELOPE
        + """
        C: RCPT TO:<nobody@coremail.cn>
        S: {NO_SUCH_MAILBOX}
        C: DATA
        S: {START_MAIL_INPUT}
        C: .
        S: {QUEUED_1}
        """,
        mailboxes={"test02@coremail.cn"},
    )
    assert driver.mails[0].forward_paths == ("test02@coremail.cn",)


def test_rcpt_refused_alone_leaves_data_without_recipients(play: Play) -> None:
    play(
        EHLO
        + """
        C: MAIL FROM:<a@example.org>
        S: {SENDER_OK}
        C: RCPT TO:<nobody@coremail.cn>
        S: {NO_SUCH_MAILBOX}
        C: DATA
        S: {RCPT_FIRST}
        """,
        mailboxes={"test02@coremail.cn"},
    )


@pytest.mark.parametrize(
    "forward_path",
    ["test02@coremail.cn", "test02@CoreMail.CN", '"test02"@coremail.cn', "@relay.example:test02@coremail.cn"],
)
def test_rcpt_every_form_of_a_mailbox_is_known(play: Play, forward_path: str) -> None:
    play(
        EHLO
        + f"""
        C: MAIL FROM:<>
        S: {{SENDER_OK}}
        C: RCPT TO:<{forward_path}>
        S: {{RECIPIENT_OK}}
        """,
        mailboxes={"test02@coremail.cn"},
    )


@pytest.mark.parametrize("forward_path", ["Postmaster", "postMASTER", "postmaster@coremail.cn"])
def test_rcpt_postmaster_there_is_always(play: Play, forward_path: str) -> None:
    driver = play(
        EHLO
        + f"""
        C: MAIL FROM:<>
        S: {{SENDER_OK}}
        C: RCPT TO:<{forward_path}>
        S: {{RECIPIENT_OK}}
        """,
        mailboxes=frozenset[str](),
    )
    assert driver.session.buffers.recipients == [Recipient(forward_path)]


def test_rcpt_parameter_of_no_extension_is_555(play: Play) -> None:
    play(
        EHLO
        + """
        C: MAIL FROM:<>
        S: {SENDER_OK}
        C: RCPT TO:<test02@coremail.cn> XFOO=bar
        S: {UNKNOWN_PARAMETER}
        """
    )


def test_rcpt_one_too_many_is_452_and_the_others_get_the_mail(play: Play) -> None:
    driver = play(
        EHLO
        + """
        C: MAIL FROM:<>
        S: {SENDER_OK}
        C: RCPT TO:<a@example.org>
        S: {RECIPIENT_OK}
        C: RCPT TO:<b@example.org>
        S: {RECIPIENT_OK}
        C: RCPT TO:<c@example.org>
        S: {TOO_MANY_RECIPIENTS}
        C: DATA
        S: {START_MAIL_INPUT}
        C: .
        S: {QUEUED_1}
        """,
        recipients_limit=2,
    )
    assert driver.mails[0].forward_paths == ("a@example.org", "b@example.org")


def test_rcpt_hundred_recipients_are_taken_by_default() -> None:
    """RFC 5321 §4.5.3.1.8: the minimum that a server must take."""
    driver = Driver()
    driver.feed(b"EHLO client.example\r\nMAIL FROM:<>\r\n")
    for number in range(100):
        assert driver.feed(b"RCPT TO:<r%d@example.org>\r\n" % number) == bytes(replies.RECIPIENT_OK)
