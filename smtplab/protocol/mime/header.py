"""Where are the header fields of a message, and where does its body begin? RFC 5322 §2.1, §2.2."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

FOLD: Final = re.compile(rb"\r?\n(?=[ \t])")  # a line end that only folds a header field, RFC 5322 §2.2.3

# field-name = 1*ftext; ftext = %d33-57 / %d59-126. The blank before the colon is obsolete (RFC 5322 §4.5).
_NAME = re.compile(rb"(?P<name>[!-9;-~]+)(?P<colon>[ \t]*:)")
_END = re.compile(rb"\n(?![ \t])")


class HeaderField(NamedTuple):
    """Where a header field is: its name, the colon behind it, and its body up to the line end, which ends at `stop`."""

    name: str  # in lower case
    start: int
    name_stop: int
    colon_stop: int
    body_stop: int
    stop: int


def header_fields(octets: bytes, start: int, stop: int) -> Iterator[HeaderField]:
    """Give the header fields that begin at `start`, up to the first line that is none."""
    while match := _NAME.match(octets, start, stop):
        end = _END.search(octets, match.end(), stop)
        field_stop = end.end() if end else stop
        line_end = 0 if end is None else 2 if octets[field_stop - 2] == 0x0D else 1
        body_stop = max(match.end(), field_stop - line_end)
        name = match["name"].decode("ascii").lower()
        yield HeaderField(name, start, match.end("name"), match.end(), body_stop, field_stop)
        start = field_stop


def empty_line(octets: bytes, position: int, stop: int) -> int:
    """Give how many octets the empty line has that stands here: 2, 1 for a bare LF, or 0 where there is none."""
    for line_end in (b"\r\n", b"\n"):
        if octets.startswith(line_end, position, stop):
            return len(line_end)
    return 0


def unfolded(octets: bytes) -> bytes:
    """Give a body of a header field as one line (RFC 5322 §2.2.3)."""
    return FOLD.sub(b"", octets)
