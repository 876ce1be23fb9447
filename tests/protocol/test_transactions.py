"""The mails in a transcript: envelope, content and outcome, however the replies come."""

import tracemalloc
from time import process_time

import pytest

from smtplab.protocol.commands import Mail
from smtplab.protocol.transactions import Transaction, all_transactions, transactions
from smtplab.protocol.transcript import Entry, Kind, Stream, Transcript
from tests.protocol.conversations import ENVELOPE, OPENING, hear, parse

A, B = "test01@coremail.cn", "test02@coremail.cn"


def transcript(*conversations: str) -> Transcript:
    """Give the transcript of these conversations, each a stream of its own."""
    entries: list[Entry] = []
    for conversation in conversations:
        entries += hear(parse(conversation))
    return Transcript(entries=tuple(entries), streams=(Stream(0, "127.0.0.1:1", "127.0.0.1:25"),))


def found(conversation: str) -> list[Transaction]:
    return transactions(transcript(conversation))


Told = tuple[str | None, list[tuple[str, int | None]], bytes | None, int | None]


def told(transaction: Transaction) -> Told:
    """Give envelope, content and the code of the reply to it."""
    return transaction.reverse_path, transaction.recipients, transaction.content, transaction.code


def test_transaction_has_envelope_content_and_outcome() -> None:
    (mail,) = found(OPENING + ENVELOPE + "C: DATA\nS: 354 go on\nC: ..x\nC: .\nS: 250 OK")
    assert told(mail) == (A, [(B, 250)], b".x\r\n", 250)
    assert mail.accepted


def test_transactions_pipelined_find_each_its_replies() -> None:
    first, second = found(
        OPENING
        + """
        C: MAIL FROM:<a@example.org>
        C: RCPT TO:<b@example.org>
        C: RCPT TO:<c@example.org>
        C: DATA
        S: 250 OK
        S: 550 no
        S: 250 OK
        S: 354 go on
        C: one
        C: .
        C: MAIL FROM:<>
        C: RCPT TO:<d@example.org>
        C: DATA
        S: 451 later
        S: 250 OK
        S: 251 forwarded
        S: 354 go on
        C: .
        S: 250 OK
        """
    )
    assert told(first) == ("a@example.org", [("b@example.org", 550), ("c@example.org", 250)], b"one\r\n", 451)
    assert told(second) == ("", [("d@example.org", 251)], b"", 250)
    assert (first.accepted, second.accepted) == (False, True)


def test_transaction_in_chunks_is_joined() -> None:
    (mail,) = found(OPENING + ENVELOPE + "c: BDAT 3\\r\\n.\\r\\n\nS: 250 OK\nc: BDAT 2 LAST\\r\\nxy\nS: 250 OK")
    assert (mail.content, mail.code) == (b".\r\nxy", 250)


def test_octets_that_are_no_smtp_are_of_no_mail() -> None:
    (mail,) = found(OPENING + ENVELOPE + "C: DATA\nS: what\nS: 354 go on\nC: x\nC: .\nS: 250 OK")
    assert told(mail) == (A, [(B, 250)], b"x\r\n", 250)


def test_transaction_without_message_is_none() -> None:
    assert found(OPENING + ENVELOPE + "C: RSET\nS: 250 OK\nC: QUIT\nS: 221 bye") == []


def test_transaction_cut_off_has_no_outcome() -> None:
    (mail,) = found(OPENING + ENVELOPE + "C: DATA\nS: 354 go on\nc: ha")
    assert (mail.content, mail.code, mail.accepted) == (b"ha", None, False)


def test_transaction_heard_from_the_middle_has_no_sender() -> None:
    (mail,) = found("C: RCPT TO:<b@example.org>\nS: 250 OK\nC: DATA\nS: 354 go on\nC: .\nS: 250 OK")
    assert told(mail) == (None, [("b@example.org", 250)], b"", 250)


