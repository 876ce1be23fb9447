"""How are octets cut into fields? From left to right, so that there can be neither gap nor overlap."""

import re
from typing import NamedTuple

from smtplab.protocol.octets import printable_text


class Field(NamedTuple):
    """One field of an entry: octets `start` to `stop` (not included).

    value: the octets as text that is safe to show, decoded where they were encoded. meaning: what they are for.
    source: where that is written, such as "RFC 5321 §4.1.1.3".
    """

    name: str
    start: int
    stop: int
    value: str
    meaning: str
    source: str


_LINE_END = re.compile(rb"\r?\n\Z")


class Tiles:
    """Cuts octets into fields from left to right, so that there can be neither gap nor overlap.

    plain_until: a field that stops behind this is taken by `cross`.
    """

    def __init__(self, octets: bytes) -> None:
        self.octets = octets
        self.position = 0
        self.plain_until = len(octets)
        self.fields: list[Field] = []
        self._ascii = octets.decode() if octets.isascii() else ""  # all at once, since it is needed bit by bit

    def take(self, stop: int, name: str, meaning: str, source: str, value: str | None = None) -> None:
        """Make a field of the octets from here to `stop`; nothing where there are none."""
        start = self.position
        if stop <= start:
            return
        if stop > self.plain_until:
            self.cross(stop, name, meaning, source, value)
            return
        if value is None:
            value = self._ascii[start:stop] or self.octets[start:stop].decode("utf-8", "surrogateescape")
        self.fields.append(Field(name, start, stop, printable_text(value), meaning, source))
        self.position = stop

    def cross(self, stop: int, name: str, meaning: str, source: str, value: str | None) -> None:
        """Make fields of the octets from here to `stop`, which is behind `plain_until`: here, there are none."""
        raise ValueError(f"a field to {stop}, where the octets end at {self.plain_until}")

    def take_match(self, match: re.Match[bytes], names: dict[str, tuple[str, str]]) -> None:
        """Make a field of each named group, in order. What lies between groups is an unnamed blank."""
        for group, number in match.re.groupindex.items():
            start, stop = match.span(number)
            if start < stop:
                if start > self.position:
                    self.take(start, "blank", "separates", "RFC 5321 §2.4")
                self.take(stop, group.replace("_", " "), *names[group])

    def take_line_end(self, stop: int) -> None:
        """Make a field of the line end that stands here."""
        if self.octets[self.position : stop] == b"\r\n":
            self.take(stop, "CRLF", "ends the line", "RFC 5321 §2.3.8")
        else:
            self.take(stop, "bare LF", "is no line end in SMTP, though some servers take it for one", "RFC 5321 §2.3.8")


def end_of_text(octets: bytes) -> int:
    """Give where the line end begins, which may be missing."""
    match = _LINE_END.search(octets)
    return match.start() if match else len(octets)
