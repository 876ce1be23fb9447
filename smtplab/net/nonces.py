"""Where do the nonces of AUTH come from? The core has neither randomness nor a clock, so they are handed to it."""

import secrets
import time


def fresh() -> str:
    """Give 96 random bits, as 16 characters, a dot and the time in seconds: what RFC 2195 §2 puts into a challenge."""
    return f"{secrets.token_urlsafe(12)}.{int(time.time())}"
