"""A key to sign with, the same in each run: made from a name, and so worth nothing outside the lab."""

from base64 import b64encode
from functools import cache
from itertools import count
from random import Random
from typing import Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

BITS: Final = 1024  # the least that a verifier takes (RFC 8301), so that the record fits into one string
EXPONENT: Final = 65537
WITNESSES: Final = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)


class Key(NamedTuple):
    """A pair of keys. private: PEM, for who signs. record: the TXT record with which the public key is published."""

    private: bytes
    record: str


@cache
def key_of(name: str) -> Key:
    """Make the key that belongs to a name. Everybody can, so it proves nothing but that the mail was not changed."""
    random = Random(name)
    p, q = (_prime(random, BITS // 2) for _ in range(2))
    exponent = pow(EXPONENT, -1, (p - 1) * (q - 1))
    numbers = rsa.RSAPrivateNumbers(
        p,
        q,
        exponent,
        rsa.rsa_crt_dmp1(exponent, p),
        rsa.rsa_crt_dmq1(exponent, q),
        rsa.rsa_crt_iqmp(p, q),
        rsa.RSAPublicNumbers(EXPONENT, p * q),
    )
    private = numbers.private_key()
    public = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    return Key(pem, f"v=DKIM1; k=rsa; p={b64encode(public).decode()}")


def _prime(random: Random, bits: int) -> int:
    """Find the first prime behind a number that was drawn; its two highest bits are set, so that a product is full."""
    start = random.getrandbits(bits) | 0b11 << bits - 2 | 1
    return next(odd for odd in count(start, 2) if _is_prime(odd) and odd % EXPONENT != 1)


def _is_prime(number: int) -> bool:
    """Test by Miller and Rabin, with a few witnesses: enough for a number that was drawn."""
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    return all(_passes(number, witness, odd, twos) for witness in WITNESSES)


def _passes(number: int, witness: int, odd: int, twos: int) -> bool:
    power = pow(witness, odd, number)
    return power == 1 or any(pow(power, 2**turn, number) == number - 1 for turn in range(twos))
