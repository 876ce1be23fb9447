"""Where do the nonces of AUTH come from? The core has neither randomness nor a clock, so they are handed to it."""

import secrets
import time


def fresh() -> str:
    """Give random digits, a dot and the time in seconds, the form that RFC 2195 §2 has: 128 bits to guess."""
    return f"{secrets.randbits(128)}.{int(time.time())}"
