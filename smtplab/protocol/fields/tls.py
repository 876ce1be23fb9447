"""What is each octet of a TLS record for, as far as it can be told without its keys?"""

from typing import Final

from smtplab.protocol import auth
from smtplab.protocol.fields.hello import tile_hello
from smtplab.protocol.fields.tiles import Tiles
from smtplab.protocol.tls.hello import parse_hello
from smtplab.protocol.tls.messages import MESSAGE_HEADER, describe, describe_alert, message_name
from smtplab.protocol.tls.names import (
    ALERT,
    BEGINS,
    CHANGE_CIPHER_SPEC,
    CLIENT_HELLO,
    HANDSHAKE,
    MESSAGES,
    RECORD_TYPES,
    REST,
    SERVER_HELLO,
    TLS_HEADER,
    TORN,
    UNKNOWN_MESSAGE,
    version_name,
)

RECORD: Final = "RFC 8446 §5.1"
ALERT_SIZE: Final = 2


def tile_tls(tiles: Tiles, decoded: auth.Decoded) -> None:
    """Cut a record into its header and what it holds. decoded: see `Entry.decoded`."""
    octets = tiles.octets
    if len(octets) >= TLS_HEADER and REST not in dict(decoded):
        kind = RECORD_TYPES.get(octets[0], "of an unknown type")
        tiles.take(1, "content type", f"says that this is {kind}", RECORD, str(octets[0]))
        version = version_name(int.from_bytes(octets[1:3], "big"))
        tiles.take(3, "version", "is kept at an old value, for old middle boxes", RECORD, version)
        tiles.take(5, "length", "is how many octets follow", RECORD, str(int.from_bytes(octets[3:5], "big")))
        _tile_content(tiles, decoded)
    said = "; ".join(f"{name}: {value}" if value else name for name, value in decoded)
    left = len(octets) - tiles.position
    tiles.take(len(octets), "fragment", _meaning(decoded), RECORD, said or f"{left} octets")


def _meaning(decoded: auth.Decoded) -> str:
    if not decoded:
        return "is hidden by TLS, or belongs to its handshake"
    closed = any(name.startswith("hidden") or name in (TORN, REST) for name, _ in decoded)
    return "is hidden by TLS" if closed else "was hidden by TLS, or is a piece of its handshake"


def _tile_content(tiles: Tiles, decoded: auth.Decoded) -> None:
    """Cut what is not hidden."""
    kind, content = tiles.octets[0], tiles.octets[TLS_HEADER:]
    if kind == CHANGE_CIPHER_SPEC and len(content) == 1:
        tiles.take(len(tiles.octets), "change cipher spec", "says that what follows is hidden", "RFC 5246 §7.1")
    elif kind == ALERT and len(content) == ALERT_SIZE:
        meaning = "says why the session ends" if content[1] else "ends the session in good order"
        tiles.take(TLS_HEADER + 1, "alert level", "says whether the session can go on", "RFC 8446 §6")
        tiles.take(TLS_HEADER + 2, "alert description", meaning, "RFC 8446 §6", describe_alert(content)[1])
    elif kind == HANDSHAKE:
        for number, body in _messages_as_said(content, decoded):
            _tile_message(tiles, number, body)


def _messages_as_said(content: bytes, decoded: auth.Decoded) -> list[tuple[int, bytes]]:
    """Give the messages in a record as type and body, if they are those that the listener found there.

    If not, the octets are hidden, or begin inside a message. The last one may go on in the next record.
    """
    messages, start = list[tuple[int, bytes]](), 0
    while start + MESSAGE_HEADER <= len(content):
        body = start + MESSAGE_HEADER
        stop = body + int.from_bytes(content[start + 1 : body], "big")
        messages.append((content[start], content[body:stop]))
        start = stop
    named = [message_name(number) for number, _ in messages] == [name for name, _ in decoded]
    whole = start == len(content) or any(value == BEGINS for _, value in decoded)
    return messages if named and whole else []


def _tile_message(tiles: Tiles, kind: int, body: bytes) -> None:
    size = int.from_bytes(tiles.octets[tiles.position + 1 : tiles.position + MESSAGE_HEADER], "big")
    name, meaning, source = MESSAGES.get(kind, UNKNOWN_MESSAGE)
    tiles.take(tiles.position + 1, "handshake type", meaning, source, name)
    tiles.take(tiles.position + 3, "message length", "is how many octets the message has", "RFC 8446 §4", str(size))
    if kind in (CLIENT_HELLO, SERVER_HELLO):
        try:
            tile_hello(tiles, parse_hello(body, by_client=kind == CLIENT_HELLO))
            return
        except ValueError:
            pass
    said = describe(kind, body)[1] if len(body) == size else "goes on in the next record"
    tiles.take(tiles.position + len(body), name, meaning, source, said or f"{len(body)} octets")
