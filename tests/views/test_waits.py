"""What stands in the timing picture, before it is drawn: rows, and where the time of a connection went."""

import pytest

from smtplab.protocol.transcript import Entry, Kind, Segment, Transcript
from smtplab.views.rows import TCP
from smtplab.views.waits import GREETS, UNASKED, Lane, lanes
from tests.views.sessions import ORDINARY, PIPELINED, STARTTLS, heard, together


def lane_of(transcript: Transcript) -> Lane:
    [lane] = lanes(transcript)
    return lane


def command(line: bytes, time: float) -> Entry:
    return Entry(party="client", kind=Kind.COMMAND, octets=line, time=time)


def reply(answers: str, time: float) -> Entry:
    return Entry(party="server", kind=Kind.REPLY, octets=b"250 OK\r\n", time=time, answers=answers)


def test_each_exchange_has_a_row_behind_that_of_the_handshake() -> None:
    rows = lane_of(heard(ORDINARY)).rows
    assert [row.phase for row in rows] == [
        TCP,
        "greeting",
        "EHLO",
        "AUTH",
        "AUTH",
        "AUTH",
        "MAIL",
        "RCPT",
        "DATA",
        "DATA",
        "QUIT",
    ]
    assert [row.code for row in rows] == [None, 220, 250, 334, 334, 235, 250, 250, 354, 250, 221]


def test_row_says_what_the_client_sent_with_passwords_masked() -> None:
    said = [row.said for row in lane_of(heard(ORDINARY)).rows]
    assert said[2:6] == ["EHLO TINY-DESKTOP", "AUTH LOGIN", "dGVzdDAxQGNvcmVtYWlsLmNu", "••••••••"]
    assert said[9] == "mail data 30 octets"


def test_row_in_which_the_client_sent_nothing_says_why() -> None:
    rows = lane_of(heard("S: 220 a\nS: 421 Timeout")).rows
    assert [(row.said, row.note) for row in rows[1:]] == [("", GREETS), ("", UNASKED)]


def test_refusal_is_an_error_by_name() -> None:
    assert [row.error for row in lane_of(heard(PIPELINED)).rows[3:]] == ["", "", "permanent", ""]


def test_reply_that_nobody_asked_for_has_a_moment_and_no_time() -> None:
    alone = lane_of(heard("S: 220 a\nS: 421 Timeout")).rows[-1]
    assert (alone.unasked, alone.client, alone.server) == (0.004, None, None)


def test_greeting_whose_handshake_is_not_there_has_a_moment_and_no_time() -> None:
    greeting = Entry(party="server", kind=Kind.REPLY, octets=b"220 a\r\n", time=2.0, answers="GREETING")
    [row] = lane_of(Transcript((greeting,))).rows
    assert (row.unasked, row.server) == (2.0, None)


def test_tls_records_in_a_row_are_one_row() -> None:
    last = lane_of(heard(STARTTLS)).rows[-1]
    assert (last.said, last.trip) == ("TLS records", 0)
    assert last.tls is not None
    assert tuple(last.tls) == pytest.approx((0.006, 0.008))


def test_each_connection_has_a_lane_that_begins_with_its_syn() -> None:
    both = lanes(together(heard("S: 220 a"), heard("S: 220 b", stream=2, begin=7.0)))
    assert [(lane.number, lane.begun) for lane in both] == [(0, 0.0), (2, 7.0)]


def test_shares_are_all_of_the_time_between_the_first_segment_and_the_last_entry() -> None:
    shares = lane_of(heard(ORDINARY)).shares
    assert shares == pytest.approx((0.010, 0.009, 0.002, 0.0, 0.0), abs=1e-9)
    assert shares.total == pytest.approx(0.021)


def test_time_in_which_several_replies_were_due_counts_once() -> None:
    sent = [command(b"NOOP\r\n", 1.0), command(b"NOOP\r\n", 1.0), reply("NOOP", 3.0), reply("NOOP", 4.0)]
    shares = lane_of(Transcript(tuple(sent))).shares
    assert (shares.server, shares.client, shares.rest) == (3.0, 0.0, 0.0)


def test_client_that_sends_while_a_reply_is_due_takes_no_time_of_its_own() -> None:
    sent = [command(b"NOOP\r\n", 0.0), command(b"NOOP\r\n", 2.0), reply("NOOP", 3.0), reply("NOOP", 4.0)]
    shares = lane_of(Transcript(tuple(sent))).shares
    assert (shares.server, shares.client) == (4.0, 0.0)


def test_time_in_which_nothing_was_due_is_nobodys() -> None:
    late = Entry(party="server", kind=Kind.REPLY, octets=b"421 Timeout\r\n", time=60.0)
    shares = lane_of(Transcript((command(b"NOOP\r\n", 0.0), reply("NOOP", 1.0), late))).shares
    assert (shares.server, shares.client, shares.rest) == (1.0, 0.0, 59.0)


def test_time_inside_tls_is_its_own() -> None:
    assert lane_of(heard(STARTTLS)).shares.tls == pytest.approx(0.002)


def test_frames_out_of_order_give_no_negative_share() -> None:
    opening = [
        Segment(0, "client", "SYN", 1.0),
        Segment(0, "server", "SYN, ACK", 3.0),
        Segment(0, "client", "ACK", 3.5),
    ]
    greeting = Entry(party="server", kind=Kind.REPLY, octets=b"220 a\r\n", time=3.2, answers="GREETING")
    assert min(lane_of(Transcript((greeting,), segments=tuple(opening))).shares) == 0
