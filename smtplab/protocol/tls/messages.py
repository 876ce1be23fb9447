"""What does a message of the handshake say, in a few words?

RFC 8446 §4, RFC 5246 §7.4.
"""

from collections.abc import Callable
from typing import Final

from smtplab.protocol.tls.certificate import names_in
from smtplab.protocol.tls.hello import parse_hello
from smtplab.protocol.tls.names import ALERTS, CERTIFICATE, CLIENT_HELLO, MESSAGES, SERVER_HELLO, UNKNOWN_MESSAGE
from smtplab.protocol.tls.vectors import Vectors

MESSAGE_HEADER: Final = 4  # octets: type, length
SHOWN_NAMES: Final = 3  # of a certificate
FATAL: Final = 2

Said = tuple[str, str]  # what it is, and what it says, "" where there is nothing to say


def message_name(kind: int) -> str:
    """Name a message by its type."""
    return MESSAGES.get(kind, UNKNOWN_MESSAGE).name


def describe(kind: int, body: bytes) -> Said:
    """Say what a message is, given without its type and length, and what it says."""
    name = message_name(kind)
    try:
        return (name, _DETAILS[kind](body)) if kind in _DETAILS else (name, "")
    except ValueError:
        return name, "malformed"


def describe_alert(octets: bytes) -> Said:
    """Say what an alert says. RFC 8446 §6."""
    if len(octets) != 2:
        return "alert", "malformed"
    level, number = octets
    words = ALERTS.get(number, f"number {number}")
    return "alert", f"fatal: {words}" if level == FATAL and number else words


def certificates_in(body: bytes) -> list[bytes]:
    """Give the certificates of a message, the sender's own first. Raises ValueError when they are not to be read.

    From 1.3 on a context stands before the list, and extensions behind each certificate. In 1.2 the list begins with
    the length of all that follows.
    """
    is_older = len(body) >= 3 and int.from_bytes(body[:3], "big") == len(body) - 3
    reading = Vectors(body)
    if not is_older:
        reading.vector(1)
    listed, found = Vectors(reading.vector(3)), list[bytes]()
    while listed:
        found.append(listed.vector(3))
        if not is_older:
            listed.vector(2)
    return found


def _certificate(body: bytes) -> str:
    certificates = certificates_in(body)
    if not certificates:
        return "none"
    names = names_in(certificates[0])
    more = len(names) - SHOWN_NAMES
    return ", ".join(names[:SHOWN_NAMES]) + (f" and {more} more" if more > 0 else "")


def _server_hello(body: bytes) -> str:
    hello = parse_hello(body, by_client=False)
    return f"asks for another client hello, {hello}" if hello.is_retry else str(hello)


_DETAILS: Final[dict[int, Callable[[bytes], str]]] = {
    CLIENT_HELLO: lambda body: str(parse_hello(body, by_client=True)),
    SERVER_HELLO: _server_hello,
    CERTIFICATE: _certificate,
}