def test_transaction_with_a_gap_has_what_there_is() -> None:
    (mail,) = found(OPENING + ENVELOPE + "C: DATA\nS: 354 go on\nc: one\nC- 5\nC: two\nC: .\nS: 250 OK")
    assert (mail.content, mail.missing, mail.lack) == (b"onetwo\r\n", 5, "5 more are missing from the capture")


CHUNK = ENVELOPE + r"c: BDAT 20 LAST\r\n01234" + "\n"
DATA = ENVELOPE + "C: DATA\nS: 354 go on\n"
MISSING = [
    pytest.param(CHUNK + "C- 5\nc: 0123456789\nS: 250 OK", b"012340123456789", 5, True, 250, id="amid a chunk"),
    pytest.param(CHUNK + "C- 99\nS: 250 OK", b"01234", 15, True, 250, id="the rest of a chunk and more"),
    pytest.param(CHUNK + "c: 0123456789abcde\nC- 6\nS: 250 OK", b"012340123456789abcde", 0, True, 250, id="behind it"),
    pytest.param(DATA + "C- 19\nS: 250 OK\nC: QUIT\nS: 221 bye", b"", 19, False, 250, id="all of the message"),
    pytest.param(
        DATA + "c: ha\nC- 9\nS: 250 OK\nC- 6\nS: 221 bye", b"ha", 9, False, 250, id="end mark, and QUIT later"
    ),
    pytest.param(DATA + "c: ha\nC- 9", b"ha", 9, False, None, id="all that was said from there on"),
    pytest.param(DATA + "C: x\nC: .\nC- 6\nS: 250 OK", b"x\r\n", 0, True, 250, id="command behind the end mark"),
    pytest.param(
        ENVELOPE + "C- 6\nS: 354 go on\nC- 9\nC: x\nC: .\nS: 250 OK", b"x\r\n", 9, True, 250, id="DATA and a line"
    ),
]


@pytest.mark.parametrize(("conversation", "content", "missing", "ended", "code"), MISSING)
def test_transaction_counts_what_is_missing_of_its_message(
    conversation: str, content: bytes, missing: int, ended: bool, code: int | None
) -> None:
    (mail,) = found(OPENING + conversation)
    assert (mail.content, mail.missing, mail.ended, mail.code) == (content, missing, ended, code)


@pytest.mark.parametrize(
    ("behind", "content"),
    [
        pytest.param(".14 is out", b"version .14 is out\r\n", id="dot amid a line"),
        pytest.param("..14", b"version .14\r\n", id="dot doubled"),
    ],
)
def test_transaction_with_a_gap_keeps_a_dot_that_was_not_stuffed(behind: str, content: bytes) -> None:
    (mail,) = found(OPENING + DATA + f"c: version \nC- 1\nC: {behind}\nC: .\nS: 250 OK")
    assert mail.content == content


def test_gap_behind_a_refused_data_is_no_message() -> None:
    (mail,) = all_transactions(transcript(OPENING + ENVELOPE + "C: DATA\nS: 451 later\nC- 6\nS: 221 bye"))
    assert (mail.content, mail.missing, mail.outcome) == (None, 0, "refused at DATA with 451")


def test_reply_that_came_before_the_end_of_the_message_is_its_own() -> None:
    entries = hear(parse(OPENING + DATA + "C: x\nC: .\nS: 552 big\n" + DATA + "C: y\nC: .\nS: 250 OK"))
    place = next(index for index, entry in enumerate(entries) if entry.code == 552)
    entries.insert(place - 2, entries.pop(place))  # as where the last packet of the message comes behind the reply
    first, second = transactions(Transcript(tuple(entries), (Stream(0, "", ""),)))
    assert (first.content, first.code, first.lack) == (b"x\r\n", 552, "")
    assert (second.content, second.code) == (b"y\r\n", 250)


def test_reply_to_a_message_of_which_nothing_was_seen_is_nobodys() -> None:
    reply = Entry(party="server", kind=Kind.REPLY, octets=b"250 OK\r\n", answers="END-OF-DATA")
    assert all_transactions(Transcript((reply,), (Stream(0, "", ""),))) == []


