"""What is each octet of an entry for? Its octets in hexadecimal and as ASCII, each field in its colour and explained.

Nothing is masked here: these are the octets, and who looks at those of a password sees that base64 hides nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import Final

from smtplab.protocol.fields import Field
from smtplab.protocol.octets import count
from smtplab.protocol.text import cut, width
from smtplab.protocol.transcript import Entry, Kind
from smtplab.views import View, palette

SCOPE: Final = ".smtplab-hexdump"
IN_A_ROW: Final = 16
OCTETS: Final = 512  # shown; of a long message the rest is only counted
FIELDS: Final = 128  # explained, at most: a header has one in four octets
HEADINGS: Final = ("octets", "field", "value", "meaning", "source")
VALUE_COLUMNS: Final = 40


def octets(entry: Entry) -> "Octets":
    """Show the octets of an entry with the meaning of each."""
    return Octets(entry)


@dataclass(frozen=True, repr=False)
class Octets(View):
    """The octets of an entry."""

    entry: Entry

    @cached_property
    def _all_fields(self) -> tuple[Field, ...]:
        return self.entry.fields

    @property
    def fields(self) -> list[Field]:
        """The fields that are shown: those that begin within the octets shown, up to `FIELDS` of them."""
        return [field for field in self._all_fields[:FIELDS] if field.start < OCTETS]

    def text(self) -> str:
        """Give the octets as rows of hexadecimal and ASCII, and below them the list of fields."""
        rows = [f"{start:04x}  {_hex_text(row):<49} {_ascii(row)}" for start, row in _rows(self.entry.octets)]
        return "\n".join((*rows, *self._rest(), "", *_columns(self.fields))) if rows else self._nothing()

    def html(self, *, style: bool = True) -> str:
        """Give the same as HTML. style: with its own style sheet, which a page that has it already leaves out."""
        sheet = f"<style>{styles(len(self.fields))}</style>" if style else ""
        return f'<div class="{SCOPE[1:]}">{sheet}{self._body() if self.entry.octets else escape(self._nothing())}</div>'

    def _body(self) -> str:
        rest = "".join(f"<p>{line}</p>" for line in self._rest())
        head = "".join(f'<th scope="col">{heading}</th>' for heading in HEADINGS)
        rows = "".join(_field_html(number, field) for number, field in enumerate(self.fields))
        pre = dump(self.entry.octets, self.fields, range(min(len(self.entry.octets), OCTETS)))
        return f"{pre}{rest}<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"

    def _rest(self) -> list[str]:
        octets_left = len(self.entry.octets) - OCTETS
        fields_left = len(self._all_fields) - len(self.fields)
        lines = [f"… {count(octets_left, 'more octet')}"] if octets_left > 0 else []
        return lines + ([f"… {count(fields_left, 'more field')}"] if fields_left else [])

    def _nothing(self) -> str:
        missing = f"{count(self.entry.missing, 'octet')} missing from the capture"
        return missing if self.entry.kind is Kind.GAP else "no octets"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": self.text(), "text/html": self.html()}


def _rows(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Give the offset and the octets of each row."""
    for start in range(0, min(len(data), OCTETS), IN_A_ROW):
        yield start, data[start : min(start + IN_A_ROW, OCTETS)]


def _hex_text(row: bytes) -> str:
    return f"{row[:8].hex(' ')}  {row[8:].hex(' ')}"


def _ascii(row: bytes) -> str:
    """Show octets as ASCII, those that are no visible character as a point."""
    return "".join(chr(octet) if 0x20 <= octet < 0x7F else "·" for octet in row)


def _span(field: Field) -> str:
    return f"{field.start}" if field.stop == field.start + 1 else f"{field.start}-{field.stop - 1}"


def _value(field: Field) -> str:
    """Show a value; one that is nothing but blanks in quotation marks, so that there is something to see."""
    return cut(field.value, VALUE_COLUMNS) if field.value.strip() else f'"{field.value}"'


