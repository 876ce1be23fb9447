"""What does a program get to read? Each entry as one JSON object in one line.

The keys are a promise to other programs, so they stay as they are. Octets appear as text in which each octet over 127
that is no UTF-8 is written as `\\xNN`; the fields' `start` and `stop` count the octets themselves.
"""

import json
from collections.abc import Iterator
from typing import Any

from smtplab.protocol.findings import findings
from smtplab.protocol.replies import Reply
from smtplab.protocol.transcript import Entry, Kind, Transcript


def json_lines(transcript: Transcript) -> Iterator[str]:
    """Write each entry as JSON in one line, without its line end, oldest first, with the rules that it breaks."""
    found: dict[int, list[str]] = {}
    for finding in findings(transcript):
        found.setdefault(finding.index, []).append(f"{finding.rule}: {finding.meaning} ({finding.source})")
    for index, entry in enumerate(transcript):
        yield json.dumps(record(entry) | {"findings": found.get(index, [])}, ensure_ascii=False)


def record(entry: Entry) -> dict[str, Any]:
    """Give what there is to know about one entry.

    `verb` and `argument` are a command's, `code`, `enhanced`, `text` and `answers` a reply's; they are None elsewhere.
    `lines` are the lines of the octets without their ends. `decoded` is what the base64 of an AUTH exchange says, or
    what a TLS record holds. `tls` says whether the octets were inside TLS; its records themselves are not.
    """
    is_command = entry.kind is Kind.COMMAND
    reply = entry.message if isinstance(entry.message, Reply) else None
    return {
        "stream": entry.stream,
        "frame": entry.frame,
        "frames": list(entry.frames),
        "time": round(entry.time, 9),
        "party": entry.party,
        "tls": entry.tls,
        "kind": str(entry.kind),
        "verb": entry.verb if is_command else None,
        "argument": _text(entry.argument) if is_command else None,
        "code": entry.code,
        "enhanced": (reply.enhanced or None) if reply else None,
        "lines": _lines(entry),
        "text": well_formed(reply.text) if reply else None,
        "answers": entry.answers,
        "phase": entry.phase,
        "state": entry.after.value,
        "decoded": {name: well_formed(value) for name, value in entry.decoded} or None,
        "missing": entry.missing or None,
        "octets": len(entry.octets),
        "fields": [
            {
                "name": field.name,
                "start": field.start,
                "stop": field.stop,
                "value": field.value,
                "meaning": field.meaning,
                "source": field.source,
            }
            for field in entry.fields
        ],
    }


def _lines(entry: Entry) -> list[str]:
    if entry.kind is Kind.TLS:
        return []
    return (
        [_text(line.removesuffix(b"\r")) for line in entry.octets.removesuffix(b"\n").split(b"\n")]
        if entry.octets
        else []
    )


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "backslashreplace")


def well_formed(text: str) -> str:
    """Text that any JSON reader takes: octets that were no UTF-8 are written out."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
