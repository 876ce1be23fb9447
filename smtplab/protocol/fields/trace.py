"""When, by which name and along which way? Dates, message identifiers, and the Received fields of the servers."""

import re
from typing import Final

from smtplab.protocol.fields.tiles import Tiles
from smtplab.protocol.fields.words import take_between

_DATE = re.compile(
    rb"(?:(?P<day_of_week>[A-Za-z]{2,9})(?P<comma>,)?\s*)?(?P<date>\d{1,2}\s+[A-Za-z]{3,9}\s+\d{2,4})\s+"
    rb"(?P<time>\d{1,2}:\d{2}(?::\d{2})?)(?:\s+(?P<zone>[+-]\d{4}|[A-Za-z]{1,5}))?"
)
_DATE_NAMES: Final = {
    "day_of_week": ("follows from the date, and is for people", "RFC 5322 §3.3"),
    "comma": ("separates", "RFC 5322 §3.3"),
    "date": ("is day, month and year", "RFC 5322 §3.3"),
    "time": ("is the local time of whoever wrote it", "RFC 5322 §3.3"),
    "zone": ("is how far that is ahead of UTC: hours and minutes", "RFC 5322 §3.3"),
}

# msg-id = "<" id-left "@" id-right ">"
_IDENTIFIER = re.compile(rb"(?P<open><)(?P<id_left>[^<>@]*+)(?:(?P<at>@)(?P<id_right>[^<>]*+))?(?P<close>>)?")
_IDENTIFIER_NAMES: Final = {
    "open": ("opens the identifier", "RFC 5322 §3.6.4"),
    "id_left": ("differs for each message that this host names", "RFC 5322 §3.6.4"),
    "at": ("separates", "RFC 5322 §3.6.4"),
    "id_right": ("is the host that made the name, so that no other makes the same", "RFC 5322 §3.6.4"),
    "close": ("closes the identifier", "RFC 5322 §3.6.4"),
}
_OPENING = re.compile(rb"[<(]")

_WORD = re.compile(rb"[^\s();]+")
# The clauses of RFC 5321 §4.4: what each introduces, and then what that is called and what it is.
_CLAUSES: Final = {
    "from": (
        "says where the mail came from",
        "domain",
        "is the name that the client gave itself; what was seen of it is in the comment",
    ),
    "by": ("says who took it", "domain", "is the server that wrote this"),
    "via": ("says over which network", "link", "is the network"),
    "with": ("says how it came", "protocol", "is the protocol"),
    "id": ("says which it was", "id", "names the mail in the server's own log and queue"),
    "for": ("says for whom", "forward-path", "is the one recipient"),
}
_RECEIVED: Final = "RFC 5321 §4.4"
# RFC 3848, and UTF8SMTP of RFC 6531 §4.3.
_PROTOCOLS: Final = {
    "SMTP": "is SMTP after HELO, without extensions",
    "ESMTP": "is SMTP after EHLO",
    "ESMTPA": "is SMTP, and the client had authenticated",
    "ESMTPS": "is SMTP inside TLS",
    "ESMTPSA": "is SMTP inside TLS, and the client had authenticated",
    "LMTP": "is LMTP, which brings mail to the mailboxes",
    "UTF8SMTP": "is SMTP with addresses in UTF-8",
}


def tile_date(tiles: Tiles, stop: int) -> None:
    """Cut a date and time. RFC 5322 §3.3."""
    take_between(tiles, stop)
    if match := _DATE.match(tiles.octets, tiles.position, stop):
        tiles.take_match(match, _DATE_NAMES)
        take_between(tiles, stop)


def tile_identifiers(tiles: Tiles, stop: int) -> None:
    """Cut message identifiers, and whatever else stands between them. RFC 5322 §3.6.4."""
    while tiles.position < stop:
        take_between(tiles, stop)
        if match := _IDENTIFIER.match(tiles.octets, tiles.position, stop):
            tiles.take_match(match, _IDENTIFIER_NAMES)
        elif tiles.position < stop:
            after = _OPENING.search(tiles.octets, tiles.position, stop)
            tiles.take(after.start() if after else stop, "text", "is no message identifier", "RFC 5322 §4.5.4")


def tile_received(tiles: Tiles, stop: int) -> None:
    """Cut a Received field: its clauses, and behind the semicolon when it was. RFC 5321 §4.4."""
    clause = ""
    while tiles.position < stop:
        take_between(tiles, stop)
        if tiles.octets.startswith(b";", tiles.position, stop):
            tiles.take(tiles.position + 1, "semicolon", "separates the way from the time", _RECEIVED)
            tile_date(tiles, stop)
            return
        if match := _WORD.match(tiles.octets, tiles.position, stop):
            clause = _tile_word(tiles, match, clause)
        else:
            tiles.take(min(tiles.position + 1, stop), "text", "has no place here", _RECEIVED)


def _tile_word(tiles: Tiles, word: re.Match[bytes], clause: str) -> str:
    """Take a word, and give the clause that the next one belongs to."""
    said = word[0].decode("ascii", "replace")
    if said.lower() in _CLAUSES:
        tiles.take(word.end(), "clause", _CLAUSES[said.lower()][0], _RECEIVED)
        return said.lower()
    if not clause:
        tiles.take(word.end(), "text", "belongs to no clause that is known here", _RECEIVED)
        return ""
    _, name, meaning = _CLAUSES[clause]
    is_known = clause == "with" and said.upper() in _PROTOCOLS
    tiles.take(
        word.end(),
        name,
        _PROTOCOLS[said.upper()] if is_known else meaning,
        "RFC 3848" if is_known else _RECEIVED,
    )
    return ""
