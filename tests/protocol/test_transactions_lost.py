"""The mails in a transcript of which replies are missing: no mail has the reply to another one."""

import pytest

from smtplab.protocol.transactions import Transaction, all_transactions
from smtplab.protocol.transcript import Stream, Transcript
from tests.protocol.conversations import ENVELOPE, OPENING, hear, parse

FIRST = ENVELOPE + "C: DATA\nS: 354 go on\nC: x\nC: .\n"
SECOND = """
C: MAIL FROM:<a@example.org>
S: 250 OK
C: RCPT TO:<b@example.org>
S: 550 nobody
C: RCPT TO:<c@example.org>
S: 250 OK
C: DATA
S: 354 go on
C: y
C: .
S: 451 later
"""
GROUP = """
C: MAIL FROM:<a@example.org>
C: RCPT TO:<b@example.org>
C: RCPT TO:<c@example.org>
C: DATA
"""


def found(conversation: str) -> list[Transaction]:
    entries = tuple(hear(parse(OPENING + conversation)))
    return all_transactions(Transcript(entries=entries, streams=(Stream(0, "127.0.0.1:1", "127.0.0.1:25"),)))


@pytest.mark.parametrize(
    "conversation",
    [
        pytest.param(FIRST + "S- 8\n" + SECOND, id="DATA"),
        pytest.param(FIRST + "S- 4\nS: OK\n" + SECOND, id="the first octets of it"),
        pytest.param(ENVELOPE + "c: BDAT 1 LAST\\r\\nx\nS- 8\n" + SECOND, id="BDAT"),
    ],
)
def test_reply_to_a_message_that_is_missing_is_not_that_of_the_next_mail(conversation: str) -> None:
    first, second = found(conversation)
    assert (first.code, first.outcome) == (None, "no reply to its end was seen")
    assert second.code == 451
    assert second.recipients == [("b@example.org", 550), ("c@example.org", 250)]


def test_reply_to_a_message_is_its_own_though_replies_to_the_group_before_are_missing() -> None:
    replies = "S: 250 OK\nS- 8\nS: 550 nobody\nS- 8\nC: y\nC: .\nS: 451 later\n"
    first, second = found(GROUP + replies + SECOND)
    assert (first.code, second.sender_code, second.code) == (451, 250, 451)


@pytest.mark.parametrize(
    "conversation",
    [
        pytest.param(FIRST + "S- 8\nC- 6\nS: 221 bye", id="reply and QUIT"),
        pytest.param(FIRST + "C- 6\nS- 8\nS: 221 bye", id="QUIT and reply"),
        pytest.param(FIRST.removesuffix("C: .\n") + "C- 9\nS- 8\nS: 221 bye", id="the end mark too"),
        pytest.param(ENVELOPE + "c: BDAT 1 LAST\\r\\nx\nS- 8\nC- 6\nS: 221 bye", id="BDAT"),
    ],
)
def test_farewell_is_no_reply_to_a_message_though_quit_is_missing(conversation: str) -> None:
    (mail,) = found(conversation)
    assert mail.code is None
    assert not mail.accepted


def test_replies_to_a_group_of_which_some_are_missing_are_nobodys() -> None:
    first, second = found(
        FIRST + GROUP + "S- 8\nS: 550 no\nS: 250 OK\nS: 354 go on\nC: y\nC: .\nS: 451 later\n" + SECOND
    )[:2]
    assert first.code is None
    assert second.recipients == [("b@example.org", None), ("c@example.org", None)]
    assert second.code == 451


@pytest.mark.parametrize(
    ("conversation", "recipients"),
    [
        pytest.param("S- 8\nC: RCPT TO:<b>\nS: 550 no", [("a", None), ("b", 550)], id="the client goes on"),
        pytest.param("C: RCPT TO:<b>\nS- 8\nS: 550 no", [("a", None), ("b", 550)], id="the server goes on"),
        pytest.param("S- 4\nS: 550 no", [("a", 550)], id="of its first line only"),
        pytest.param(
            "C: RCPT TO:<b>\nC: RSET\nS- 8\nS: 250 OK\nS: 250 OK", [("a", None), ("b", None)], id="nobody knows"
        ),
    ],
)
def test_reply_to_rcpt_that_is_missing_is_not_that_of_the_next(
    conversation: str, recipients: list[tuple[str, int | None]]
) -> None:
    (mail,) = found("C: MAIL FROM:<>\nS: 250 OK\nC: RCPT TO:<a>\n" + conversation)
    assert mail.recipients == recipients


def test_reply_to_mail_that_is_missing_is_not_that_of_the_next_mail() -> None:
    first, second = found("C: MAIL FROM:<a>\nS- 8\nC: RSET\nS: 250 OK\nC: MAIL FROM:<b>\nS: 550 no")
    assert (first.sender_code, first.outcome) == (None, "aborted by RSET")
    assert second.outcome == "refused at MAIL with 550"


def test_reply_to_a_reset_that_is_missing_is_not_that_of_the_next() -> None:
    first, second = found(ENVELOPE + "C: RSET\nS- 8\n" + ENVELOPE + "C: RSET\nS: 250 OK")
    assert [first.outcome, second.outcome] == ["no message was sent", "aborted by RSET"]
