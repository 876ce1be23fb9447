"""How is a message of a tunnel's opening read? Piece by piece, so that each octet has a name."""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

TEXT_LIMIT: Final = 255  # octets of a text that a NUL ends


class NoTunnel(Exception):
    """These octets open no tunnel that is known here."""


class Unfinished(Exception):
    """What is here so far may open a tunnel."""


class Piece(NamedTuple):
    """A field of a message: so many octets. value: None where the octets speak for themselves."""

    name: str
    size: int
    meaning: str
    source: str
    value: str | None = None


@dataclass
class Message:
    """One message of an opening.

    said: what it is and says, in a few words, without a password. target: for a request, "host:port". granted: for an
    answer, whether it says yes. method: for the answer to a SOCKS5 greeting, which one was chosen.
    """

    said: str = ""
    pieces: list[Piece] = field(default_factory=list)
    target: str = ""
    granted: bool = False
    method: int = -1

    @property
    def size(self) -> int:
        """Octets in all."""
        return sum(piece.size for piece in self.pieces)


class Reading:
    """Reads one message, octet by octet; `Unfinished` where it goes on behind what is here."""

    def __init__(self, octets: bytes) -> None:
        self._octets = octets
        self._position = 0
        self.message = Message()

    def take(self, size: int, name: str, meaning: str, source: str, value: str | None = None) -> bytes:
        """Give the next `size` octets, which are a field of that name."""
        taken = self._octets[self._position : self._position + size]
        if len(taken) < size:
            raise Unfinished
        self._position += size
        if size:
            self.message.pieces.append(Piece(name, size, meaning, source, value))
        return taken

    def number(self, size: int, name: str, meaning: str, source: str, names: dict[int, str] | None = None) -> int:
        """Give the next octets as a number. names: what its values are called."""
        number = int.from_bytes(self.take(size, name, meaning, source), "big")
        self.name((names or {}).get(number, str(number)))
        return number

    def expect(self, number: int, name: str, meaning: str, source: str) -> None:
        """Take an octet that must have this value. Raises NoTunnel when it has not."""
        if self.number(1, name, meaning, source) != number:
            raise NoTunnel

    def name(self, value: str) -> str:
        """Say what the last field says, and give it back."""
        self.message.pieces[-1] = self.message.pieces[-1]._replace(value=value)
        return value

    def find(self, octet: bytes) -> int:
        """Give how many octets stand before this one. Raises NoTunnel when they are too many for a text."""
        size = self._octets.find(octet, self._position) - self._position
        if size < 0:
            raise NoTunnel if len(self._octets) - self._position > TEXT_LIMIT else Unfinished
        return size
