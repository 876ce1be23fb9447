"""How does a user prove who it is? The SASL mechanisms behind AUTH (RFC 4954), as generators.

A server's mechanism yields challenges and is sent responses; it returns the user name, or None for a wrong one. A
client's yields responses and is sent challenges. Both deal in plain octets: base64 is only how they travel, and it
hides nothing (RFC 4954 §9).
"""

import base64
import binascii
import hmac
from collections.abc import Callable, Generator, Mapping
from typing import Final

AUTH_LINE_LIMIT: Final = 12288  # octets with CRLF, RFC 4954 §4
CANCEL: Final = b"*"  # a client's line that ends the exchange, RFC 4954 §4
EMPTY_INITIAL_RESPONSE: Final = "="  # since an absent one means something else, RFC 4954 §4

# The prompts of LOGIN, which no RFC fixes: real servers differ in them, and clients go by their order.
LOGIN_USERNAME: Final = b"username:"
LOGIN_PASSWORD: Final = b"Password:"

Passwords = Mapping[str, str]
ServerExchange = Generator[bytes, bytes, str | None]
ClientExchange = Generator[bytes | None, bytes, None]


def encode(octets: bytes) -> str:
    """Write octets as base64, in one line."""
    return base64.b64encode(octets).decode("ascii")


def decode(text: bytes) -> bytes:
    """Read base64 strictly. Raises ValueError for anything else, as the server must (RFC 4954 §4)."""
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error


def decode_initial(response: str | None) -> bytes | None:
    """Read the initial response of an AUTH command: None where there is none, b"" for "=" (RFC 4954 §4)."""
    if response is None or response == EMPTY_INITIAL_RESPONSE:
        return None if response is None else b""
    return decode(response.encode())


def _proven(passwords: Passwords, name: bytes, password: bytes) -> str | None:
    """Give the user name if the password is its own. Takes as long for an unknown name as for a wrong password."""
    user = name.decode("utf-8", "backslashreplace")
    known = passwords.get(user)
    right = hmac.compare_digest((known or "").encode(), password)
    return user if right and known is not None else None


def _plain_server(passwords: Passwords, initial: bytes | None) -> ServerExchange:
    """PLAIN: one message, authorization identity NUL user name NUL password (RFC 4616 §2)."""
    message = initial if initial is not None else (yield b"")
    identity, nul, rest = message.partition(b"\0")
    name, second_nul, password = rest.partition(b"\0")
    if not (nul and second_nul) or identity not in (b"", name):
        return None
    return _proven(passwords, name, password)


def _login_server(passwords: Passwords, initial: bytes | None) -> ServerExchange:
    """LOGIN: two questions. It was never standardized; it lives on since everybody speaks it."""
    name = initial if initial is not None else (yield LOGIN_USERNAME)
    password = yield LOGIN_PASSWORD
    return _proven(passwords, name, password)


SERVER_MECHANISMS: Final[dict[str, Callable[[Passwords, bytes | None], ServerExchange]]] = {
    "LOGIN": _login_server,
    "PLAIN": _plain_server,
}


def _plain_client(user: str, password: str) -> ClientExchange:
    yield f"\0{user}\0{password}".encode()


def _login_client(user: str, password: str) -> ClientExchange:
    yield None
    yield user.encode()
    yield password.encode()


# The first item that a client's mechanism yields is its initial response, None where it has none.
CLIENT_MECHANISMS: Final[dict[str, Callable[[str, str], ClientExchange]]] = {
    "LOGIN": _login_client,
    "PLAIN": _plain_client,
}

Decoded = tuple[tuple[str, str], ...]


def explain(mechanism: str, step: int, message: bytes) -> Decoded:
    """Say what a response of the client holds, as (name, value) pairs.

    step: how many responses came before it, an initial response counted. message: octets, base64 already undone.
    """
    if mechanism == "PLAIN" and step == 0 and message.count(b"\0") == 2:
        names = ("authorization identity", "username", "password")
        return tuple(zip(names, map(_shown, message.split(b"\0")), strict=True))
    if mechanism == "LOGIN" and step < 2:
        return ((("username", "password")[step], _shown(message)),)
    return (("response", _shown(message)),)


def _shown(octets: bytes) -> str:
    return octets.decode("utf-8", "backslashreplace")
