"""Replies find their commands, pipelined or not, whatever the capture lost; and what time that took."""

from dataclasses import replace
from pathlib import Path
from time import process_time

import pytest

from smtplab.capture.dissect import dissect
from smtplab.protocol.exchanges import Exchange, exchanges, handshake, round_trips
from smtplab.protocol.observer import Observer
from smtplab.protocol.states import BDAT_LAST, END_OF_DATA, GREETING
from smtplab.protocol.transcript import Entry, Kind, Segment, Stream, Transcript
from tests.views.sessions import LOGIN, ORDINARY, PIPELINED, STARTTLS, heard, together

CHUNKS = r"""
S: 220 mail.example.org ready
C: BDAT 4\r\nab
S: 250 OK
C: BDAT 4 LAST\r\ncd
S: 250 Queued
"""


def pairs(transcript: Transcript) -> list[tuple[str, int | None]]:
    return [(exchange.verb, exchange.reply.code if exchange.reply else None) for exchange in exchanges(transcript)]


def trips(transcript: Transcript) -> list[int]:
    return [exchange.trip for exchange in exchanges(transcript)]


def observed(observer: Observer, *entries: list[Entry]) -> Transcript:
    said = [entry for some in (*entries, observer.close()) for entry in some]
    return Transcript(tuple(said), (Stream(0, "", ""),))


# Pairs


def test_each_command_has_the_reply_that_answers_it() -> None:
    assert pairs(heard(ORDINARY)) == [
        (GREETING, 220),
        ("EHLO", 250),
        ("AUTH", 334),
        ("AUTH", 334),
        ("AUTH", 235),
        ("MAIL", 250),
        ("RCPT", 250),
        ("DATA", 354),
        (END_OF_DATA, 250),
        ("QUIT", 221),
    ]


def test_replies_to_pipelined_commands_come_in_their_order() -> None:
    sent = [exchange.sent[0].octets for exchange in exchanges(heard(PIPELINED)) if exchange.verb == "RCPT"]
    assert sent == [b"RCPT TO:<a@example.org>\r\n", b"RCPT TO:<nobody@example.org>\r\n"]
    assert pairs(heard(PIPELINED))[2:] == [("MAIL", 250), ("RCPT", 250), ("RCPT", 550), ("DATA", 354)]


def test_mail_data_and_its_end_mark_are_one_question() -> None:
    [message] = [exchange for exchange in exchanges(heard(ORDINARY)) if exchange.verb == END_OF_DATA]
    assert [entry.kind for entry in message.sent] == [Kind.MAIL_DATA, Kind.END_OF_DATA]


def test_empty_message_is_asked_by_its_end_mark_alone() -> None:
    [*_, message] = exchanges(heard(LOGIN + "C: MAIL FROM:<>\nS: 250 a\nC: DATA\nS: 354 b\nC: .\nS: 250 c"))
    assert [entry.kind for entry in message.sent] == [Kind.END_OF_DATA]


def test_chunk_belongs_to_its_bdat() -> None:
    found = exchanges(heard(CHUNKS))[1:]
    assert [exchange.verb for exchange in found] == ["BDAT", BDAT_LAST]
    assert all([entry.kind for entry in exchange.sent] == [Kind.COMMAND, Kind.CHUNK] for exchange in found)


def test_chunk_that_comes_after_the_reply_asks_nothing() -> None:
    bdat = Entry(party="client", kind=Kind.COMMAND, octets=b"BDAT 4\r\n", time=1.0)
    refusal = Entry(party="server", kind=Kind.REPLY, octets=b"503 no\r\n", time=2.0, answers="BDAT")
    chunk = Entry(party="client", kind=Kind.CHUNK, octets=b"abcd", time=3.0)
    [exchange] = exchanges(Transcript((bdat, refusal, chunk)))
    assert (exchange.sent, exchange.reply, exchange.asked) == ((bdat, chunk), refusal, 1.0)


def test_line_that_is_no_command_has_its_reply_too() -> None:
    [_, strange] = exchanges(heard("S: 220 a\nC: \nS: 500 what?"))
    assert (strange.verb, strange.sent[0].kind, strange.reply and strange.reply.code) == ("", Kind.UNKNOWN, 500)


def test_command_without_a_reply_has_none() -> None:
    assert pairs(heard("S: 220 a\nC: QUIT")) == [(GREETING, 220), ("QUIT", None)]


def test_reply_that_nobody_asked_for_stands_alone() -> None:
    [_, alone] = exchanges(heard("S: 220 a\nS: 421 Timeout"))
    assert (alone.sent, alone.reply and alone.reply.code, alone.trip) == ((), 421, 0)
    assert alone.response_time is alone.client_time is None


