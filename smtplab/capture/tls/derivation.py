"""How does one secret become many keys?

By a hash with a key (HMAC), fed with a label that says what the result is for, so that no two keys are alike.
"""

import hashlib
import hmac


def expand_label(secret: bytes, label: str, size: int, hash_name: str) -> bytes:
    """Derive so many octets in TLS 1.3, without a context. HKDF-Expand-Label: RFC 8446 §7.1, RFC 5869 §2.3."""
    full_label = b"tls13 " + label.encode("ascii")
    info = size.to_bytes(2, "big") + bytes([len(full_label)]) + full_label + b"\0"
    block, expanded, count = b"", b"", 1
    while len(expanded) < size:
        block = hmac.digest(secret, block + info + bytes([count]), hash_name)
        expanded += block
        count += 1
    return expanded[:size]


def next_secret(secret: bytes, hash_name: str) -> bytes:
    """Give the traffic secret that a key update begins. RFC 8446 §7.2."""
    return expand_label(secret, "traffic upd", hashlib.new(hash_name).digest_size, hash_name)


def prf(secret: bytes, label: str, seed: bytes, size: int, hash_name: str) -> bytes:
    """Derive so many octets in TLS 1.2. RFC 5246 §5."""
    seed = label.encode("ascii") + seed
    chained, expanded = seed, b""
    while len(expanded) < size:
        chained = hmac.digest(secret, chained, hash_name)
        expanded += hmac.digest(secret, chained + seed, hash_name)
    return expanded[:size]
