"""CRAM-MD5 (RFC 2195): the client proves that it knows the password without saying it."""

import hmac

from smtplab.protocol.auth.exchange import (
    ClientExchange,
    Nonce,
    Passwords,
    ServerExchange,
    account,
    no_nonce,
    text_of,
)


def cram_server(
    passwords: Passwords, _initial: bytes | None, nonce: Nonce = no_nonce, domain: str = ""
) -> ServerExchange:
    """CRAM-MD5: a challenge, and its digest keyed with the password. Better than a password in clear, and outdated.

    What was heard cannot be used again, but guesses can be tried on it, as fast as MD5 is; the server has to keep the
    password itself, or as good as itself, and does not prove who it is.
    RFC 2195 §2, §4; RFC 4954 §4.
    """
    challenge = f"<{nonce()}@{domain}>".encode()  # the form of a msg-id
    response = yield challenge
    name, _, proof = response.rpartition(b" ")  # a name may hold blanks, a digest does not
    user, password = account(passwords, text_of(name))
    return user if hmac.compare_digest(digest(password, challenge), proof) else None


def cram_client(user: str, password: str, *_: object) -> ClientExchange:
    """Wait for the challenge, and answer with the name and the digest."""
    challenge = yield None
    yield user.encode() + b" " + digest(password, challenge)


def digest(password: str, challenge: bytes) -> bytes:
    """Give HMAC-MD5 of the challenge, brackets included, keyed with the password, in lower-case hexadecimal digits."""
    return hmac.new(password.encode("utf-8", "surrogateescape"), challenge, "md5").hexdigest().encode()
