"""What is each octet of a reply for?"""

import re
from typing import Final

from smtplab.protocol import auth
from smtplab.protocol.fields.commands import decoded_names, decoded_text
from smtplab.protocol.fields.tiles import Tiles, end_of_text
from smtplab.protocol.replies import meaning_of_code, meaning_of_enhanced

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
        "enhanced_status_code": (meaning_of_enhanced(enhanced) if enhanced else "", "RFC 3463 §2"),
        "blank": ("separates", "RFC 2034 §4"),
    }


def _tile_reply_text(tiles: Tiles, answers: str | None, number: int, end: int) -> None:
    text = tiles.octets[tiles.position : end]
    if number == 0 and answers in ("GREETING", "EHLO", "HELO"):
        domain = text.split(b" ")[0]
        tiles.take(tiles.position + len(domain), "domain", "is the server's name", "RFC 5321 §4.2")
    elif answers == "EHLO":
        keyword = re.split(rb"[ =]", text)[0]
        meaning = EXTENSIONS.get(
            keyword.decode("ascii", "replace").upper(), ("is an extension not known here", "RFC 5321 §2.2.2")
        )
        tiles.take(tiles.position + len(keyword), "keyword", *meaning)
        tiles.take(end, "keyword parameters", f"belong to the keyword before, which {meaning[0]}", meaning[1])
    tiles.take(end, "text", "is for people, and decides nothing", "RFC 5321 §4.2")


def _tile_challenge(tiles: Tiles, end: int, decoded: auth.Decoded) -> None:
    if not decoded:
        tiles.take(end, "challenge", "is no base64, though it must be", "RFC 4954 §4")
    elif [name for name, _ in decoded] == ["challenge"]:
        tiles.take(end, "challenge", "is base64 of what the server asks", "RFC 4954 §4", decoded[0][1])
    else:
        meaning = f"is base64 of the {decoded_names(decoded)}"
        tiles.take(end, "challenge", meaning, "RFC 4954 §4", decoded_text(decoded))


EXTENSIONS: Final = {
    "8BITMIME": ("offers to take messages with octets over 127", "RFC 6152"),
    "AUTH": ("lists the ways to authenticate", "RFC 4954 §3"),
    "BINARYMIME": ("offers to take messages without lines", "RFC 3030 §3"),
    "CHUNKING": ("offers BDAT beside DATA", "RFC 3030 §2"),
    "DSN": ("offers notices about delivery", "RFC 3461 §3"),
    "ENHANCEDSTATUSCODES": ("announces enhanced status codes in the replies", "RFC 2034 §3"),
    "ETRN": ("offers to start delivering a queue", "RFC 1985"),
    "EXPN": ("offers to expand mailing lists", "RFC 5321 §3.5.2"),
    "HELP": ("offers help", "RFC 5321 §4.1.1.8"),
    "LIMITS": ("announces limits", "RFC 9422"),
    "PIPELINING": ("takes commands before it answered those before", "RFC 2920 §2"),
    "SIZE": ("announces how large a message may be, in octets", "RFC 1870 §3"),
    "SMTPUTF8": ("offers UTF-8 in addresses and header", "RFC 6531 §3.1"),
    "STARTTLS": ("offers to go on inside TLS", "RFC 3207 §2"),
    "VRFY": ("offers to verify users", "RFC 5321 §3.5.2"),
}
