"""What is each octet of a header field for? Its name, the colon, and the parts of its body as its kind has them."""

from collections.abc import Callable
from typing import Final

from smtplab.protocol.fields import header_names as names
from smtplab.protocol.fields.addresses import tile_addresses
from smtplab.protocol.fields.media import tile_disposition, tile_encoding, tile_media_type, tile_tags
from smtplab.protocol.fields.tiles import Tiles
from smtplab.protocol.fields.trace import tile_date, tile_identifiers, tile_received
from smtplab.protocol.fields.words import take_blanks, take_text
from smtplab.protocol.mime.header import HeaderField
from smtplab.protocol.octets import printable

SHOWN: Final = 40  # octets of a name, in a sentence


def tile_header_field(tiles: Tiles, field: HeaderField) -> None:
    """Cut one header field. RFC 5322 §2.2."""
    known = names.header_name(field.name)
    name = printable(tiles.octets[field.start : min(field.name_stop, field.start + SHOWN)])
    tiles.take(field.name_stop, "header field name", known.meaning, known.source)
    tiles.take(field.colon_stop, "colon", "ends the name", "RFC 5322 §2.2")
    take_blanks(tiles, field.body_stop)
    if known.body in _BODIES:
        _BODIES[known.body](tiles, field.body_stop)
    take_text(tiles, field.body_stop, f"is what {name} says", known.source)
    tiles.take_line_end(field.stop)


# What a tiler leaves is text.
_BODIES: Final[dict[str, Callable[[Tiles, int], None]]] = {
    names.ADDRESSES: tile_addresses,
    names.DATE: tile_date,
    names.DISPOSITION: tile_disposition,
    names.ENCODING: tile_encoding,
    names.IDENTIFIERS: tile_identifiers,
    names.MEDIA_TYPE: tile_media_type,
    names.TAGS: tile_tags,
    names.TRACE: tile_received,
}
