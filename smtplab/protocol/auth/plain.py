"""PLAIN (RFC 4616) and LOGIN: the client simply says the password."""

import hmac

from smtplab.protocol.auth.exchange import ClientExchange, Passwords, ServerExchange, account, prepare, text_of

# The prompts of LOGIN, which no RFC fixes: real servers differ in them, and clients go by their order.
LOGIN_USERNAME = b"username:"
LOGIN_PASSWORD = b"Password:"


def plain_server(passwords: Passwords, initial: bytes | None, *_: object) -> ServerExchange:
    """PLAIN: one message, authorization identity NUL user name NUL password. Good inside TLS only.

    Whoever listens has the password, and so has the server, which can log in with it wherever else the user has it.
    RFC 4616 §2, §5; RFC 4954 §9.
    """
    message = initial if initial is not None else (yield b"")
    parts = message.split(b"\0")
    if len(parts) != 3:
        return None
    identity, name, password = parts
    if identity not in (b"", name):  # nobody here may act for somebody else
        return None
    return _proven(passwords, name, password)


def login_server(passwords: Passwords, initial: bytes | None, *_: object) -> ServerExchange:
    """LOGIN: two questions, and the name and the password for answers. No better than PLAIN, and a round trip slower.

    It was never standardized, and lives on since everybody speaks it. RFC 4954 §9 holds for it as for PLAIN.
    """
    name = initial if initial is not None else (yield LOGIN_USERNAME)
    password = yield LOGIN_PASSWORD
    return _proven(passwords, name, password)


def plain_client(user: str, password: str, *_: object) -> ClientExchange:
    """Say all of it at once. Raises ValueError for a NUL, which would end the name (RFC 4616 §2)."""
    if "\0" in user + password:
        raise ValueError("PLAIN has no way to write a NUL in a name or a password")
    yield f"\0{user}\0{password}".encode()


def login_client(user: str, password: str, *_: object) -> ClientExchange:
    """Answer the first question with the name, the second with the password, whatever their words are."""
    yield None
    yield user.encode()
    yield password.encode()


def _proven(passwords: Passwords, name: bytes, password: bytes) -> str | None:
    """Give the user if the password is its own. Takes as long for an unknown name as for a wrong password."""
    user, known = account(passwords, text_of(name))
    right = hmac.compare_digest(prepare(known), prepare(text_of(password)))
    return user if right else None
