"""How is a packet browser read where there is no kernel? As a table, in which each entry unfolds to its fields.

There are no times, ports or frame numbers in it, so that two runs of one session give the same, and passwords are
masked. It stays readable where styles are stripped.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from itertools import groupby
from typing import Final

from smtplab.protocol.fields import Field
from smtplab.protocol.octets import count
from smtplab.protocol.text import MASK, cut, dialogue_lines, error_word, safe, said_line, transcript_text
from smtplab.protocol.transcript import Entry, Kind, Transcript
from smtplab.views import View, palette
from smtplab.views.context import Context
from smtplab.views.lines import info

SCOPE: Final = ".smtplab-listing"
ENTRIES: Final = 100  # of a long capture the rest is only counted
FIELDS: Final = 24  # of one entry
COLUMNS: Final = 80
HEADINGS: Final = ("from", "phase", "kind", "", "info: unfold it to see its fields")
FIELD_HEADINGS: Final = ("octets", "field", "value", "meaning", "source")
RESPONSES: Final = ("response", "initial response")  # of AUTH: where a secret can be


@dataclass(frozen=True, repr=False)
class Listing(View):
    """The entries of a transcript."""

    transcript: Transcript

    def text(self) -> str:
        """Give the dialogue, as `str(transcript)` does, as far as the table goes."""
        first = replace(self.transcript, entries=self.transcript[:ENTRIES])
        return "\n".join(filter(None, (transcript_text(first), self._rest())))

    def html(self) -> str:
        """Give the table."""
        head = "".join(f'<th scope="col">{heading}</th>' for heading in HEADINGS)
        rows = "".join(self._rows())
        problem = self.transcript.problem and f"<p>✕ reading stopped: {escape(safe(self.transcript.problem))}</p>"
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>" if rows else "nothing was said"
        return f'<div class="{SCOPE[1:]}"><style>{_styles()}</style>{table}<p>{self._rest()}</p>{problem}</div>'

    def _rows(self) -> Iterator[str]:
        """Write a row for each entry; of TLS records one for all in a row, since their number may differ."""
        entries = enumerate(self.transcript[:ENTRIES])
        for (party, is_tls), run in groupby(entries, lambda item: (item[1].party, item[1].kind is Kind.TLS)):
            if is_tls:
                lines = dialogue_lines([entry for _, entry in run])
                yield _row("TLS", party, str(Kind.TLS), "", escape(" ".join(line.text for line in lines)))
            else:
                yield from (self._row(index) for index, _ in run)

    def _rest(self) -> str:
        whole = len(self.transcript)
        return f"… and {whole - ENTRIES:,} more of {whole:,} entries" if whole > ENTRIES else ""

    @cached_property
    def _context(self) -> Context:
        return Context(self.transcript)

    def _row(self, index: int) -> str:
        entry = self.transcript[index]
        said = escape(cut(info(entry), COLUMNS))
        unfolded = f"<details><summary><code>{said}</code></summary>{self._details(index)}</details>"
        return _row(entry.phase, entry.party, str(entry.kind), self._context.mark(index), unfolded)

    def _details(self, index: int) -> str:
        entry = self.transcript[index]
        head = "".join(f'<th scope="col">{heading}</th>' for heading in FIELD_HEADINGS)
        fields = entry.fields
        rows = "".join(_field_row(cells) for cells in _cells(entry, fields[:FIELDS]))
        rest = len(fields) - FIELDS
        more = f"<p>… {count(rest, 'more field')}</p>" if rest > 0 else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{more}{self._remarks(index)}"

    def _remarks(self, index: int) -> str:
        word = error_word(self.transcript[index])
        error = f"<p>✕ a {word} negative reply</p>" if word else ""
        found = (
            f"<p>! {escape(finding.rule)}: {escape(finding.meaning)} ({escape(finding.source)})</p>"
            for finding in self._context.findings.get(index, ())
        )
        return error + "".join(found)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": self.text(), "text/html": self.html()}


def _row(phase: str, party: str, kind: str, mark: str, html: str) -> str:
    tint = phase if phase in palette.TINTS else "other"
    cells = (party, escape(cut(phase, COLUMNS)), kind, mark, html)
    return f'<tr class="smtplab-phase-{tint}">{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


def _cells(entry: Entry, fields: tuple[Field, ...]) -> Iterator[tuple[str, ...]]:
    hides = said_line(entry) != said_line(entry, passwords=True) if entry.octets else False
    for field in fields:
        value = MASK if hides and field.name in RESPONSES else cut(field.value, COLUMNS)
        place = f"{field.start}" if field.stop == field.start + 1 else f"{field.start}-{field.stop - 1}"
        yield place, field.name, value if value.strip() else f'"{value}"', field.meaning, field.source


def _field_row(cells: tuple[str, ...]) -> str:
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"


def _styles() -> str:
    # Notebooks style tables of their own accord, so the class is repeated to outweigh them.
    own = f"{SCOPE}{SCOPE}{SCOPE}"
    bands = "".join(
        f"{own} tr.smtplab-phase-{phase}{{background:{palette.transparent(colour)}}}"
        for phase, colour in {**palette.TINTS, "other": palette.OTHER_TINT}.items()
    )
    return (
        f"{palette.variables(SCOPE)}{bands}"
        f"{own} table{{border-collapse:collapse;margin:0}}"
        f"{own} :is(th,td){{text-align:left;vertical-align:top;padding:1px 10px;border:0;white-space:pre-wrap}}"
        f"{own} table tr tr{{background:none}}{own} td td:last-child{{white-space:nowrap}}"
        f"{own} code{{background:none;padding:0;font-family:{palette.MONO};color:inherit}}{own} p{{margin:0}}"
    )
