"""Exchanges for the tests of AUTH: both halves joined without a session, or one half driven by hand."""

from collections.abc import Iterator
from contextlib import suppress

from smtplab.protocol import auth
from smtplab.protocol.auth import ClientExchange, Nonce, ServerExchange

MECHANISMS = tuple(auth.SERVER_MECHANISMS)


def nonces(*texts: str) -> Nonce:
    """Give these texts one after the other."""
    return iter(texts).__next__


def numbered(prefix: str) -> Nonce:
    """Give a new nonce each time, the same ones every time."""

    def texts() -> Iterator[str]:
        number = 0
        while True:
            number += 1
            yield f"{prefix}{number}"

    return texts().__next__


def drive(server: ServerExchange, *responses: bytes) -> tuple[list[bytes], str | None]:
    """Send a server's half these responses; give its challenges and who it took the client for, None for nobody.

    Raises AssertionError when it wants to hear more, or less.
    """
    challenges = []
    to_send: list[bytes | None] = [None, *responses]
    try:
        while to_send:
            response = to_send.pop(0)
            challenges.append(next(server) if response is None else server.send(response))
    except StopIteration as verdict:
        assert not to_send, f"the server was at its end before {to_send}"
        user: str | None = verdict.value
        return challenges, user
    raise AssertionError(f"the server waits for more after {challenges}")


def join(server: ServerExchange, client: ClientExchange) -> tuple[str | None, bool]:
    """Let the halves talk, without an initial response. Give the user, and whether the client was at its end.

    Raises ValueError when the client does not trust the server.
    """
    held, challenge = next(client), next(server)
    try:
        if held is not None:
            challenge = server.send(held)
        while True:
            response = client.send(challenge)
            assert response is not None
            challenge = server.send(response)
    except StopIteration as verdict:
        user: str | None = verdict.value
    with suppress(StopIteration, ValueError):
        client.send(b"")
        return user, False
    return user, True