def test_refusal_without_a_transaction_is_nobodys() -> None:
    assert all_transactions(transcript(OPENING + "C: DATA\nS: 503 MAIL first\nC- 6\nS: 221 bye")) == []


OUTCOMES = [
    pytest.param(ENVELOPE + "C: DATA\nS: 354 go on\nC: .\nS: 250 OK", "accepted with 250", id="accepted"),
    pytest.param(ENVELOPE + "C: DATA\nS: 354 go on\nC: .\nS: 554 no", "refused with 554", id="refused"),
    pytest.param(ENVELOPE + "C: DATA\nS: 354 go on\nC: .", "no reply to its end was seen", id="no reply"),
    pytest.param(ENVELOPE + "C: DATA\nS: 354 go on\nc: ha", "its end was not seen", id="cut off"),
    pytest.param(ENVELOPE + "c: BDAT 9 LAST\\r\\nab", "its end was not seen", id="chunk cut off"),
    pytest.param(ENVELOPE + "C: BDAT 0 LAST", "no reply to its end was seen", id="no reply to the last chunk"),
    pytest.param(ENVELOPE + "C: BDAT 99999999999999999999\nS: 552 no", "refused at a chunk with 552", id="no chunk"),
    pytest.param(ENVELOPE + "C: DATA\nS: 451 later", "refused at DATA with 451", id="refused at DATA"),
    pytest.param(ENVELOPE + "c: BDAT 2\\r\\nab\nS: 452 full", "refused at a chunk with 452", id="refused at a chunk"),
    pytest.param("C: MAIL FROM:<a@b>\nS: 550 no", "refused at MAIL with 550", id="refused at MAIL"),
    pytest.param("C: MAIL FROM:<a@b>\nS: 250 OK\nC: RSET\nS: 250 OK", "aborted by RSET", id="RSET"),
    pytest.param("C: MAIL FROM:<a@b>\nS: 250 OK\nC: EHLO a\nS: 250 b", "aborted by EHLO", id="EHLO"),
    pytest.param(
        "C: MAIL FROM:<a@b>\nS: 250 OK\nC: RCPT TO:<c@d>\nS: 550 no\nC: QUIT\nS: 221 bye",
        "no recipient was accepted",
        id="nobody",
    ),
    pytest.param(ENVELOPE + "C: QUIT\nS: 221 bye", "no message was sent", id="QUIT"),
]


@pytest.mark.parametrize(("conversation", "outcome"), OUTCOMES)
def test_outcome_says_where_a_transaction_ended(conversation: str, outcome: str) -> None:
    (mail,) = all_transactions(transcript(OPENING + conversation))
    assert mail.outcome == outcome


def test_mail_refused_inside_a_transaction_leaves_the_transaction_open() -> None:
    outer, inner = all_transactions(
        transcript(
            OPENING
            + """
            C: MAIL FROM:<a@example.org>
            S: 250 OK
            C: MAIL FROM:<b@example.org>
            S: 503 no
            C: RCPT TO:<c@example.org>
            S: 250 OK
            C: DATA
            S: 354 go on
            C: .
            S: 250 OK
            """
        )
    )
    assert told(outer) == ("a@example.org", [("c@example.org", 250)], b"", 250)
    assert (inner.outcome, inner.recipients) == ("refused at MAIL with 503", [])


def test_mail_refused_keeps_the_recipients_that_were_sent_with_it() -> None:
    (mail,) = all_transactions(
        transcript(OPENING + "C: MAIL FROM:<a@b>\nC: RCPT TO:<c@d>\nS: 550 no\nS: 503 no\nC: QUIT\nS: 221 bye")
    )
    assert (mail.outcome, mail.recipients) == ("refused at MAIL with 550", [("c@d", 503)])