def test_reply_that_was_lost_is_not_taken_from_the_next_command() -> None:
    observer = Observer()
    transcript = observed(
        observer,
        observer.receive("server", b"220 a\r\n"),
        observer.receive("client", b"NOOP\r\n"),
        observer.skip("server", 8),
        observer.receive("client", b"NOOP\r\n"),
        observer.receive("server", b"250 second\r\n"),
    )
    assert pairs(transcript) == [(GREETING, 220), ("NOOP", None), ("NOOP", 250)]


def test_reply_behind_a_gap_answers_the_last_command() -> None:
    observer = Observer()
    transcript = observed(
        observer,
        observer.receive("server", b"220 a\r\n"),
        observer.receive("client", b"NOOP\r\nNOOP\r\n"),
        observer.skip("server", 8),
        observer.receive("server", b"250 second\r\n"),
    )
    assert pairs(transcript) == [(GREETING, 220), ("NOOP", None), ("NOOP", 250)]


def test_reply_to_a_later_command_leaves_the_earlier_one_without_any() -> None:
    rset, noop = (Entry(party="client", kind=Kind.COMMAND, octets=line) for line in (b"RSET\r\n", b"NOOP\r\n"))
    reply = Entry(party="server", kind=Kind.REPLY, octets=b"250 a\r\n", answers="NOOP")
    assert pairs(Transcript((rset, noop, reply))) == [("RSET", None), ("NOOP", 250)]


def test_exchange_has_the_phase_of_what_was_sent_or_else_of_the_reply() -> None:
    phases = [exchange.phase for exchange in exchanges(heard(ORDINARY))]
    assert phases == ["greeting", "EHLO", "AUTH", "AUTH", "AUTH", "MAIL", "RCPT", "DATA", "DATA", "QUIT"]


def test_connections_are_paired_apart() -> None:
    both = together(heard("S: 220 a\nC: NOOP"), heard("S: 220 b\nC: NOOP\nS: 250 OK", stream=1))
    assert [(e.stream, e.verb, e.reply is None) for e in exchanges(both)] == [
        (0, GREETING, False),
        (0, "NOOP", True),
        (1, GREETING, False),
        (1, "NOOP", False),
    ]


def test_tls_records_ask_nothing() -> None:
    assert pairs(heard(STARTTLS)) == [(GREETING, 220), ("STARTTLS", 220)]


# Time


def test_response_time_goes_from_the_last_octet_asked_to_the_last_one_answered() -> None:
    data = Entry(party="client", kind=Kind.MAIL_DATA, octets=b"a\r\n", time=1.0)
    end = Entry(party="client", kind=Kind.END_OF_DATA, octets=b".\r\n", time=3.0)
    reply = Entry(party="server", kind=Kind.REPLY, octets=b"250 a\r\n", time=3.5, answers=END_OF_DATA)
    [exchange] = exchanges(Transcript((data, end, reply)))
    assert (exchange.response_time, exchange.client_time) == (0.5, None)


def test_client_time_goes_from_the_reply_before_to_the_last_octet_asked() -> None:
    [_, noop] = exchanges(heard("S: 220 a\nC: NOOP\nS: 250 b"))
    assert noop.client_time == pytest.approx(0.001)


def test_greeting_is_asked_for_by_the_handshake() -> None:
    [greeting] = exchanges(heard("S: 220 a", begin=5.0))
    assert (greeting.asked, greeting.client_time) == (5.002, None)
    assert greeting.response_time == pytest.approx(0.001)


def test_pipelined_commands_take_the_client_no_time_after_the_first() -> None:
    took = [exchange.client_time for exchange in exchanges(heard(PIPELINED))[2:]]
    assert took == [pytest.approx(0.001), 0, 0, 0]


def test_time_never_runs_backwards_where_frames_were_captured_out_of_order() -> None:
    late = Entry(party="client", kind=Kind.COMMAND, octets=b"NOOP\r\n", time=2.0)
    early = Entry(party="server", kind=Kind.REPLY, octets=b"250 a\r\n", time=1.0, answers="NOOP")
    assert [exchange.response_time for exchange in exchanges(Transcript((late, early)))] == [0]


# Round trips


def test_round_trip_is_one_for_each_command_that_waits() -> None:
    assert trips(heard(ORDINARY)) == list(range(1, 11))


def test_round_trip_is_one_for_all_that_was_pipelined() -> None:
    assert trips(heard(PIPELINED)) == [1, 2, 3, 3, 3, 3]
    assert round_trips(exchanges(heard(PIPELINED))) == 3


def test_command_sent_before_the_last_replies_belongs_to_the_round_trip_after_those_it_has_seen() -> None:
    script = r"""
C: EHLO a\r\nNOOP
S: 250 EHLO
C: RSET
S: 250 NOOP
S: 250 RSET
C: QUIT
S: 221 Bye
"""
    assert trips(heard(script)) == [1, 1, 2, 3]


