"""The records of one party: which key opens the next one, and which messages of the handshake are in them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from smtplab.protocol.tls.messages import MESSAGE_HEADER
from smtplab.protocol.tls.names import TLS_HEADER

if TYPE_CHECKING:  # the library for ciphers is loaded when there is a key
    from smtplab.capture.tls.openers import Content, Opener

SMALLEST_RECORD: Final = TLS_HEADER + 17  # one octet, and what checks it
MAX_LOST: Final = 64  # records that may be missing in a row; beyond, the number of the next one is not looked for
MAX_FAILURES: Final = 16  # in a row, until a key is taken to be wrong
MAX_MESSAGE: Final = 1 << 18  # octets: ten times as long as any chain of certificates

MESSAGE_TOO_LONG: Final = -1  # no type of a message


class Direction:
    """encrypted: whether records come hidden from now on; in TLS 1.3 only those that say that they are data.

    keyed: whether there was a key for them.
    """

    def __init__(self) -> None:
        self.encrypted = self.keyed = False
        self._openers: list[Opener] = []  # in the order in which they are used, the current one first
        self._number = 0  # of the next record with the current one
        self._lost = 0  # how many may be missing before it
        self._failures = 0
        self._message = bytearray()  # a message of the handshake whose end is still to come

    @property
    def opener(self) -> "Opener | None":
        """What opens the next record, if that is known."""
        return self._openers[0] if self._openers else None

    def encrypt(self, openers: "list[Opener]") -> None:
        """Note that what comes next is encrypted, with these in turn; an empty list where no key is known."""
        self.encrypted, self.keyed = True, bool(openers)
        self._openers = openers
        self._number = self._lost = self._failures = 0

    def advance(self) -> None:
        """Note that the sender goes on with its next key."""
        self.encrypt(self._openers[1:])

    def lose(self, octets: int) -> None:
        """Note that so many octets are not in the capture."""
        self._lost = min(MAX_LOST, self._lost + octets // SMALLEST_RECORD + 1)
        self._message.clear()

    def open(self, record: bytes) -> "Content | None":
        """Open the next record; None where it does not open.

        Where records were lost, the number is found by trying, and so is a key whose beginning was lost.
        """
        for place, opener in enumerate(self._openers[:2]):
            first = self._number if place == 0 else 0
            for number in range(first, first + self._lost + 1):
                content = opener.open(record, number)
                if content is not None:
                    self.encrypt(self._openers[place:])
                    self._number = number + 1
                    return content
        self._fail()
        return None

    def _fail(self) -> None:
        """Go on without the record, which may be damaged; give up where none opens."""
        self._lost = min(MAX_LOST, self._lost + 1)
        self._failures += 1
        if self._failures > MAX_FAILURES:
            self._openers = []

    def messages(self, octets: bytes) -> Iterator[tuple[int, bytes]]:
        """Give the messages of the handshake that are whole now, as type and body; they may be cut anywhere."""
        self._message += octets
        while len(self._message) >= MESSAGE_HEADER:
            stop = MESSAGE_HEADER + int.from_bytes(self._message[1:MESSAGE_HEADER], "big")
            if stop > MAX_MESSAGE:
                self._message.clear()
                yield MESSAGE_TOO_LONG, b""
            elif stop > len(self._message):
                return
            else:
                body = bytes(self._message[MESSAGE_HEADER:stop])
                kind = self._message[0]
                del self._message[:stop]
                yield kind, body

    @property
    def begun(self) -> int | None:
        """The type of the message whose end is still to come."""
        return self._message[0] if self._message else None
