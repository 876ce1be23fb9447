"""Handshakes in captures that strangers made, of which nobody has the keys: what is seen of them all the same."""

from collections.abc import Callable
from pathlib import Path

import pytest

from smtplab.capture.dissect import dissect
from smtplab.protocol.transcript import Kind
from tests.capture.tls.test_opening import assert_tiled, records


@pytest.fixture
def seen(shared_captures: Path) -> Callable[[str], list[str]]:
    """Give a function that tells the TLS records of a capture in short."""

    def read(name: str) -> list[str]:
        transcript = dissect(shared_captures / "pcaps" / name)
        assert_tiled(transcript)
        assert not any(entry.tls for entry in transcript)
        return records(transcript)

    return read


def test_handshake_of_1_3_shows_the_hellos(seen: Callable[[str], list[str]]) -> None:
    shown = seen("sv-starttls.pcap")
    assert shown[:3] == [
        "C: client hello: offers TLS 1.3, TLS 1.2, TLS 1.1, TLS 1.0",
        "S: server hello: TLS 1.3, TLS_AES_256_GCM_SHA384",
        "S: change cipher spec",
    ]
    assert set(shown[3:]) == {"S: hidden record", "C: hidden record", "C: change cipher spec"}


def test_handshake_of_1_2_shows_the_certificate(seen: Callable[[str], list[str]]) -> None:
    assert seen("zeek-starttls.pcap") == [
        "C: client hello: offers TLS 1.2 at most",
        "S: server hello: TLS 1.2, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "S: certificate: aspmx.l.google.com, alt1.aspmx.l.google.com, alt2.aspmx.l.google.com and 17 more",
        "S: server key exchange",
        "S: server hello done",
        "C: client key exchange",
        "C: change cipher spec",
        "C: hidden handshake",
        "S: new session ticket",
        "S: change cipher spec",
        "S: hidden handshake",
        *["C: hidden application data", "S: hidden application data"] * 3,
        "C: hidden alert",
    ]


def test_hello_to_a_server_that_speaks_no_tls_is_seen(seen: Callable[[str], list[str]]) -> None:
    assert seen("ndpi-smtps.pcapng") == ["C: client hello: offers TLS 1.2 at most"]


def test_server_that_answers_tls_in_clear_text_is_read_on(shared_captures: Path) -> None:
    (_, greeting) = dissect(shared_captures / "pcaps" / "ndpi-smtps.pcapng")
    assert (greeting.kind, greeting.code) == (Kind.REPLY, 220)
