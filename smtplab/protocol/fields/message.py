"""What is each octet of a message for? Header fields, boundary lines and bodies, part by part.

A field that goes over a fold, or over a dot that was stuffed, is cut there: what was inserted is a field of its own.
"""

import re
from collections.abc import Iterator
from typing import Final

from smtplab.protocol.fields.header import tile_header_field
from smtplab.protocol.fields.tiles import Tiles
from smtplab.protocol.mail import unstuff
from smtplab.protocol.mime.charsets import is_known, is_shown_as_it_is, to_text
from smtplab.protocol.mime.entity import Delimiter, Entity, read_entity
from smtplab.protocol.octets import count

CONTINUED: Final = "…"  # the value of a piece whose first piece has the whole value
FOLD: Final = ("fold", "folds the header field: the next line belongs to it", "RFC 5322 §2.2.3")
STUFFED_DOT: Final = (
    "stuffed dot",
    "was added since the line begins with a dot; the receiver removes it",
    "RFC 5321 §4.5.2",
)
BOUNDARY: Final = "RFC 2046 §5.1.1"

_FOLD = re.compile(rb"\r?\n[ \t]+")
_SECTIONS: Final = {"base64": "RFC 2045 §6.8", "quoted-printable": "RFC 2045 §6.7"}


class MessageTiles(Tiles):
    """Cuts a message. stuffed: its dots are, as after DATA; of a BDAT chunk they are not (RFC 3030 §2).

    begins: whether none of it came before; else it begins anywhere in a line, so its first dot may be no stuffed one.
    """

    def __init__(self, octets: bytes, *, stuffed: bool, begins: bool = True) -> None:
        super().__init__(octets)
        self.stuffed = stuffed
        self._may_begin_in_line = not begins
        self.in_header = False
        self.plain_until = 0

    def cross(self, stop: int, name: str, meaning: str, source: str, value: str | None) -> None:
        """Make a field of the octets from here to `stop`, or several, with what was inserted between them."""
        self.plain_until = stop
        for start, end, inserted in self._insertions(stop):
            if start > self.position:
                self.take(start, name, meaning, source, value)
                value = value and CONTINUED
            self.take(end, *inserted)
        self.take(stop, name, meaning, source, value)
        self.plain_until = self._next_line()

    def _next_line(self) -> int:
        """Give where the line ends that stands here, since nothing is inserted inside one; but a dot may begin it."""
        if self.octets.startswith(b".", self.position):
            return self.position
        return self.octets.find(b"\n", self.position) + 1 or len(self.octets)

    def _insertions(self, stop: int) -> Iterator[tuple[int, int, tuple[str, str, str]]]:
        octets, start = self.octets, self.position
        if self.stuffed and start < stop and octets.startswith(b".", start) and self._begins_line(start):
            yield start, start + 1, STUFFED_DOT
        if self.in_header:
            yield from ((fold.start(), fold.end(), FOLD) for fold in _FOLD.finditer(octets, start, stop))
        elif self.stuffed:
            while (dot := octets.find(b"\r\n.", start, stop)) >= 0:
                start = dot + 3
                yield start - 1, start, STUFFED_DOT

    def _begins_line(self, dot: int) -> bool:
        """Tell whether a line begins with this dot. Behind a gap one dot alone does not: it would have been doubled."""
        if dot == 0:
            return not self._may_begin_in_line or self.octets.startswith(b"..")
        return self.octets[max(0, dot - 2) : dot] == b"\r\n"


def tile_message(tiles: MessageTiles) -> None:
    """Cut a whole message."""
    _tile_entity(tiles, read_entity(tiles.octets))


def _tile_entity(tiles: MessageTiles, entity: Entity, *, is_part: bool = False) -> None:
    tiles.in_header = True
    for field in entity.header:
        tile_header_field(tiles, field)
    tiles.in_header = False
    tiles.take(entity.body, "empty line", "ends the header", "RFC 5322 §2.1")
    if entity.delimiters:
        _tile_multipart(tiles, entity)
    elif entity.parts:
        _tile_entity(tiles, entity.parts[0], is_part=is_part)
    else:
        _tile_body(tiles, entity, is_part)
    tiles.take(entity.stop, "epilogue", "stands behind the last part, and is not shown", BOUNDARY)


def _tile_multipart(tiles: MessageTiles, entity: Entity) -> None:
    parts = iter(entity.parts)
    for delimiter in entity.delimiters:
        tiles.take(delimiter.start, "preamble", "stands before the first part, and is not shown", BOUNDARY)
        _tile_delimiter(tiles, delimiter)
        if not delimiter.is_last:
            _tile_entity(tiles, next(parts), is_part=True)


def _tile_delimiter(tiles: MessageTiles, delimiter: Delimiter) -> None:
    tiles.take(delimiter.line, "line end", "belongs to the boundary behind it, not to what stands before", BOUNDARY)
    tiles.take(delimiter.boundary_stop, "boundary", "is the line that begins or ends a part", BOUNDARY)
    tiles.take(delimiter.close_stop, "last boundary", "says that no part follows", BOUNDARY)
    tiles.take(delimiter.line_end, "blank", "has no meaning", BOUNDARY)
    tiles.take_line_end(delimiter.stop)


def _tile_body(tiles: MessageTiles, entity: Entity, is_part: bool) -> None:
    """Make one field of a body, which says what it is; its value is the text, or what kind of file it is."""
    wire = tiles.octets[entity.body : entity.stop]
    body = unstuff(wire) if tiles.stuffed else wire
    name, source = ("part body", "RFC 2046 §5.1") if is_part else ("body", "RFC 5322 §2.3")
    if entity.deeper:
        meaning = "holds parts that are nested deeper than is looked at here"
        tiles.take(entity.stop, name, meaning, source, f"{entity.media_type}, {count(len(body), 'octet')}")
        return
    content = entity.content(body) if entity.is_encoded else body
    value = _shown(entity, content)
    meaning = _meaning(entity, is_part, len(body), len(content))
    tiles.take(entity.stop, name, meaning, _SECTIONS.get(entity.encoding, source), value)


def _meaning(entity: Entity, is_part: bool, size: int, decoded_size: int) -> str:
    what = "is the body of this part" if is_part else "is the message body"
    if not entity.is_encoded:
        return f"{what}: {entity.media_type}, {count(size, 'octet')}"
    return f"{what}: {entity.media_type} in {entity.encoding}, {count(decoded_size, 'octet')} once that is undone"


def _shown(entity: Entity, content: bytes) -> str | None:
    """Give the text of a body, None where it is shown as it stands; of what is no text, name and type."""
    charset = entity.parameters.get("charset", "")
    if not entity.media_type.startswith("text/"):
        described = f"{entity.media_type}, {count(len(content), 'octet')}"
        return f"{entity.filename}: {described}" if entity.filename else described
    if entity.is_encoded or (is_known(charset) and not is_shown_as_it_is(charset)):
        return to_text(content, charset)
    return None
