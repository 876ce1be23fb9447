"""What does an encoded-word say? How text that is not ASCII stands in a header (RFC 2047)."""

import binascii
import re
from typing import Final

from smtplab.protocol.mime.charsets import to_text
from smtplab.protocol.mime.transfer import decode_base64

# encoded-word = "=?" charset "?" encoding "?" encoded-text "?="; a language may follow the charset (RFC 2231 §5).
# Blanks do not belong in the text, and stand there all the same.
ENCODED_WORD: Final = re.compile(
    rb"=\?(?P<charset>[^?*\s]{1,60})(?:\*[^?\s]{0,60})?\?(?P<encoding>[BbQq])\?(?P<text>[^?\r\n]*)\?="
)
_BETWEEN = re.compile(rb"(?<=\?=)[ \t\r\n]+(?==\?)")


def decode_word(word: re.Match[bytes]) -> str:
    """Give the text of an encoded-word; as it stands where its base64 is wrong."""
    try:
        octets = _decode_q(word["text"]) if word["encoding"] in b"Qq" else decode_base64(word["text"])
    except ValueError:
        return word[0].decode("ascii", "backslashreplace")
    return to_text(octets, word["charset"].decode("ascii", "replace"))


def _decode_q(text: bytes) -> bytes:
    """RFC 2047 §4.2: quoted-printable in which "_" is a blank."""
    return binascii.a2b_qp(text, header=True)


def decode_words(octets: bytes) -> str:
    """Give text in which encoded-words are decoded. Blanks between two of them are dropped (RFC 2047 §6.2)."""
    said, position = [], 0
    joined = _BETWEEN.sub(b"", octets)
    for word in ENCODED_WORD.finditer(joined):
        said += [to_text(joined[position : word.start()], ""), decode_word(word)]
        position = word.end()
    return "".join((*said, to_text(joined[position:], "")))