def _columns(fields: list[Field]) -> Iterator[str]:
    """Set the fields in aligned columns."""
    cells = [HEADINGS, *((_span(f), f.name, _value(f), f.meaning, f.source) for f in fields)]
    widths = [max(map(width, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        padded = (cell + " " * (columns - width(cell)) for cell, columns in zip(row, widths, strict=True))
        yield "  ".join(padded).rstrip()


def dump(data: bytes, fields: Sequence[Field], shown: range, *, focusable: bool = False) -> str:
    """Write these of the octets as HTML, in rows, each field in its tint and with its number in its class.

    focusable: a click on a field gives it the focus, and so keeps it lit when the pointer leaves it.
    """
    attributes = ' tabindex="-1"' if focusable else ""
    rows = (
        _row_html(range(start, min(start + IN_A_ROW, shown.stop)), data, fields, attributes)
        for start in shown[::IN_A_ROW]
    )
    joined = "\n".join(rows)
    return f"<pre>{joined}</pre>"


def _row_html(row: range, data: bytes, fields: Sequence[Field], attributes: str) -> str:
    """Write one row twice, in hexadecimal and as ASCII, each field's part of it in a `span`."""
    hexadecimal, text = [], []
    for number, first, stop in _parts(row.start, row.stop, fields):
        tint = 0 if number is None else number % len(palette.FIELD_TINTS)
        name = "" if number is None else f' class="smtplab-f{number} smtplab-t{tint}"{attributes}'
        hexadecimal.append(f"<span{name}>{_hex_part(data, first, stop)}</span>")
        text.append(f"<span{name}>{escape(_ascii(data[first:stop]))}</span>")
    missing = IN_A_ROW - len(row)
    padding = " " * (3 * missing + (1 if len(row) <= IN_A_ROW // 2 else 0))
    return f"<i>{row.start:04x}</i>  {' '.join(hexadecimal)}{padding}   {''.join(text)}"


def _hex_part(data: bytes, first: int, stop: int) -> str:
    """Write octets as hexadecimal, with a wider gap in the middle of a row."""
    pairs = [f"{' ' if place % IN_A_ROW == IN_A_ROW // 2 else ''}{data[place]:02x}" for place in range(first, stop)]
    return " ".join(pairs)


def _parts(start: int, stop: int, fields: Sequence[Field]) -> Iterator[tuple[int | None, int, int]]:
    """Cut a row where fields begin: (number of the field, first octet, octet after the last). None: not shown."""
    reached = start
    for number, field in enumerate(fields):
        if field.start < stop and field.stop > start:
            reached = min(field.stop, stop)
            yield number, max(field.start, start), reached
    if reached < stop:
        yield None, reached, stop


def _field_html(number: int, field: Field) -> str:
    cells = (field.name, f"<code>{escape(_value(field))}</code>", escape(field.meaning), escape(field.source))
    name = f"smtplab-f{number} smtplab-t{number % len(palette.FIELD_TINTS)}"
    first, *others = (_span(field), escape(cells[0]), *cells[1:])
    return f'<tr class="{name}" tabindex="0"><td>{first}</td>{"".join(f"<td>{cell}</td>" for cell in others)}</tr>'


def styles(fields: int) -> str:
    """Write the style sheet: a tint for each field, and one rule for each of so many fields that lights it everywhere.

    A field is lit while the pointer is over its octets or its explanation, or the explanation has the focus.
    """
    own = f"{SCOPE}{SCOPE}{SCOPE}"  # repeated to outweigh the notebook's own styles of tables
    tints = "".join(
        f"{own} .smtplab-t{number}{{background:{palette.transparent(colour)}}}"
        for number, colour in enumerate(palette.FIELD_TINTS)
    )
    lit = "".join(
        f"{own}:has(.smtplab-f{number}:is(:hover,:focus)) .smtplab-f{number}"
        "{background:var(--smtplab-lit);color:var(--smtplab-ink)}"
        for number in range(fields)
    )
    return (
        f"{palette.variables(SCOPE)}"
        f"{own} pre{{font:12.5px/1.6 {palette.MONO};margin:0 0 8px;padding:0;background:none;white-space:pre}}"
        f"{own} pre i{{font-style:normal;color:var(--smtplab-dim)}}"
        f"{own} table{{border-collapse:collapse;margin:0;font-size:12.5px}}"
        f"{own} :is(th,td){{text-align:left;vertical-align:top;padding:2px 10px 2px 6px;border:0;white-space:normal}}"
        f"{own} :is(td:first-child,td:last-child){{white-space:nowrap}}{own} td:nth-child(3){{min-width:12ch}}"
        f"{own} p{{margin:0}}"
        f"{own} :is(td:first-child,p){{color:var(--smtplab-dim)}}"
        f"{own} code{{background:none;padding:0;font-family:{palette.MONO};overflow-wrap:anywhere;color:inherit}}"
        f"{own} tr:focus{{outline:2px solid var(--smtplab-client);outline-offset:-2px}}{tints}{lit}"
    )
