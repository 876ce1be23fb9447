"""Nonces: never the same twice, and fit for every mechanism."""

import re

from smtplab.net.nonces import fresh


def test_nonce_is_random_then_the_time() -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{16}\.[0-9]{10}", fresh())


def test_nonces_differ() -> None:
    assert len({fresh() for _ in range(1000)}) == 1000
