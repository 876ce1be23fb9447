"""What strangers sent cannot repaint the terminal of those who look at it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol.octets import printable


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        pytest.param(b"", "", id="nothing"),
        pytest.param(b"MAIL FROM:<>", "MAIL FROM:<>", id="ASCII"),
        pytest.param("Grüße, 世界 \U0001f4e7".encode(), "Grüße, 世界 \U0001f4e7", id="UTF-8"),
        pytest.param(b"a\r\n\tb", "a\\x0d\\x0a\\x09b", id="line end and tab"),
        pytest.param(b"\x1b[2J", "\\x1b[2J", id="escape"),
        pytest.param(b"\0\x7f", "\\x00\\x7f", id="NUL and DEL"),
        pytest.param(b"\xff\xe4", "\\xff\\xe4", id="not UTF-8"),
        pytest.param("a\u202eb".encode(), "a\\u{202e}b", id="bidirectional override"),
        pytest.param("a\u200bb".encode(), "a\\u{200b}b", id="zero width"),
        pytest.param("a\u2028b".encode(), "a\\u{2028}b", id="line separator"),
        pytest.param("a\u0085b".encode(), "a\\u{85}b", id="C1 control"),
        pytest.param("a\ue000b".encode(), "a\\u{e000}b", id="private use"),
        pytest.param("a\u3000b".encode(), "a\u3000b", id="wide space"),
        pytest.param(b"a\\x00", "a\\x00", id="backslash stays"),
    ],
)
def test_printable_shows_octets_as_text(octets: bytes, text: str) -> None:
    assert printable(octets) == text


@given(st.binary())
def test_printable_any_octets_give_safe_characters(octets: bytes) -> None:
    assert all(unicodedata.category(character)[0] not in "C" for character in printable(octets))
    assert not set(printable(octets)) & {"\u2028", "\u2029"}


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E)))
def test_printable_leaves_ascii_alone(text: str) -> None:
    assert printable(text.encode()) == text
