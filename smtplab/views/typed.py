"""What went out and what came in, octet for octet? The dialogue with its line ends shown.

Where somebody types to a server, it matters whether a line ended in CRLF, in LF alone or not at all, and what was said
must be seen before it is a whole line. So CR and LF are marked where they stand, and what nobody can read yet is below.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from html import escape
from itertools import groupby
from typing import Final, NamedTuple

from smtplab.protocol.octets import count, printable
from smtplab.protocol.states import State
from smtplab.protocol.text import MASK, by_stream, decoded_note, error_word, said_line, shown
from smtplab.protocol.transcript import Entry, Kind, Party, Transcript
from smtplab.views import View, palette
from smtplab.views.dialogue import styles
from smtplab.views.summary import summary

SCOPE: Final = ".smtplab-typed"
ENTRY_LINES: Final = 40  # of one entry, before the rest is only counted
LINE_OCTETS: Final = 400  # of one line, likewise
ROWS: Final = 200  # in all: those that were said last
UNREAD: Final = "not a whole line yet"


def typed(transcript: Transcript, unread: Iterable[tuple[Party, bytes]] = (), *, passwords: bool = False) -> "Typed":
    """Show what was said with its line ends. unread: octets of a party that are in no entry yet.

    passwords: show them instead of masking them.
    """
    return Typed(transcript, tuple(unread), passwords)


class Row(NamedTuple):
    """One line. said: its text, in pieces between which a CR alone stands. ends: the name of its line end, or "".

    note: what we say about it.
    """

    phase: str
    party: Party
    said: tuple[str, ...]
    ends: str = ""
    note: str = ""
    error: str = ""


@dataclass(frozen=True, repr=False)
class Typed(View):
    """The dialogue with its line ends."""

    transcript: Transcript
    unread: tuple[tuple[Party, bytes], ...] = ()
    passwords: bool = False

    def rows(self, most: int | None = None) -> list[tuple[int, list[Row]]]:
        """Give the lines of each connection, with its number; what is unread belongs to the last.

        most: so many entries at most, those that were said last.
        """
        said = self.transcript if most is None else replace(self.transcript, entries=self.transcript.entries[-most:])
        blocks = [
            (number, [row for entry in entries for row in _rows(entry, self.passwords)])
            for number, entries in by_stream(said)
        ]
        hide = not self.passwords and self._in_auth
        left = [row for party, octets in self.unread for row in _unread(party, octets, hide and party == "client")]
        if left and not blocks:
            blocks = [(0, [])]
        return [*blocks[:-1], (blocks[-1][0], blocks[-1][1] + left)] if blocks else []

    @property
    def _in_auth(self) -> bool:
        return len(self.transcript) > 0 and self.transcript[-1].after is State.AUTHENTICATING

    def text(self) -> str:
        """Give the lines as text."""
        blocks = self.rows()
        headings = [f"connection {number + 1}\n" if len(blocks) > 1 else "" for number, _ in blocks]
        texts = ["\n".join(map(_row_text, rows)) for _, rows in blocks]
        return "\n\n".join(map("".join, zip(headings, texts, strict=True))) or "[nothing was said]"

    def html(self) -> str:
        """Give the lines as a table with its own style sheet."""
        return f'<div class="{SCOPE[1:]}"><style>{style_sheet()}</style>{self.table()}</div>'

    def table(self) -> str:
        """Give the table alone, with the rows that were said last."""
        rows = self.rows(ROWS)
        kept = _last(rows)
        body = "".join(_block(number, rows, named=len(self.transcript.streams) > 1) for number, rows in kept)
        head = "".join(f'<th scope="col">{name}</th>' for name in ("phase", "from", "said", "means"))
        is_cut = kept != rows or len(self.transcript) > ROWS
        more = '<tr><td colspan="4">[… what was said before is left out here]</td></tr>' if is_cut else ""
        return f"<table><thead><tr>{head}</tr>{more}</thead>{body}</table>" if body else "<p>nothing was said</p>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": self.text(), "text/html": self.html()}


def style_sheet() -> str:
    """Write the rules of the table."""
    return (
        f"{styles(SCOPE)}{SCOPE}{{font-size:12.5px}}"
        f"{SCOPE} .smtplab-end{{font:9px/1 {palette.SANS};color:var(--smtplab-dim);white-space:nowrap;"
        "border:1px solid var(--smtplab-rule);border-radius:3px;padding:0 2px;margin-left:3px;vertical-align:1px}"
        f"{SCOPE} .smtplab-odd{{color:var(--smtplab-ink);background:var(--smtplab-lit);font-weight:bold}}"
        f"{SCOPE} td code{{overflow-wrap:anywhere}}{SCOPE} table{{width:100%}}{SCOPE} td:has(code){{width:66%}}"
        f"{SCOPE}{SCOPE}{SCOPE}{SCOPE} :is(th,td){{padding:1px 6px}}"
    )


def _rows(entry: Entry, passwords: bool) -> Iterator[Row]:
    match entry.kind:
        case Kind.TLS | Kind.GAP:
            told = summary(entry)
            yield Row(entry.phase, entry.party, (f"[{told.said}]",), note=told.note)
        case Kind.COMMAND | Kind.AUTH | Kind.END_OF_DATA:
            masked, plain = (said_line(entry, passwords=each) for each in (passwords, True))
            said = _said(_without_end(entry.octets)) if masked == plain else (masked,)
            yield Row(entry.phase, entry.party, said, _ends(entry.octets), decoded_note(entry, passwords=passwords))
        case _:
            yield from _lines(entry)


def _lines(entry: Entry) -> Iterator[Row]:
    """Give each line of a reply, of mail data, or of what is no SMTP."""
    *lines, last = _split(entry.octets) or [b""]
    error = error_word(entry)
    for line in lines[:ENTRY_LINES]:
        yield Row(entry.phase, entry.party, _said(_without_end(line)), _ends(line), error=error)
    if len(lines) > ENTRY_LINES:
        yield Row(entry.phase, entry.party, (f"[… {count(len(lines) - ENTRY_LINES, 'more line')}]",))
    note = "not SMTP" if entry.kind is Kind.UNKNOWN else decoded_note(entry)
    yield Row(entry.phase, entry.party, _said(_without_end(last)), _ends(last), note, error)


def _unread(party: Party, octets: bytes, hide: bool) -> Iterator[Row]:
    """Give lines that no entry holds. hide: they may be secret, and so is how long they are."""
    for line in _split(octets)[-ENTRY_LINES:]:
        said = (MASK,) if hide else _said(_without_end(line))
        yield Row("", party, said, _ends(line), "" if line.endswith(b"\n") else UNREAD)


def _split(octets: bytes) -> list[bytes]:
    """Split after each LF."""
    *whole, rest = octets.split(b"\n")
    return [line + b"\n" for line in whole] + ([rest] if rest else [])


def _without_end(line: bytes) -> bytes:
    return line.removesuffix(b"\n").removesuffix(b"\r") if line.endswith(b"\n") else line


def _ends(line: bytes) -> str:
    return "CR LF" if line.endswith(b"\r\n") else "LF" if line.endswith(b"\n") else ""


def _said(octets: bytes) -> tuple[str, ...]:
    """Give the pieces of a line, of which only the beginning is shown where it is long."""
    *pieces, last = map(printable, octets[:LINE_OCTETS].split(b"\r"))
    return (*pieces, last if len(octets) <= LINE_OCTETS else f"{last}… [{len(octets):,} octets]")


def _row_text(row: Row) -> str:
    ends = f" [{row.ends}]" if row.ends else ""
    note = f"   {row.note}" if row.note else ""
    return f"{row.phase[:9]:<10}{row.party[0].upper()}: {' [CR] '.join(row.said).rstrip()}{ends}{note}".rstrip()


def _last(blocks: list[tuple[int, list[Row]]]) -> list[tuple[int, list[Row]]]:
    """Give the last `ROWS` rows."""
    room, kept = ROWS, []
    for number, rows in reversed(blocks):
        if room > 0:
            kept.append((number, rows[-room:]))
            room -= len(rows)
    return kept[::-1]


def _block(number: int, rows: list[Row], *, named: bool) -> str:
    heading = f'<tbody><tr><th colspan="4" scope="rowgroup">connection {number + 1}</th></tr></tbody>' if named else ""
    return heading + "".join(_phase(phase, list(of_phase)) for phase, of_phase in groupby(rows, lambda row: row.phase))


def _phase(phase: str, rows: list[Row]) -> str:
    label = f'<th scope="rowgroup" rowspan="{len(rows)}">{escape(shown(phase.encode()))}</th>'
    lines = "".join(f"<tr>{'' if number else label}{_cells(row)}</tr>" for number, row in enumerate(rows))
    return f'<tbody class="smtplab-phase-{phase if phase in palette.TINTS else "other"}">{lines}</tbody>'


def _cells(row: Row) -> str:
    error = ' class="smtplab-error"' if row.error else ""
    means = f"<b>✕&nbsp;{row.error}</b>" if row.error else escape(row.note)
    said = _mark("CR", "smtplab-end smtplab-odd").join(map(escape, row.said))
    ends = _mark(row.ends, "smtplab-end" + ("" if row.ends == "CR LF" else " smtplab-odd"))
    return (
        f'<td class="smtplab-{row.party}">{row.party}</td>'
        f"<td{error}><code>{said}{ends}</code></td><td{error}>{means}</td>"
    )


def _mark(words: str, names: str) -> str:
    return f'<span class="{names}">{words}</span>' if words else ""
