"""What is each octet of a reply for?"""

import re

from smtplab.protocol import auth
from smtplab.protocol.enhanced import meaning_of_enhanced
from smtplab.protocol.fields.commands import decoded_names, decoded_text
from smtplab.protocol.fields.keywords import tile_keyword
from smtplab.protocol.fields.tiles import Tiles, end_of_text
from smtplab.protocol.replies import meaning_of_code

_REPLY_LINE = re.compile(
    rb"(?P<code>\d{3})(?P<separator>[ -])?"
    rb"(?P<enhanced_status_code>[245]\.\d{1,3}\.\d{1,3}(?=[ \r\n]|\Z))?(?P<blank>(?<=\d) )?"
)


def tile_reply(tiles: Tiles, answers: str | None, decoded: auth.Decoded) -> None:
    for number, line in enumerate(tiles.octets.splitlines(keepends=True)):
        stop = tiles.position + len(line)
        end = tiles.position + end_of_text(line)
        match = _REPLY_LINE.match(tiles.octets, tiles.position, end)
        if match:
            tiles.take_match(match, _reply_names(match))
        if answers == "AUTH" and tiles.octets.startswith(b"334"):
            _tile_challenge(tiles, end, decoded)
        _tile_reply_text(tiles, answers, number, end)
        tiles.take_line_end(stop)


def _reply_names(match: re.Match[bytes]) -> dict[str, tuple[str, str]]:
    more = match["separator"] == b"-"
    enhanced = (match["enhanced_status_code"] or b"").decode("ascii")
    return {
        "code": meaning_of_code(int(match["code"])),
        "separator": ("more lines follow" if more else "this is the last line", "RFC 5321 §4.2.1"),
        "enhanced_status_code": meaning_of_enhanced(enhanced) if enhanced else ("", ""),
        "blank": ("separates", "RFC 2034 §4"),
    }


def _tile_reply_text(tiles: Tiles, answers: str | None, number: int, end: int) -> None:
    text = tiles.octets[tiles.position : end]
    if number == 0 and answers in ("GREETING", "EHLO", "HELO", "LHLO"):
        domain = text.split(b" ")[0]
        tiles.take(tiles.position + len(domain), "domain", "is the server's name", "RFC 5321 §4.2")
    elif answers in ("EHLO", "LHLO"):
        tile_keyword(tiles, end)
    tiles.take(end, "text", "is for people, and decides nothing", "RFC 5321 §4.2")


def _tile_challenge(tiles: Tiles, end: int, decoded: auth.Decoded) -> None:
    if not decoded:
        tiles.take(end, "challenge", "is no base64, though it must be", "RFC 4954 §4")
    elif [name for name, _ in decoded] == ["challenge"]:
        tiles.take(end, "challenge", "is base64 of what the server asks", "RFC 4954 §4", decoded[0][1])
    else:
        meaning = f"is base64 of the {decoded_names(decoded)}"
        tiles.take(end, "challenge", meaning, "RFC 4954 §4", decoded_text(decoded))
