"""How is one record opened? What is in it is checked: it opens with the right key and number, or not at all.

The number counts the records that a party has sent with a key, from 0. It is not in the record, but it goes into the
check, so that nobody can leave one out or send it twice.

RFC 8446 §5.2, §5.3; RFC 5246 §6.2.3; the modes: RFC 5288 (GCM), RFC 6655 (CCM), RFC 7905 (ChaCha20-Poly1305).
"""

import hashlib
import hmac
from typing import NamedTuple, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from smtplab.capture.tls.derivation import expand_label, next_secret, prf
from smtplab.capture.tls.suites import Suite
from smtplab.protocol.tls.names import TLS_HEADER
from smtplab.protocol.transcript import Party

NONCE_SIZE, SALT_SIZE, EXPLICIT_SIZE = 12, 4, 8  # of the modes that check by themselves
TAG_SIZE, SHORT_TAG_SIZE = 16, 8
BLOCK_SIZE = 16  # of AES


class Content(NamedTuple):
    """What was in a record. kind: its true content type."""

    kind: int
    octets: bytes


class Opener(Protocol):
    """Opens the records that one party has sent with one key.

    overhead: by how many octets at least a record is longer than what is in it, its header aside.
    """

    overhead: int

    def open(self, record: bytes, number: int) -> Content | None:
        """Give what is in a record, or None where it does not open."""


class TrafficOpener:
    """Opens records of TLS 1.3, by the traffic secret of their sender."""

    overhead = TAG_SIZE + 1  # the true type

    def __init__(self, suite: Suite, secret: bytes) -> None:
        self._suite = suite
        self._secret = secret
        self._aead = _aead(suite, expand_label(secret, "key", suite.key_size, suite.hash))
        self._iv = int.from_bytes(expand_label(secret, "iv", NONCE_SIZE, suite.hash), "big")

    def open(self, record: bytes, number: int) -> Content | None:
        """Open a record. Behind the content stand its true type and any number of zeros (RFC 8446 §5.2, §5.4)."""
        nonce = (self._iv ^ number).to_bytes(NONCE_SIZE, "big")
        inner = _decrypted(self._aead, nonce, record[TLS_HEADER:], record[:TLS_HEADER])
        stripped = inner.rstrip(b"\0") if inner is not None else b""
        return Content(stripped[-1], stripped[:-1]) if stripped else None

    def updated(self) -> "TrafficOpener":
        """Give the opener for what follows a key update. RFC 8446 §7.2."""
        return TrafficOpener(self._suite, next_secret(self._secret, self._suite.hash))


class AeadOpener:
    """Opens records of TLS 1.2 in a mode that checks by itself. salt: the part of the nonce that is not sent."""

    def __init__(self, suite: Suite, key: bytes, salt: bytes) -> None:
        self._aead = _aead(suite, key)
        self._salt = salt
        self._tag_size = SHORT_TAG_SIZE if suite.mode == "CCM_8" else TAG_SIZE
        self.overhead = self._tag_size + (EXPLICIT_SIZE if len(salt) == SALT_SIZE else 0)

    def open(self, record: bytes, number: int) -> Content | None:
        """Open a record. RFC 5246 §6.2.3.3."""
        sealed = record[TLS_HEADER:]
        if len(self._salt) == NONCE_SIZE:  # ChaCha20-Poly1305, as in 1.3 (RFC 7905 §2)
            nonce = (int.from_bytes(self._salt, "big") ^ number).to_bytes(NONCE_SIZE, "big")
        else:
            nonce, sealed = self._salt + sealed[:EXPLICIT_SIZE], sealed[EXPLICIT_SIZE:]
        size = len(sealed) - self._tag_size
        if size < 0:
            return None
        octets = _decrypted(self._aead, nonce, sealed, _checked_too(record, number, size))
        return None if octets is None else Content(record[0], octets)


