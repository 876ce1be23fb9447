"""What the mechanisms share: base64 that is read strictly, names that are compared, nonces that are handed in."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol import auth
from smtplab.protocol.auth.exchange import account, prepare, text_of


@given(st.binary())
def test_base64_that_is_written_is_read_back(octets: bytes) -> None:
    assert auth.decode(auth.encode(octets).encode()) == octets


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"=AAA", id="padding first"),
        pytest.param(b"AAA=BBB", id="padding within"),
        pytest.param(b"AAA=AAA=", id="padding twice"),
        pytest.param(b"AA=A", id="padding not last"),
        pytest.param(b"AAAA=", id="padding too much"),
        pytest.param(b"AAAA====", id="padding alone"),
        pytest.param(b"AA=", id="padding too little"),
        pytest.param(b"AAA", id="padding missing"),
        pytest.param(b"A", id="one character"),
        pytest.param(b" AAAA", id="blank"),
        pytest.param(b"AAAA\n", id="line end"),
        pytest.param(b"AA-_", id="alphabet of URLs"),
        pytest.param(b"$$$", id="other characters"),
        pytest.param(b"\xff\xff\xff\xff", id="octets over 127"),
    ],
)
def test_base64_that_is_wrong_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match="not base64"):
        auth.decode(text)


@given(st.binary())
def test_base64_is_read_as_strictly_as_python_reads_it(text: bytes) -> None:
    try:
        read = auth.decode(text)
    except ValueError:
        return
    assert read == base64.b64decode(text, validate=True)


@pytest.mark.parametrize(
    ("response", "octets"),
    [
        pytest.param(None, None, id="none"),
        pytest.param("=", b"", id="empty"),
        pytest.param("AGEAYg==", b"\0a\0b", id="base64"),
    ],
)
def test_initial_response_tells_none_from_empty(response: str | None, octets: bytes | None) -> None:
    assert auth.decode_initial(response) == octets


def test_initial_response_that_is_no_base64_is_refused() -> None:
    with pytest.raises(ValueError, match="not base64"):
        auth.decode_initial("==")


def test_account_of_a_name_written_otherwise_is_the_same_user() -> None:
    # U+00BD, and U+0061 U+030A for U+00E5: RFC 5802 §3 asks for such test cases
    assert account({"\u00bd \u00e5": "secret"}, "1\u20442 a\u030a") == ("\u00bd \u00e5", "secret")


def test_account_of_nobody_has_an_empty_password() -> None:
    assert account({"user": "secret"}, "nobody") == (None, "")


@given(st.binary())
def test_name_of_any_octets_is_read_and_written_the_same(octets: bytes) -> None:
    assert text_of(octets).encode("utf-8", "surrogateescape") == octets


def test_name_that_is_no_utf8_is_not_the_name_that_shows_it() -> None:
    assert prepare(text_of(b"\xff")) != prepare("\\xff")


@pytest.mark.parametrize(
    ("mechanism", "initial"),
    [
        pytest.param("CRAM-MD5", None, id="CRAM-MD5"),
        pytest.param("SCRAM-SHA-256", b"n,,n=user,r=abc", id="SCRAM-SHA-256"),
    ],
)
def test_challenge_without_a_nonce_says_what_is_missing(mechanism: str, initial: bytes | None) -> None:
    with pytest.raises(LookupError, match="nonce"):
        next(auth.SERVER_MECHANISMS[mechanism]({}, initial))


def test_mechanisms_are_those_of_the_client_best_first() -> None:
    assert list(auth.SERVER_MECHANISMS) == list(auth.CLIENT_MECHANISMS) == list(auth.STRENGTH)


def test_only_the_best_mechanism_proves_the_server() -> None:
    assert [strength.proves_server for strength in auth.STRENGTH.values()] == [True, False, False, False]
