"""What does `attribute=value` say behind a media type or a disposition? RFC 2045 §5.1, RFC 2183 §2, RFC 2231."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

from smtplab.protocol.mime.charsets import to_text
from smtplab.protocol.mime.words import decode_words

# parameter = attribute "=" value; value = token / quoted-string. What is unquoted goes up to the next semicolon, since
# file names with blanks are written so.
_PARAMETER = re.compile(
    rb';\s*+(?P<attribute>[^\s;=()"]++)\s*+(?P<equals>=)\s*+(?P<value>"(?:[^"\\]|\\.)*+"?|[^;]*+)', re.DOTALL
)
_COMMENT_BEHIND = re.compile(rb"\s+\([^()]*\)\s*\Z")
_QUOTED_PAIR = re.compile(rb"\\(.)", re.DOTALL)
# RFC 2231 §3 and §4: `name*0*=`, a section number and a mark that says that charset'language'%XX follows.
_SECTION = re.compile(r"(?P<name>[^*]+)(?:\*(?P<number>\d{1,4}))?(?P<extended>\*)?")
_CHARSET: Final = 3  # parts of charset'language'text


class Parameter(NamedTuple):
    """Where a parameter is, its attribute in lower case, and its value without quotation marks."""

    attribute: str
    value: bytes
    start: int  # of the attribute
    attribute_stop: int
    equals: int
    value_start: int
    stop: int


def parameters_in(octets: bytes, start: int, stop: int) -> Iterator[Parameter]:
    """Give the parameters, in order. Each begins behind a semicolon."""
    for match in _PARAMETER.finditer(octets, start, stop):
        raw = match["value"]
        if not raw.startswith(b'"'):
            raw = _without_comment(raw.rstrip())
        attribute = match["attribute"].decode("utf-8", "replace").lower()
        value_start = match.start("value")
        yield Parameter(
            attribute,
            _unquoted(raw),
            match.start("attribute"),
            match.end("attribute"),
            match.start("equals"),
            value_start,
            value_start + len(raw),
        )


def _without_comment(value: bytes) -> bytes:
    """`us-ascii (plain text)` says `us-ascii`; a comment stands at the end only."""
    return _COMMENT_BEHIND.sub(b"", value) if value.endswith(b")") else value


def _unquoted(value: bytes) -> bytes:
    if not value.startswith(b'"'):
        return value
    inside = value[1:-1] if len(value) > 1 and value.endswith(b'"') else value[1:]
    return _QUOTED_PAIR.sub(rb"\1", inside)


def text_of(parameter: Parameter) -> str:
    """Say what one parameter says by itself: percent signs undone where its attribute ends with "*"."""
    if parameter.attribute.endswith("*"):
        charset, octets = _extended(parameter.value)
        return to_text(octets, charset)
    return decode_words(parameter.value)


def _extended(value: bytes) -> tuple[str, bytes]:
    """Give the charset, "" for none, and the octets of a value such as utf-8'en'%E2%82%AC (RFC 2231 §4)."""
    parts = value.split(b"'", 2)
    charset = parts[0].decode("ascii", "replace") if len(parts) == _CHARSET else ""
    return charset, unquote_to_bytes(parts[-1] if len(parts) == _CHARSET else value)


def joined(parameters: list[Parameter]) -> dict[str, str]:
    """Give the values by attribute, those that were cut into sections put together again (RFC 2231 §3)."""
    plain: dict[str, str] = {}
    sections: dict[str, list[tuple[int, bool, bytes]]] = {}
    for parameter in parameters:
        match = _SECTION.fullmatch(parameter.attribute)
        if match is None or not (match["number"] or match["extended"]):
            plain.setdefault(parameter.attribute, decode_words(parameter.value))
        else:
            section = int(match["number"] or 0), bool(match["extended"]), parameter.value
            sections.setdefault(match["name"], []).append(section)
    return plain | {name: _together(sorted(found)) for name, found in sections.items()}


def _together(sections: list[tuple[int, bool, bytes]]) -> str:
    charset, octets = "", b""
    for place, (_, is_extended, value) in enumerate(sections):
        if is_extended and place == 0:
            charset, value = _extended(value)
        elif is_extended:
            value = unquote_to_bytes(value)
        octets += value
    return to_text(octets, charset)
