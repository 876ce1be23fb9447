"""SCRAM-SHA-256 (RFC 5802, RFC 7677): both sides prove that they know the password, and neither says it.

    C: n,,n=user,r=cNONCE                 client first message
    S: r=cNONCEsNONCE,s=SALT,i=4096       server first message
    C: c=biws,r=cNONCEsNONCE,p=PROOF      client final message
    S: v=SIGNATURE                        server final message

The names in this module are those of RFC 5802 §3. Channel binding, which ties the proof to the TLS connection and whose
mechanism names end in -PLUS, is not here (§6). In SMTP the server's final message cannot come with the 235, so it comes
with one more 334, which the client answers with an empty line (RFC 4954 §4).
"""

import hashlib
import hmac
import re
from typing import Final, NamedTuple

from smtplab.protocol.auth.exchange import (
    ClientExchange,
    Nonce,
    Passwords,
    ServerExchange,
    account,
    decode,
    encode,
    no_nonce,
    prepare,
)

ITERATIONS: Final = 4096  # the fewest that RFC 7677 wants
ITERATIONS_LIMIT: Final = 1_000_000  # a hostile server can keep a client busy with this number, RFC 5802 §9

# The grammar of RFC 5802 §7. An attribute `m` asks for an extension that must be known, and none is: it fails (§5.1).
_SASLNAME: Final = r"(?:[^\0=,]|=2C|=3D)+"
_NONCE: Final = r"[!-+\--~]+"
_BASE64: Final = r"[A-Za-z0-9+/]+={0,2}"
_EXTENSIONS: Final = r"(?:,[A-Za-ln-z]=[^\0,]+)*"
_CLIENT_FIRST = re.compile(
    rf"(?P<gs2_header>[ny],(?:a=(?P<identity>{_SASLNAME}))?,)"
    rf"(?P<bare>n=(?P<name>{_SASLNAME}),r=(?P<nonce>{_NONCE}){_EXTENSIONS})"
)
_SERVER_FIRST = re.compile(
    rf"r=(?P<nonce>{_NONCE}),s=(?P<salt>{_BASE64}),i=(?P<iterations>[1-9][0-9]{{0,8}}){_EXTENSIONS}"
)
_CLIENT_FINAL = re.compile(
    rf"(?P<without_proof>c=(?P<binding>{_BASE64}),r=(?P<nonce>{_NONCE}){_EXTENSIONS}),p=(?P<proof>{_BASE64})"
)
_SERVER_FINAL = re.compile(rf"v=(?P<signature>{_BASE64}){_EXTENSIONS}")


class Keys(NamedTuple):
    """What a password becomes. A server needs only the last two: nobody can log in with those (RFC 5802 §3)."""

    client_key: bytes
    stored_key: bytes
    server_key: bytes


def derive(password: str, salt: bytes, iterations: int) -> Keys:
    """Make the keys from a password, slowly on purpose: whoever guesses has to do the same for each guess."""
    salted_password = hashlib.pbkdf2_hmac("sha256", prepare(password), salt, iterations)
    client_key = _hmac(salted_password, "Client Key")
    return Keys(client_key, hashlib.sha256(client_key).digest(), _hmac(salted_password, "Server Key"))


def scram_server(
    passwords: Passwords, initial: bytes | None, nonce: Nonce = no_nonce, _domain: str = ""
) -> ServerExchange:
    """SCRAM-SHA-256: the best here. What is heard cannot be used again, and the server proves that it knows the user.

    Outside TLS guesses can still be tried on what was heard, though each takes thousands of hashes; and a server could
    keep keys in place of passwords, which are of no use to a thief without as many guesses.
    RFC 5802 §3, §5, §9; RFC 7677.
    """
    first = _match(_CLIENT_FIRST, initial if initial is not None else (yield b""))
    if first is None or first["identity"] not in (None, first["name"]):
        return None
    user, password = account(passwords, _unquoted(first["name"]))
    # A server that keeps keys has one salt for each user. This one keeps passwords, since CRAM-MD5 needs them; and with
    # a salt for each exchange there is nothing to tell a user from nobody.
    common_nonce, salt = first["nonce"] + nonce(), nonce().encode("latin-1")
    server_first = f"r={common_nonce},s={encode(salt)},i={ITERATIONS}"
    final = _match(_CLIENT_FINAL, (yield server_first.encode()))
    if final is None or final["nonce"] != common_nonce or not _is_base64_of(final["binding"], first["gs2_header"]):
        return None
    keys = derive(password, salt, ITERATIONS)
    auth_message = f"{first['bare']},{server_first},{final['without_proof']}"
    if not _is_proof(final["proof"], keys.stored_key, auth_message) or user is None:
        return None
    answer = yield f"v={encode(_hmac(keys.server_key, auth_message))}".encode()
    return None if answer else user


def scram_client(user: str, password: str, nonce: Nonce = no_nonce) -> ClientExchange:
    """Prove the password, and see to it that the server knows it too.

    Raises ValueError for an empty name, and when the server's messages are wrong or its signature is (RFC 5802 §5).
    """
    client_nonce = nonce()
    bare = f"n={_quoted(user)},r={client_nonce}"
    server_first = yield f"n,,{bare}".encode()
    first = _match(_SERVER_FIRST, server_first)
    if first is None or not first["nonce"].startswith(client_nonce):
        raise ValueError("the server's first message is not one of SCRAM, or answers somebody else")
    iterations = int(first["iterations"])
    if iterations > ITERATIONS_LIMIT:
        raise ValueError(f"the server wants {iterations} iterations, which is too many")
    keys = derive(password, decode(first["salt"].encode()), iterations)
    without_proof = f"c={encode(b'n,,')},r={first['nonce']}"
    auth_message = f"{bare},{server_first.decode()},{without_proof}"
    proof = _xor(keys.client_key, _hmac(keys.stored_key, auth_message))
    final = _match(_SERVER_FINAL, (yield f"{without_proof},p={encode(proof)}".encode()))
    if final is None or not _is_signature(final["signature"], keys.server_key, auth_message):
        raise ValueError("the server did not prove that it knows the password")
    yield b""


def _is_proof(proof: str, stored_key: bytes, auth_message: str) -> bool:
    """Tell whether the client had the client key, of which the server knows the hash only."""
    signature = _hmac(stored_key, auth_message)
    octets = _decoded(proof)
    if len(octets) != len(signature):
        return False
    return hmac.compare_digest(hashlib.sha256(_xor(octets, signature)).digest(), stored_key)


def _is_signature(signature: str, server_key: bytes, auth_message: str) -> bool:
    return hmac.compare_digest(_decoded(signature), _hmac(server_key, auth_message))


def _is_base64_of(text: str, meant: str) -> bool:
    return _decoded(text) == meant.encode()


def _decoded(text: str) -> bytes:
    try:
        return decode(text.encode())
    except ValueError:
        return b""


def _match(grammar: re.Pattern[str], message: bytes) -> re.Match[str] | None:
    try:
        return grammar.fullmatch(message.decode())
    except UnicodeDecodeError:
        return None


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(left, right, strict=True))


def _quoted(name: str) -> str:
    """Write a user name: a comma would end it (RFC 5802 §5.1). Raises ValueError for an empty one or one with a NUL."""
    prepared = prepare(name).decode()
    if not prepared or "\0" in prepared:
        raise ValueError("SCRAM needs a user name, and has no way to write a NUL in it")
    return prepared.replace("=", "=3D").replace(",", "=2C")


def _unquoted(name: str) -> str:
    return name.replace("=2C", ",").replace("=3D", "=")
