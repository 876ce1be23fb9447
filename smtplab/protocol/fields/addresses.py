"""Whom does a header field name? Addresses with their display names, alone, in lists and in groups.

RFC 5322 §3.4, and what was right before it (§4.4).
"""

import re
from dataclasses import dataclass
from typing import Final

from smtplab.protocol.fields.tiles import Tiles
from smtplab.protocol.fields.words import comment_stop, take_between, take_phrase

ADDRESS: Final = "RFC 5322 §3.4"
ADDR_SPEC: Final = "RFC 5322 §3.4.1"

_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"?|\[[^\]]*+\]?|\\.|[^"\[\\(<>@,;:]++|[(<>@,;:\\]', re.DOTALL)
_SEPARATORS: Final = {
    b",": ("comma", "separates two addresses"),
    b";": ("semicolon", "ends the group"),
    b":": ("colon", "has no place here"),
    b">": ("close", "has no place here"),
}


@dataclass
class _Marks:
    """Where the parts of one address are. stop: of all of it. The others are -1 where there are none."""

    stop: int
    ender: bytes = b""
    open: int = -1
    close: int = -1
    at: int = -1
    route_stop: int = -1


def tile_addresses(tiles: Tiles, stop: int) -> None:
    """Cut a list of addresses."""
    while tiles.position < stop:
        take_between(tiles, stop)
        separator = _SEPARATORS.get(tiles.octets[tiles.position : tiles.position + 1])
        if separator and tiles.position < stop:
            tiles.take(tiles.position + 1, *separator, ADDRESS)
        else:
            _tile_address(tiles, _marks(tiles.octets, tiles.position, stop))


def _marks(octets: bytes, start: int, stop: int) -> _Marks:
    """Find the parts of the address that begins here; its end is a comma, semicolon or colon outside brackets."""
    marks, position = _Marks(stop), start
    while match := _TOKEN.match(octets, position, stop):
        token, position = match[0], match.end()
        inside = marks.open >= 0 > marks.close
        if token == b"(":
            position = comment_stop(octets, match.start(), stop)
        elif token == b"<" and marks.open < 0:
            marks.open, marks.at = match.start(), -1  # an @ before it stands in a name
        elif token == b">" and inside:
            marks.close = match.start()
        elif token == b"@" and marks.close < 0:
            marks.at = match.start()
        elif token == b":" and inside:
            marks.route_stop = match.end()
        elif token in (b",", b";", b":") and not inside:
            marks.stop, marks.ender = match.start(), token
            break
    return marks


def _tile_address(tiles: Tiles, marks: _Marks) -> None:
    if marks.open >= 0:
        take_phrase(tiles, marks.open, "display name", "is a name for people: anybody can write any", ADDRESS)
        tiles.take(marks.open + 1, "open", "opens the address", ADDRESS)
        tiles.take(marks.route_stop, "source route", "names relays to go through; obsolete", "RFC 5322 §4.4")
        _tile_mailbox(tiles, marks, marks.close if marks.close >= 0 else marks.stop)
        if marks.close >= 0:
            tiles.take(marks.close + 1, "close", "closes the address", ADDRESS)
        take_phrase(tiles, marks.stop, "not understood", "is no part of an address", ADDRESS)
    elif marks.ender == b":":
        take_phrase(tiles, marks.stop, "group name", "is the name of a group of addresses", ADDRESS)
        tiles.take(marks.stop + 1, "colon", "opens the group", ADDRESS)
    else:
        _tile_mailbox(tiles, marks, marks.stop)


def _tile_mailbox(tiles: Tiles, marks: _Marks, stop: int) -> None:
    if tiles.position <= marks.at < stop:
        take_phrase(tiles, marks.at, "local-part", "is the mailbox at that domain", ADDR_SPEC)
        tiles.take(marks.at + 1, "at", "stands between the mailbox and its domain", ADDR_SPEC)
        take_phrase(tiles, stop, "domain", "is where the mailbox is", ADDR_SPEC)
    else:
        take_phrase(tiles, stop, "local-part", "is a mailbox without a domain", ADDR_SPEC)
