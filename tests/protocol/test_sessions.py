"""What a connection comes to: counts, waiting times, what hid it, and what anybody could hear."""

from dataclasses import replace

import pytest

from smtplab.protocol.sessions import CLEAR, IMPLICIT, STARTTLS, Session, sessions
from smtplab.protocol.transcript import Entry, Kind, Stream, Transcript
from tests.protocol.conversations import ENVELOPE, OPENING, hear, parse

NUMBER = 3
LOGIN = "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: dGlt\nS: 334 UGFzc3dvcmQ6\nC: c2VjcmV0\nS: 235 OK\n"


def transcript(conversation: str, *first: Entry) -> Transcript:
    """Give the transcript of a conversation, a tenth of a second from each entry to the next."""
    entries = [replace(entry, stream=NUMBER) for entry in (*first, *hear(parse(conversation)))]
    timed = tuple(replace(entry, time=n / 10, frames=(n + 1,)) for n, entry in enumerate(entries))
    return Transcript(entries=timed, streams=(Stream(NUMBER, "192.0.2.1:1", "192.0.2.2:25"),))


def session(conversation: str, *first: Entry) -> Session:
    (found,) = sessions(transcript(conversation, *first))
    return found


def test_session_counts_what_was_said() -> None:
    found = session(OPENING + ENVELOPE + "C: QUIT\nS: 221 bye")
    assert (found.stream.client, found.commands, found.replies) == ("192.0.2.1:1", 4, 5)
    assert found.round_trips == 5
    assert found.seconds == pytest.approx(0.8)


def test_session_without_entries_is_none() -> None:
    assert sessions(Transcript(streams=(Stream(0, "a", "b"),))) == []


def test_waits_are_told_by_verb_with_the_frame_of_the_slowest() -> None:
    spoken = transcript(OPENING + "C: NOOP\nS: 250 OK\nC: NOOP\nS: 250 OK\nC: NOOP\nS: 250 OK")
    late = {6: 1.0, 8: 0.2}  # seconds by which a reply comes later than it did
    delay = 0.0
    entries = []
    for index, entry in enumerate(spoken):
        delay += late.get(index, 0.0)
        entries.append(replace(entry, time=entry.time + delay))
    (found,) = sessions(replace(spoken, entries=tuple(entries)))
    noop = found.waits[-1]
    assert (noop.verb, noop.count, noop.frame) == ("NOOP", 3, 7)
    assert noop.median == pytest.approx(0.3)
    assert noop.worst == pytest.approx(1.1)
    assert found.overall is not None
    assert (found.overall.count, found.overall.frame) == (4, 7)  # nothing tells when the greeting was asked for


def test_session_of_which_no_reply_was_timed_has_no_waits() -> None:
    found = session("S: 220 hi")
    assert (found.waits, found.overall) == ((), None)


RECORD = Entry(party="client", kind=Kind.TLS, octets=b"\x17\x03\x03\0\1a")
PROTECTIONS = [
    pytest.param(OPENING, (), CLEAR, id="none"),
    pytest.param("S: 220 hi\nC: STARTTLS\nS: 220 go\nc: \\x16\\x03\\x01\\x00\\x01a", (), STARTTLS, id="STARTTLS"),
    pytest.param("", (RECORD,), IMPLICIT, id="implicit TLS"),
    pytest.param(
        "", (Entry(party="client", kind=Kind.UNKNOWN, octets=b"\x05\1\0"), RECORD), IMPLICIT, id="TLS in a tunnel"
    ),
]


@pytest.mark.parametrize(("conversation", "first", "protection"), PROTECTIONS)
def test_session_says_what_hid_it(conversation: str, first: tuple[Entry, ...], protection: str) -> None:
    found = session(conversation, *first)
    assert (found.protection, found.opened) == (protection, False)


def test_session_that_was_opened_says_so_and_tells_nobody_a_secret() -> None:
    spoken = transcript(OPENING + LOGIN, RECORD)
    inside = tuple(replace(entry, tls=entry.kind is not Kind.TLS) for entry in spoken)
    (found,) = sessions(replace(spoken, entries=inside))
    assert (found.protection, found.opened, found.secrets) == (IMPLICIT, True, ())


def test_secrets_are_the_entries_in_which_the_client_told_who_it_is() -> None:
    assert [dict(entry.decoded) for entry in session(OPENING + LOGIN).secrets] == [
        {"username": "tim"},
        {"password": "secret"},
    ]


def test_session_has_its_own_transactions_and_findings() -> None:
    first = transcript(OPENING + ENVELOPE + "C: DATA\nS: 354 go on\nC: .\nS: 250 OK")
    second = [replace(entry, stream=NUMBER + 1) for entry in transcript("S: 220 hi\nC: XYZZY\nS: 500 what")]
    one, other = sessions(
        replace(first, entries=(*first, *second), streams=(*first.streams, Stream(NUMBER + 1, "a:1", "b:25")))
    )
    assert [mail.code for mail in one.transactions] == [250]
    assert other.transactions == ()
    assert [finding.rule for _, finding in other.findings] == ["unknown verb"]
    assert [entry.octets for entry, _ in other.findings] == [b"XYZZY\r\n"]
    assert "unknown verb" not in {finding.rule for _, finding in one.findings}
