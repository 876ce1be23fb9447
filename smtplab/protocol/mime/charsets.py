"""How do octets become text, in any of the character sets that mail uses?"""

from encodings.aliases import aliases
from typing import Final

# Whatever Python has under a name of its own. Codecs that turn octets into octets are no character sets, and those of
# host names would be slow on what is none.
_NO_CHARSETS: Final = {"mbcs", "rot_13", "tactis"}
_OTHERS: Final = ("koi8_u", "cp874")  # known by no other name
_CODECS: Final = {
    name.replace("_", ""): codec
    for name, codec in (*aliases.items(), *((codec, codec) for codec in (*aliases.values(), *_OTHERS)))
    if not codec.endswith("_codec") and codec not in _NO_CHARSETS
}
_MADE_OF_ASCII: Final = frozenset({"", "us-ascii", "ascii", "utf-8", "utf8"})


def is_known(charset: str) -> bool:
    """Tell whether this is the name of a character set that can be read here."""
    return _plain(charset) in _CODECS


def is_shown_as_it_is(charset: str) -> bool:
    """Tell whether text in it is shown as it stands, since it is UTF-8 or part of it."""
    return charset.lower() in _MADE_OF_ASCII


def to_text(octets: bytes, charset: str) -> str:
    """Read octets as text, as UTF-8 where the character set is unknown. What is wrong is shown as `\\xNN`."""
    text = octets.decode(_CODECS.get(_plain(charset), "utf-8"), "backslashreplace")
    return text.encode("utf-8", "backslashreplace").decode()  # UTF-7 can say half of a surrogate pair


def _plain(charset: str) -> str:
    """Give the name as it is looked up: `ISO_8859-1` and `iso8859-1` are one."""
    return charset.lower().replace("-", "").replace("_", "")
