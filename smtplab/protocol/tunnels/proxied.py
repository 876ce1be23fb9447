"""Who does a proxy speak for? The header that it puts before a connection, so that the server knows the true client.

It is the PROXY protocol of HAProxy: a line of text in version 1, octets in version 2. Nobody answers it.
"""

import re
from ipaddress import ip_address
from typing import Final

from smtplab.protocol.tunnels.message import Message, NoTunnel, Reading, Unfinished

TEXT: Final = b"PROXY "
SIGNATURE: Final = b"\r\n\r\n\0\r\nQUIT\n"  # no protocol begins so, and most servers hang up on it
LINE_LIMIT: Final = 107  # octets of a line of version 1
ADDRESS_SIZES: Final = {0x11: 4, 0x21: 16}  # of TCP over IPv4, and over IPv6
FAMILIES: Final = {0: "unspecified", 0x11: "TCP over IPv4", 0x21: "TCP over IPv6"}
COMMANDS: Final = {0x20: "LOCAL", 0x21: "PROXY"}  # with the version, 2

_SOURCE: Final = "the PROXY protocol"
_CLIENT: Final = ("client address", "is where the client connects from", _SOURCE)
_SERVER: Final = ("server address", "is where the client connected to", _SOURCE)
_CLIENT_PORT: Final = ("client port", "is the port there", _SOURCE)
_SERVER_PORT: Final = ("server port", "is the port there", _SOURCE)
_BLANK: Final = ("blank", "separates", _SOURCE)
_LINE: Final = re.compile(rb"(PROXY)( )(?:(TCP[46])( )(\S+)( )(\S+)( )(\d+)( )(\d+)|(UNKNOWN)([^\r\n]*))(\r\n)")
_LINE_NAMES: Final = (
    ("signature", "says that a proxy tells who it speaks for", _SOURCE),
    _BLANK,
    ("family", "is the kind of both addresses", _SOURCE),
    *(_BLANK, _CLIENT, _BLANK, _SERVER, _BLANK, _CLIENT_PORT, _BLANK, _SERVER_PORT),
    ("family", "says that the proxy does not tell", _SOURCE),
    ("ignored", "has no meaning then", _SOURCE),
    ("CRLF", "ends the line", _SOURCE),
)


def proxied(octets: bytes) -> Message:
    """Read a header of either version."""
    return _line(octets) if octets.startswith(TEXT[: len(octets)]) else _binary(octets)


def _line(octets: bytes) -> Message:
    end = octets.find(b"\n", 0, LINE_LIMIT)
    if end < 0 and len(octets) < LINE_LIMIT:
        raise Unfinished
    match = _LINE.match(octets)
    if match is None:
        raise NoTunnel
    reading = Reading(octets)
    for group, name in zip(match.groups(), _LINE_NAMES, strict=True):
        reading.take(len(group or b""), *name)
    words = [(group or b"").decode("ascii", "backslashreplace") for group in match.groups()]
    if match[3]:
        _tell(reading.message, (words[4], words[8]), (words[6], words[10]))
    else:
        reading.message.said = "PROXY header: unknown client"
    return reading.message


def _binary(octets: bytes) -> Message:
    reading = Reading(octets)
    if not octets.startswith(SIGNATURE[: len(octets)]):
        raise NoTunnel
    reading.take(len(SIGNATURE), "signature", "says that a proxy tells who it speaks for", _SOURCE)
    command = reading.number(1, "command", "says for itself, or for a client", _SOURCE, COMMANDS)
    if command not in COMMANDS:
        raise NoTunnel
    family = reading.number(1, "family", "is the kind of both addresses", _SOURCE, FAMILIES)
    size = reading.number(2, "length", "is how many octets follow", _SOURCE)
    reading.message.said = f"PROXY header: {COMMANDS[command]}"
    address = ADDRESS_SIZES.get(family, 0)
    if address and size >= 2 * (address + 2):
        size -= 2 * (address + 2)
        _take_addresses(reading, address)
    reading.take(size, "additional", "tells more of the connection, such as its TLS", _SOURCE)
    return reading.message


def _take_addresses(reading: Reading, size: int) -> None:
    client, server = (reading.name(str(ip_address(reading.take(size, *name)))) for name in (_CLIENT, _SERVER))
    client_port, server_port = reading.number(2, *_CLIENT_PORT), reading.number(2, *_SERVER_PORT)
    _tell(reading.message, (client, str(client_port)), (server, str(server_port)))


def _tell(message: Message, client: tuple[str, str], server: tuple[str, str]) -> None:
    ends = (f"[{address}]:{port}" if ":" in address else f"{address}:{port}" for address, port in (client, server))
    client_end, message.target = ends
    message.said = f"PROXY header: the client is {client_end}"
