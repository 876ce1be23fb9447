"""How does a client ask an HTTP proxy for a tunnel? By CONNECT (RFC 9110 §9.3.6)."""

import re
from binascii import Error as NotBase64
from binascii import a2b_base64
from typing import Final

from smtplab.protocol.tunnels.message import Message, NoTunnel, Reading, Unfinished

CONNECT: Final = b"CONNECT "

_HEADER_END = re.compile(rb"\r?\n\r?\n")
_LENGTH = re.compile(rb"\ncontent-length:[ \t]*(\d{1,6})", re.IGNORECASE)
_BASIC = re.compile(rb"basic +(\S+)", re.IGNORECASE)

# Each expression has a group for each field of its line: name, meaning and source stand below it in the same order.
_BLANK: Final = ("blank", "separates", "RFC 9112 §2.2")
_CRLF: Final = ("CRLF", "ends the line", "RFC 9112 §2.2")
_VERSION: Final = ("version", "is that of HTTP", "RFC 9112 §2.3")
_REQUEST_LINE = re.compile(rb"(CONNECT)( )([^ \r\n]+)( )(HTTP/1\.[01])(\r?\n)")
_REQUEST_NAMES: Final = (
    ("method", "asks for a tunnel", "RFC 9110 §9.3.6"),
    _BLANK,
    ("authority", "is the server at the other end of the tunnel", "RFC 9112 §3.2.3"),
    _BLANK,
    _VERSION,
    _CRLF,
)
_STATUS_LINE = re.compile(rb"(HTTP/1\.[01])( )(\d{3})([^\r\n]*)(\r?\n)")
_STATUS_NAMES: Final = (
    _VERSION,
    _BLANK,
    ("status code", "says whether the tunnel is open: 2xx says yes", "RFC 9110 §9.3.6"),
    ("reason", "is for people", "RFC 9112 §4"),
    _CRLF,
)
_FIELD_LINE = re.compile(rb"([^:\r\n]+)(:)([ \t]*)([^\r\n]*)(\r?\n)")
_FIELD_NAMES: Final = (
    ("header field name", "names the header field", "RFC 9112 §5"),
    ("colon", "ends the name", "RFC 9112 §5"),
    _BLANK,
    ("header field value", "is what it says", "RFC 9112 §5"),
    _CRLF,
)


def http_request(octets: bytes) -> Message:
    """Read a CONNECT request with its header."""
    reading, line = _take_header(octets, CONNECT, _REQUEST_LINE, _REQUEST_NAMES)
    reading.message.target = line[3].decode("ascii", "backslashreplace")
    reading.message.said = f"HTTP CONNECT to {reading.message.target}"
    return reading.message


def http_response(octets: bytes) -> Message:
    """Read the proxy's response; if it says no, with the page that says why."""
    reading, line = _take_header(octets, b"HTTP/1.", _STATUS_LINE, _STATUS_NAMES)
    message = reading.message
    message.granted = line[3].startswith(b"2")
    length = _LENGTH.search(octets, 0, message.size)
    if length and not message.granted:
        reading.take(int(length[1]), "content", "says why not", "RFC 9110 §6.4")
    message.said = f"HTTP {line[3].decode()}{line[4].decode('utf-8', 'backslashreplace')}"
    return message


def _take_header(
    octets: bytes, beginning: bytes, first_line: re.Pattern[bytes], names: tuple[tuple[str, str, str], ...]
) -> tuple[Reading, re.Match[bytes]]:
    """Take all up to the empty line, and give the first line. beginning: how it must begin."""
    if not octets.startswith(beginning[: len(octets)]):
        raise NoTunnel
    end = _HEADER_END.search(octets)
    if end is None:
        raise Unfinished
    line = first_line.match(octets)
    if line is None:
        raise NoTunnel
    reading = Reading(octets)
    _take_groups(reading, line, names)
    while field := _FIELD_LINE.match(octets, reading.message.size, end.end()):
        _take_groups(reading, field, _FIELD_NAMES)
        if field[1].lower() == b"proxy-authorization":
            _explain_credentials(reading.message, field[4])
    reading.take(end.end() - reading.message.size, "empty line", "ends the header", "RFC 9112 §2.1")
    return reading, line


def _take_groups(reading: Reading, match: re.Match[bytes], names: tuple[tuple[str, str, str], ...]) -> None:
    for octets, name in zip(match.groups(), names, strict=True):
        reading.take(len(octets), *name)


def _explain_credentials(message: Message, credentials: bytes) -> None:
    """Say what proves to the proxy who the client is: Basic credentials are base64 (RFC 7617 §2)."""
    meaning = "proves to the proxy who the client is: encoded, not encrypted"
    if message.pieces[-2].name == "header field value":
        message.pieces[-2] = message.pieces[-2]._replace(
            meaning=meaning, source="RFC 9110 §11.7.2", value=_decoded(credentials)
        )


def _decoded(credentials: bytes) -> str | None:
    match = _BASIC.fullmatch(credentials.strip())
    try:
        return a2b_base64(match[1]).decode("utf-8", "backslashreplace") if match else None
    except NotBase64:
        return None
