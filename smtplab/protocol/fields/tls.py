"""What is each octet of a TLS record for, as far as it can be told without its keys?"""

from typing import Final

from smtplab.protocol import auth
from smtplab.protocol.fields.tiles import Tiles

TLS_HEADER: Final = 5  # octets: content type, version, length; RFC 8446 §5.1
RECORD_TYPES: Final = {20: "change cipher spec", 21: "alert", 22: "handshake", 23: "application data"}


def tile_tls(tiles: Tiles, _decoded: auth.Decoded) -> None:
    octets = tiles.octets
    if len(octets) >= TLS_HEADER:
        tiles.take(
            1,
            "content type",
            f"says that this is {RECORD_TYPES.get(octets[0], 'of an unknown type')}",
            "RFC 8446 §5.1",
            str(octets[0]),
        )
        tiles.take(3, "version", "is kept at an old value, for old middle boxes", "RFC 8446 §5.1", octets[1:3].hex())
        tiles.take(
            TLS_HEADER, "length", "is how many octets follow", "RFC 8446 §5.1", str(int.from_bytes(octets[3:5], "big"))
        )
    tiles.take(
        len(octets),
        "fragment",
        "is hidden by TLS, or belongs to its handshake",
        "RFC 8446 §5.1",
        f"{len(octets)} octets",
    )
