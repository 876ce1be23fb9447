"""What stands in a ladder? The content of the picture, without any geometry.

A lane is one connection; a band is a phase, or TCP opening and closing the connection; a row is one arrow. Consecutive
rows of one phase share a band. Rows that one packet carried, as with PIPELINING, are a group.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import groupby
from typing import Final, NamedTuple

from smtplab.protocol.octets import printable
from smtplab.protocol.states import GREETING
from smtplab.protocol.text import error_word, lines_of
from smtplab.protocol.transcript import Entry, Kind, Party, Segment, Stream, Transcript
from smtplab.views.summary import Summary, summary

TCP: Final = "TCP"


@dataclass(frozen=True, slots=True)
class Row:
    """One arrow. index: of its entry in the transcript, None for a TCP segment. error: the word for it, or "".

    tls: see `Entry`.
    """

    party: Party
    phase: str
    summary: Summary
    time: float
    frames: tuple[int, ...]
    kind: Kind | None = None
    index: int | None = None
    error: str = ""
    tls: bool = False


class Band(NamedTuple):
    """Consecutive rows of one phase, all of them inside TLS or none."""

    phase: str
    rows: list[Row]

    @property
    def tls(self) -> bool:
        """Whether they were inside TLS."""
        return self.rows[0].tls


class Lane(NamedTuple):
    """One connection. names: what client and server call themselves. endpoints: "address:port" of each, or ""."""

    number: int
    names: tuple[str, str]
    endpoints: tuple[str, str]
    bands: list[Band]

    @property
    def rows(self) -> list[Row]:
        """All rows, from top to bottom."""
        return [row for band in self.bands for row in band.rows]


def lanes(transcript: Transcript, *, tcp: bool, passwords: bool = False) -> list[Lane]:
    """Give one lane for each connection that has something to show, in order of their numbers."""
    known = {stream.number: stream for stream in transcript.streams}
    numbers = sorted(known.keys() | {entry.stream for entry in transcript})
    made = (_lane(transcript, known.get(number, Stream(number, "", "")), tcp, passwords) for number in numbers)
    return [lane for lane in made if lane.bands]


def _lane(transcript: Transcript, stream: Stream, tcp: bool, passwords: bool) -> Lane:
    entries = [(index, entry) for index, entry in enumerate(transcript) if entry.stream == stream.number]
    said = (_entry_row(index, entry, passwords) for index, entry in entries)
    segments = (_segment_row(segment) for segment in transcript.segments if tcp and segment.stream == stream.number)
    rows = merge(segments, said, key=_order)
    bands = [Band(phase, list(band)) for (phase, _), band in groupby(rows, lambda row: (row.phase, row.tls))]
    names = _client_name(entry for _, entry in entries), _server_name(entry for _, entry in entries)
    return Lane(stream.number, names, (stream.client, stream.server), bands)


def _order(row: Row) -> tuple[float, tuple[int, ...], bool]:
    """In order of time and frame; what a packet carried comes before the FIN that it also carried."""
    return row.time, row.frames[-1:], row.phase == TCP


def _entry_row(index: int, entry: Entry, passwords: bool) -> Row:
    shown = summary(entry, passwords=passwords)
    error = error_word(entry)
    return Row(entry.party, entry.phase, shown, entry.time, entry.frames, entry.kind, index, error, entry.tls)


def _segment_row(segment: Segment) -> Row:
    frames = () if segment.frame is None else (segment.frame,)
    error = "connection reset" if "RST" in segment.flags else ""
    return Row(segment.party, TCP, Summary(segment.flags), segment.time, frames, error=error)


def _client_name(entries: Iterable[Entry]) -> str:
    """What the client called itself in its first EHLO or HELO (RFC 5321 §4.1.1.1)."""
    return next(
        (printable(entry.argument) for entry in entries if entry.verb in ("EHLO", "HELO") and entry.argument), ""
    )


def _server_name(entries: Iterable[Entry]) -> str:
    """The domain in the 220 greeting (RFC 5321 §4.2)."""
    for entry in entries:
        if entry.verb == GREETING and entry.code == 220:
            words = lines_of(entry.octets)[0][4:].split()
            return printable(words[0]) if words else ""
    return ""


def groups(rows: list[Row]) -> Iterator[list[Row]]:
    """Give consecutive rows that the same frame completed; a row without one is a group by itself."""
    for key, group in groupby(rows, lambda row: (row.party, row.frames[-1:], row.index is None)):
        if key[1]:
            yield list(group)
        else:
            yield from ([row] for row in group)
