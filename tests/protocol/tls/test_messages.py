from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol.tls.hello import RETRY
from smtplab.protocol.tls.messages import certificates_in, describe, describe_alert
from smtplab.protocol.tls.names import CERTIFICATE, CLIENT_HELLO, FINISHED, SERVER_HELLO
from tests.protocol.tls.test_certificate import der
from tests.protocol.tls.test_hello import client_hello, extension, server_hello

MANY = der("a.example.com", "b.example.com", "c.example.com", "d.example.com", "e.example.com")


def vector(octets: bytes, size: int = 3) -> bytes:
    return len(octets).to_bytes(size, "big") + octets


def older(*certificates: bytes) -> bytes:
    return vector(b"".join(map(vector, certificates)))


def newer(*certificates: bytes) -> bytes:
    return b"\0" + vector(b"".join(vector(certificate) + b"\0\0" for certificate in certificates))


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        pytest.param(CLIENT_HELLO, client_hello(), ("client hello", "offers TLS 1.2 at most"), id="client hello"),
        pytest.param(
            SERVER_HELLO,
            server_hello(extension(43, b"\x03\x04"), random=RETRY),
            ("server hello", "asks for another client hello, TLS 1.3, TLS_AES_256_GCM_SHA384"),
            id="retry",
        ),
        pytest.param(
            CERTIFICATE,
            older(MANY),
            ("certificate", "a.example.com, b.example.com, c.example.com and 2 more"),
            id="many",
        ),
        pytest.param(CERTIFICATE, newer(), ("certificate", "none"), id="a client without one"),
        pytest.param(CERTIFICATE, older(b"x"), ("certificate", "malformed"), id="no certificate"),
        pytest.param(CLIENT_HELLO, b"x", ("client hello", "malformed"), id="no hello"),
        pytest.param(FINISHED, b"whatever", ("finished", ""), id="nothing to tell"),
        pytest.param(99, b"", ("unknown message", ""), id="unknown"),
    ],
)
def test_message_in_words(kind: int, body: bytes, said: tuple[str, str]) -> None:
    assert describe(kind, body) == said


@pytest.mark.parametrize("write", [older, newer], ids=["1.2", "1.3"])
@pytest.mark.parametrize("certificates", [(), (b"a",), (b"abc", b"", b"d" * 300)], ids=len)
def test_certificates_are_read_in_both_forms(write: Callable[..., bytes], certificates: tuple[bytes, ...]) -> None:
    assert certificates_in(write(*certificates)) == list(certificates)


@pytest.mark.parametrize(
    ("octets", "said"),
    [
        pytest.param(b"\x01\0", "close notify", id="the end"),
        pytest.param(b"\x02\0", "close notify", id="the end, fatal by mistake"),
        pytest.param(b"\x02\x28", "fatal: handshake failure", id="fatal"),
        pytest.param(b"\x01\x5a", "user canceled", id="warning"),
        pytest.param(b"\x02\xff", "fatal: number 255", id="unknown"),
        pytest.param(b"\x02", "malformed", id="half"),
    ],
)
def test_alert_in_words(octets: bytes, said: str) -> None:
    assert describe_alert(octets) == ("alert", said)


@given(st.integers(0, 255), st.binary())
def test_any_message_has_words(kind: int, body: bytes) -> None:
    name, _ = describe(kind, body)
    assert name
