"""What stands between the words of a header field? Blanks, comments, and text that was encoded. RFC 5322 §3.2.2."""

import re
from typing import Final

from smtplab.protocol.fields.tiles import Tiles
from smtplab.protocol.mime.charsets import to_text
from smtplab.protocol.mime.header import unfolded
from smtplab.protocol.mime.words import ENCODED_WORD, decode_word, decode_words

BLANKS: Final = b" \t\r\n"
_BLANK = re.compile(rb"[ \t\r\n]+")
_IN_COMMENT = re.compile(rb"\\.|[()]", re.DOTALL)
_BEFORE_COMMENT = re.compile(rb'(?:"(?:[^"\\]|\\.)*+"?|\\.|[^"(])*+', re.DOTALL)
_ENCODINGS: Final = {b"B": "base64", b"Q": "the Q encoding"}


def comment_stop(octets: bytes, start: int, stop: int) -> int:
    """Give where the comment ends that begins at `start`; comments nest, and one that is not closed goes on to `stop`.

    RFC 5322 §3.2.2.
    """
    depth = 0
    for found in _IN_COMMENT.finditer(octets, start, stop):
        depth += {b"(": 1, b")": -1}.get(found[0], 0)
        if depth == 0:
            return found.end()
    return stop


def take_blanks(tiles: Tiles, stop: int) -> None:
    """Take the blanks that stand here, a fold too."""
    if match := _BLANK.match(tiles.octets, tiles.position, stop):
        tiles.take(match.end(), "blank", "separates", "RFC 5322 §3.2.2")


def take_between(tiles: Tiles, stop: int) -> None:
    """Take the blanks and comments that stand here."""
    while tiles.position < stop:
        take_blanks(tiles, stop)
        if not tiles.octets.startswith(b"(", tiles.position, stop):
            return
        end = comment_stop(tiles.octets, tiles.position, stop)
        value = decoded_value(tiles.octets[tiles.position : end])
        tiles.take(end, "comment", "is a remark for people", "RFC 5322 §3.2.2", value)


def take_phrase(tiles: Tiles, stop: int, name: str, meaning: str, source: str) -> None:
    """Take words up to `stop`: one field of each name, comments apart, its value decoded and without quotes."""
    while tiles.position < stop:
        take_between(tiles, stop)
        match = _BEFORE_COMMENT.match(tiles.octets, tiles.position, stop)
        words = tiles.octets[tiles.position : match.end() if match else stop].rstrip(BLANKS)
        tiles.take(tiles.position + len(words), name, meaning, source, decoded_value(words))


def decoded_value(words: bytes) -> str | None:
    """Say what words of a header field say; None where they stand for themselves."""
    if len(words) > 1 and words.startswith(b'"') and words.endswith(b'"'):
        return to_text(re.sub(rb"\\(.)", rb"\1", unfolded(words[1:-1])), "")
    return decode_words(unfolded(words)) if ENCODED_WORD.search(words) else None


def take_text(tiles: Tiles, stop: int, meaning: str, source: str) -> None:
    """Take text for people, in which each encoded-word is a field of its own. RFC 5322 §2.2.1, RFC 2047 §5."""
    after_word = False
    for word in ENCODED_WORD.finditer(tiles.octets, tiles.position, stop):
        between = tiles.octets[tiles.position : word.start()]
        if after_word and not between.strip(BLANKS):
            tiles.take(word.start(), "blank", "is dropped between two encoded-words", "RFC 2047 §6.2")
        tiles.take(word.start(), "header field body", meaning, source)
        charset = word["charset"].decode("ascii", "replace")
        how = f"is text in {charset}, made ASCII by {_ENCODINGS[word['encoding'].upper()]}"
        tiles.take(word.end(), "encoded-word", how, "RFC 2047 §2", decode_word(word))
        after_word = True
    tiles.take(stop, "header field body", meaning, source)
