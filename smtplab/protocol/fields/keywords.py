"""What does a server offer? The keywords of the reply to EHLO, each with its parameters (RFC 5321 §4.1.1.1)."""

import re
from collections.abc import Callable
from typing import Final

from smtplab.protocol import auth
from smtplab.protocol.fields.esmtp import size_in_words
from smtplab.protocol.fields.tiles import Tiles

EXTENSIONS: Final = {
    "8BITMIME": ("offers to take messages with octets over 127", "RFC 6152"),
    "AUTH": ("lists the ways to authenticate", "RFC 4954 §3"),
    "BINARYMIME": ("offers to take messages without lines", "RFC 3030 §3"),
    "CHUNKING": ("offers BDAT beside DATA", "RFC 3030 §2"),
    "DELIVERBY": ("offers to deliver in time, or to say that it failed", "RFC 2852"),
    "DSN": ("offers notices about delivery", "RFC 3461 §3"),
    "ENHANCEDSTATUSCODES": ("announces enhanced status codes in the replies", "RFC 2034 §3"),
    "ETRN": ("offers to start delivering a queue", "RFC 1985"),
    "EXPN": ("offers to expand mailing lists", "RFC 5321 §3.5.2"),
    "FUTURERELEASE": ("offers to hold mail back for a time", "RFC 4865"),
    "HELP": ("offers help", "RFC 5321 §4.1.1.8"),
    "LIMITS": ("announces limits", "RFC 9422"),
    "MT-PRIORITY": ("offers to deliver urgent mail first", "RFC 6710"),
    "PIPELINING": ("takes commands before it answered those before", "RFC 2920 §2"),
    "REQUIRETLS": ("offers to send mail on inside TLS or not at all", "RFC 8689"),
    "SIZE": ("announces how large a message may be, in octets", "RFC 1870 §3"),
    "SMTPUTF8": ("offers UTF-8 in addresses and header", "RFC 6531 §3.1"),
    "STARTTLS": ("offers to go on inside TLS", "RFC 3207 §2"),
    "TURN": ("offers to change parts, so that the client receives; unsafe", "RFC 5321 Appendix F.1"),
    "VRFY": ("offers to verify users", "RFC 5321 §3.5.2"),
}
_UNKNOWN: Final = ("is an extension not known here", "RFC 5321 §2.2.2")

# Beside those of which `auth` knows how good they are.
_MECHANISMS: Final = {
    "ANONYMOUS": ("lets anybody in", "RFC 4505"),
    "DIGEST-MD5": ("proves the password without saying it; given up as unsafe", "RFC 6331"),
    "EXTERNAL": ("takes the proof that TLS has brought already", "RFC 4422 Appendix A"),
    "GSSAPI": ("proves it by Kerberos", "RFC 4752"),
    "NTLM": ("proves the password of a Windows account without saying it; what is heard can be guessed on", "MS-NLMP"),
    "OAUTHBEARER": ("shows a token that another server gave", "RFC 7628"),
    "SCRAM-SHA-1": ("proves the password without saying it, and the server's knowledge of it", "RFC 5802"),
    "XOAUTH2": ("shows a token that another server gave; no standard has it", "RFC 4954 §4"),
}

_KEYWORD = re.compile(rb"[^ =\t]+")
_WORD = re.compile(rb"[ \t]*([^ \t]*)")


def tile_keyword(tiles: Tiles, end: int) -> None:
    """Cut one line of the reply, behind code and separator."""
    match = _KEYWORD.match(tiles.octets, tiles.position, end)
    keyword = match[0].decode("ascii", "replace").upper() if match else ""
    meaning = EXTENSIONS.get(keyword, _UNKNOWN)
    tiles.take(match.end() if match else tiles.position, "keyword", *meaning)
    if tiles.octets.startswith(b"=", tiles.position, end):
        spelling = "stands where a blank belongs: a spelling from before the standard"
        tiles.take(tiles.position + 1, "equals", spelling, meaning[1])
    for word in _WORD.finditer(tiles.octets, tiles.position, end):
        tiles.take(word.start(1), "blank", "separates", "RFC 5321 §4.1.1.1")
        _PARAMETERS.get(keyword, _tile_parameter)(tiles, word.end(), meaning)


def mechanism_meaning(name: str) -> tuple[str, str]:
    """Say what a mechanism of AUTH is good for, given its name in upper case."""
    if name in auth.STRENGTH:
        strength = auth.STRENGTH[name]
        return f"is a way to authenticate, after which a listener outside TLS has {strength.heard}", strength.source
    meaning, source = _MECHANISMS.get(name, ("is not known here", "RFC 4954 §3"))
    return f"is a way to authenticate, which {meaning}", source


def _tile_parameter(tiles: Tiles, end: int, meaning: tuple[str, str]) -> None:
    tiles.take(end, "keyword parameter", f"belongs to the keyword, which {meaning[0]}", meaning[1])


def _tile_mechanism(tiles: Tiles, end: int, _meaning: tuple[str, str]) -> None:
    name = tiles.octets[tiles.position : end].decode("ascii", "replace").upper()
    tiles.take(end, "mechanism", *mechanism_meaning(name))


def _tile_size_limit(tiles: Tiles, end: int, meaning: tuple[str, str]) -> None:
    digits = tiles.octets[tiles.position : end]
    limit = f"is the largest message that is taken: {size_in_words(digits)}" if digits.isdigit() else "is no number"
    said = "says that there is no fixed limit" if digits.isdigit() and not digits.strip(b"0") else limit
    tiles.take(end, "size limit", said, meaning[1])


def _tile_limit(tiles: Tiles, end: int, meaning: tuple[str, str]) -> None:
    equals = tiles.octets.find(b"=", tiles.position, end)
    if equals >= 0:
        tiles.take(equals, "limit", "says what is limited", meaning[1])
        tiles.take(equals + 1, "equals", "separates", meaning[1])
    tiles.take(end, "limit value", "is how many there may be", meaning[1])


_PARAMETERS: Final[dict[str, Callable[[Tiles, int, tuple[str, str]], None]]] = {
    "AUTH": _tile_mechanism,
    "LIMITS": _tile_limit,
    "SIZE": _tile_size_limit,
}
