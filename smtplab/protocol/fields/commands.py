"""What is each octet of a command line for, and of a line in an AUTH exchange?"""

import re
from typing import Final

from smtplab.protocol import auth
from smtplab.protocol.fields.esmtp import tile_parameters
from smtplab.protocol.fields.keywords import mechanism_meaning
from smtplab.protocol.fields.tiles import Field, Tiles, end_of_text

# Verbs, what they ask for and where they are defined.
VERBS: Final = {
    "EHLO": ("introduces the client and asks for the list of extensions", "RFC 5321 §4.1.1.1"),
    "HELO": ("introduces the client, without extensions", "RFC 5321 §4.1.1.1"),
    "LHLO": ("introduces a client of LMTP, in which each recipient has a reply to the message", "RFC 2033"),
    "AUTH": ("starts proving who the user is", "RFC 4954 §4"),
    "MAIL": ("opens a mail transaction and names the sender", "RFC 5321 §4.1.1.2"),
    "RCPT": ("adds one recipient to the envelope", "RFC 5321 §4.1.1.3"),
    "DATA": ("asks to send the message", "RFC 5321 §4.1.1.4"),
    "BDAT": ("sends a chunk of the message, whose size it names", "RFC 3030 §2"),
    "RSET": ("aborts the mail transaction", "RFC 5321 §4.1.1.5"),
    "VRFY": ("asks whether there is such a user", "RFC 5321 §4.1.1.6"),
    "EXPN": ("asks who is on a mailing list", "RFC 5321 §4.1.1.7"),
    "HELP": ("asks for help", "RFC 5321 §4.1.1.8"),
    "NOOP": ("asks for nothing but a 250", "RFC 5321 §4.1.1.9"),
    "QUIT": ("ends the session", "RFC 5321 §4.1.1.10"),
    "STARTTLS": ("asks to go on inside TLS", "RFC 3207 §4"),
}

_VERB = re.compile(rb"[ \t]*([A-Za-z][A-Za-z0-9-]*)")


def verb_of(octets: bytes) -> str:
    """Give the first word of a line in upper case, "" where it does not begin with one."""
    match = _VERB.match(octets)
    return match[1].decode("ascii").upper() if match else ""


def argument_of(octets: bytes) -> bytes:
    """Give what follows the verb, without the blanks around it and without the line end."""
    match = _VERB.match(octets)
    return octets[match.end() if match else 0 :].strip(b" \t\r\n")


_TEXT_ARGUMENTS: Final = {
    "EHLO": ("domain", "is the name or address that the client gives itself", "RFC 5321 §4.1.4"),
    "HELO": ("domain", "is the name or address that the client gives itself", "RFC 5321 §4.1.4"),
    "LHLO": ("domain", "is the name or address that the client gives itself", "RFC 2033"),
    "VRFY": ("name", "is the user asked about", "RFC 5321 §4.1.1.6"),
    "EXPN": ("name", "is the mailing list asked about", "RFC 5321 §4.1.1.7"),
    "HELP": ("topic", "says what help is wanted about", "RFC 5321 §4.1.1.8"),
    "NOOP": ("ignored", "has no effect", "RFC 5321 §4.1.1.9"),
}

_PATH = re.compile(
    rb"(?P<keyword>(?:FROM|TO)[ \t]*:)(?P<stray_blank>[ \t]+)?(?P<open><)?(?P<source_route>(?:@[^:>]*:)?)"
    rb'(?P<mailbox>(?:"(?:[^"\\]|\\.)*"|[^<>\s])*)(?P<close>>)?',
    re.IGNORECASE | re.DOTALL,
)
_PATH_NAMES: Final = {
    "keyword": ("says which path follows", "RFC 5321 §4.1.1.2, §4.1.1.3"),
    "stray_blank": ("must not stand beside the colon", "RFC 5321 §3.3"),
    "open": ("opens the path", "RFC 5321 §4.1.2"),
    "source_route": ("names relays to go through; accepted, and ignored", "RFC 5321 Appendix C"),
    "mailbox": ("is a mailbox", "RFC 5321 §4.1.2"),
    "close": ("closes the path", "RFC 5321 §4.1.2"),
}
_PATHS: Final = {
    "MAIL": ("reverse-path", "is where notices about the mail's failure go", "RFC 5321 §4.1.1.2"),
    "RCPT": ("forward-path", "is one recipient of the mail", "RFC 5321 §4.1.1.3"),
}


