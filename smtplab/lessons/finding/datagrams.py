"""What does a question to the domain name system look like? Asked by hand: one datagram there, and one back."""

import socket
import struct
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

from dnslib import QTYPE, DNSRecord

from smtplab.net.dns import NameServer
from smtplab.protocol.fields import Field
from smtplab.protocol.fields.tiles import Tiles
from smtplab.protocol.transcript import Entry, Kind
from smtplab.views.hexdump import Octets

SOURCE: Final = "RFC 1035"
LARGEST: Final = 512  # octets
PATIENCE: Final = 2.0  # seconds
POINTER: Final = 0xC0  # of a length: no label follows, but the place of the rest of the name

HEADER: Final = (
    ("number", "the answer repeats it, so that the two belong together"),
    ("flags", ""),
    ("questions", "how many follow"),
    ("answers", "how many records follow that answer it"),
    ("authority", "how many records follow that tell who else may know"),
    ("additional", "how many further records follow"),
)


class Exchange(NamedTuple):
    """A question and its answer, as octets."""

    question: bytes
    answer: bytes


def ask_by_hand(names: NameServer, name: str, kind: str, number: int = 7) -> Exchange:
    """Send one question to a name server, and wait for the answer. Raises TimeoutError where none comes.

    number: of the question. A real one is chosen by chance, since who guesses it can answer as well.
    """
    query = DNSRecord.question(name, kind)
    query.header.id = number
    question = bytes(query.pack())
    with names.network.new_socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(PATIENCE)
        asking.connect((names.host, names.port))
        asking.send(question)
        return Exchange(question, asking.recv(LARGEST))


def datagram(octets: bytes) -> "Datagram":
    """Show the octets of a DNS message with the meaning of each."""
    is_answer = octets[2] & 0x80
    return Datagram(Entry(party="server" if is_answer else "client", kind=Kind.UNKNOWN, octets=octets))


@dataclass(frozen=True, repr=False)
class Datagram(Octets):
    """The octets of a DNS message."""

    @cached_property
    def _all_fields(self) -> tuple[Field, ...]:
        return _Reading(self.entry.octets).fields()


class _Reading:
    """One DNS message, cut into its fields."""

    def __init__(self, octets: bytes) -> None:
        self._tiles = Tiles(octets)
        self._octets = octets

    def fields(self) -> tuple[Field, ...]:
        counts = struct.unpack_from("!6H", self._octets)
        for (name, meaning), value in zip(HEADER, counts, strict=True):
            self._take(2, name, meaning or _flags(value), f"{value:#06x}" if name == "flags" else str(value))
        for _ in range(counts[2]):
            self._take_name("name", "which name is asked about")
            self._take_kind("type", "what is asked for")
            self._take(2, "class", "the Internet", "IN")
        for _ in range(sum(counts[3:])):
            self._take_record()
        return tuple(self._tiles.fields)

    def _take_record(self) -> None:
        self._take_name("name", "whose record this is")
        kind = self._take_kind("type", "what the record says")
        self._take(2, "class", "the Internet", "IN")
        self._take(4, "time to live", "for so many seconds it may be remembered", str(self._number(4)))
        size = self._number(2)
        self._take(2, "length", "octets that follow", str(size))
        if kind == "MX":
            self._take(2, "preference", "lower is better", str(self._number(2)))
            self._take_name("exchange", "the host that takes the mail")
        else:
            self._take(size, "data", "what the record says", self._octets[self._tiles.position :][:size].hex(" "))

    def _number(self, size: int) -> int:
        return int.from_bytes(self._octets[self._tiles.position :][:size])

    def _take(self, size: int, name: str, meaning: str, value: str) -> None:
        self._tiles.take(self._tiles.position + size, name, meaning, SOURCE, value)

    def _take_kind(self, name: str, meaning: str) -> str:
        kind = str(QTYPE.get(self._number(2)))
        self._take(2, name, meaning, kind)
        return kind

    def _take_name(self, field: str, meaning: str) -> None:
        start = self._tiles.position
        name, stop = _name(self._octets, start)
        pointer = next((place for place in range(start, stop) if self._octets[place] >= POINTER), None)
        rest = "" if pointer is None else ", its rest stands further up"
        self._take(stop - start, field, meaning + rest, name)


def _flags(value: int) -> str:
    if not value & 0x8000:
        return "a question"
    said = "an authoritative answer" if value & 0x0400 else "an answer"
    return f"{said}, {'cut short' if value & 0x0200 else 'not cut short'}"


def _name(octets: bytes, start: int) -> tuple[str, int]:
    """Read a name: its text, and where it ends. A pointer leads to the rest of it, earlier in the message."""
    labels, stop, place = [], 0, start
    while octets[place]:
        if octets[place] >= POINTER:
            stop = stop or place + 2
            place = int.from_bytes(octets[place : place + 2]) & 0x3FFF
            continue
        size = octets[place]
        labels.append(octets[place + 1 : place + 1 + size].decode("ascii", "replace"))
        place += 1 + size
    return ".".join(labels) + ".", stop or place + 1
