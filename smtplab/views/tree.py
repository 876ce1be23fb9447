"""What is an entry made of? A tree to unfold: its packet, its fields line by line, its answer, what it breaks.

Each field has a number, and its line in the tree has the class `smtplab-fN` of its octets in the hex dump, so that a
rule of CSS can light both.
"""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from smtplab.protocol.fields import Field
from smtplab.protocol.findings import Finding
from smtplab.protocol.octets import count
from smtplab.protocol.text import cut, shown
from smtplab.protocol.transcript import Entry, Kind
from smtplab.views import palette
from smtplab.views.context import Answer, Context
from smtplab.views.summary import clock

VALUE_COLUMNS: Final = 60  # of a value, before it is cut; unfolded, it is whole
NO_LINES: Final = (Kind.TLS, Kind.CHUNK, Kind.GAP, Kind.UNKNOWN)


def tree(context: Context, index: int, fields: Sequence[Field]) -> str:
    """Write the tree of the entry with this index as HTML, with these of its fields."""
    entry = context.transcript[index]
    parts = (
        _branch("packet", _packet_title(entry, index), _packet(context, entry), is_open=False),
        _branch("fields", _fields_title(entry), "".join(_groups(entry, fields)) or _line(escape(_nothing(entry)))),
        _branch("exchange", "conversation", _exchange(context, entry, index)),
        _branch("findings", "findings", "".join(map(_finding, context.findings.get(index, ())))),
    )
    return "".join(parts)


def _branch(name: str, title: str, content: str, *, is_open: bool = True) -> str:
    if not content:
        return ""
    unfolded = " open" if is_open else ""
    return f'<details class="smtplab-{name}"{unfolded}><summary>{title}</summary>{content}</details>'


def _line(html: str) -> str:
    return f"<div>{html}</div>"


def _packet_title(entry: Entry, index: int) -> str:
    way = "client → server" if entry.party == "client" else "server → client"
    return f'entry {index + 1} · <b class="smtplab-{entry.party}">{way}</b> · {clock(entry.time, entry.time)}'


def _packet(context: Context, entry: Entry) -> str:
    source, destination = context.endpoints(entry)
    frames = f"{count(len(entry.frames), 'frame')}: {', '.join(map(str, entry.frames))}" if entry.frames else ""
    lines = (
        f"connection {entry.stream}, {escape(source)} → {escape(destination)}",
        cut(frames, VALUE_COLUMNS),
        f"whole {entry.time:.6f} s after the first packet",
        "inside TLS: these are the octets that were hidden" if entry.tls else "",
    )
    return "".join(_line(line) for line in lines if line)


def _fields_title(entry: Entry) -> str:
    octets = count(len(entry.octets) or entry.missing, "octet")
    kind = "record" if entry.kind is Kind.TLS else str(entry.kind)
    return f"<b>{f'{escape(cut(entry.phase, VALUE_COLUMNS))} {kind}'.strip()}</b> · {octets}"


def _nothing(entry: Entry) -> str:
    return f"{count(entry.missing, 'octet')} missing from the capture" if entry.missing else "no octets"


def _groups(entry: Entry, fields: Sequence[Field]) -> Iterator[str]:
    """Write the fields; where they make several lines, those of each in a branch of its own."""
    groups = list(_by_line(entry, fields))
    for group in groups:
        written = "".join(_field(number, field) for number, field in group)
        if len(groups) == 1 or len(group) == 1:
            yield written
            continue
        first, last = group[0][1], group[-1][1]
        line = escape(cut(shown(entry.octets[first.start : last.stop].rstrip()), VALUE_COLUMNS))
        longest = max((field for _, field in group), key=lambda field: field.stop - field.start)
        title = f'<code>{line}</code> <span class="smtplab-note">{escape(longest.meaning)}</span>'
        names = " ".join(f"smtplab-h{number}" for number, _ in group)
        yield f'<details class="{names}"><summary>{title}</summary>{written}</details>'


def _by_line(entry: Entry, fields: Sequence[Field]) -> Iterator[list[tuple[int, Field]]]:
    group: list[tuple[int, Field]] = []
    for numbered in enumerate(fields):
        group.append(numbered)
        stop = numbered[1].stop
        if entry.kind not in NO_LINES and entry.octets[stop - 1 : stop] == b"\n":
            yield group
            group = []
    if group:
        yield group


def _field(number: int, field: Field) -> str:
    name = f"smtplab-f{number} smtplab-t{number % len(palette.FIELD_TINTS)}"
    value = field.value if field.value.strip() else f'"{field.value}"'
    short = cut(value, VALUE_COLUMNS)
    rest = _line(f"<code>{escape(value)}</code>") if short != value else ""
    source = f" · {escape(field.source)}" if field.source else ""
    place = f"octet {field.start}" if field.stop == field.start + 1 else f"octets {field.start} to {field.stop - 1}"
    return (
        f'<details class="smtplab-field"><summary class="{name}"><b>{escape(field.name)}</b> '
        f'<code>{escape(short)}</code> <span class="smtplab-note">{escape(field.meaning)}</span></summary>'
        f"{rest}{_line(f'{escape(field.meaning)}{source} · {place}')}</details>"
    )


def _exchange(context: Context, entry: Entry, index: int) -> str:
    lines = [
        _answer("answers", context.questions.get(index)),
        _answer("is answered by", context.answers.get(index)),
        _state(entry),
    ]
    return "".join(_line(line) for line in lines if line)


def _answer(relation: str, answer: Answer | None) -> str:
    if answer is None:
        return ""
    after = "" if answer.seconds is None else f", {clock(answer.seconds, answer.seconds)} between them"
    return f"{relation} entry {answer.place + 1}{after}"


def _state(entry: Entry) -> str:
    before, after = (f"<b>{state.value}</b>" for state in (entry.before, entry.after))
    changed = f"{before} → {after}" if entry.before is not entry.after else f"{before}, which does not change"
    return f"state of the server: {changed}"


def _finding(finding: Finding) -> str:
    source = f' <span class="smtplab-note">{escape(finding.source)}</span>'
    return _line(f"<b>! {escape(finding.rule)}</b>: {escape(finding.meaning)}{source}")
