"""What each octet of a record is for."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol.fields import Field
from smtplab.protocol.tls.names import REST, TORN
from smtplab.protocol.transcript import Entry, Kind
from tests.protocol.tls.test_certificate import der
from tests.protocol.tls.test_hello import BOTH_VERSIONS, SNI, client_hello, extension, server_hello
from tests.protocol.tls.test_messages import older

Decoded = tuple[tuple[str, str], ...]


def record(kind: int, content: bytes) -> bytes:
    return struct.pack("!BHH", kind, 0x0301, len(content)) + content


def message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def fields_of(octets: bytes, *decoded: tuple[str, str]) -> tuple[Field, ...]:
    return Entry(party="client", kind=Kind.TLS, octets=octets, decoded=decoded).fields


def named(fields: tuple[Field, ...]) -> dict[str, str]:
    return {field.name: field.value for field in fields}


HELLO = client_hello(
    extension(0, SNI), extension(43, BOTH_VERSIONS), extension(16, b"\0\x05\x04smtp"), extension(9999, b"x")
)


def test_client_hello_is_explained_to_the_last_octet() -> None:
    shown = named(fields_of(record(22, message(1, HELLO)), ("client hello", "")))
    assert list(shown) == [
        *("content type", "version", "length", "handshake type", "message length", "legacy version", "random"),
        *("session id", "cipher suites", "compression", "length of extensions"),
        *("server name", "supported versions", "application protocols", "extension"),
    ]
    assert shown["server name"] == "mail.example.com"
    assert shown["supported versions"] == "TLS 1.3, TLS 1.2"
    assert shown["cipher suites"] == "TLS_AES_256_GCM_SHA384 TLS_AES_128_GCM_SHA256"
    assert shown["extension"] == "number 9999, 1 octet"
    assert shown["length of extensions"] == str(4 * 4 + len(SNI) + len(BOTH_VERSIONS) + 7 + 1)


def test_server_hello_names_what_was_chosen() -> None:
    shown = named(fields_of(record(22, message(2, server_hello(extension(43, b"\x03\x04")))), ("server hello", "")))
    assert shown["session id"] == b"ab".hex()
    assert (shown["cipher suite"], shown["supported versions"]) == ("TLS_AES_256_GCM_SHA384", "TLS 1.3")


def test_hello_without_extensions_has_no_length_of_them() -> None:
    shown = named(fields_of(record(22, message(2, server_hello().removesuffix(b"\0\0"))), ("server hello", "")))
    assert list(shown)[-1] == "compression"


def test_certificate_in_clear_text_names_its_owner() -> None:
    octets = record(22, message(11, older(der("mail.example.com"))) + message(14, b""))
    shown = named(fields_of(octets, ("certificate", ""), ("server hello done", "")))
    assert shown["certificate"] == "mail.example.com"
    assert shown["handshake type"] == "server hello done"  # the later one


def test_message_that_goes_on_in_the_next_record_says_so() -> None:
    octets = record(22, message(11, older(der("mail.example.com")))[:100])
    assert named(fields_of(octets, ("certificate", "begins")))["certificate"] == "goes on in the next record"


@pytest.mark.parametrize(
    ("octets", "decoded", "meaning"),
    [
        pytest.param(record(23, b"xyz"), (("hidden record", "no key"),), "is hidden by TLS", id="hidden"),
        pytest.param(record(22, b"\x14\0\0\x05"), (("finished", ""),), "was hidden by TLS", id="opened"),
        pytest.param(record(22, b"xyzabc"), (("finished", ""),), "was hidden by TLS", id="no message to be seen"),
        pytest.param(record(23, b"xyz")[:7], ((TORN, ""),), "is hidden by TLS", id="torn"),
        pytest.param(b"\x16\x03\x01\x05\x05xyz", ((REST, ""),), "is hidden by TLS", id="rest"),
        pytest.param(record(23, b"xyz"), (), "is hidden by TLS, or belongs to its handshake", id="not looked into"),
    ],
)
def test_fragment_says_whether_it_is_hidden(octets: bytes, decoded: Decoded, meaning: str) -> None:
    fragment = fields_of(octets, *decoded)[-1]
    assert fragment.name == "fragment"
    assert fragment.meaning.startswith(meaning)


@pytest.mark.parametrize(
    ("octets", "last", "value"),
    [
        pytest.param(record(20, b"\x01"), "change cipher spec", r"\x01", id="change cipher spec"),
        pytest.param(record(21, b"\x01\0"), "alert description", "close notify", id="close notify"),
        pytest.param(record(21, b"\x02\x28"), "alert description", "fatal: handshake failure", id="alert"),
        pytest.param(record(21, b"encrypted alert"), "fragment", "15 octets", id="hidden alert"),
    ],
)
def test_small_records_are_explained(octets: bytes, last: str, value: str) -> None:
    assert [(field.name, field.value) for field in fields_of(octets)][-1] == (last, value)


NAMES = st.sampled_from(
    ["client hello", "server hello", "certificate", "finished", "unknown message", "hidden record", REST]
)
KINDS = st.sampled_from([1, 2, 11, 20, 99])
CONTENTS = st.lists(
    st.one_of(st.binary(max_size=60), st.builds(message, KINDS, st.binary(max_size=90) | st.just(HELLO)))
)


@given(
    st.one_of(st.binary(), st.builds(record, st.integers(19, 24), CONTENTS.map(b"".join))),
    st.lists(st.tuples(NAMES, st.text(max_size=5)), max_size=3),
)
def test_fields_tile_any_record(octets: bytes, decoded: list[tuple[str, str]]) -> None:
    fields = fields_of(octets, *decoded)
    edges = [0, *(field.stop for field in fields)]
    assert [field.start for field in fields] == edges[:-1]
    assert edges[-1] == len(octets)


@given(st.lists(st.tuples(KINDS, st.binary(max_size=60) | st.just(HELLO)), min_size=1, max_size=3), st.integers(0, 30))
def test_fields_tile_messages_that_were_found(messages: list[tuple[int, bytes]], cut: int) -> None:
    names = {1: "client hello", 2: "server hello", 11: "certificate", 20: "finished", 99: "unknown message"}
    octets = record(22, b"".join(message(*each) for each in messages))
    octets = octets[: max(5, len(octets) - cut)]
    fields = fields_of(octets, *((names[kind], "") for kind, _ in messages))
    assert [field.start for field in fields] == [0, *(field.stop for field in fields)][:-1]
    assert fields[-1].stop == len(octets)
