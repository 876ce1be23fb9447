"""The numbers of TLS against those that scapy has from the same registries."""

import re
import warnings
from types import ModuleType

import pytest

from smtplab.protocol.tls import names


@pytest.fixture(scope="module")
def record() -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scapy names ciphers that its library means to drop
        from scapy.layers.tls import record
    return record


def plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower().removesuffix("_reserved"))


def test_cipher_suites_have_their_registered_names(record: ModuleType) -> None:
    from scapy.layers.tls.crypto.suites import _tls_cipher_suites

    assert {number: _tls_cipher_suites[number] for number in names.CIPHER_SUITES} == names.CIPHER_SUITES


def test_alerts_and_content_types_have_their_registered_names(record: ModuleType) -> None:
    alerts = {number: plain(record._tls_alert_description[number]) for number in names.ALERTS}
    assert alerts == {number: plain(name) for number, name in names.ALERTS.items()}
    types = {number: plain(record._tls_type[number]) for number in names.RECORD_TYPES}
    assert types == {number: plain(name) for number, name in names.RECORD_TYPES.items()}


def test_messages_have_their_registered_names(record: ModuleType) -> None:
    from scapy.layers.tls.handshake import _tls_handshake_type

    known = {number: plain(name) for number, name in _tls_handshake_type.items() if number in names.MESSAGES}
    known[4] = "newsessionticket"  # which scapy shortens
    assert known == {number: plain(names.MESSAGES[number].name) for number in known}


@pytest.mark.parametrize(
    ("number", "name"),
    [pytest.param(0x0304, "TLS 1.3", id="known"), pytest.param(0x7F1C, "0x7f1c", id="a draft")],
)
def test_version_has_a_name_or_its_number(number: int, name: str) -> None:
    assert names.version_name(number) == name


def test_cipher_suite_without_a_name_has_its_number() -> None:
    assert names.cipher_suite_name(0x0041) == "0x0041"
