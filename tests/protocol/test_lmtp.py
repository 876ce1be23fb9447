"""LMTP, the sibling of SMTP that brings mail to mailboxes: each recipient has a reply to the message (RFC 2033)."""

import pytest

from smtplab.protocol.exchanges import exchanges
from smtplab.protocol.findings import findings
from smtplab.protocol.observer import looks_like_smtp
from smtplab.protocol.states import BDAT_LAST, END_OF_DATA
from smtplab.protocol.transactions import all_transactions
from smtplab.protocol.transcript import Stream, Transcript
from tests.protocol.conversations import hear, parse, told

OPENING = "S: 220 box.example.org LMTP\nC: LHLO mx.example.org\nS: 250-box.example.org\nS: 250 CHUNKING\n"
# Two of three are accepted.
ENVELOPE = """
C: MAIL FROM:<a@example.org>
C: RCPT TO:<b@example.org>
C: RCPT TO:<c@example.org>
C: RCPT TO:<d@example.org>
S: 250 OK
S: 250 OK
S: 550 nobody
S: 250 OK
"""
DATA = ENVELOPE + "C: DATA\nS: 354 go on\nC: hi\nC: .\n"
NEXT = "C: RSET\nS: 250 OK\n"
BOTH = "S: 250 b\nS: 452 d is full\n"


def heard(conversation: str) -> Transcript:
    """Give what an observer makes of a session in which this was said after the hello."""
    streams = (Stream(0, "127.0.0.1:1", "127.0.0.1:24"),)
    return Transcript(entries=tuple(hear(parse(OPENING + conversation))), streams=streams)


def replies(transcript: Transcript) -> list[str]:
    """Tell of the replies after those to the envelope."""
    return [line for line in told(transcript) if line.startswith("S")][6:]


@pytest.mark.parametrize(
    ("conversation", "expected"),
    [
        pytest.param(
            DATA + BOTH + NEXT,
            ["S 354 to DATA -> MAIL_DATA", "S 250 to END-OF-DATA -> READY", "S 452 to END-OF-DATA", "S 250 to RSET"],
            id="DATA",
        ),
        pytest.param(
            ENVELOPE + "c: BDAT 1\\r\\nh\nS: 250 OK\nc: BDAT 1 LAST\\r\\ni\n" + BOTH + NEXT,
            ["S 250 to BDAT -> CHUNKS", "S 250 to BDAT LAST -> READY", "S 452 to BDAT LAST", "S 250 to RSET"],
            id="BDAT",
        ),
        pytest.param(
            DATA + "C: RSET\n" + BOTH + "S: 250 OK",
            ["S 354 to DATA -> MAIL_DATA", "S 250 to END-OF-DATA -> READY", "S 452 to END-OF-DATA", "S 250 to RSET"],
            id="next command pipelined",
        ),
        pytest.param(
            ENVELOPE + NEXT + DATA + "S: 250 b\nS: 250 d\n" + NEXT,
            [
                "S 250 to RSET -> READY",
                "S 250 to MAIL -> SENDER",
                "S 250 to RCPT -> RECIPIENTS",
                "S 550 to RCPT",
                "S 250 to RCPT",
                "S 354 to DATA -> MAIL_DATA",
                "S 250 to END-OF-DATA -> READY",
                "S 250 to END-OF-DATA",
                "S 250 to RSET",
            ],
            id="recipients of a mail that was aborted count no more",
        ),
        pytest.param(
            DATA + "S- 7\nS: 452 d is full\n" + NEXT,
            ["S 354 to DATA -> MAIL_DATA", "S gap 7", "S 452 to END-OF-DATA -> READY", "S 250 to RSET"],
            id="the first reply is missing",
        ),
        pytest.param(
            DATA + "S: 250 b\nS- 9\n" + NEXT,
            ["S 354 to DATA -> MAIL_DATA", "S 250 to END-OF-DATA -> READY", "S gap 9", "S 250 to RSET"],
            id="the last reply is missing",
        ),
    ],
)
def test_end_of_a_message_has_a_reply_for_each_recipient_that_was_accepted(
    conversation: str, expected: list[str]
) -> None:
    assert replies(heard(conversation)) == expected


@pytest.mark.parametrize(
    ("conversation", "codes", "code"),
    [
        pytest.param(DATA + BOTH, [250, 550, 452], 250, id="one got it"),
        pytest.param(DATA + "S: 451 b\nS: 250 d\n", [451, 550, 250], 250, id="the other got it"),
        pytest.param(DATA + "S: 552 b\nS: 452 d\n", [552, 550, 452], 452, id="none got it"),
        pytest.param(DATA + "S: 250 b\n", [250, 550, 250], 250, id="one was told of"),
        pytest.param(DATA + "S- 7\nC: NOOP\nS: 250 OK", [250, 550, 250], None, id="replies are missing"),
        pytest.param(ENVELOPE + "c: BDAT 1 LAST\\r\\nh\n" + BOTH, [250, 550, 452], 250, id="BDAT"),
        pytest.param(
            "C: MAIL FROM:<a@example.org>\nS: 250 OK\nC: BDAT 0 LAST\nS: 503 no recipient", [], 503, id="no recipient"
        ),
    ],
)
def test_recipient_has_the_code_of_its_own_reply_and_the_message_the_best(
    conversation: str, codes: list[int], code: int | None
) -> None:
    (mail,) = all_transactions(heard(conversation))
    assert ([said for _, said in mail.recipients], mail.code) == (codes, code)


def test_next_mail_has_its_own_replies() -> None:
    envelope = "C: MAIL FROM:<>\nC: RCPT TO:<e@example.org>\nC: DATA\n"
    after = "S: 250 OK\nS: 250 OK\nS: 354 go on\nC: ho\nC: .\nS: 552 e is full"
    first, second = all_transactions(heard(DATA + envelope + BOTH + after))
    assert (first.code, second.code) == (250, 552)
    assert second.recipients == [("e@example.org", 552)]


@pytest.mark.parametrize(
    ("message", "verb"),
    [
        pytest.param("C: DATA\nS: 354 go on\nC: hi\nC: .\n", END_OF_DATA, id="DATA"),
        pytest.param("c: BDAT 1 LAST\\r\\nh\n", BDAT_LAST, id="BDAT"),
    ],
)
def test_each_reply_to_a_message_is_an_exchange_with_that_message(message: str, verb: str) -> None:
    first, second = (each for each in exchanges(heard(ENVELOPE + message + BOTH)) if each.verb == verb)
    assert first.sent == second.sent != ()
    assert [each.reply and each.reply.code for each in (first, second)] == [250, 452]
    assert [each.response_time for each in (first, second)] == [pytest.approx(0.1), pytest.approx(0.2)]


def test_hello_opens_the_session_and_ends_a_mail_as_ehlo_does() -> None:
    transcript = heard(ENVELOPE + "C: LHLO mx.example.org\nS: 250 OK\n")
    assert replies(transcript) == ["S 250 to LHLO -> READY"]
    (mail,) = all_transactions(transcript)
    assert mail.outcome == "aborted by LHLO"


def test_hello_is_explained_with_what_it_offers() -> None:
    _, hello, offer = heard("")[:3]
    assert [field.name for field in hello.fields] == ["verb", "blank", "domain", "CRLF"]
    assert "keyword" in [field.name for field in offer.fields]
    assert findings(heard("")) == []


def test_hello_tells_it_on_an_unusual_port() -> None:
    assert looks_like_smtp(b"LHLO mx.example.org\r\n", b"220 box.example.org LMTP\r\n")
