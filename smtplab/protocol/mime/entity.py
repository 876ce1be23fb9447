"""Which parts does a message have? Its header, its body, and the parts in it, each an entity of the same kind.

RFC 2045 §2.4 (entity), RFC 2046 §5.1 (multipart), §5.2.1 (a message in a message).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple

from smtplab.protocol.mime.header import HeaderField, empty_line, header_fields, unfolded
from smtplab.protocol.mime.parameters import joined, parameters_in
from smtplab.protocol.mime.transfer import ENCODED, decoded

DEPTH: Final = 10  # of entities in entities that are looked into; deeper ones are bodies
TEXT: Final = "text/plain"  # what a part without Content-Type is (RFC 2045 §5.2)
MESSAGE: Final = "message/rfc822"

# type "/" subtype
MEDIA_TYPE: Final = re.compile(rb"\s*+(?P<type>[^\s;/()\"]++)\s*+(?P<slash>/)\s*+(?P<subtype>[^\s;/()\"]++)")
_TOKEN = re.compile(rb"\s*+([^\s;()\"]++)")
# delimiter := CRLF "--" boundary; close-delimiter := delimiter "--"; transport-padding may follow
_AFTER_BOUNDARY = re.compile(rb"(?P<close>--)?[ \t]*+(?P<line_end>\r?\n|\Z)")


class Delimiter(NamedTuple):
    """Where a boundary line is. start: of the line end before it, which belongs to it (RFC 2046 §5.1.1)."""

    start: int
    line: int
    boundary_stop: int
    close_stop: int  # the same, unless two hyphens say that it is the last
    line_end: int
    stop: int

    @property
    def is_last(self) -> bool:
        """Whether no part follows."""
        return self.close_stop > self.boundary_stop


@dataclass(frozen=True)
class Entity:
    """A message or a part of one, as places in `octets`.

    body: where it begins, behind the empty line. delimiters: the boundary lines of a multipart, in order. parts: what
    lies between them; or the one message that a message/rfc822 is. deeper: whether it has parts that were not looked
    for, since it is `DEPTH` entities deep itself.
    """

    octets: bytes = field(repr=False)
    header: tuple[HeaderField, ...]
    body: int
    stop: int
    media_type: str
    parameters: dict[str, str]
    delimiters: tuple[Delimiter, ...] = ()
    parts: "tuple[Entity, ...]" = ()
    deeper: bool = False

    @cached_property
    def encoding(self) -> str:
        """The content transfer encoding in lower case, 7bit where none is named (RFC 2045 §6.1)."""
        match = _TOKEN.match(value_of(self.octets, self.header, "content-transfer-encoding"))
        return match[1].decode("ascii", "replace").lower() if match else "7bit"

    @cached_property
    def disposition(self) -> str:
        """How it wants to be shown, in lower case: "attachment", "inline", or "" where it does not say (RFC 2183)."""
        match = _TOKEN.match(self._disposition)
        return match[1].decode("ascii", "replace").lower() if match else ""

    @cached_property
    def filename(self) -> str:
        """The name that it gives itself; "" where it has none. It may hold anything, slashes too."""
        named = joined(list(parameters_in(self._disposition, 0, len(self._disposition))))
        return named.get("filename", "") or self.parameters.get("name", "")

    @property
    def _disposition(self) -> bytes:
        return value_of(self.octets, self.header, "content-disposition")

    @property
    def is_encoded(self) -> bool:
        """Whether its body has an encoding that has to be undone."""
        return self.encoding in ENCODED

    def content(self, body: bytes | None = None) -> bytes:
        """Give the body with its encoding undone, as it stands where that cannot be. body: without stuffed dots."""
        octets = self.octets[self.body : self.stop] if body is None else body
        try:
            return decoded(octets, self.encoding)
        except ValueError:
            return octets

    def walk(self) -> "Iterator[Entity]":
        """Give itself and all entities in it, in the order of the octets."""
        yield self
        for part in self.parts:
            yield from part.walk()


def value_of(octets: bytes, header: tuple[HeaderField, ...], name: str) -> bytes:
    """Give the body of the first header field of that name, unfolded; nothing where there is none."""
    for each in header:
        if each.name == name:
            return unfolded(octets[each.colon_stop : each.body_stop])
    return b""


def read_entity(octets: bytes) -> Entity:
    """Read a message. octets: without the end mark; dots may still be stuffed, since no boundary begins with one."""
    return _entity(octets, 0, len(octets), TEXT, 1)


def _entity(octets: bytes, start: int, stop: int, default: str, depth: int) -> Entity:
    header = tuple(header_fields(octets, start, stop))
    header_stop = header[-1].stop if header else start
    body = header_stop + empty_line(octets, header_stop, stop)
    media_type, parameters = _content_type(value_of(octets, header, "content-type"), default)
    boundary = parameters.get("boundary", "").rstrip().encode("utf-8", "replace")
    has_parts = media_type == MESSAGE or (media_type.startswith("multipart/") and bool(boundary))
    delimiters: tuple[Delimiter, ...] = ()
    parts: tuple[Entity, ...] = ()
    if has_parts and depth < DEPTH:
        if media_type == MESSAGE:
            parts = (_entity(octets, body, stop, TEXT, depth + 1),)
        else:
            delimiters = tuple(_delimiters(octets, body, stop, b"--" + boundary))
            default = MESSAGE if media_type == "multipart/digest" else TEXT  # RFC 2046 §5.1.5
            spans = _between(delimiters, stop)
            parts = tuple(_entity(octets, *span, default, depth + 1) for span in spans)
    deeper = has_parts and depth >= DEPTH
    return Entity(octets, header, body, stop, media_type, parameters, delimiters, parts, deeper)


def _content_type(value: bytes, default: str) -> tuple[str, dict[str, str]]:
    match = MEDIA_TYPE.match(value)
    media_type = b"%b/%b" % (match["type"], match["subtype"]) if match else default.encode()
    return media_type.decode("utf-8", "replace").lower(), joined(list(parameters_in(value, 0, len(value))))


def _delimiters(octets: bytes, start: int, stop: int, dashed: bytes) -> list[Delimiter]:
    found: list[Delimiter] = []
    before = start  # nothing before this belongs to the next one
    line = start if octets.startswith(dashed, start, stop) else _next_line(octets, dashed, start, stop)
    while line >= 0 and not (found and found[-1].is_last):
        boundary_stop = line + len(dashed)
        after = _AFTER_BOUNDARY.match(octets, boundary_stop, stop)
        if after:
            close_stop = max(boundary_stop, after.end("close"))
            line_start = max(before, line - (2 if octets[line - 2 : line] == b"\r\n" else 1))
            found.append(Delimiter(line_start, line, boundary_stop, close_stop, after.start("line_end"), after.end()))
            before = after.end()
        line = _next_line(octets, dashed, (after.end() if after else boundary_stop) - 1, stop)
    return found


def _next_line(octets: bytes, dashed: bytes, start: int, stop: int) -> int:
    """Give where the next line begins that begins like that; -1 where there is none."""
    found = octets.find(b"\n" + dashed, start, stop)
    return found + 1 if found >= 0 else -1


def _between(delimiters: tuple[Delimiter, ...], stop: int) -> list[tuple[int, int]]:
    """Give from where to where each part goes. A last one that no boundary line ends goes to the end."""
    starts = [delimiter.stop for delimiter in delimiters if not delimiter.is_last]
    stops = [delimiter.start for delimiter in delimiters[1:]]
    return list(zip(starts, [*stops, stop], strict=False))
