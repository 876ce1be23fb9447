"""The transcript as a sequence, and what an entry says about itself."""

import pytest

from smtplab.protocol.states import State
from smtplab.protocol.transcript import Entry, Kind, Segment, Stream, Transcript
from tests.protocol.conversations import hear, parse

MAIL = """
    S: 220 hi
    C: EHLO a
    S: 250 hello
    C: MAIL FROM:<a@example.org> SIZE=1
    S: 250 OK
    C: DATA
    S: 354 go on
    C: x
    C: .
    S: 550 no
    C: AUTH LOGIN
    S: 334 VXNlcm5hbWU6
    C: dGlt
    S: 501 no
    c: BDAT 1\\r\\nx
    S: 503 no
    C: BDAT 0 LAST
    S: 503 no
    C: STARTTLS
    S: 454 no
    C: XFOO
    S: 500 what
    C- 10
    C: ?
    S: 500 what
    C: QUIT
    S: 221 bye
"""

# verb, phase, code and argument of each entry
FACTS: list[tuple[str | None, str, int | None, bytes]] = [
    ("GREETING", "greeting", 220, b""),
    ("EHLO", "EHLO", None, b"a"),
    ("EHLO", "EHLO", 250, b""),
    ("MAIL", "MAIL", None, b"FROM:<a@example.org> SIZE=1"),
    ("MAIL", "MAIL", 250, b""),
    ("DATA", "DATA", None, b""),
    ("DATA", "DATA", 354, b""),
    ("DATA", "DATA", None, b""),
    ("END-OF-DATA", "DATA", None, b""),
    ("END-OF-DATA", "DATA", 550, b""),
    ("AUTH", "AUTH", None, b"LOGIN"),
    ("AUTH", "AUTH", 334, b""),
    ("AUTH", "AUTH", None, b""),
    ("AUTH", "AUTH", 501, b""),
    ("BDAT", "DATA", None, b"1"),
    ("BDAT", "DATA", None, b""),
    ("BDAT", "DATA", 503, b""),
    ("BDAT", "DATA", None, b"0 LAST"),
    ("BDAT LAST", "DATA", 503, b""),
    ("STARTTLS", "TLS", None, b""),
    ("STARTTLS", "TLS", 454, b""),
    ("XFOO", "XFOO", None, b""),
    ("XFOO", "XFOO", 500, b""),
    (None, "", None, b""),
    (None, "", None, b""),
    (None, "", 500, b""),
    ("QUIT", "QUIT", None, b""),
    ("QUIT", "QUIT", 221, b""),
]


@pytest.mark.parametrize(("entry", "facts"), [*zip(hear(parse(MAIL)), FACTS, strict=True)])
def test_entry_knows_its_verb_phase_code_and_argument(
    entry: Entry, facts: tuple[str | None, str, int | None, bytes]
) -> None:
    assert (entry.verb, entry.phase, entry.code, entry.argument) == facts


def test_entry_of_tls_is_of_the_phase_tls() -> None:
    entry = Entry(party="client", kind=Kind.TLS, octets=b"\x16\x03\x01\0\0")
    assert (entry.verb, entry.phase) == (None, "TLS")


def test_entry_of_a_reply_that_is_wrong_has_a_code_and_no_message() -> None:
    (entry,) = hear(parse("S: 220-a\nS: 221 b"))
    assert (entry.code, entry.message, entry.after) == (220, None, State.GREETED)


def entry(text: bytes, stream: int = 0) -> Entry:
    return Entry(party="client", kind=Kind.COMMAND, octets=text, stream=stream)


ENTRIES = (entry(b"NOOP\r\n"), entry(b"RSET\r\n", 1), entry(b"QUIT\r\n"))
TWO = Transcript(
    entries=ENTRIES,
    streams=(Stream(0, "127.0.0.1:1", "127.0.0.1:25"), Stream(1, "127.0.0.1:2", "127.0.0.1:25")),
    segments=(Segment(0, "client", "SYN", 0.0), Segment(1, "client", "SYN", 0.1)),
    source="live",
    packets=12,
)


def test_transcript_is_a_sequence_of_its_entries() -> None:
    assert (len(TWO), tuple(TWO), TWO[0], TWO[-1], TWO[1:]) == (3, ENTRIES, ENTRIES[0], ENTRIES[2], ENTRIES[1:])


def test_stream_gives_one_connection_alone() -> None:
    one = TWO.stream(1)
    assert one.entries == ENTRIES[1:2]
    assert (one.streams, one.segments) == (TWO.streams[1:], TWO.segments[1:])
    assert (one.source, one.packets) == ("live", 12)


def test_stream_that_there_is_not_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        TWO.stream(2)


def test_transcript_str_is_the_dialogue() -> None:
    assert "C: RSET" in str(TWO)
