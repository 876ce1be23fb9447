"""The derivations by the examples that others have published."""

import hashlib

import pytest

from smtplab.capture.tls.derivation import expand_label, next_secret, prf

# RFC 8448 §3: the server's secret of the handshake, and what it is expanded into.
SECRET = bytes.fromhex("b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38")


def test_key_and_iv_are_those_of_rfc_8448() -> None:
    assert expand_label(SECRET, "key", 16, "sha256").hex() == "3fce516009c21727d0f2e4e86ee403bc"
    assert expand_label(SECRET, "iv", 12, "sha256").hex() == "5d313eb2671276ee13000b30"


# From the list archive of the TLS working group: test vectors for the PRF of TLS 1.2, with SHA-256.
def test_prf_is_that_of_the_known_vector() -> None:
    secret, seed = "9bbe436ba940f017b17652849a71db35", "a0ba9f936cda311827a6f796ffd5198c"
    derived = prf(bytes.fromhex(secret), "test label", bytes.fromhex(seed), 100, "sha256")
    assert derived.hex().startswith("e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a")
    assert len(derived) == 100


@pytest.mark.parametrize("name", ["sha256", "sha384"])
def test_next_secret_is_as_long_as_the_hash(name: str) -> None:
    assert len(next_secret(SECRET, name)) == hashlib.new(name).digest_size
    assert next_secret(SECRET, name) != SECRET


@pytest.mark.parametrize("size", [1, 31, 32, 33, 100])
def test_expansion_is_of_any_size_and_different_for_each(size: int) -> None:
    # The size goes into it, so that a shorter one is not the beginning of a longer one.
    assert len(expand_label(SECRET, "key", size, "sha256")) == size
    assert expand_label(SECRET, "key", size, "sha256") != expand_label(SECRET, "key", size + 1, "sha256")[:size]
