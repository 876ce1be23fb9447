"""Strangers' captures: the entries of each frame, against those of tshark. What differs is in differences.tsv, and why.

Where octets and tshark agree, so must we; where they differ, the octets win.
"""

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from smtplab.capture.dissect import dissect
from smtplab.protocol.commands import Bdat
from smtplab.protocol.transcript import Entry, Kind, Transcript

TABLE = Path(__file__).with_name("differences.tsv")
SEVERAL = "\x1f"  # stands between several values of one field
ESCAPES = {"\\\\": "\\", "\\r": "\r", "\\n": "\n", "\\t": "\t"}

Said = Counter[tuple[str, int, str]]  # how often what was said in which frame


def test_entries_are_those_of_tshark_but_for_the_differences_listed(shared_captures: Path) -> None:
    listed = {name: set[tuple[str, str]]() for name in names(shared_captures)}
    for row in rows(TABLE):
        listed[row["capture"]].add((row["what"], row["frame"]))
    found = {name: differences(shared_captures, name) for name in listed}
    assert found == listed


@pytest.mark.parametrize("column", ["capture", "frame", "what", "reason"])
def test_each_difference_says_where_what_and_why(column: str) -> None:
    assert all(row[column] for row in rows(TABLE))


def names(folder: Path) -> list[str]:
    return sorted(path.stem for path in (folder / "pcaps").iterdir())


def rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="", encoding="utf-8", errors="replace") as file:
        csv.field_size_limit(1 << 30)
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def differences(folder: Path, name: str) -> set[tuple[str, str]]:
    """Give what differs, as (what, frame)."""
    (path,) = (folder / "pcaps").glob(f"{name}.pcap*")
    ours, theirs = Counter(said_in(dissect(path))), Counter(said_by_tshark(folder / "oracle" / f"{name}.tsv"))
    return {(what, str(frame)) for what, frame, _ in ((ours - theirs) + (theirs - ours))}


def said_in(transcript: Transcript) -> Iterator[tuple[str, int, str]]:
    """Give each command and AUTH line, the code and the text lines of each reply, and the size of each mail."""
    for stream in transcript.streams:
        yield from mails_in(entry for entry in transcript if entry.stream == stream.number)
    for entry in transcript:
        frame = entry.frame or 0
        match entry.kind:
            case Kind.COMMAND:
                yield "command", frame, text(entry.octets)
            case Kind.REPLY:
                yield "reply", frame, text(entry.octets[:3])
                yield from (("reply", frame, text(line[4:])) for line in entry.octets.splitlines() if text(line[4:]))
        if entry.kind is Kind.AUTH or (entry.kind is Kind.COMMAND and entry.verb == "AUTH"):
            yield from (("auth", frame, text(word)) for word in responses(entry))


def responses(entry: Entry) -> list[bytes]:
    """Give what the client says of itself in base64: the initial response behind the mechanism, or the whole line."""
    return entry.argument.split()[1:] if entry.kind is Kind.COMMAND else [entry.octets.strip()]


def mails_in(entries: Iterator[Entry]) -> Iterator[tuple[str, int, str]]:
    size, last = 0, False
    for entry in entries:
        if isinstance(entry.message, Bdat):
            last = entry.message.last
        if entry.kind in (Kind.MAIL_DATA, Kind.CHUNK):
            size += len(entry.octets)
        ended = entry.kind is Kind.CHUNK or (isinstance(entry.message, Bdat) and entry.message.size == 0)
        if entry.kind is Kind.END_OF_DATA or (ended and last):
            yield "mail", entry.frame or 0, str(size)
            size = 0


def said_by_tshark(path: Path) -> Iterator[tuple[str, int, str]]:
    columns = {
        "command": ("smtp.command_line",),
        "reply": ("smtp.response.code", "smtp.rsp.parameter"),
        "auth": ("smtp.auth.username", "smtp.auth.password", "smtp.auth.username_password"),
        "mail": ("smtp.data.reassembled.length",),
    }
    for row in rows(path):
        for what, fields in columns.items():
            values = SEVERAL.join(row[field] for field in fields).split(SEVERAL)
            yield from ((what, int(row["frame.number"]), unescaped(value)) for value in values if value)


def text(octets: bytes) -> str:
    return octets.decode("utf-8", "replace").strip()


def unescaped(value: str) -> str:
    for escape, character in ESCAPES.items():
        value = value.replace(escape, character)
    return value.strip()