def test_reply_that_is_listed_first_but_came_later_was_not_waited_for() -> None:
    noop, rset = (
        Entry(party="client", kind=Kind.COMMAND, octets=line, time=1.0) for line in (b"NOOP\r\n", b"RSET\r\n")
    )
    reply = Entry(party="server", kind=Kind.REPLY, octets=b"250 a\r\n", time=2.0, answers="NOOP")
    assert trips(Transcript((noop, reply, rset))) == [1, 1]


def test_round_trips_of_silence_are_none() -> None:
    assert round_trips(exchanges(heard("C: EHLO a\nC: QUIT"))) == round_trips([]) == 0


def test_time_grows_as_the_commands_do_where_the_clock_of_the_server_is_ahead() -> None:
    def seconds(size: int) -> float:
        entries = [
            entry
            for time in range(size)
            for entry in (
                Entry(party="client", kind=Kind.COMMAND, octets=b"NOOP\r\n", time=time),
                Entry(party="server", kind=Kind.REPLY, octets=b"250 a\r\n", time=time + 1e6, answers="NOOP"),
            )
        ]
        begun = process_time()
        assert round_trips(exchanges(Transcript(tuple(entries)))) == 1
        return process_time() - begun

    small = max(min(seconds(1_000) for _ in range(3)), 0.002)
    assert min(seconds(10_000) for _ in range(2)) < 40 * small


# Handshakes


def test_time_grows_as_the_gaps_do_in_a_message() -> None:
    def seconds(count: int) -> float:
        data = (Entry(party="client", kind=Kind.MAIL_DATA, octets=b"x"),) * count
        started = process_time()
        [message] = exchanges(Transcript(data))
        assert len(message.sent) == count
        return process_time() - started

    assert seconds(200_000) < 5


def opened(*segments: tuple[str, float]) -> Transcript:
    parties = {"SYN, ACK": "server", "SYN, ACK, ECE": "server"}
    return Transcript(
        segments=tuple(Segment(0, "server" if flags in parties else "client", flags, at) for flags, at in segments)
    )


def test_handshake_tells_the_round_trip_of_the_network() -> None:
    found = handshake(opened(("SYN", 1.0), ("SYN, ACK", 1.25), ("ACK", 1.5)), 0)
    assert found == (1.0, 1.25, 1.5)
    assert found is not None
    assert found.round_trip == 0.25


@pytest.mark.parametrize(
    ("segments", "syn"),
    [
        pytest.param((("SYN", 0.0), ("SYN", 3.0), ("SYN, ACK", 3.1), ("ACK", 3.2)), 3.0, id="SYN sent again"),
        pytest.param((("SYN, ECE, CWR", 1.0), ("SYN, ACK, ECE", 1.1), ("ACK", 1.2)), 1.0, id="with ECN"),
        pytest.param((("SYN", 1.0), ("SYN, ACK", 1.1), ("SYN", 1.15), ("ACK", 1.2)), 1.0, id="SYN after its answer"),
    ],
)
def test_handshake_begins_with_the_syn_that_was_answered(segments: tuple[tuple[str, float], ...], syn: float) -> None:
    found = handshake(opened(*segments), 0)
    assert found is not None
    assert found.syn == syn


@pytest.mark.parametrize(
    "segments",
    [
        pytest.param((), id="none"),
        pytest.param((("SYN, ACK", 1.1), ("ACK", 1.2)), id="no SYN"),
        pytest.param((("SYN", 1.0), ("ACK", 1.2)), id="no SYN, ACK"),
        pytest.param((("SYN", 1.0), ("SYN, ACK", 1.1), ("RST", 1.2)), id="no ACK"),
    ],
)
def test_handshake_that_is_not_whole_is_none(segments: tuple[tuple[str, float], ...]) -> None:
    assert handshake(opened(*segments), 0) is None


def test_handshake_is_that_of_the_connection_asked_for() -> None:
    both = together(heard("S: 220 a"), heard("S: 220 b", stream=1, begin=7.0))
    found = handshake(both, 1)
    assert found is not None
    assert found.syn == 7.0
    assert handshake(both, 2) is None


# Strangers


def test_every_reply_in_every_strangers_capture_is_paired_once(shared_captures: Path) -> None:
    for path in sorted((shared_captures / "pcaps").iterdir()):
        transcript = dissect(path)
        found = exchanges(transcript)
        replies = [exchange.reply for exchange in found if exchange.reply]
        sent = [entry for exchange in found for entry in exchange.sent]
        assert sorted(map(id, replies)) == sorted(id(e) for e in transcript if e.kind is Kind.REPLY), path.name
        assert len(set(map(id, sent))) == len(sent), path.name
        assert all(_fits(exchange) for exchange in found), path.name


def _fits(exchange: Exchange) -> bool:
    return exchange.reply is None or (exchange.reply.answers or "") == exchange.verb


def test_entries_are_handed_on_as_they_are() -> None:
    transcript = heard(ORDINARY)
    assert [e for exchange in exchanges(transcript) for e in (*exchange.sent, exchange.reply)] == list(transcript)
    assert exchanges(replace(transcript, segments=()))[0].asked is None
