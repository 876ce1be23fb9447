"""What is each octet for? The fields of an entry, which tile its octets: no gap, no overlap, whatever the octets are.

These readers are lenient where `commands` and `replies` are strict: a stranger's capture has to be shown as it is, and
what is wrong in it is a field that says so.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from smtplab.protocol import auth
from smtplab.protocol.octets import printable
from smtplab.protocol.replies import meaning_of_code, meaning_of_enhanced


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an entry: octets `start` to `stop` (not included).

    value: the octets as text that is safe to show, decoded where they were encoded. meaning: what they are for.
    source: where that is written, such as "RFC 5321 §4.1.1.3".
    """

    name: str
    start: int
    stop: int
    value: str
    meaning: str
    source: str


# Verbs, what they ask for and where they are defined.
VERBS: Final = {
    "EHLO": ("introduces the client and asks for the list of extensions", "RFC 5321 §4.1.1.1"),
    "HELO": ("introduces the client, without extensions", "RFC 5321 §4.1.1.1"),
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
_LINE_END = re.compile(rb"\r?\n\Z")


def verb_of(octets: bytes) -> str:
    """Give the first word of a line in upper case, "" where it does not begin with one."""
    match = _VERB.match(octets)
    return match[1].decode("ascii").upper() if match else ""


def argument_of(octets: bytes) -> bytes:
    """Give what follows the verb, without the blanks around it and without the line end."""
    match = _VERB.match(octets)
    return octets[match.end() if match else 0 :].strip(b" \t\r\n")


class _Tiles:
    """Cuts octets into fields from left to right, so that there can be neither gap nor overlap."""

    def __init__(self, octets: bytes) -> None:
        self.octets = octets
        self.position = 0
        self.fields: list[Field] = []

    def take(self, stop: int, name: str, meaning: str, source: str, value: str | None = None) -> None:
        """Make a field of the octets from here to `stop`; nothing where there are none."""
        if stop > self.position:
            shown = printable(self.octets[self.position : stop]) if value is None else printable(value.encode())
            self.fields.append(Field(name, self.position, stop, shown, meaning, source))
            self.position = stop

    def take_match(self, match: re.Match[bytes], names: dict[str, tuple[str, str]]) -> None:
        """Make a field of each named group, in order. What lies between groups is an unnamed blank."""
        for group in match.re.groupindex:
            start, stop = match.span(group)
            if start >= 0:
                self.take(start, "blank", "separates", "RFC 5321 §2.4")
                self.take(stop, group.replace("_", " "), *names[group])

    def take_line_end(self, stop: int) -> None:
        """Make a field of the line end that stands here."""
        if self.octets[self.position : stop] == b"\r\n":
            self.take(stop, "CRLF", "ends the line", "RFC 5321 §2.3.8")
        else:
            self.take(stop, "bare LF", "is no line end in SMTP, though some servers take it for one", "RFC 5321 §2.3.8")


def tile(kind: str, octets: bytes, answers: str | None, decoded: auth.Decoded) -> tuple[Field, ...]:
    """Give the fields of an entry: they start at 0, touch each other and stop at the last octet.

    kind: a value of `Kind`. answers: for a reply, what it answers. decoded: for AUTH, what its base64 says.
    """
    tiles = _Tiles(octets)
    if kind == "reply":
        _tile_reply(tiles, answers)
    elif kind in _TILERS:
        _TILERS[kind](tiles, decoded)
    tiles.take(len(octets), "not understood", "is no SMTP that is known here", "")
    return tuple(tiles.fields)


# ---- commands

_TEXT_ARGUMENTS: Final = {
    "EHLO": ("domain", "is the name or address that the client gives itself", "RFC 5321 §4.1.4"),
    "HELO": ("domain", "is the name or address that the client gives itself", "RFC 5321 §4.1.4"),
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

_PARAMETER = re.compile(rb"[ \t]+(?P<parameter>[^\s=]+)(?P<equals>=)?(?P<parameter_value>[^\s]+)?")
_PARAMETERS: Final = {
    "SIZE": ("announces the size of the message in octets", "RFC 1870 §4"),
    "BODY": ("says whether the message is 7-bit, 8-bit or binary", "RFC 6152 §2"),
    "AUTH": ("names who submitted the message first", "RFC 4954 §5"),
    "SMTPUTF8": ("says that addresses or header may be UTF-8", "RFC 6531 §3.4"),
    "RET": ("says how much of the message a notice brings back", "RFC 3461 §4.3"),
    "ENVID": ("names the transaction in notices", "RFC 3461 §4.4"),
    "NOTIFY": ("says when a notice is wanted", "RFC 3461 §4.1"),
    "ORCPT": ("names the recipient as it was first given", "RFC 3461 §4.2"),
}


def _end_of_text(octets: bytes) -> int:
    match = _LINE_END.search(octets)
    return match.start() if match else len(octets)


def _tile_command(tiles: _Tiles, decoded: auth.Decoded) -> None:
    match = _VERB.match(tiles.octets)
    end = _end_of_text(tiles.octets)
    if match:
        verb = verb_of(tiles.octets)
        tiles.take(match.start(1), "blank", "must not stand before the verb", "RFC 5321 §4.1.1")
        tiles.take(match.end(), "verb", *VERBS.get(verb, ("is no command that is known here", "RFC 5321 §4.1.1")))
        _tile_argument(tiles, verb, end, decoded)
    tiles.take(end, "not understood", "is no argument that the command takes", "RFC 5321 §4.1.1")
    tiles.take_line_end(len(tiles.octets))


def _tile_argument(tiles: _Tiles, verb: str, end: int, decoded: auth.Decoded) -> None:
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


def _tile_path(tiles: _Tiles, verb: str, end: int) -> None:
    match = _PATH.match(tiles.octets, tiles.position, end)
    if match is None:
        return
    tiles.take_match(match, _PATH_NAMES | {"mailbox": _PATHS[verb][1:]})
    tiles.fields = [_named(field, "mailbox", _PATHS[verb][0]) for field in tiles.fields]
    while parameter := _PARAMETER.match(tiles.octets, tiles.position, end):
        keyword = parameter["parameter"].decode("ascii", "replace").upper()
        meaning = _PARAMETERS.get(keyword, ("is a parameter that is not known here", "RFC 5321 §4.1.1.11"))
        names = {"parameter": meaning, "equals": ("separates", "RFC 5321 §4.1.2"), "parameter_value": meaning}
        tiles.take_match(parameter, names)


def _named(field: Field, old: str, new: str) -> Field:
    return Field(new, field.start, field.stop, field.value, field.meaning, field.source) if field.name == old else field


def _tile_auth_argument(tiles: _Tiles, end: int, decoded: auth.Decoded) -> None:
    mechanism, blank, _ = tiles.octets[tiles.position : end].partition(b" ")
    tiles.take(tiles.position + len(mechanism), "mechanism", "names the way of proving it", "RFC 4954 §4")
    tiles.take(tiles.position + len(blank), "blank", "separates", "RFC 4954 §4")
    tiles.take(end, "initial response", _base64_meaning(decoded), "RFC 4954 §4", _decoded_value(decoded))


def _tile_bdat_argument(tiles: _Tiles, end: int) -> None:
    match = re.compile(rb"(?P<chunk_size>\d+)(?:[ \t]+(?P<last>LAST))?", re.IGNORECASE).match(
        tiles.octets, tiles.position, end
    )
    if match:
        size, last = (
            ("is how many octets follow", "RFC 3030 §2"),
            ("says that no chunk comes after this one", "RFC 3030 §2"),
        )
        tiles.take_match(match, {"chunk_size": size, "last": last})


# ---- AUTH lines


def _tile_auth(tiles: _Tiles, decoded: auth.Decoded) -> None:
    end = _end_of_text(tiles.octets)
    if tiles.octets[:end] == auth.CANCEL:
        tiles.take(end, "cancel", "ends the exchange without a proof", "RFC 4954 §4")
    tiles.take(end, "response", _base64_meaning(decoded), "RFC 4954 §4", _decoded_value(decoded))
    tiles.take_line_end(len(tiles.octets))


def _base64_meaning(decoded: auth.Decoded) -> str:
    names = " and ".join(name for name, _ in decoded)
    return f"is base64 of the {names}: encoded, not encrypted" if names else "is no base64"


def _decoded_value(decoded: auth.Decoded) -> str | None:
    return " ".join(f"{name}: {value}" for name, value in decoded) or None


# ---- replies

_REPLY_LINE = re.compile(
    rb"(?P<code>\d{3})(?P<separator>[ -])?"
    rb"(?P<enhanced_status_code>[245]\.\d{1,3}\.\d{1,3}(?=[ \r\n]|\Z))?(?P<blank>(?<=\d) )?"
)


def _tile_reply(tiles: _Tiles, answers: str | None) -> None:
    for number, line in enumerate(tiles.octets.splitlines(keepends=True)):
        stop = tiles.position + len(line)
        end = tiles.position + _end_of_text(line)
        match = _REPLY_LINE.match(tiles.octets, tiles.position, end)
        if match:
            tiles.take_match(match, _reply_names(match))
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


def _tile_reply_text(tiles: _Tiles, answers: str | None, number: int, end: int) -> None:
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
    elif answers == "AUTH" and tiles.octets.startswith(b"334"):
        _tile_challenge(tiles, text, end)
    tiles.take(end, "text", "is for people, and decides nothing", "RFC 5321 §4.2")


def _tile_challenge(tiles: _Tiles, text: bytes, end: int) -> None:
    try:
        challenge = auth.decode(text).decode("utf-8", "backslashreplace")
    except ValueError:
        tiles.take(end, "challenge", "is no base64, though it must be", "RFC 4954 §4")
    else:
        tiles.take(end, "challenge", "is base64 of what the server asks", "RFC 4954 §4", challenge)


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


# ---- mail data

_HEADER_FIELD = re.compile(rb"(?P<name>[!-9;-~]+)(?P<colon>[ \t]*:)(?P<body>[^\n]*\n(?:[ \t]+[^\n]*\n)*)")
_DOT = re.compile(rb"(?:\A|(?<=\r\n))\.")


def _tile_mail_data(tiles: _Tiles, _decoded: auth.Decoded) -> None:
    """The header fields, the empty line, and the body with each stuffed dot by itself."""
    octets = tiles.octets
    while match := _HEADER_FIELD.match(octets, tiles.position):
        name = printable(match["name"])
        tiles.take(match.end("name"), "header field name", f"names the header field {name}", "RFC 5322 §2.2")
        tiles.take(match.end("colon"), "colon", "ends the name", "RFC 5322 §2.2")
        tiles.take(match.end("body"), "header field body", f"is what {name} says", "RFC 5322 §2.2")
    for line_end in (b"\r\n", b"\n"):
        if octets.startswith(line_end, tiles.position):
            tiles.take(tiles.position + len(line_end), "empty line", "ends the header", "RFC 5322 §2.1")
            break
    for dot in _DOT.finditer(octets, tiles.position):
        tiles.take(dot.start(), "body", "is the message body", "RFC 5322 §2.3")
        tiles.take(
            dot.end(),
            "stuffed dot",
            "was added since the line begins with a dot; the receiver removes it",
            "RFC 5321 §4.5.2",
        )
    tiles.take(len(octets), "body", "is the message body", "RFC 5322 §2.3")


def _tile_end_of_data(tiles: _Tiles, _decoded: auth.Decoded) -> None:
    tiles.take(
        min(1, len(tiles.octets)), "end mark", "a line that is a single dot ends the mail data", "RFC 5321 §4.1.1.4"
    )
    tiles.take_line_end(len(tiles.octets))


def _tile_chunk(tiles: _Tiles, _decoded: auth.Decoded) -> None:
    tiles.take(len(tiles.octets), "chunk", "is part of the message: counted, so no dot is stuffed", "RFC 3030 §2")


# ---- TLS

TLS_HEADER: Final = 5  # octets: content type, version, length; RFC 8446 §5.1
_TLS_TYPES: Final = {20: "change cipher spec", 21: "alert", 22: "handshake", 23: "application data"}


def _tile_tls(tiles: _Tiles, _decoded: auth.Decoded) -> None:
    octets = tiles.octets
    if len(octets) >= TLS_HEADER:
        tiles.take(
            1,
            "content type",
            f"says that this is {_TLS_TYPES.get(octets[0], 'of an unknown type')}",
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


_TILERS: Final[dict[str, Callable[[_Tiles, auth.Decoded], None]]] = {
    "command": _tile_command,
    "auth": _tile_auth,
    "mail data": _tile_mail_data,
    "end of data": _tile_end_of_data,
    "chunk": _tile_chunk,
    "tls": _tile_tls,
}
