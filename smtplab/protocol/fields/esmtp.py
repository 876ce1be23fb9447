"""What do the parameters of MAIL and RCPT say? Their values too, word by word where they are lists."""

import re
from collections.abc import Callable
from typing import Final

from smtplab.protocol.fields.tiles import Tiles
from smtplab.protocol.octets import count

Meaning = tuple[str, str]  # what it says, and where that is written

_PARAMETER = re.compile(rb"[ \t]+(?P<parameter>[^\s=]+)(?P<equals>=)?")
_VALUE = re.compile(rb"[^\s]*")

DIGITS: Final = 20  # of a size, RFC 1870 §3

PARAMETERS: Final[dict[str, Meaning]] = {
    "SIZE": ("announces the size of the message in octets", "RFC 1870 §6"),
    "BODY": ("says whether the message is 7-bit, 8-bit or binary", "RFC 6152 §2"),
    "AUTH": ("names who submitted the message first", "RFC 4954 §5"),
    "SMTPUTF8": ("says that addresses or header may be UTF-8", "RFC 6531 §3.4"),
    "RET": ("says how much of the message a notice brings back", "RFC 3461 §4.3"),
    "ENVID": ("names the transaction in notices", "RFC 3461 §4.4"),
    "NOTIFY": ("says when a notice is wanted", "RFC 3461 §4.1"),
    "ORCPT": ("names the recipient as it was first given", "RFC 3461 §4.2"),
    "BY": ("says until when the mail has to be delivered", "RFC 2852"),
    "HOLDFOR": ("says for how many seconds the mail is to be held back", "RFC 4865"),
    "HOLDUNTIL": ("says until when the mail is to be held back", "RFC 4865"),
    "MT-PRIORITY": ("says how urgent the mail is", "RFC 6710"),
    "REQUIRETLS": ("says that every hop must be inside TLS", "RFC 8689"),
}
_UNKNOWN: Final[Meaning] = ("is a parameter that is not known here", "RFC 5321 §4.1.1.11")

# What a word that stands for a value means.
_WORDS: Final[dict[tuple[str, str], Meaning]] = {
    ("BODY", "7BIT"): ("says that the message is lines of ASCII", "RFC 6152 §2"),
    ("BODY", "8BITMIME"): ("says that the message is lines, with octets over 127 in them", "RFC 6152 §2"),
    ("BODY", "BINARYMIME"): ("says that the message need not have lines, and goes in chunks", "RFC 3030 §3"),
    ("RET", "FULL"): ("asks for the whole message in notices of failure", "RFC 3461 §4.3"),
    ("RET", "HDRS"): ("asks for nothing but the header in notices", "RFC 3461 §4.3"),
    ("AUTH", "<>"): ("says that nobody known here submitted it", "RFC 4954 §5"),
}
_CONDITIONS: Final[dict[str, Meaning]] = {
    "NEVER": ("asks for no notice in any case", "RFC 3461 §4.1"),
    "SUCCESS": ("asks for a notice when the mail is delivered", "RFC 3461 §4.1"),
    "FAILURE": ("asks for a notice when it cannot be delivered", "RFC 3461 §4.1"),
    "DELAY": ("asks for a notice when it takes long", "RFC 3461 §4.1"),
}


def tile_parameters(tiles: Tiles, end: int) -> None:
    """Cut the parameters behind a path, as far as they are any."""
    while match := _PARAMETER.match(tiles.octets, tiles.position, end):
        keyword = match["parameter"].decode("ascii", "replace").upper()
        meaning = PARAMETERS.get(keyword, _UNKNOWN)
        tiles.take_match(match, {"parameter": meaning, "equals": ("separates", "RFC 5321 §4.1.2")})
        value = _VALUE.match(tiles.octets, tiles.position, end)
        if match["equals"] and value:
            _VALUES.get(keyword, _tile_value)(tiles, value.end(), keyword, meaning)


def size_in_words(digits: bytes) -> str:
    """Write a number of octets so that it can be read: "35,882,577 octets (34.2 MiB)"."""
    if len(digits) > DIGITS:
        return f"a number of {len(digits)} digits"
    number = int(digits)
    for unit, size in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if number >= size:
            return f"{count(number, 'octet')} ({number / size:,.1f} {unit})"
    return count(number, "octet")


def _tile_value(tiles: Tiles, end: int, keyword: str, meaning: Meaning) -> None:
    word = tiles.octets[tiles.position : end].decode("ascii", "replace").upper()
    tiles.take(end, "parameter value", *_WORDS.get((keyword, word), meaning))


def _tile_size(tiles: Tiles, end: int, _keyword: str, meaning: Meaning) -> None:
    digits = tiles.octets[tiles.position : end]
    said = f"announces a message of {size_in_words(digits)}" if digits.isdigit() else "is no number"
    tiles.take(end, "parameter value", said, meaning[1])


def _tile_xtext(tiles: Tiles, end: int, keyword: str, meaning: Meaning) -> None:
    """A value in which +XX stands for an octet. RFC 3461 §4."""
    octets = tiles.octets[tiles.position : end]
    if (keyword, octets.decode("ascii", "replace")) in _WORDS:
        _tile_value(tiles, end, keyword, meaning)
    else:
        tiles.take(end, "parameter value", *meaning, _xtext_decoded(octets))


def _xtext_decoded(octets: bytes) -> str:
    decoded = re.sub(rb"\+([0-9A-F]{2})", lambda match: bytes.fromhex(match[1].decode("ascii")), octets)
    return decoded.decode("utf-8", "backslashreplace")


def _tile_conditions(tiles: Tiles, end: int, _keyword: str, meaning: Meaning) -> None:
    while tiles.position < end:
        comma = tiles.octets.find(b",", tiles.position, end)
        stop = end if comma < 0 else comma
        word = tiles.octets[tiles.position : stop].decode("ascii", "replace").upper()
        unknown = "is no condition that is known here", meaning[1]
        tiles.take(stop, "condition", *_CONDITIONS.get(word, unknown))
        tiles.take(min(stop + 1, end), "comma", "separates", meaning[1])


def _tile_original_recipient(tiles: Tiles, end: int, _keyword: str, meaning: Meaning) -> None:
    semicolon = tiles.octets.find(b";", tiles.position, end)
    if semicolon >= 0:
        tiles.take(semicolon, "address type", "says what kind of address follows: rfc822 is mail's", meaning[1])
        tiles.take(semicolon + 1, "semicolon", "separates", meaning[1])
    tiles.take(end, "original recipient", *meaning, _xtext_decoded(tiles.octets[tiles.position : end]))


_VALUES: Final[dict[str, Callable[[Tiles, int, str, Meaning], None]]] = {
    "AUTH": _tile_xtext,
    "ENVID": _tile_xtext,
    "NOTIFY": _tile_conditions,
    "ORCPT": _tile_original_recipient,
    "SIZE": _tile_size,
}
