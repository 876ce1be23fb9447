"""What is each octet of a message for that opens a tunnel? Of all that is no SMTP this is what can be told."""

from typing import Literal

from smtplab.protocol.fields.tiles import Tiles
from smtplab.protocol.tunnels import explain


def tile_unknown(tiles: Tiles, party: Literal["client", "server"]) -> None:
    """Cut what a party sent that is no SMTP, if it opens a tunnel."""
    message = explain(party, tiles.octets)
    for piece in message.pieces if message else ():
        tiles.take(tiles.position + piece.size, piece.name, piece.meaning, piece.source, piece.value)
