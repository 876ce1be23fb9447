"""How is a content transfer encoding undone? RFC 2045 §6."""

import binascii
from typing import Final

ENCODED: Final = frozenset({"base64", "quoted-printable"})  # the others leave the octets as they are


def decoded(octets: bytes, encoding: str) -> bytes:
    """Undo an encoding, named in lower case. Characters that are none of base64 are passed over (RFC 2045 §6.8).

    Raises ValueError when nothing can be made of it.
    """
    if encoding == "base64":
        return decode_base64(octets)
    return binascii.a2b_qp(octets) if encoding == "quoted-printable" else octets


def decode_base64(octets: bytes) -> bytes:
    """Undo base64, its padding left out or not. Raises ValueError when its length cannot be right."""
    try:
        return binascii.a2b_base64(octets)
    except binascii.Error:
        return binascii.a2b_base64(octets + b"==")
