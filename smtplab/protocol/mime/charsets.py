"""How do octets become text, in any of the character sets that mail uses?"""

from encodings.aliases import aliases
from typing import Final

# Whatever Python has under a name of its own. Codecs that turn octets into octets are no character sets, and those of
# host names would be slow on what is none.
_NO_CHARSETS: Final = {"mbcs", "rot_13", "tactis"}
_NAMES: Final = frozenset(
    name.replace("_", "")
    for name in (*aliases, *aliases.values(), "koi8_u", "cp874", "utf_8_sig")
    if not aliases.get(name, name).endswith("_codec") and aliases.get(name, name) not in _NO_CHARSETS
)
_MADE_OF_ASCII: Final = frozenset({"", "us-ascii", "ascii", "utf-8", "utf8"})


def is_known(charset: str) -> bool:
    """Tell whether this is the name of a character set that can be read here."""
    return charset.lower().replace("-", "").replace("_", "") in _NAMES


def is_shown_as_it_is(charset: str) -> bool:
    """Tell whether text in it is shown as it stands, since it is UTF-8 or part of it."""
    return charset.lower() in _MADE_OF_ASCII


def to_text(octets: bytes, charset: str) -> str:
    """Read octets as text, as UTF-8 where the character set is unknown. What is wrong is shown as `\\xNN`."""
    try:
        return octets.decode(charset if is_known(charset) else "utf-8", "backslashreplace")
    except (LookupError, UnicodeError):
        return octets.decode("utf-8", "backslashreplace")
