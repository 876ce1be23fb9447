"""How do octets from outside become text that is safe to show?

Everything a stranger sent goes through `printable` before it reaches a terminal, a plot or a page. Escaping for HTML
and SVG comes on top of this, where HTML and SVG are made.
"""

import re
import unicodedata

# Control, format (bidirectional overrides among them), surrogate, private-use and line-separating characters can
# repaint a terminal or reorder a line of text, so that a reader sees something else than was sent.
UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

_SUSPECT = re.compile(r"[^ -~]+")


def printable(octets: bytes) -> str:
    r"""Show octets as text: UTF-8 where it is valid, `\xNN` or `\u{N}` for what is not or could deceive.

    The backslash itself stays as it is, so the result is for reading and cannot be turned back into octets.
    """
    return printable_text(octets.decode("utf-8", "surrogateescape"))


def printable_text(text: str) -> str:
    """Show text likewise. Octets that were no UTF-8 come as the surrogates that stand for them."""
    if text.isprintable():
        return text
    text = text.replace("\r\n", r"\x0d\x0a")  # at the end of each line, so all at once
    return text if text.isprintable() else _SUSPECT.sub(_shown_run, text)


def _shown_run(run: re.Match[str]) -> str:
    return run[0] if run[0].isprintable() else "".join(map(_shown, run[0]))


def _shown(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # surrogateescape: an octet that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    if unicodedata.category(character) not in UNSAFE_CATEGORIES:
        return character
    return f"\\x{code:02x}" if code < 0x80 else f"\\u{{{code:x}}}"


def count(number: int, noun: str) -> str:
    """Write a number of things: "1 octet", "1,460 octets"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
