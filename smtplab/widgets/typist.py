r"""What was typed, and which octets does it stand for? The console without its widgets.

`\x00` and the like stand for octets, so that a line can hold what no keyboard has.
"""

import base64
import binascii
import re
from typing import Final

from smtplab.net.by_hand import ByHand
from smtplab.protocol.octets import printable
from smtplab.protocol.text import said_line
from smtplab.protocol.transcript import Entry

LINE_ENDS: Final = {"CR LF": b"\r\n", "LF": b"\n", "CR": b"\r", "none": b""}
REMEMBERED: Final = 100  # lines

_ESCAPE = re.compile(rb"\\(?:x([0-9A-Fa-f]{2})|([rnt\\]))")
_NAMED: Final = {b"r": b"\r", b"n": b"\n", b"t": b"\t", b"\\": b"\\"}


def octets_of(text: str) -> bytes:
    r"""Give the octets that a text stands for: UTF-8, and `\xNN`, `\r`, `\n`, `\t`, `\\` for one octet each.

    Any other backslash stands for itself, as quoted strings need it (RFC 5321 §4.1.2).
    """
    return _ESCAPE.sub(_octet, text.encode("utf-8", "backslashreplace"))


def _octet(match: "re.Match[bytes]") -> bytes:
    return bytes.fromhex(match[1].decode()) if match[1] else _NAMED[match[2]]


def lines_of(text: str, end: bytes) -> bytes:
    """Give the octets of a text of several lines, each ended by `end`; with b"" they are left as they are."""
    if not end:
        return octets_of(text)
    return b"".join(octets_of(line) + end for line in text.removesuffix("\n").split("\n"))


def encoded(text: str) -> str:
    """Give the base64 of the octets that a text stands for."""
    return base64.b64encode(octets_of(text)).decode()


def decoded(text: str) -> str:
    """Give what a base64 says, octets that are no text written as in `octets_of`. Raises ValueError for no base64."""
    try:
        return printable(base64.b64decode(text.strip(), validate=True))
    except binascii.Error as error:
        raise ValueError(f"no base64: {error}") from error


class Typist:
    """Types to a server. `hand` is the connection."""

    def __init__(self, hand: ByHand) -> None:
        self.hand = hand
        self._typed: list[tuple[str, bytes]] = []

    def line(self, text: str, line_end: str) -> None:
        """Send one line. line_end: one of `LINE_ENDS`."""
        octets = octets_of(text) + LINE_ENDS[line_end]
        self._typed = [*(typed for typed in self._typed if typed[0] != text), (text, octets)][-REMEMBERED:]
        self.hand.say(octets)

    def message(self, text: str, line_end: str) -> None:
        """Send a text of several lines as it is typed: no dot is doubled, and no end mark is added."""
        self.hand.say(lines_of(text, LINE_ENDS[line_end]))

    @property
    def history(self) -> list[str]:
        """The lines that were typed, each once, the latest first; without those that are known to hold a password."""
        secret = self._secret
        return [text for text, octets in reversed(self._typed) if text and octets not in secret]

    @property
    def secrets(self) -> set[str]:
        """The lines that are known to hold a password."""
        secret = self._secret
        return {text for text, octets in self._typed if octets in secret}

    @property
    def _secret(self) -> set[bytes]:
        return {entry.octets for entry in self.hand.now.transcript if _is_secret(entry)}


def _is_secret(entry: Entry) -> bool:
    return entry.party == "client" and entry.verb == "AUTH" and said_line(entry) != said_line(entry, passwords=True)
