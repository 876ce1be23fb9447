"""What is each octet of a message for, and of the line that ends it?"""

import re

from smtplab.protocol import auth
from smtplab.protocol.fields.tiles import Tiles
from smtplab.protocol.octets import printable

_HEADER_FIELD = re.compile(rb"(?P<name>[!-9;-~]+)(?P<colon>[ \t]*:)(?P<body>[^\n]*\n(?:[ \t]+[^\n]*\n)*)")
_DOT = re.compile(rb"(?:\A|(?<=\r\n))\.")


def tile_mail_data(tiles: Tiles, _decoded: auth.Decoded) -> None:
    """The header fields, the empty line, and the body with each stuffed dot by itself."""
    octets = tiles.octets
    while match := _HEADER_FIELD.match(octets, tiles.position):
        name = printable(match["name"])
        tiles.take(match.end("name"), "header field name", f"names the header field {name}", "RFC 5322 §2.2")
        tiles.take(match.end("colon"), "colon", "ends the name", "RFC 5322 §2.2")
        tiles.take(match.end("body"), "header field body", f"is what {name} says", "RFC 5322 §2.2")
    for line_end in (b"\r\n", b"\n"):
        if octets.startswith(line_end, tiles.position):
            tiles.take(tiles.position + len(line_end), "empty line", "ends the header", "RFC 5322 §2.1")
            break
    for dot in _DOT.finditer(octets, tiles.position):
        tiles.take(dot.start(), "body", "is the message body", "RFC 5322 §2.3")
        tiles.take(
            dot.end(),
            "stuffed dot",
            "was added since the line begins with a dot; the receiver removes it",
            "RFC 5321 §4.5.2",
        )
    tiles.take(len(octets), "body", "is the message body", "RFC 5322 §2.3")


def tile_end_of_data(tiles: Tiles, _decoded: auth.Decoded) -> None:
    tiles.take(
        min(1, len(tiles.octets)), "end mark", "a line that is a single dot ends the mail data", "RFC 5321 §4.1.1.4"
    )
    tiles.take_line_end(len(tiles.octets))


def tile_chunk(tiles: Tiles, _decoded: auth.Decoded) -> None:
    tiles.take(len(tiles.octets), "chunk", "is part of the message: counted, so no dot is stuffed", "RFC 3030 §2")
