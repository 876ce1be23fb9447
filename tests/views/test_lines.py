"""The list of entries: a line each, in columns."""

from dataclasses import replace

import pytest

from smtplab.protocol.text import width
from smtplab.protocol.transcript import Entry, Kind, Stream, Transcript
from smtplab.views.context import Context
from smtplab.views.lines import Lines
from tests.views.sessions import ORDINARY, STARTTLS, heard

WIDE = "S: 220 a\nC: EHLO \\xe4\\xbd\\xa0\\xe5\\xa5\\xbd\nS: 500 \\xff"


def lines_of(transcript: Transcript) -> list[str]:
    lines = Lines(Context(transcript))
    return [lines.heading(), *map(lines.line, range(len(transcript)))]


def test_line_has_way_frame_time_phase_kind_number_and_info() -> None:
    assert lines_of(heard(ORDINARY))[12].split() == [
        *("127.0.0.1:40312", "→", "127.0.0.1:2525", "15", "14.0", "ms", "RCPT", "command", "12"),
        *("RCPT", "TO:<test02@coremail.cn>"),
    ]


def test_line_has_the_sign_of_its_entry_before_the_info() -> None:
    assert "    8  !  •••••••• " in lines_of(heard(ORDINARY))[8]
    assert "    3  ✕  500 " in lines_of(heard("S: 220 a\nC: X\nS: 500 what?"))[3]


def test_line_hides_the_password() -> None:
    assert not any("cGFzc3dvcmQwMQ" in line for line in lines_of(heard(ORDINARY)))


def test_info_begins_in_the_same_column_in_every_line() -> None:
    heading, *lines = lines_of(heard(ORDINARY))
    column = heading.index("info")
    assert {line[column - 1] for line in lines} == {" "}
    assert all(line[column] != " " for line in lines)


@pytest.mark.parametrize("script", [ORDINARY, STARTTLS, WIDE], ids=["ordinary", "TLS", "wide characters"])
def test_columns_before_the_info_have_one_width(script: str) -> None:
    heading, *lines = lines_of(heard(script))
    before = {width(line[: heading.index("info")]) for line in lines}
    assert len(before) == 1


@pytest.mark.parametrize(("column", "title"), [("way", "source"), ("phase", "phase"), ("no.", "no."), ("info", "info")])
@pytest.mark.parametrize("frames", [(7,), ()], ids=["captured", "not captured"])
def test_column_starts_below_its_title(column: str, title: str, frames: tuple[int, ...]) -> None:
    transcript = heard(ORDINARY)
    entries = tuple(replace(entry, frames=frames) for entry in transcript)
    lines = Lines(Context(replace(transcript, entries=entries)))
    assert lines.starts(column) == lines.heading().index(title)


def test_column_of_frames_is_left_out_where_nothing_was_captured() -> None:
    transcript = heard(ORDINARY)
    bare = replace(transcript, entries=tuple(replace(entry, frames=()) for entry in transcript))
    assert "frame" in lines_of(transcript)[0]
    assert "frame" not in lines_of(bare)[0]


def test_long_address_is_cut_in_its_middle_and_keeps_its_port() -> None:
    end = "[2001:db8:1111:2222:3333:4444:5555:6666]:40000"
    transcript = replace(heard("S: 220 a"), streams=(Stream(0, end, end),))
    assert "[2001:db8:11…6666]:40000 → [2001:db8:11…6666]:40000  " in lines_of(transcript)[1]


def test_what_was_inside_tls_says_so() -> None:
    entry = Entry(party="client", kind=Kind.COMMAND, octets=b"NOOP\r\n", tls=True)
    assert lines_of(Transcript((entry,)))[1].endswith("NOOP   in TLS")


def test_verb_that_is_too_long_is_cut() -> None:
    assert "  Aaaaaaaa…  ".upper() not in lines_of(heard("C: " + "a" * 100))[1]
    assert "  AAAAAAA…  " in lines_of(heard("S: 220 a\nC: " + "a" * 100))[2]


def test_empty_transcript_has_a_heading_alone() -> None:
    assert lines_of(Transcript())[0].split() == ["source", "destination", "time", "phase", "kind", "no.", "info"]
