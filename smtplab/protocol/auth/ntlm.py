"""What do NTLM's messages say? The three of [MS-NLMP] §2.2.1, which Windows servers and their clients exchange.

NTLM is not spoken here, only read. All numbers are little-endian. Text and octets stand at the end of a message; eight
octets at a fixed place say where: length, room, offset.
"""

import struct
from typing import Final

_SIGNATURE: Final = b"NTLMSSP\0"
_UNICODE: Final = 0x00000001  # flag: text is UTF-16
_KINDS: Final = {1: "negotiate", 2: "challenge", 3: "authenticate"}

# By the number of the message: where its flags stand, and where each field says that it is.
_FLAGS_AT: Final = {1: 12, 2: 20, 3: 60}
_TEXTS: Final = {
    1: {"domain": 16, "workstation": 24},
    2: {"target name": 12},
    3: {"domain": 28, "username": 36, "workstation": 44},
}
_NT_RESPONSE_AT: Final = 20  # in message 3
_SERVER_CHALLENGE: Final = slice(24, 32)  # in message 2


def explain_ntlm(message: bytes) -> tuple[tuple[str, str], ...]:
    """Name what a message holds, as (name, value) pairs; () for what is no message of NTLM."""
    try:
        signature, number = struct.unpack_from("<8sL", message)
        if signature != _SIGNATURE or number not in _KINDS:
            return ()
        return (("message", f"{number}, {_KINDS[number]}"), *_fields(message, number))
    except struct.error:  # too short
        return ()


def _fields(message: bytes, number: int) -> list[tuple[str, str]]:
    # Old clients leave the end of their messages out, flags and all.
    flags = int.from_bytes(message[_FLAGS_AT[number] :][:4], "little")
    # The first message is sent before UTF-16 is agreed on: its text is never that.
    encoding = "utf-16-le" if flags & _UNICODE and number > 1 else "latin-1"
    found = [
        (name, _pointed_at(message, at).decode(encoding, "backslashreplace")) for name, at in _TEXTS[number].items()
    ]
    if number == 2:
        found.append(("server challenge", message[_SERVER_CHALLENGE].hex()))
    if number == 3:
        found.append(("NT response", _pointed_at(message, _NT_RESPONSE_AT).hex()))
    return [(name, value) for name, value in found if value]


def _pointed_at(message: bytes, at: int) -> bytes:
    if len(message) < at + 8:  # optional in the first message
        return b""
    length, _room, offset = struct.unpack_from("<HHL", message, at)
    return message[offset : offset + length]