def test_message_after_rset_is_another_transaction() -> None:
    first, second = all_transactions(transcript(OPENING + ENVELOPE + "C: RSET\nS: 250 OK\n" + ENVELOPE))
    assert (first.aborted_by, second.aborted_by) == ("RSET", "")


@pytest.mark.parametrize("verb", ["RSET", "EHLO client.example", "HELO client.example"])
def test_mail_pipelined_behind_a_reset_is_not_ended_by_it(verb: str) -> None:
    pipelined = (
        f"C: {verb}\nC: MAIL FROM:<{A}>\nC: RCPT TO:<{B}>\nC: DATA\nS: 250 OK\nS: 250 OK\nS: 250 OK\nS: 354 go on\n"
    )
    first, second = all_transactions(transcript(OPENING + ENVELOPE + pipelined + "C: x\nC: .\nS: 250 OK"))
    assert (first.outcome, told(second)) == (f"aborted by {verb[:4]}", (A, [(B, 250)], b"x\r\n", 250))


def test_reply_to_a_reset_that_was_not_seen_changes_nothing() -> None:
    done = Entry(party="server", kind=Kind.REPLY, octets=b"250 OK\r\n", answers="RSET")
    assert all_transactions(Transcript((done,), (Stream(0, "", ""),))) == []


def test_bdat_without_a_size_is_no_chunk_of_the_message() -> None:
    [mail] = all_transactions(transcript(OPENING + ENVELOPE + "C: BDAT many\nS: 501 no\nC: QUIT\nS: 221 bye"))
    assert (mail.outcome, mail.pieces) == ("refused at a chunk with 501", None)


def conversation_of(count: int) -> Transcript:
    """Give a session in which so many pairs of MAIL and RSET are sent, and RSET is answered at the end only."""
    mail = Entry(party="client", kind=Kind.COMMAND, octets=b"MAIL FROM:<a@b>\r\n", message=Mail("a@b"))
    taken = Entry(party="server", kind=Kind.REPLY, octets=b"250 OK\r\n", answers="MAIL")
    rset = Entry(party="client", kind=Kind.COMMAND, octets=b"RSET\r\n")
    done = Entry(party="server", kind=Kind.REPLY, octets=b"250 OK\r\n", answers="RSET")
    return Transcript((mail, taken, rset) * count + (done,) * count, (Stream(0, "", ""),))


def test_time_grows_as_the_commands_do_where_rset_is_pipelined() -> None:
    def seconds(count: int) -> float:
        session = conversation_of(count)
        begun = process_time()
        assert {mail.outcome for mail in all_transactions(session)} == {"aborted by RSET"}
        return process_time() - begun

    small = max(min(seconds(300) for _ in range(3)), 0.002)
    assert min(seconds(3000) for _ in range(2)) < 40 * small


def test_memory_grows_as_the_commands_do_where_no_reply_was_seen() -> None:
    def octets(count: int) -> int:
        session = Transcript(conversation_of(count).entries[:-count], (Stream(0, "", ""),))
        tracemalloc.start()
        try:
            all_transactions(session)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert octets(2000) < 40 * octets(200)


def test_transaction_has_a_path_without_brackets_too() -> None:
    (mail,) = all_transactions(transcript(OPENING + "C: MAIL FROM: a@b\nS: 250 OK\nC: RCPT TO:c@d\nS: 250 OK"))
    assert told(mail) == ("a@b", [("c@d", 250)], None, None)


@pytest.mark.parametrize("line", ["MAIL a b", "MAIL"])
def test_transaction_with_a_wrong_path_shows_it_as_it_is(line: str) -> None:
    (mail,) = found(OPENING + f"C: {line}\nS: 250 OK\nC: DATA\nS: 354 go on\nC: .\nS: 250 OK")
    assert mail.reverse_path == line.partition(" ")[2]


def test_transactions_of_another_stream_are_not_mixed_in() -> None:
    assert transactions(Transcript(entries=transcript(OPENING).entries, streams=(Stream(1, "a:1", "b:2"),))) == []
