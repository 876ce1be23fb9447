import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol.tls.hello import RETRY, Extension, client_random_in, parse_hello

RANDOM = bytes(range(32))
SNI = b"\0\x13\0\0\x10mail.example.com"
BOTH_VERSIONS = b"\x04\x03\x04\x03\x03"


def extension(kind: int, octets: bytes) -> bytes:
    return struct.pack("!HH", kind, len(octets)) + octets


def client_hello(*extensions: bytes, suites: bytes = b"\x13\x02\x13\x01", end: bytes = b"") -> bytes:
    listed = b"".join(extensions)
    body = b"\x03\x03" + RANDOM + b"\0" + struct.pack("!H", len(suites)) + suites + b"\x01\0"
    return body + struct.pack("!H", len(listed)) + listed + end


def server_hello(*extensions: bytes, random: bytes = RANDOM, version: bytes = b"\x03\x03") -> bytes:
    listed = b"".join(extensions)
    return version + random + b"\x02ab" + b"\x13\x02\0" + struct.pack("!H", len(listed)) + listed


def test_client_hello_has_all_its_parts() -> None:
    hello = parse_hello(client_hello(extension(0, SNI), extension(0x7777, b"x")), by_client=True)
    assert (hello.legacy_version, hello.random, hello.session_id) == (0x0303, RANDOM, b"")
    assert (hello.cipher_suites, hello.compressions) == ((0x1302, 0x1301), b"\0")
    assert hello.extensions == (Extension(0, SNI), Extension(0x7777, b"x"))
    assert hello.server_name == "mail.example.com"


def test_server_hello_has_all_its_parts() -> None:
    hello = parse_hello(server_hello(extension(43, b"\x03\x04")), by_client=False)
    assert (hello.session_id, hello.cipher_suites, hello.versions) == (b"ab", (0x1302,), (0x0304,))
    assert not hello.is_retry


@pytest.mark.parametrize(
    ("extensions", "said"),
    [
        pytest.param((), "offers TLS 1.2 at most", id="old"),
        pytest.param((extension(43, BOTH_VERSIONS),), "offers TLS 1.3, TLS 1.2", id="versions"),
        pytest.param((extension(0, SNI),), "SNI mail.example.com, offers TLS 1.2 at most", id="server name"),
        pytest.param((extension(16, b"\0\x05\x04smtp"),), "offers TLS 1.2 at most, smtp", id="protocol"),
        pytest.param((extension(43, b"\x05\x03"),), "offers TLS 1.2", id="versions that lie"),
        pytest.param((extension(0, b"\0\xff\0"),), "offers TLS 1.2 at most", id="name that lies"),
        pytest.param((extension(0, b"\0\x04\0\0\x01\x1b"),), r"SNI \x1b, offers TLS 1.2 at most", id="deceiving name"),
        pytest.param((extension(0, b"\0\x04\x01\0\x01x"),), "offers TLS 1.2 at most", id="name of another kind"),
        pytest.param((extension(0, b""),), "offers TLS 1.2 at most", id="no name, as a server answers"),
    ],
)
def test_client_hello_in_words(extensions: tuple[bytes, ...], said: str) -> None:
    assert str(parse_hello(client_hello(*extensions), by_client=True)) == said


def test_server_hello_in_words() -> None:
    hello = parse_hello(server_hello(extension(43, b"\x03\x04")), by_client=False)
    assert str(hello) == "TLS 1.3, TLS_AES_256_GCM_SHA384"


def test_server_hello_with_the_known_random_asks_again() -> None:
    assert parse_hello(server_hello(random=RETRY), by_client=False).is_retry


def test_hello_without_extensions_is_one_too() -> None:
    body = client_hello()[:-2]
    hello = parse_hello(body, by_client=True)
    assert (hello.extended, hello.extensions) == (False, ())


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(client_hello()[:-1], id="cut"),
        pytest.param(client_hello(end=b"x"), id="more behind it"),
        pytest.param(client_hello(suites=b"\x13\x02\x13"), id="half a suite"),
        pytest.param(client_hello(b"\0\0\0"), id="half an extension"),
    ],
)
def test_hello_whose_lengths_do_not_fit_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"length|follows"):
        parse_hello(body, by_client=True)


@given(
    st.one_of(st.binary(), st.binary().map(lambda octets: client_hello(octets)), st.binary(min_size=40)), st.booleans()
)
def test_any_octets_are_a_hello_with_words_or_none(body: bytes, by_client: bool) -> None:
    try:
        hello = parse_hello(body, by_client=by_client)
    except ValueError:
        return
    assert str(hello)


RECORD = b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03" + RANDOM


@pytest.mark.parametrize(
    ("octets", "random"),
    [
        pytest.param(RECORD + b"more", RANDOM, id="a client hello"),
        pytest.param(RECORD, RANDOM, id="just enough"),
        pytest.param(RECORD[:-1], b"", id="too little"),
        pytest.param(RECORD.replace(b"\x01\0\x01", b"\x02\0\x01"), b"", id="a server hello"),
        pytest.param(b"EHLO TINY-DESKTOP\r\n" * 3, b"", id="SMTP"),
        pytest.param(b"", b"", id="nothing"),
    ],
)
def test_client_random_is_seen_at_the_beginning(octets: bytes, random: bytes) -> None:
    assert client_random_in(octets) == random
