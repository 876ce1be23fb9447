r"""What is a value in a display filter? How the text of one is read for each type of field.

`"a string\r\n"` is escaped as in C, and `r"a raw one"` is not; octets may be pairs of hex digits too, `4d:41`. What may
stand there depends on the field: a port ends at 65535, and an address may be a whole network, `192.168.1.0/24`. A value
that a field cannot have is told, since a filter with one would just let nothing pass.
"""

import re
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Final, NamedTuple

Value = str | int | float | bytes | IPv4Address | IPv6Address | IPv4Network | IPv6Network

_ESCAPE = re.compile(rb"\\(?:x([0-9A-Fa-f]{2})|(.))", re.DOTALL)
_ESCAPED: Final = {b"r": b"\r", b"n": b"\n", b"t": b"\t", b'"': b'"', b"\\": b"\\"}
_HEX: Final = re.compile(r"(?:0x)?[0-9A-Fa-f]{2}(?:[:.-]?[0-9A-Fa-f]{2})*")


class Type(NamedTuple):
    """What kind of values a field has.

    name: as an error says it, "a number". read: gives the value that a text stands for. Raises ValueError.
    """

    name: str
    read: Callable[[str], Value] = str


def _port(text: str) -> int:
    port = int(text, 0)
    if not 0 <= port <= 0xFFFF:
        raise ValueError(text)
    return port


def _octets(text: str) -> bytes:
    if not _HEX.fullmatch(text):
        raise ValueError(text)
    return bytes.fromhex(re.sub("0x|[:.-]", "", text))


PRESENCE: Final = Type("there or not")
OCTETS: Final = Type("octets")  # they can be searched and sliced, and nothing is equal to them
PAYLOAD: Final = Type("octets without their headers")  # these can only be searched
BYTES: Final = Type('octets, as in "MA" or 4d:41', _octets)  # a slice
TEXT: Final = Type("text")
NUMBER: Final = Type("a number", lambda text: int(text, 0))
PORT: Final = Type("a port, from 0 to 65535", _port)
SECONDS: Final = Type("a number of seconds", float)
IPV4: Final = Type("an IPv4 address or network", lambda text: IPv4Network(text, strict=False))
IPV6: Final = Type("an IPv6 address or network", lambda text: IPv6Network(text, strict=False))


def text_of(value: Value) -> str:
    """Give a value as the text that is searched."""
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)


def cut(value: Value, wanted: Value) -> Value:
    """Cut an address to as many bits as the network has that it is compared with. Other values stay as they are."""
    if isinstance(value, IPv4Address | IPv6Address) and isinstance(wanted, IPv4Network | IPv6Network):
        return ip_network((value, wanted.prefixlen), strict=False)
    return value


def octets_of(value: Value) -> bytes:
    """Give the octets of a text, of an address, or of what is octets already."""
    if isinstance(value, IPv4Address | IPv6Address):
        return value.packed
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogateescape")


def unescaped(text: str) -> str:
    """Give what is between the quotes of a string as it is meant. Raises ValueError for an unknown escape."""
    return text_of(unescaped_octets(text))


def unescaped_octets(text: str) -> bytes:
    """Give the octets that are meant with what is between the quotes. Raises ValueError for an unknown escape."""
    return _ESCAPE.sub(_meant, text.encode("utf-8", "surrogateescape"))


def _meant(escape: re.Match[bytes]) -> bytes:
    if escape[1]:
        return bytes.fromhex(escape[1].decode())
    if escape[2] not in _ESCAPED:
        raise ValueError(f"the string has an unknown escape, \\{text_of(escape[2])}")
    return _ESCAPED[escape[2]]
