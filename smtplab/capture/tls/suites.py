"""Which algorithms does a cipher suite name? Its name tells them (RFC 5246 appendix C, RFC 8446 §B.4)."""

import re
from typing import NamedTuple

from smtplab.protocol.tls.names import cipher_suite_name

_NAME = re.compile(r"TLS_(?:\w+_WITH_)?(AES_128|AES_256|CHACHA20)_(GCM|CCM_8|CCM|CBC|POLY1305)(?:_SHA(\d*))?")
KEY_SIZES = {"AES_128": 16, "AES_256": 32, "CHACHA20": 32}


class Suite(NamedTuple):
    """mode: "GCM", "CCM", "CCM_8", "CBC" or "POLY1305". key_size: octets.

    hash: what secrets are derived with, as `hashlib` names it. mac: what a record of the mode CBC is checked with.
    """

    mode: str
    key_size: int
    hash: str
    mac: str


def suite_of(number: int) -> Suite | None:
    """Give the algorithms of a cipher suite; None for one that is not known here."""
    match = _NAME.fullmatch(cipher_suite_name(number))
    if match is None:
        return None
    cipher, mode, size = match.groups()
    # The suites with SHA, and those of CCM, which name none, derive with SHA-256 (RFC 5246 §5).
    return Suite(mode, KEY_SIZES[cipher], "sha384" if size == "384" else "sha256", f"sha{size or '1'}")
