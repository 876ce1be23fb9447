"""Which passwords does somebody try who has a capture? A short list: words, and what people put behind them.

Real lists have millions of entries, and are made in the same way.
"""

from typing import Final

_WORDS: Final = (
    "password",
    "welcome",
    "summer",
    "winter",
    "dragon",
    "monkey",
    "flower",
    "coffee",
    "tiger",
    "orange",
    "library",
    "letmein",
    "football",
    "sunshine",
    "qwerty",
)
_ENDINGS: Final = ("", "1", "01", "02", "12", "123", "2025", "!")

WORDS: Final = tuple(f"{word}{ending}" for word in _WORDS for ending in _ENDINGS)
