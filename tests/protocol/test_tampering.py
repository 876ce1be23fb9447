"""What somebody in the middle does to STARTTLS, and that all else goes through, however it is cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol.replies import Reply
from smtplab.protocol.tampering import HELD_LIMIT, Answer, Append, Passed, Strike, Tamperer, Tampering
from tests.protocol import strategies

NOT_NOW = Reply(454, "4.7.0", "TLS not available")
LISTS = [
    pytest.param(b"250-a\r\n250-STARTTLS\r\n250 SIZE\r\n", b"250-a\r\n250 SIZE\r\n", id="amid the list"),
    pytest.param(b"250-a\r\n250-SIZE\r\n250 STARTTLS\r\n", b"250-a\r\n250 SIZE\r\n", id="last of the list"),
    pytest.param(b"250-a\r\n250 starttls\r\n", b"250 a\r\n", id="alone, in lower case"),
    pytest.param(b"250-a\r\n250 SIZE 7\r\n", b"250-a\r\n250 SIZE 7\r\n", id="not there"),
    pytest.param(b"220 STARTTLS is my name\r\n", b"220 STARTTLS is my name\r\n", id="in the first line"),
    pytest.param(b"what?\r\n", b"what?\r\n", id="no reply"),
]


@pytest.mark.parametrize(("said", "heard"), LISTS)
def test_strike_leaves_a_list_without_the_line(said: bytes, heard: bytes) -> None:
    assert Tamperer(Strike("STARTTLS")).server(said) == heard


def test_strike_waits_for_the_end_of_the_list() -> None:
    tamperer = Tamperer(Strike("STARTTLS"))
    assert tamperer.server(b"250-a\r\n250-STAR") == b""
    assert tamperer.server(b"TTLS\r\n250 SIZE\r\n") == b"250-a\r\n250 SIZE\r\n"


def test_answer_keeps_the_command_from_the_server() -> None:
    tamperer = Tamperer(Answer("STARTTLS", NOT_NOW))
    assert tamperer.client(b"EHLO a\r\nSTARTTLS\r\n") == Passed(b"EHLO a\r\n", bytes(NOT_NOW))
    assert tamperer.client(b"STARTTLS\r\n") == Passed(b"", bytes(NOT_NOW))


def test_append_puts_octets_behind_the_command() -> None:
    tamperer = Tamperer(Append("STARTTLS", b"NOOP\r\n"))
    assert tamperer.client(b"STARTTLS\r\n") == Passed(b"STARTTLS\r\nNOOP\r\n")


@pytest.mark.parametrize("line", [b"STARTTLS\r\n", b"MAIL FROM:<>\r\n", b"\x16\x03\x01"], ids=["TLS", "MAIL", "record"])
def test_after_the_opening_all_goes_through_as_it_is(line: bytes) -> None:
    tamperer = Tamperer(Strike("STARTTLS"))
    assert tamperer.client(line).on == line
    assert tamperer.client(b"no line end") == Passed(b"no line end")
    assert tamperer.server(b"250-a\r\n250-STARTTLS") == b"250-a\r\n250-STARTTLS"


def test_line_without_end_is_not_held_for_ever() -> None:
    octets = b"x" * (HELD_LIMIT + 1)
    assert Tamperer(Tampering()).client(octets).on == octets
    assert Tamperer(Tampering()).server(octets) == octets


@given(st.lists(strategies.octets, max_size=6))
def test_tampering_with_nothing_changes_no_octet(pieces: list[bytes]) -> None:
    tamperer = Tamperer(Tampering())
    passed = [tamperer.client(piece) for piece in [*filter(None, pieces), b""]]
    assert b"".join(on for on, _ in passed) == b"".join(pieces)
    assert not any(back for _, back in passed)
    tamperer = Tamperer(Tampering())
    assert b"".join(tamperer.server(piece) for piece in [*filter(None, pieces), b""]) == b"".join(pieces)
