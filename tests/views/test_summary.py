"""One line for each entry."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol.text import MASK, width
from smtplab.protocol.transcript import Entry, Kind
from smtplab.views.summary import GAP, Summary, summary
from tests.views.sessions import ORDINARY, PIPELINED, PLAIN, STARTTLS, heard


@pytest.mark.parametrize(
    ("script", "index", "said", "note"),
    [
        pytest.param(ORDINARY, 0, "220 mail.coremail.cn Anti-spam GT ready", "", id="greeting"),
        pytest.param(ORDINARY, 1, "EHLO TINY-DESKTOP", "", id="command"),
        pytest.param(ORDINARY, 2, "250-mail.coremail.cn", "+2 keywords", id="EHLO reply"),
        pytest.param(ORDINARY, 4, "334 dXNlcm5hbWU6", "“username:”", id="challenge"),
        pytest.param(ORDINARY, 5, "dGVzdDAxQGNvcmVtYWlsLmNu", "“test01@coremail.cn”", id="user name"),
        pytest.param(ORDINARY, 7, MASK, "(password)", id="password"),
        pytest.param(ORDINARY, 15, "mail data · 30 octets in 3 lines", "", id="mail data"),
        pytest.param(ORDINARY, 16, ".", "", id="end mark"),
        pytest.param(PIPELINED, 2, "250-mail.example.org", "+1 keyword", id="one keyword"),
        pytest.param(PLAIN, 3, f"AUTH PLAIN {MASK}", f"username “test01@coremail.cn”, password {MASK}", id="PLAIN"),
        pytest.param(STARTTLS, 3, "TLS handshake", "7 octets", id="TLS record"),
    ],
)
def test_entry_is_said_in_one_line(script: str, index: int, said: str, note: str) -> None:
    assert summary(heard(script)[index]) == Summary(said, note)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param(
            Entry(party="server", kind=Kind.GAP, octets=b"", missing=1),
            Summary("1 octet missing from the capture"),
            id="gap",
        ),
        pytest.param(
            Entry(party="client", kind=Kind.UNKNOWN, octets=b"\x00ab"),
            Summary(r"\x00ab", "not SMTP, 3 octets"),
            id="unknown",
        ),
        pytest.param(Entry(party="client", kind=Kind.CHUNK, octets=b"abc"), Summary("chunk · 3 octets"), id="chunk"),
        pytest.param(
            Entry(party="server", kind=Kind.REPLY, octets=b"214-a\r\n214 b\r\n", answers="HELP"),
            Summary("214-a", "+1 line"),
            id="other reply of several lines",
        ),
    ],
)
def test_what_is_no_line_is_said_in_words(entry: Entry, expected: Summary) -> None:
    assert summary(entry) == expected


@given(said=st.text(max_size=120), note=st.text(max_size=120), columns=st.integers(40, 90))
def test_fitted_summary_takes_at_most_its_columns(said: str, note: str, columns: int) -> None:
    short = Summary(said, note).fitted(columns)
    assert width(short.said) + width(short.note) + (len(GAP) if short.note else 0) <= columns


def test_note_is_kept_whole_at_the_cost_of_what_was_said() -> None:
    assert Summary("x" * 100, "“test01@coremail.cn”").fitted(60).note == "“test01@coremail.cn”"
