"""What can be compared besides a field? A part of its value, and what a function makes of it.

    smtp.req.parameter[0:4] == "FROM"
    lower(smtp.req.command) == "mail"

A part is `[start:length]`, `[first-last]`, `[one]`, or several of these with commas between; a negative number counts
from the end. A value that has not got all of it has no such part. The octets of a text are those of its UTF-8.
"""

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from smtplab.capture.display_filter.fields import FilterField, Getter
from smtplab.capture.display_filter.values import BYTES, IPV4, IPV6, NUMBER, OCTETS, TEXT, Type, Value, octets_of
from smtplab.protocol.transcript import Entry, Transcript

_NUMBER: Final = r"-?(?:0[xX][0-9A-Fa-f]+|\d+)"
_RANGE: Final = re.compile(
    rf"\s*(?:(?P<start>{_NUMBER})?\s*:\s*(?P<length>{_NUMBER})?"
    rf"|(?P<first>{_NUMBER})\s*-\s*(?P<last>{_NUMBER})|(?P<one>{_NUMBER}))\s*"
)
_SLICED: Final = (TEXT, OCTETS, BYTES, IPV4, IPV6)


class _Range(NamedTuple):
    """Octets `start` to `last`, or `length` of them, or all from `start`."""

    start: int
    length: int | None = None
    last: int | None = None

    def of(self, octets: bytes) -> bytes | None:
        """Give that part, None where it is not whole."""
        size = len(octets)
        start = self.start + size if self.start < 0 else self.start
        stop = size if self.length is None else start + self.length
        if self.last is not None:
            stop = 1 + (self.last + size if self.last < 0 else self.last)
        return octets[start:stop] if 0 <= start < stop <= size else None


def sliced(field: FilterField, text: str) -> FilterField:
    """Give the field whose values are parts of those of another. text: with its brackets.

    Raises ValueError, which says why, where it is no slice or there is nothing to slice.
    """
    if field.type not in _SLICED:
        raise ValueError(f"{field.type.name} cannot be sliced")
    if not text.endswith("]"):
        raise ValueError("a slice ends with ]")
    ranges = [_range(part) for part in text[1:-1].split(",")]

    def part_of(value: Value) -> list[Value]:
        parts = [each.of(octets_of(value)) for each in ranges]
        return [b"".join(part for part in parts if part)] if all(parts) else []

    return FilterField(_each(field.get, part_of), BYTES)


def _range(text: str) -> _Range:
    match = _RANGE.fullmatch(text)
    if match is None:
        raise ValueError("a slice is [start:length], [first-last] or [one]")
    number = {name: int(said, 0) for name, said in match.groupdict().items() if said}
    if "one" in number:
        return _Range(number["one"], length=1)
    if "first" in number:
        first, last = number["first"], number["last"]
        if last < first and (first < 0) == (last < 0):
            raise ValueError("a slice goes from the first to the last")
        return _Range(first, last=last)
    if number.get("length", 1) < 1:
        raise ValueError("a slice has a length of 1 at least")
    return _Range(number.get("start", 0), length=number.get("length"))


def _each(get: Getter, make: Callable[[Value], list[Value]]) -> Getter:
    return lambda entry, transcript: [made for value in get(entry, transcript) for made in make(value)]


def _count(get: Getter) -> Getter:
    def values(entry: Entry, transcript: Transcript) -> list[Value]:
        found = len(get(entry, transcript))
        return [found] if found else []

    return values


class _Function(NamedTuple):
    """make: turns the getter of a field into its own. takes: the types of that field, any if empty."""

    make: Callable[[Getter], Getter]
    gives: Type
    takes: tuple[Type, ...] = ()


FUNCTIONS: Final = {
    "lower": _Function(lambda get: _each(get, lambda value: [str(value).lower()]), TEXT, (TEXT,)),
    "upper": _Function(lambda get: _each(get, lambda value: [str(value).upper()]), TEXT, (TEXT,)),
    "len": _Function(lambda get: _each(get, lambda value: [len(octets_of(value))]), NUMBER, _SLICED),
    "count": _Function(_count, NUMBER),
}


def applied(name: str, field: FilterField) -> FilterField:
    """Give the field whose values a function makes. Raises ValueError, which says why, where it cannot."""
    function = FUNCTIONS[name]
    if function.takes and field.type not in function.takes:
        taken = "text" if function.takes == (TEXT,) else "text, octets or an address"
        raise ValueError(f"{name}() takes {taken}, and this is {field.type.name}")
    return FilterField(function.make(field.get), function.gives)