class CbcOpener:
    """Opens records of TLS 1.2 in the mode CBC, which hides, with a MAC, which checks.

    encrypt_then_mac: the MAC is of what is encrypted, as RFC 7366 wants it, and not itself encrypted.
    """

    def __init__(self, suite: Suite, key: bytes, mac_key: bytes, *, encrypt_then_mac: bool) -> None:
        self._aes = AES(key)
        self._mac_key, self._mac = mac_key, suite.mac
        self._mac_size = len(mac_key)
        self._encrypt_then_mac = encrypt_then_mac
        self.overhead = BLOCK_SIZE + self._mac_size + 1  # the shortest padding

    def open(self, record: bytes, number: int) -> Content | None:
        """Open a record. RFC 5246 §6.2.3.2."""
        sealed, mac = record[TLS_HEADER:], b""
        if self._encrypt_then_mac:
            sealed, mac = sealed[: -self._mac_size], sealed[-self._mac_size :]
            if not self._is_right(mac, record, number, sealed):
                return None
        if len(sealed) < 2 * BLOCK_SIZE or len(sealed) % BLOCK_SIZE:
            return None
        decryptor = Cipher(self._aes, CBC(sealed[:BLOCK_SIZE])).decryptor()
        octets = _without_padding(decryptor.update(sealed[BLOCK_SIZE:]) + decryptor.finalize())
        if self._encrypt_then_mac:
            return Content(record[0], octets)
        octets, mac = octets[: -self._mac_size], octets[-self._mac_size :]
        return Content(record[0], octets) if self._is_right(mac, record, number, octets) else None

    def _is_right(self, mac: bytes, record: bytes, number: int, octets: bytes) -> bool:
        checked = _checked_too(record, number, len(octets)) + octets
        return hmac.compare_digest(mac, hmac.digest(self._mac_key, checked, self._mac))


def opener_of_1_2(
    suite: Suite, master_secret: bytes, seed: bytes, party: Party, *, encrypt_then_mac: bool
) -> AeadOpener | CbcOpener:
    """Make what opens a party's records in TLS 1.2. seed: the random of the server hello, then the client's.

    The key block holds, for the client and for the server: MAC keys, keys, and salts. RFC 5246 §6.3.
    """
    is_cbc = suite.mode == "CBC"
    mac_size = hashlib.new(suite.mac).digest_size if is_cbc else 0
    salt_size = 0 if is_cbc else NONCE_SIZE if suite.mode == "POLY1305" else SALT_SIZE
    block = prf(master_secret, "key expansion", seed, 2 * (mac_size + suite.key_size + salt_size), suite.hash)
    parts, start = list[bytes](), 0
    for size in (mac_size, suite.key_size, salt_size):
        own = start if party == "client" else start + size
        parts.append(block[own : own + size])
        start += 2 * size
    mac_key, key, salt = parts
    if is_cbc:
        return CbcOpener(suite, key, mac_key, encrypt_then_mac=encrypt_then_mac)
    return AeadOpener(suite, key, salt)


def _aead(suite: Suite, key: bytes) -> AESGCM | AESCCM | ChaCha20Poly1305:
    match suite.mode:
        case "GCM":
            return AESGCM(key)
        case "POLY1305":
            return ChaCha20Poly1305(key)
        case _:
            return AESCCM(key, tag_length=SHORT_TAG_SIZE if suite.mode == "CCM_8" else TAG_SIZE)


def _decrypted(aead: AESGCM | AESCCM | ChaCha20Poly1305, nonce: bytes, sealed: bytes, checked: bytes) -> bytes | None:
    try:
        return aead.decrypt(nonce, sealed, checked)
    except (InvalidTag, ValueError):  # ValueError: a nonce that is cut short
        return None


def _checked_too(record: bytes, number: int, size: int) -> bytes:
    """Give what is checked beside the content in TLS 1.2: the number of the record, its type, version and size."""
    return number.to_bytes(8, "big") + record[:3] + size.to_bytes(2, "big")


def _without_padding(octets: bytes) -> bytes:
    """Take off the padding, whose octets all say how many stand before the last of them."""
    return octets[: -octets[-1] - 1]
