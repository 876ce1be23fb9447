"""What is each octet of a message for, and of the line that ends it?"""

from smtplab.protocol import auth
from smtplab.protocol.fields.header_names import HEADER_NAMES
from smtplab.protocol.fields.message import MessageTiles, tile_message
from smtplab.protocol.fields.tiles import Field, Tiles
from smtplab.protocol.mime.header import header_fields


def tile_mail_data(octets: bytes, *, begins: bool) -> list[Field]:
    """The message, with each stuffed dot by itself; or what the capture holds of it behind a gap."""
    tiles = MessageTiles(octets, stuffed=True, begins=begins)
    if begins:
        tile_message(tiles)
    tiles.take(
        len(octets), "rest", "goes on with the message behind octets that are not in the capture", "RFC 5321 §4.1.1.4"
    )
    return tiles.fields


def tile_chunk(octets: bytes, *, begins: bool) -> list[Field]:
    """A message that begins with this chunk; or else part of one. begins: whether no chunk came before it.

    Whoever does not wait for replies sends chunks that all seem to be the first: a header shows which it is.
    """
    tiles = MessageTiles(octets, stuffed=False)
    if begins and any(field.name in HEADER_NAMES for field in header_fields(octets, 0, len(octets))):
        tile_message(tiles)
    tiles.take(len(octets), "chunk", "is part of the message: counted, so no dot is stuffed", "RFC 3030 §2")
    return tiles.fields


def tile_end_of_data(tiles: Tiles, _decoded: auth.Decoded) -> None:
    tiles.take(
        min(1, len(tiles.octets)), "end mark", "a line that is a single dot ends the mail data", "RFC 5321 §4.1.1.4"
    )
    tiles.take_line_end(len(tiles.octets))
