"""With what does a handshake begin? The two hellos: what the client offers, and what the server takes of it.

RFC 8446 §4.1.2, §4.1.3; those of the versions before read the same.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Final, NamedTuple

from smtplab.protocol.octets import printable
from smtplab.protocol.tls.names import PROTOCOLS, SERVER_NAME, SUPPORTED_VERSIONS, cipher_suite_name, version_name
from smtplab.protocol.tls.vectors import Vectors, numbers

RANDOM_SIZE: Final = 32
HOST_NAME: Final = 0  # the only kind of server name there is

# A server hello with this random asks for another client hello (§4.1.3).
RETRY: Final = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")


class Extension(NamedTuple):
    """One extension. kind: its number; octets: without number and length."""

    kind: int
    octets: bytes


@dataclass(frozen=True, slots=True)
class Hello:
    """A client hello or a server hello, as its octets are in order. cipher_suites: those offered, or the chosen one.

    extended: whether it has a list of extensions at all, which may be empty.
    """

    by_client: bool
    legacy_version: int
    random: bytes
    session_id: bytes
    cipher_suites: tuple[int, ...]
    compressions: bytes
    extensions: tuple[Extension, ...]
    extended: bool

    @property
    def is_retry(self) -> bool:
        """Whether it is a server hello that asks for another client hello."""
        return not self.by_client and self.random == RETRY

    @property
    def versions(self) -> tuple[int, ...]:
        """The versions offered, or the one chosen. From 1.3 on they are in an extension, since old servers failed."""
        octets = self._extension(SUPPORTED_VERSIONS)
        if octets is None:
            return (self.legacy_version,)
        with suppress(ValueError):
            return numbers(Vectors(octets).vector(1) if self.by_client else octets)
        return (self.legacy_version,)

    @property
    def server_name(self) -> str:
        """Whom the client wants to talk to, fit to be shown; "" where it does not say (RFC 6066 §3)."""
        with suppress(ValueError):
            names = Vectors(Vectors(self._extension(SERVER_NAME) or b"\0\0").vector(2))
            while names:
                kind, name = names.number(1), names.vector(2)
                if kind == HOST_NAME:
                    return printable(name)
        return ""

    @property
    def protocols(self) -> list[str]:
        """What may be spoken inside, or is going to be (RFC 7301 §3.1), fit to be shown."""
        found = list[str]()
        with suppress(ValueError):
            listed = Vectors(Vectors(self._extension(PROTOCOLS) or b"\0\0").vector(2))
            while listed:
                found.append(printable(listed.vector(1)))
        return found

    def __str__(self) -> str:
        """Say what is offered or chosen, in a few words."""
        versions = ", ".join(map(version_name, self.versions))
        if self.by_client:
            offers = f"offers {versions}" if self._extension(SUPPORTED_VERSIONS) else f"offers {versions} at most"
            words = [f"SNI {self.server_name}" if self.server_name else "", offers]
        else:
            words = [versions, *map(cipher_suite_name, self.cipher_suites)]
        return ", ".join(filter(None, (*words, *self.protocols)))

    def _extension(self, kind: int) -> bytes | None:
        return next((extension.octets for extension in self.extensions if extension.kind == kind), None)


def parse_hello(body: bytes, *, by_client: bool) -> Hello:
    """Parse a hello, given without its type and length. Raises ValueError when its lengths do not fit each other."""
    reading = Vectors(body)
    version, random, session_id = reading.number(2), reading.octets(RANDOM_SIZE), reading.vector(1)
    cipher_suites = numbers(reading.vector(2) if by_client else reading.octets(2))
    compressions = reading.vector(1) if by_client else reading.octets(1)
    extended = bool(reading)
    extensions = _extensions(reading.vector(2)) if extended else ()
    if reading:
        raise ValueError("something follows the extensions")
    return Hello(by_client, version, random, session_id, cipher_suites, compressions, extensions, extended)


def client_random_in(octets: bytes) -> bytes:
    """Give the client random where these octets begin a connection with TLS, else b""; the record need not be whole."""
    is_client_hello = octets[:1] == b"\x16" and octets[5:6] == b"\x01"  # both types
    random = octets[11 : 11 + RANDOM_SIZE]  # behind them: version, lengths, version
    return random if is_client_hello and len(random) == RANDOM_SIZE else b""


def _extensions(octets: bytes) -> tuple[Extension, ...]:
    reading, found = Vectors(octets), list[Extension]()
    while reading:
        found.append(Extension(reading.number(2), reading.vector(2)))
    return tuple(found)
