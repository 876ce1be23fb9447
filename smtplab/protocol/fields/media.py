"""What is the body, and how was it made fit for travel? Media types, dispositions, encodings, and signatures' tags."""

import re
from datetime import UTC, datetime
from typing import Final

from smtplab.protocol.fields.tiles import Tiles
from smtplab.protocol.fields.words import take_between, take_blanks
from smtplab.protocol.mime.entity import MEDIA_TYPE
from smtplab.protocol.mime.parameters import parameters_in, text_of

_TYPES: Final = {
    "application": ("is data for a program", "RFC 2046 §4.5"),
    "audio": ("is sound", "RFC 2046 §4.3"),
    "image": ("is a picture", "RFC 2046 §4.2"),
    "message": ("is a message itself", "RFC 2046 §5.2"),
    "multipart": ("is made of parts", "RFC 2046 §5.1"),
    "text": ("is text", "RFC 2046 §4.1"),
    "video": ("is moving pictures", "RFC 2046 §4.4"),
}
_SUBTYPES: Final = {
    "multipart/mixed": ("has independent parts, in order", "RFC 2046 §5.1.3"),
    "multipart/alternative": ("has the same in several forms, the best one last", "RFC 2046 §5.1.4"),
    "multipart/digest": ("has messages for its parts", "RFC 2046 §5.1.5"),
    "multipart/related": ("has parts that belong together, as a page and its pictures", "RFC 2387"),
    "multipart/report": ("is a report, such as a notice about delivery", "RFC 6522 §3"),
    "multipart/signed": ("has a part, and a signature of it", "RFC 1847 §2.1"),
    "multipart/encrypted": ("has what is needed to decrypt it, and what is encrypted", "RFC 1847 §2.2"),
    "message/rfc822": ("is a whole mail", "RFC 2046 §5.2.1"),
    "message/delivery-status": ("says for programs what became of a mail", "RFC 3464 §2.1"),
    "text/plain": ("is plain", "RFC 2046 §4.1.3"),
    "text/html": ("is a page of HTML", "RFC 2854 §2"),
    "application/octet-stream": ("is of no type that was told", "RFC 2046 §4.5.1"),
}
_PARAMETERS: Final = {
    "boundary": ("is the line between the parts, with two hyphens before it", "RFC 2046 §5.1.1"),
    "charset": ("says how octets are characters", "RFC 2046 §4.1.2"),
    "name": ("is the file's name; it should stand in Content-Disposition", "RFC 2183 §2.3"),
    "filename": ("is a name for the file, if it is kept", "RFC 2183 §2.3"),
    "creation-date": ("says when the file was made", "RFC 2183 §2.4"),
    "modification-date": ("says when the file was last changed", "RFC 2183 §2.5"),
    "read-date": ("says when the file was last read", "RFC 2183 §2.6"),
    "size": ("says how many octets the file has, about", "RFC 2183 §2.7"),
    "format": ("says whether lines may be joined and wrapped anew", "RFC 3676 §4"),
    "delsp": ("says whether a blank at the end of a line is dropped", "RFC 3676 §4"),
    "type": ("is the media type of the part to begin with", "RFC 2387 §3.1"),
    "start": ("names the part to begin with", "RFC 2387 §3.2"),
    "report-type": ("says what kind of report it is", "RFC 6522 §3"),
    "protocol": ("is the media type of the signature, or of what decrypts", "RFC 1847 §2.1"),
    "micalg": ("is the hash that was signed", "RFC 1847 §2.1"),
}
_DISPOSITIONS: Final = {
    "inline": ("wants to be shown with the message", "RFC 2183 §2.1"),
    "attachment": ("wants to be opened by itself", "RFC 2183 §2.2"),
}
_ENCODINGS: Final = {
    "7bit": ("has been left as it is: lines of ASCII", "RFC 2045 §6.2"),
    "8bit": ("has been left as it is: lines with octets over 127", "RFC 2045 §6.2"),
    "binary": ("has been left as it is, and need not have lines", "RFC 2045 §6.2"),
    "quoted-printable": ("writes what is not ASCII as =XX", "RFC 2045 §6.7"),
    "base64": ("writes three octets as four characters", "RFC 2045 §6.8"),
}
# RFC 6376 §3.5; i and cv as RFC 8617 §4.1 has them.
_TAGS: Final = {
    "a": "is the algorithm: how it is signed and hashed",
    "b": "is the signature, in base64",
    "bh": "is the hash of the body, in base64",
    "c": "says which changes on the way do no harm, in the header and in the body",
    "cv": "says whether the seals before were right",
    "d": "is the domain that signs",
    "h": "lists the header fields that are signed",
    "i": "is the user or agent for whom is signed; in ARC the number of the seal",
    "l": "is how many octets of the body are signed: more can be added unseen",
    "q": "says how to get the key",
    "s": "is the selector: which of the domain's keys it is",
    "t": "is when it was signed, in seconds since 1970",
    "v": "is the version",
    "x": "is when the signature expires, in seconds since 1970",
    "z": "is a copy of header fields as they were signed",
}
_TIMES: Final = ("t", "x")
_DKIM: Final = "RFC 6376 §3.5"

