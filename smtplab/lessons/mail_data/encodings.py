"""How does what is no ASCII travel? Its size in base64, and words in a header that say what they are."""

import base64
import unicodedata
from collections.abc import Callable
from random import Random
from typing import Any, ClassVar, Final

from smtplab.lessons.exercises import Exercise, Unreadable, Wrong, text_of
from smtplab.lessons.functions import call, function_of, kind_of
from smtplab.protocol.mail import with_crlf
from smtplab.protocol.mime.words import decode_words
from smtplab.protocol.octets import count as counted

LINE: Final = 76  # characters of base64 in a line at most, RFC 2045 §6.8


def on_the_wire(count: int) -> int:
    """Give how many octets so many octets become, in lines, by encoding them."""
    return len(with_crlf(base64.encodebytes(bytes(count))))


class Base64Size(Exercise):
    """Write a function for the size of an attachment on the wire. Compared with what an encoder really makes."""

    form = "a function from a number of octets to a number of octets"
    hints = (
        "Three octets become four characters, and what is left over is padded to four: round up, with "
        "`-(-count // 3)`.",
        "Each line holds 76 characters at most and ends in CRLF, the last one too: two octets more for each line.",
    )
    CASES: ClassVar = (3, 1, 2, 4, 57, 58, 56, 114, 1000)

    def prepare(self, variant: Random) -> None:
        drawn = (variant.randint(1, 200_000) for _ in range(20))
        self._cases = [*self.CASES, 0, *sorted(drawn)]

    def solve(self) -> Callable[[int], int]:
        return size

    def judge(self, answer: Any) -> str:
        function = function_of(answer)
        for count in self._cases:
            octets, right = counted(count, "octet"), on_the_wire(count)
            given = call(function, count, shown=octets)
            if isinstance(given, float) and given == right:
                given = int(given)
            if type(given) is not int:
                raise Wrong(f"For {octets} it gives {kind_of(given)}. A whole number was asked for.")
            if given != right:
                raise Wrong(f"For {octets} it gives {given}. {_why_not(count, given, right)}")
        count = self._cases[-1]
        return (
            f"Right for {len(self._cases)} sizes: {count:,} octets become {on_the_wire(count):,}, over a third more. "
            "No character of base64 is a dot, so none is stuffed. RFC 2045 §6.8."
        )


def _why_not(count: int, given: int, right: int) -> str:
    characters = 4 * -(-count // 3)
    if given == characters:
        return "So many are the characters. But they stand in lines, and each line ends in CRLF."
    if abs(given - right) <= 2:
        return f"On the wire there are {right}: how many lines are there, and how does each of them end?"
    return f"On the wire there are {right}: {characters} characters, in lines of {LINE}, each with CRLF."


def size(count: int) -> int:
    """Give the octets on the wire of so many octets in base64."""
    characters = 4 * -(-count // 3)
    lines = -(-characters // 76)
    return characters + 2 * lines


class EncodedWord(Exercise):
    """Read an encoded-word, as it stands in a header."""

    form = "the text that it stands for"
    hints = (
        "Between the question marks stand charset, encoding and text (RFC 2047 §2). B is base64; in Q, `=C3` is the "
        "octet C3 and `_` is a blank (RFC 2047 §4.2).",
        "First make octets of it, as `email.header.decode_header` does, and then text: `octets.decode(charset)`.",
    )
    TEXTS: ClassVar = (
        ("Grüße aus dem Labor", ("utf-8", "iso-8859-1")),
        ("Café à neuf heures", ("utf-8", "iso-8859-1")),
        ("Smörgåsbord um zehn", ("utf-8", "iso-8859-1")),
        ("邮件 已收到", ("utf-8", "gb2312")),
        ("明日の 会議", ("utf-8", "iso-2022-jp")),
        ("Привет из лаборатории", ("utf-8", "koi8-r")),
    )

    def prepare(self, variant: Random) -> None:
        self._text, charsets = variant.choice(self.TEXTS)
        self._charset = variant.choice(charsets)
        self._octets = self._text.encode(self._charset)
        encoding = variant.choice("BQ")
        text = _in_q(self._octets) if encoding == "Q" else base64.b64encode(self._octets).decode()
        self._word = f"=?{self._charset}?{encoding}?{text}?="

    @property
    def question(self) -> str:
        return f"What does `Subject: {self._word}` say?"

    def solve(self) -> str:
        return decode_words(self._word.encode())

    def judge(self, answer: Any) -> str:
        if isinstance(answer, (bytes, list, tuple)) and answer:
            raise Unreadable("These are octets still: `octets.decode(charset)` makes a text of them.")
        said = unicodedata.normalize("NFC", text_of(answer).removeprefix("Subject:").strip(" \"'"))
        if not said:
            raise Unreadable
        if said != self._text:
            raise Wrong(self._why_not(said))
        return (
            f"{len(self._text)} characters, {len(self._octets)} octets in {self._charset}, and {len(self._word)} "
            "octets of ASCII on the wire: a header holds nothing else. RFC 2047 §2, §4.2, RFC 5321 §2.3.1."
        )

    def _why_not(self, said: str) -> str:
        if said in (self._word, self._word.split("?")[3]):
            return "That is how it stands in the header. What does it say?"
        if said.replace("_", " ") == self._text:
            return "Nearly: in Q, `_` is a blank."
        for charset in ("iso-8859-1", "cp1252", "utf-8", "gb2312", "koi8-r"):
            if charset != self._charset and said == self._octets.decode(charset, "replace"):
                return f"The octets are right, but you read them as {charset}. The word says `{self._charset}`."
        return f"The octets are `{self._octets.hex(' ')}`, and their charset is `{self._charset}`."


def _in_q(octets: bytes) -> str:
    """Write octets in the Q encoding (RFC 2047 §4.2)."""
    plain = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    return "".join("_" if octet == 0x20 else chr(octet) if octet in plain else f"={octet:02X}" for octet in octets)
