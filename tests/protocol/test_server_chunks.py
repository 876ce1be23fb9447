"""CHUNKING and BINARYMIME as the server answers them."""

import pytest

from smtplab.protocol import replies
from smtplab.protocol.hooks import Refuse
from smtplab.protocol.mail import Buffers, MailObject, Recipient
from smtplab.protocol.policy import Policy
from tests.protocol.conftest import Play
from tests.protocol.dialogues import EHLO, ENVELOPE, Driver

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
        c: BDAT 0 LAST\r\n
        S: {SPOILED_TRANSACTION}
        C: RSET
        S: {RESET}
        """,
        store=lambda _: replies.CANNOT_STORE,
    )


def test_bdat_chunk_that_is_refused_spoils_the_transaction_until_rset(play: Play) -> None:
    driver = play(
        ENVELOPE
        + r"""
        c: BDAT 3\r\nabc
        S: {GREYLISTED}
        c: BDAT 3 LAST\r\ndef
        S: {SPOILED_TRANSACTION}
        C: RSET
        S: {RESET}
        """,
        hooks=(Refuse("BDAT", replies.GREYLISTED, times=1),),
    )
    assert driver.mails == []


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
