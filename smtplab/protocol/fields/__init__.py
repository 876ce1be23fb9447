"""What is each octet for? The fields of an entry, which tile its octets: no gap, no overlap, whatever the octets are.

These readers are lenient where `commands` and `replies` are strict: a stranger's capture has to be shown as it is, and
what is wrong in it is a field that says so.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Final, Literal

from smtplab.protocol import auth
from smtplab.protocol.fields.commands import VERBS, argument_of, tile_auth, tile_command, verb_of
from smtplab.protocol.fields.keywords import EXTENSIONS
from smtplab.protocol.fields.mail import tile_chunk, tile_end_of_data, tile_mail_data
from smtplab.protocol.fields.replies import tile_reply
from smtplab.protocol.fields.tiles import Field, Tiles
from smtplab.protocol.fields.tls import tile_tls
from smtplab.protocol.fields.tunnel import tile_unknown

SHORT: Final = 512  # octets: a line of a command or a reply

__all__ = ["EXTENSIONS", "VERBS", "Field", "argument_of", "tile", "verb_of"]


def tile(
    kind: str,
    octets: bytes,
    answers: str | None,
    decoded: auth.Decoded,
    *,
    party: Literal["client", "server"] = "client",
    begins: bool = True,
) -> tuple[Field, ...]:
    """Give the fields of an entry: they start at 0, touch each other and stop at the last octet.

    kind: a value of `Kind`. answers: for a reply, what it answers. decoded: for AUTH, what its base64 says; for TLS,
    what its record holds. party: who sent it. begins: for mail data and a chunk, whether none of its message came
    before it.
    """
    cut = _cut_again if len(octets) <= SHORT else _cut
    return cut(kind, octets, answers, decoded, party, begins)


def _cut(
    kind: str,
    octets: bytes,
    answers: str | None,
    decoded: auth.Decoded,
    party: Literal["client", "server"],
    begins: bool,
) -> tuple[Field, ...]:
    if kind == "mail data":
        return tuple(tile_mail_data(octets, begins=begins))
    if kind == "chunk":
        return tuple(tile_chunk(octets, begins=begins))
    tiles = Tiles(octets)
    if kind == "reply":
        tile_reply(tiles, answers, decoded)
    elif kind == "unknown":
        tile_unknown(tiles, party)
    elif kind in _TILERS:
        _TILERS[kind](tiles, decoded)
    tiles.take(len(octets), "not understood", "is no SMTP that is known here", "")
    return tuple(tiles.fields)


_TILERS: Final[dict[str, Callable[[Tiles, auth.Decoded], None]]] = {
    "command": tile_command,
    "auth": tile_auth,
    "end of data": tile_end_of_data,
    "tls": tile_tls,
}
_cut_again: Final = lru_cache(maxsize=1024)(_cut)  # one session says much of what the session before has said