_TOKEN = re.compile(rb'[^\s;()"]+')
_SEPARATOR = re.compile(rb"[\s;(]")
_TAG = re.compile(rb"(?P<tag>[A-Za-z][A-Za-z0-9_]*)\s*+(?P<equals>=)\s*+(?P<tag_value>[^;]*)")


def tile_media_type(tiles: Tiles, stop: int) -> None:
    """Cut a Content-Type. RFC 2045 §5.1."""
    take_between(tiles, stop)
    if match := MEDIA_TYPE.match(tiles.octets, tiles.position, stop):
        kind = match["type"].decode("ascii", "replace").lower()
        both = f"{kind}/{match['subtype'].decode('ascii', 'replace').lower()}"
        names = {
            "type": _TYPES.get(kind, ("is of a kind that is not known here", "RFC 6838 §4.2")),
            "slash": ("separates", "RFC 2045 §5.1"),
            "subtype": _SUBTYPES.get(both, ("says which kind of it", "RFC 2045 §5.1")),
        }
        tiles.take_match(match, names)
    _tile_parameters(tiles, stop)


def tile_disposition(tiles: Tiles, stop: int) -> None:
    """Cut a Content-Disposition. RFC 2183 §2."""
    unknown = ("is a disposition that is not known here: it counts as attachment", "RFC 2183 §2.8")
    _tile_token(tiles, stop, "disposition", _DISPOSITIONS, unknown)
    _tile_parameters(tiles, stop)


def tile_encoding(tiles: Tiles, stop: int) -> None:
    """Cut a Content-Transfer-Encoding. RFC 2045 §6.1."""
    _tile_token(tiles, stop, "encoding", _ENCODINGS, ("is an encoding that is not known here", "RFC 2045 §6.3"))
    take_between(tiles, stop)


def _tile_token(
    tiles: Tiles, stop: int, name: str, meanings: dict[str, tuple[str, str]], unknown: tuple[str, str]
) -> None:
    take_between(tiles, stop)
    if match := _TOKEN.match(tiles.octets, tiles.position, stop):
        tiles.take(match.end(), name, *meanings.get(match[0].decode("ascii", "replace").lower(), unknown))


def _tile_parameters(tiles: Tiles, stop: int) -> None:
    for parameter in parameters_in(tiles.octets, tiles.position, stop):
        _take_separators(tiles, parameter.start)
        name = parameter.attribute.partition("*")[0]
        meaning = _PARAMETERS.get(name, ("is a parameter that is not known here", "RFC 2045 §5.1"))
        tiles.take(parameter.attribute_stop, "parameter", *meaning)
        take_blanks(tiles, parameter.equals)
        tiles.take(parameter.equals + 1, "equals", "separates", "RFC 2045 §5.1")
        take_blanks(tiles, parameter.value_start)
        tiles.take(parameter.stop, "parameter value", *meaning, text_of(parameter))
    _take_separators(tiles, stop)


def _take_separators(tiles: Tiles, stop: int) -> None:
    """Take what stands between parameters: semicolons, blanks, comments, and what has no place there."""
    while tiles.position < stop:
        take_between(tiles, stop)
        if tiles.octets.startswith(b";", tiles.position, stop):
            tiles.take(tiles.position + 1, "semicolon", "separates", "RFC 2045 §5.1")
        else:
            _take_junk(tiles, stop, "is no parameter", "RFC 2045 §5.1")


def tile_tags(tiles: Tiles, stop: int) -> None:
    """Cut a list of tags, such as that of a DKIM signature. RFC 6376 §3.2."""
    while tiles.position < stop:
        take_blanks(tiles, stop)
        if match := _TAG.match(tiles.octets, tiles.position, stop):
            _tile_tag(tiles, match)
        elif tiles.octets.startswith(b";", tiles.position, stop):
            tiles.take(tiles.position + 1, "semicolon", "separates", "RFC 6376 §3.2")
        else:
            _take_junk(tiles, stop, "is no tag", "RFC 6376 §3.2")


def _take_junk(tiles: Tiles, stop: int, meaning: str, source: str) -> None:
    """Take what has no place here, up to the next blank, comment or semicolon."""
    after = _SEPARATOR.search(tiles.octets, tiles.position + 1, stop)
    tiles.take(after.start() if after else stop, "not understood", meaning, source)


def _tile_tag(tiles: Tiles, match: re.Match[bytes]) -> None:
    tag = match["tag"].decode("ascii")
    meaning = _TAGS.get(tag, "is a tag that is not known here")
    tiles.take(match.end("tag"), "tag", meaning, _DKIM)
    take_blanks(tiles, match.start("equals"))
    tiles.take(match.end("equals"), "equals", "separates", "RFC 6376 §3.2")
    take_blanks(tiles, match.start("tag_value"))
    value = match["tag_value"].rstrip(b" \t\r\n")
    said = _date_of(value) if tag in _TIMES else None
    tiles.take(tiles.position + len(value), "tag value", meaning, _DKIM, said)


def _date_of(seconds: bytes) -> str | None:
    """Write seconds since 1970 as a date too; None for what is none."""
    try:
        moment = datetime.fromtimestamp(int(seconds[:12]), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return f"{seconds.decode('ascii', 'replace')} ({moment:%Y-%m-%d %H:%M:%S} UTC)"
