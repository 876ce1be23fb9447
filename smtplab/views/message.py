"""What does a message hold? Its header fields and its MIME parts, read so that nothing a stranger sent can stop it.

Everything comes out as text that is safe to show; what cannot be read is shown as it is.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.header import decode_header
from email.message import Message as Parsed
from email.parser import BytesParser
from email.policy import compat32
from email.utils import getaddresses
from functools import cached_property
from typing import Any, Final, NamedTuple

from smtplab.protocol.octets import count, printable
from smtplab.protocol.text import safe

PARTS: Final = 100  # of one message, at most
DEPTH: Final = 20  # of parts in parts
FIELDS: Final = 200

_FOLD = re.compile(r"\r?\n(?=[ \t])")
_ENCODED_WORD = re.compile(r"=\?[^?]*\?[BbQq]\?[^?]*\?=")
_BETWEEN_WORDS = re.compile(r"(?<=\?=)[ \t]+(?==\?)")  # which are no part of the text (RFC 2047 §6.2)


class Field(NamedTuple):
    """One header field. value: unfolded, encoded words read (RFC 2047)."""

    name: str
    value: str


class Address(NamedTuple):
    """One mailbox in a header field. name: what stands before it, for people; "" where nothing does."""

    name: str
    mailbox: str


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a message. depth: 0 for the message itself.

    content: its octets, transfer encoding undone; b"" for a part that holds parts. encoding: how they were sent.
    """

    depth: int
    kind: str
    content: bytes = b""
    name: str = ""
    charset: str = ""
    encoding: str = ""
    disposition: str = ""
    holds_parts: bool = False

    @property
    def is_attachment(self) -> bool:
        """Whether it is to be kept as a file and not to be read here."""
        readable = self.kind in ("text/plain", "text/html")
        return not self.holds_parts and (self.disposition == "attachment" or not readable)

    @property
    def text(self) -> str:
        """Its content as text, nothing in it made safe."""
        try:
            return self.content.decode(self.charset or "utf-8", "replace")
        except (LookupError, ValueError):  # a charset that nobody knows
            return self.content.decode("utf-8", "backslashreplace")

    def __str__(self) -> str:
        name = f"“{self.name}”" if self.name else ""
        size = "" if self.holds_parts else count(len(self.content), "octet")
        return "  ".join(filter(None, (self.kind, name, self.charset, self.encoding, self.disposition, size)))


class Message:
    """A message, header and body. octets: as they were stored or sent, dots unstuffed."""

    def __init__(self, octets: bytes) -> None:
        self.octets = octets

    @cached_property
    def fields(self) -> list[Field]:
        """The fields of its header, in order."""
        raw = list(self._parsed.raw_items())[:FIELDS]
        return [Field(_safe(name), _value(str(value))) for name, value in raw]

    def values(self, name: str) -> list[str]:
        """Give the values of all fields of a name; names know no case."""
        return [field.value for field in self.fields if field.name.lower() == name.lower()]

    def addresses(self, name: str) -> list[Address]:
        """Give the mailboxes in all fields of a name."""
        raw = [str(value) for found, value in self._parsed.raw_items() if found.lower() == name.lower()]
        try:
            pairs = getaddresses([_unfolded(value) for value in raw])
        except Exception:  # such as RecursionError at comments in comments
            pairs = []
        return [Address(_value(shown), _safe(mailbox)) for shown, mailbox in pairs if mailbox]

    @cached_property
    def parts(self) -> list[Part]:
        """Its parts, each before those that it holds; the first is the message itself."""
        found = []
        for part in _parts(self._parsed, 0):
            found.append(part)
            if len(found) == PARTS:
                break
        return found

    @cached_property
    def body(self) -> str:
        """The first part that is plain text, safe to show; "" where there is none."""
        plain = (part for part in self.parts if part.kind == "text/plain" and not part.is_attachment)
        part = next(plain, None)
        return "" if part is None else shown_text(part.text)

    @cached_property
    def html(self) -> str:
        """The first part that is HTML, as it is and not safe at all; "" where there is none."""
        rich = (part for part in self.parts if part.kind == "text/html" and not part.is_attachment)
        part = next(rich, None)
        return "" if part is None else part.text

    @property
    def attachments(self) -> list[Part]:
        """Its parts that are files."""
        return [part for part in self.parts if part.is_attachment]

    @cached_property
    def _parsed(self) -> "Parsed[Any, Any]":
        try:
            return BytesParser(policy=compat32).parsebytes(self.octets)
        except Exception:  # the library raises whatever it likes at what strangers make up, such as RecursionError
            unread: Parsed[Any, Any] = Parsed()
            unread.set_payload(self.octets.decode("ascii", "surrogateescape"))
            return unread


def shown_text(text: str) -> str:
    """Give a text of several lines, safe to show; tabs, which are harmless, as blanks."""
    return "\n".join(safe(line) for line in text.expandtabs(4).replace("\r\n", "\n").split("\n"))


def _parts(parsed: "Parsed[Any, Any]", depth: int) -> Iterator[Part]:
    inner = parsed.get_payload()
    if isinstance(inner, list) and depth < DEPTH:
        yield Part(depth, _safe(parsed.get_content_type()), holds_parts=True)
        for one in inner:
            if isinstance(one, Parsed):
                yield from _parts(one, depth + 1)
    else:
        yield _leaf(parsed, depth)


def _leaf(parsed: "Parsed[Any, Any]", depth: int) -> Part:
    return Part(
        depth,
        _safe(parsed.get_content_type()),
        _content(parsed),
        _asked(lambda: _value(str(parsed.get_filename() or ""))),
        _asked(lambda: _safe(str(parsed.get_content_charset() or ""))),
        _asked(lambda: _safe(str(parsed.get("Content-Transfer-Encoding") or "")).strip().lower()),
        _asked(lambda: _safe(str(parsed.get_content_disposition() or ""))),
    )


def _content(parsed: "Parsed[Any, Any]") -> bytes:
    try:
        content = parsed.get_payload(decode=True)
    except Exception:
        content = None
    return content if isinstance(content, bytes) else b""


def _asked(question: Any) -> str:
    """Give an answer of the library, or nothing where it fails at what was sent."""
    try:
        return str(question())
    except Exception:
        return ""


def _value(raw: str) -> str:
    """Read a field's value: unfolded, its encoded words decoded, safe to show."""
    value = _BETWEEN_WORDS.sub("", _unfolded(raw))
    return "".join(map(_piece, re.split(f"({_ENCODED_WORD.pattern})", value)))


def _piece(text: str) -> str:
    return (_ENCODED_WORD.fullmatch(text) and _asked(lambda: _decoded(text))) or _safe(text)


def _decoded(word: str) -> str:
    [(octets, charset)] = decode_header(word)
    return safe(octets.decode(charset or "ascii", "backslashreplace"))


def _unfolded(raw: str) -> str:
    return _FOLD.sub("", raw).strip()


def _safe(text: str) -> str:
    """Show text in which octets that are no ASCII may stand as surrogates."""
    return printable(text.encode("utf-8", "surrogateescape"))