def tile_command(tiles: Tiles, decoded: auth.Decoded) -> None:
    match = _VERB.match(tiles.octets)
    end = end_of_text(tiles.octets)
    if match:
        verb = verb_of(tiles.octets)
        tiles.take(match.start(1), "blank", "must not stand before the verb", "RFC 5321 §4.1.1")
        tiles.take(match.end(), "verb", *VERBS.get(verb, ("is no command that is known here", "RFC 5321 §4.1.1")))
        _tile_argument(tiles, verb, end, decoded)
    tiles.take(end, "not understood", "is no argument that the command takes", "RFC 5321 §4.1.1")
    tiles.take_line_end(len(tiles.octets))


def _tile_argument(tiles: Tiles, verb: str, end: int, decoded: auth.Decoded) -> None:
    start = end - len(tiles.octets[tiles.position : end].lstrip(b" \t"))
    last = len(tiles.octets[:end].rstrip(b" \t"))
    if start < end:
        tiles.take(start, "blank", "separates the verb from its argument", "RFC 5321 §4.1.1")
        if verb in _PATHS:
            _tile_path(tiles, verb, last)
        elif verb in _TEXT_ARGUMENTS:
            tiles.take(last, *_TEXT_ARGUMENTS[verb])
        elif verb == "AUTH":
            _tile_auth_argument(tiles, last, decoded)
        elif verb == "BDAT":
            _tile_bdat_argument(tiles, last)
        if tiles.position < last:
            tiles.take(last, "not understood", "is no argument that the command takes", "RFC 5321 §4.1.1")
    tiles.take(end, "trailing blank", "is let pass", "RFC 5321 §4.1.1")


def _tile_path(tiles: Tiles, verb: str, end: int) -> None:
    match = _PATH.match(tiles.octets, tiles.position, end)
    if match is None:
        return
    tiles.take_match(match, _PATH_NAMES | {"mailbox": _PATHS[verb][1:]})
    tiles.fields = [_named(field, "mailbox", _PATHS[verb][0]) for field in tiles.fields]
    tile_parameters(tiles, end)


def _named(field: Field, old: str, new: str) -> Field:
    return Field(new, field.start, field.stop, field.value, field.meaning, field.source) if field.name == old else field


def _tile_auth_argument(tiles: Tiles, end: int, decoded: auth.Decoded) -> None:
    mechanism, blank, _ = tiles.octets[tiles.position : end].partition(b" ")
    name = mechanism.decode("ascii", "replace").upper()
    tiles.take(tiles.position + len(mechanism), "mechanism", *mechanism_meaning(name))
    tiles.take(tiles.position + len(blank), "blank", "separates", "RFC 4954 §4")
    if tiles.octets[tiles.position : end] == auth.EMPTY_INITIAL_RESPONSE.encode():
        tiles.take(end, "initial response", "stands for an empty one", "RFC 4954 §4")
    tiles.take(end, "initial response", _base64_meaning(decoded), "RFC 4954 §4", decoded_text(decoded))


def _tile_bdat_argument(tiles: Tiles, end: int) -> None:
    match = re.compile(rb"(?P<chunk_size>\d+)(?:[ \t]+(?P<last>LAST))?", re.IGNORECASE).match(
        tiles.octets, tiles.position, end
    )
    if match:
        size, last = (
            ("is how many octets follow", "RFC 3030 §2"),
            ("says that no chunk comes after this one", "RFC 3030 §2"),
        )
        tiles.take_match(match, {"chunk_size": size, "last": last})


def tile_auth(tiles: Tiles, decoded: auth.Decoded) -> None:
    end = end_of_text(tiles.octets)
    if tiles.octets[:end] == auth.CANCEL:
        tiles.take(end, "cancel", "ends the exchange without a proof", "RFC 4954 §4")
    tiles.take(end, "response", _base64_meaning(decoded), "RFC 4954 §4", decoded_text(decoded))
    tiles.take_line_end(len(tiles.octets))


def _base64_meaning(decoded: auth.Decoded) -> str:
    return f"is base64 of the {decoded_names(decoded)}: encoded, not encrypted" if decoded else "is no base64"


def decoded_names(decoded: auth.Decoded) -> str:
    """List the names of what base64 says: "nonce, salt and iterations"."""
    return " and ".join(", ".join(name for name, _ in decoded).rsplit(", ", 1))


def decoded_text(decoded: auth.Decoded) -> str | None:
    """Write the names and values of what base64 says in one line, None where there are none."""
    return " ".join(f"{name}: {value}" for name, value in decoded) or None
