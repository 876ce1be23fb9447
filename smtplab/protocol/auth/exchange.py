"""What do all mechanisms share? Base64 as it travels, names and passwords made comparable, the types of an exchange.

A mechanism is a generator. The server's yields challenges and is sent responses; it returns the user name, or None when
the user has not proven who it is. The client's yields responses and is sent challenges; it raises ValueError when the
server is not to be trusted. Both deal in plain octets.

A nonce is a text that is used once and that nobody can guess, of printable ASCII without a comma. Where it comes from
is the caller's choice, so that a lesson and a test can have the same one every time.
"""

import base64
import re
import unicodedata
from collections.abc import Callable, Generator, Mapping
from typing import Final, Protocol

AUTH_LINE_LIMIT: Final = 12288  # octets with CRLF, RFC 4954 §4
CANCEL: Final = b"*"  # a client's line that ends the exchange, RFC 4954 §4
EMPTY_INITIAL_RESPONSE: Final = "="  # since an absent one means something else, RFC 4954 §4

Passwords = Mapping[str, str]
Nonce = Callable[[], str]
ServerExchange = Generator[bytes, bytes, str | None]
ClientExchange = Generator[bytes | None, bytes, None]

# base64 = base64-terminal / ( 1*(4base64-CHAR) [base64-terminal] ), RFC 4954 §8. Python's decoder lets `AAAA=` pass.
_BASE64 = re.compile(rb"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)?")


def no_nonce() -> str:
    """Stand in for a nonce where no mechanism needs one. Raises LookupError when one does."""
    raise LookupError("this mechanism needs a nonce: hand in a callable that gives one that nobody can guess")


class ServerMechanism(Protocol):
    """Starts the server's half of an exchange.

    initial: the initial response, None where there is none. nonce: gives one for the challenge. domain: of the server.
    """

    def __call__(
        self, passwords: Passwords, initial: bytes | None, nonce: Nonce = no_nonce, domain: str = "", /
    ) -> ServerExchange: ...


class ClientMechanism(Protocol):
    """Starts the client's half. What it yields first is its initial response, None where the mechanism has none."""

    def __call__(self, user: str, password: str, nonce: Nonce = no_nonce, /) -> ClientExchange: ...


def encode(octets: bytes) -> str:
    """Write octets as base64, in one line."""
    return base64.b64encode(octets).decode("ascii")


def decode(text: bytes) -> bytes:
    """Read base64 strictly. Raises ValueError for anything else, as both sides must (RFC 4954 §4)."""
    if _BASE64.fullmatch(text) is None:
        raise ValueError("not base64")
    return base64.b64decode(text)


def decode_initial(response: str | None) -> bytes | None:
    """Read the initial response of an AUTH command: None where there is none, b"" for "=" (RFC 4954 §4)."""
    if response is None or response == EMPTY_INITIAL_RESPONSE:
        return None if response is None else b""
    return decode(response.encode())


def text_of(octets: bytes) -> str:
    """Read a name or a password. Octets that are no UTF-8 stay apart from all text, so they belong to nobody."""
    return octets.decode("utf-8", "surrogateescape")


def prepare(text: str) -> bytes:
    """Make two ways to type the same characters the same octets.

    SASLprep (RFC 4013 §2) is more than this: it also drops invisible characters and forbids others. Its tables are
    those of Unicode 3.2; of its steps only the normalization NFKC (§2.2) is taken here.
    """
    return unicodedata.normalize("NFKC", text).encode("utf-8", "surrogateescape")


def account(passwords: Passwords, name: str) -> tuple[str | None, str]:
    """Find the user of a name, with the password; (None, "") for nobody.

    A mechanism goes on with nobody as with a user, so that a stranger cannot find out by it who has an account.
    """
    user = {prepare(user): user for user in passwords}.get(prepare(name))
    return user, "" if user is None else passwords[user]
