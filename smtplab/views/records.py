"""What does a program get to read? Each entry as one JSON object in one line.

The keys are a promise to other programs, so they stay as they are. Octets appear as text in which each octet over 127
that is no UTF-8 is written as `\\xNN`; the fields' `start` and `stop` count the octets themselves.
"""

import json
from collections.abc import Hashable, Iterator
from json.encoder import encode_basestring as quoted
from typing import Any, Final

from smtplab.protocol.fields import SHORT, Field
from smtplab.protocol.findings import findings
from smtplab.protocol.replies import Reply
from smtplab.protocol.transcript import Entry, Kind, Transcript

REMEMBERED: Final = 10_000  # of what is short: much of what is said in one session is said in the next one too

CONTROLS: Final = bytes(range(0x20))

_ENCODER: Final = json.JSONEncoder(ensure_ascii=False)


def json_lines(transcript: Transcript) -> Iterator[str]:
    """Write each entry as JSON in one line, without its line end, oldest first, with the rules that it breaks."""
    found: dict[int, list[str]] = {}
    for finding in findings(transcript):
        found.setdefault(finding.index, []).append(f"{finding.rule}: {finding.meaning} ({finding.source})")
    remembered: dict[Hashable, str] = {}
    for index, entry in enumerate(transcript):
        rules = _ENCODER.encode(found[index]) if index in found else "[]"
        yield in_one_line(f'{{{_place_json(entry)}, {_said_json(entry, remembered)}, "findings": {rules}}}')


def record(entry: Entry) -> dict[str, Any]:
    """Give what there is to know about one entry.

    `verb` and `argument` are a command's, `code`, `enhanced`, `text` and `answers` a reply's; they are None elsewhere.
    `lines` are the lines of the octets without their ends. `decoded` is what the base64 of an AUTH exchange says, or
    what a TLS record holds. `tls` says whether the octets were inside TLS; its records themselves are not.
    """
    parts = {"lines": _lines(entry), "fields": [field._asdict() for field in entry.fields]}
    return _place(entry) | _said(entry) | parts


def _place(entry: Entry) -> dict[str, Any]:
    """Give where in the capture an entry is."""
    return {
        "stream": entry.stream,
        "frame": entry.frame,
        "frames": list(entry.frames),
        "time": round(entry.time, 9),
    }


def _said(entry: Entry) -> dict[str, Any]:
    """Give what was said, but for its lines and fields."""
    is_command = entry.kind is Kind.COMMAND
    reply = entry.message if isinstance(entry.message, Reply) else None
    return {
        "party": entry.party,
        "tls": entry.tls,
        "kind": entry.kind.value,
        "verb": entry.verb if is_command else None,
        "argument": _text(entry.argument) if is_command else None,
        "code": entry.code,
        "enhanced": (reply.enhanced or None) if reply else None,
        "text": well_formed(reply.text) if reply else None,
        "answers": entry.answers,
        "phase": entry.phase,
        "state": entry.after.value,
        "decoded": {name: well_formed(value) for name, value in entry.decoded} or None,
        "missing": entry.missing or None,
        "octets": len(entry.octets),
    }


# What follows writes the same without its braces.


def _place_json(entry: Entry) -> str:
    frame = "null" if entry.frame is None else entry.frame
    return f'"stream": {entry.stream}, "frame": {frame}, "frames": {list(entry.frames)}, "time": {round(entry.time, 9)}'


def _said_json(entry: Entry, remembered: dict[Hashable, str]) -> str:
    if len(entry.octets) > SHORT:
        return _write_said(entry)
    alike = (  # two entries that have all this alike say the same: what the octets parse to hangs on the octets
        entry.octets,
        entry.party,
        entry.kind,
        entry.answers,
        entry.decoded,
        entry.before,
        entry.after,
        entry.missing,
        entry.continues,
        entry.tls,
        entry.message is None,
    )
    said = remembered.get(alike)
    if said is None:
        said = _write_said(entry)
        if len(remembered) < REMEMBERED:
            remembered[alike] = said
    return said


def _write_said(entry: Entry) -> str:
    """Write lines and fields by hand: there are so many of them that the encoder would take most of the time."""
    lines = _lines_json(entry)
    fields = ", ".join(map(_field_json, entry.fields))
    return f'{_ENCODER.encode(_said(entry))[1:-1]}, "lines": [{lines}], "fields": [{fields}]'


def _lines_json(entry: Entry) -> str:
    """Write the lines; at one stroke where nothing but quotation marks and backslashes is to be escaped, as in most."""
    octets = entry.octets
    printed = len(octets.translate(None, CONTROLS))
    if octets.endswith(b"\r\n") and printed == len(octets) - 2 * octets.count(b"\r\n") and entry.kind is not Kind.TLS:
        return _quoted_safe(_text(octets[:-2])).replace("\r\n", '", "')
    return ", ".join(map(quoted, _lines(entry)))


def _quoted_safe(text: str) -> str:
    """Quote text without control characters: the encoder looks at each character, which takes longer."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _field_json(field: Field) -> str:
    name, start, stop, value, meaning, source = field
    return (
        f'{{"name": {quoted(name)}, "start": {start}, "stop": {stop}, "value": {_quoted_safe(value)}, '
        f'"meaning": {quoted(meaning)}, "source": {quoted(source)}}}'
    )


def _lines(entry: Entry) -> list[str]:
    if entry.kind is Kind.TLS or not entry.octets:
        return []
    text = _text(entry.octets).removesuffix("\n").removesuffix("\r")
    lines = text.split("\r\n")
    return lines if text.count("\n") == len(lines) - 1 else text.replace("\r\n", "\n").split("\n")


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "backslashreplace")


def in_one_line(json_text: str) -> str:
    """Escape what JSON takes as it is in a string, and some readers for the end of a line."""
    if json_text.isascii():
        return json_text
    return json_text.replace("\x85", "\\u0085").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def well_formed(text: str) -> str:
    """Text that any JSON reader takes: octets that were no UTF-8 are written out."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
