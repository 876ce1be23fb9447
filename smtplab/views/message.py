"""What does a message say, in words that are safe to show? Its header fields, its addresses and its parts."""

from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import getaddresses
from functools import cached_property
from typing import Final, NamedTuple

from smtplab.protocol.mime.attachments import is_attached
from smtplab.protocol.mime.charsets import to_text
from smtplab.protocol.mime.entity import Entity, read_entity
from smtplab.protocol.mime.header import HeaderField, unfolded
from smtplab.protocol.mime.words import decode_words
from smtplab.protocol.octets import count, printable
from smtplab.protocol.text import safe

PARTS: Final = 100  # of one message, at most
FIELDS: Final = 200


class Field(NamedTuple):
    """One header field. value: unfolded, encoded-words decoded (RFC 2047)."""

    name: str
    value: str


class Address(NamedTuple):
    """One mailbox in a header field. name: what stands before it, for people; "" where nothing does."""

    name: str
    mailbox: str


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a message. depth: 0 for the message itself."""

    depth: int
    entity: Entity

    @property
    def is_attachment(self) -> bool:
        """Whether it is a file and not to be read here."""
        return is_attached(self.entity)

    @property
    def name(self) -> str:
        """The name of the file, "" where it has none."""
        return safe(self.entity.filename)

    @property
    def text(self) -> str:
        """Its content as text, nothing in it made safe."""
        return to_text(self.entity.content(), self.entity.parameters.get("charset", ""))

    def __str__(self) -> str:
        entity = self.entity
        size = "" if entity.parts else count(len(entity.content()), "octet")
        name = f"“{entity.filename}”" if entity.filename else ""
        encoding = entity.encoding if entity.is_encoded else ""
        told = (entity.media_type, name, entity.parameters.get("charset", ""), encoding, entity.disposition, size)
        return "  ".join(safe(word) for word in told if word)


class Message:
    """A message, header and body. octets: as they were stored or sent, dots unstuffed."""

    def __init__(self, octets: bytes) -> None:
        self.octets = octets

    @cached_property
    def _entity(self) -> Entity:
        return read_entity(self.octets)

    @cached_property
    def fields(self) -> list[Field]:
        """The fields of its header, in order."""
        return [
            Field(printable(self.octets[field.start : field.name_stop]), safe(self._value(field)))
            for field in self._entity.header[:FIELDS]
        ]

    def values(self, name: str) -> list[str]:
        """Give the values of all fields of a name; names know no case."""
        return [field.value for field in self.fields if field.name.lower() == name.lower()]

    def addresses(self, name: str) -> list[Address]:
        """Give the mailboxes in all fields of a name."""
        raw = [self._raw(field) for field in self._entity.header if field.name == name.lower()]
        try:
            pairs = getaddresses([octets.decode("utf-8", "surrogateescape") for octets in raw])
        except Exception:  # the library raises at what strangers make up, such as RecursionError at nested comments
            return []
        return [Address(safe(_decoded(shown)), safe(mailbox)) for shown, mailbox in pairs if mailbox]

    @cached_property
    def parts(self) -> list[Part]:
        """Its parts, each before those that it holds; the first is the message itself."""
        return [part for part, _ in zip(_walk(self._entity, 0), range(PARTS), strict=False)]

    @cached_property
    def body(self) -> str:
        """The first part that is plain text, safe to show; "" where there is none."""
        return shown_text(self._first("text/plain"))

    @cached_property
    def html(self) -> str:
        """The first part that is HTML, as it is and not safe at all; "" where there is none."""
        return self._first("text/html")

    @property
    def attachments(self) -> list[Part]:
        """Its parts that are files."""
        return [part for part in self.parts if part.is_attachment]

    def _first(self, media_type: str) -> str:
        found = (part for part in self.parts if part.entity.media_type == media_type and not part.is_attachment)
        part = next(found, None)
        return "" if part is None else part.text

    def _raw(self, field: HeaderField) -> bytes:
        return unfolded(self.octets[field.colon_stop : field.body_stop]).strip()

    def _value(self, field: HeaderField) -> str:
        return decode_words(self._raw(field).replace(b"\t", b" "))  # which folding may leave behind


def shown_text(text: str) -> str:
    """Give a text of several lines, safe to show; tabs, which are harmless, as blanks."""
    return "\n".join(safe(line) for line in text.expandtabs(4).replace("\r\n", "\n").split("\n"))


def _walk(entity: Entity, depth: int) -> Iterator[Part]:
    yield Part(depth, entity)
    for part in entity.parts:
        yield from _walk(part, depth + 1)


def _decoded(text: str) -> str:
    return decode_words(text.encode("utf-8", "surrogateescape"))
