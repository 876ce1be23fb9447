import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.capture.dissect import dissect
from smtplab.protocol.findings import findings
from smtplab.protocol.replies import Reply
from smtplab.protocol.states import State
from smtplab.protocol.transcript import Entry, Kind, Transcript
from smtplab.views.records import json_lines, record


def written(*entries: Entry) -> list[dict[str, object]]:
    return [json.loads(line) for line in json_lines(Transcript(entries))]


def command(octets: bytes, **more: object) -> Entry:
    return Entry(party="client", kind=Kind.COMMAND, octets=octets, **more)  # type: ignore[arg-type]


def test_lines_hold_the_record_and_the_findings_of_each_entry(shared_captures: Path) -> None:
    for path in (shared_captures / "pcaps").iterdir():
        transcript = dissect(path)
        expected: list[dict[str, object]] = [record(entry) | {"findings": []} for entry in transcript]
        for finding in findings(transcript):
            said = f"{finding.rule}: {finding.meaning} ({finding.source})"
            expected[finding.index] = {**expected[finding.index], "findings": [*_found(expected[finding.index]), said]}
        assert written(*transcript) == expected


def _found(line: dict[str, object]) -> list[object]:
    found = line["findings"]
    assert isinstance(found, list)
    return found


@given(
    st.sampled_from(Kind),
    st.binary(max_size=30) | st.sampled_from([b"250 OK\r\n", b'"quoted"\\\r\n', "é\u2028\n".encode()]),
    st.sampled_from([(), (("username", "é\x00"),)]),
)
def test_any_octets_are_written_as_the_record_has_them(
    kind: Kind, octets: bytes, decoded: tuple[tuple[str, str], ...]
) -> None:
    entry = Entry(party="client", kind=kind, octets=octets, decoded=decoded)
    if kind is Kind.REPLY and not octets[:3].isdigit():
        return
    (line,) = written(entry)
    assert line == record(entry) | {"findings": line["findings"]}


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(command(b"NOOP\r\n", before=State.READY), id="state before"),
        pytest.param(command(b"NOOP\r\n", after=State.READY), id="state"),
        pytest.param(command(b"NOOP\r\n", tls=True), id="TLS"),
        pytest.param(command(b"NOOP\r\n", missing=3), id="missing"),
        pytest.param(command(b"NOOP x\r\n"), id="octets"),
        pytest.param(Entry(party="server", kind=Kind.UNKNOWN, octets=b"NOOP\r\n"), id="party and kind"),
        pytest.param(command(b"NOOP\r\n", decoded=(("a", "b"),)), id="what it decodes to"),
    ],
)
def test_what_differs_a_little_is_not_written_alike(other: Entry) -> None:
    assert [line | {"findings": []} for line in written(command(b"NOOP\r\n"), other)] == [
        record(command(b"NOOP\r\n")) | {"findings": []},
        record(other) | {"findings": []},
    ]


def test_mail_data_behind_a_gap_is_not_written_like_a_whole_message() -> None:
    whole = Entry(party="client", kind=Kind.MAIL_DATA, octets=b"Note: a\r\n")
    rest = replace(whole, continues=True)
    assert [line["fields"] for line in written(whole, rest)] == [record(whole)["fields"], record(rest)["fields"]]


def test_line_has_no_line_end_of_any_kind() -> None:
    said = "NOOP \x85 \u2028 \u2029\r\n"
    (line,) = json_lines(Transcript((command(said.encode(), decoded=(("a", said),)),)))
    assert line.splitlines() == [line]
    assert json.loads(line)["lines"] == [said.removesuffix("\r\n")]


def test_reply_that_was_not_read_has_no_text() -> None:
    octets = b"250 OK\r\n"
    read = Entry(party="server", kind=Kind.REPLY, octets=octets, message=Reply(250, "", "OK"))
    unread = Entry(party="server", kind=Kind.REPLY, octets=octets)
    assert [line["text"] for line in written(read, unread)] == ["OK", None]


@pytest.mark.parametrize(
    ("octets", "lines"),
    [
        (b"", []),
        (b"a\r\n", ["a"]),
        (b"a\r\nb\r\n", ["a", "b"]),
        (b"a\nb\r\n", ["a", "b"]),
        (b"a\r\r\n\n", ["a\r", ""]),
        (b"a\rb", ["a\rb"]),
        (b"a\r", ["a"]),
        (b"\xff\r\n", ["\\xff"]),
    ],
)
def test_lines_have_no_line_ends(octets: bytes, lines: list[str]) -> None:
    assert record(Entry(party="client", kind=Kind.MAIL_DATA, octets=octets))["lines"] == lines
