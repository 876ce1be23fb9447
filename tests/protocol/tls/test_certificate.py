"""The names in certificates, against those that the library which made them reads."""

import ipaddress
from contextlib import suppress
from datetime import UTC, datetime

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol.octets import printable_text
from smtplab.protocol.tls.certificate import names_in


def der(*names: str, common_name: str | None = None) -> bytes:
    leaf = trustme.CA().issue_cert(*names, common_name=common_name)
    return x509.load_pem_x509_certificate(leaf.cert_chain_pems[0].bytes()).public_bytes(Encoding.DER)


def without_alternatives(common_name: str | None) -> bytes:
    """Make a certificate as they were before names had a place of their own."""
    key = ec.generate_private_key(ec.SECP256R1())
    attributes = [] if common_name is None else [x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)]
    name = x509.Name([x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "somebody"), *attributes])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(datetime(2020, 1, 1, tzinfo=UTC)).not_valid_after(datetime(2030, 1, 1, tzinfo=UTC))
    return made.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(("mail.example.com",), id="one"),
        pytest.param(("mail.example.com", "*.example.org", "127.0.0.1", "::1"), id="names and addresses"),
        pytest.param(("127.0.0.1",), id="an address alone"),
    ],
)
def test_names_are_those_that_were_asked_for(names: tuple[str, ...]) -> None:
    assert names_in(der(*names)) == list(names)


def test_names_are_those_that_the_library_reads() -> None:
    certificate = der("a.example.com", "192.0.2.1")
    alternatives = x509.load_der_x509_certificate(certificate).extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )
    read = [*alternatives.value.get_values_for_type(x509.DNSName)]
    read += map(str, alternatives.value.get_values_for_type(x509.IPAddress))
    assert names_in(certificate) == read


def test_common_name_stands_in_where_there_are_no_others() -> None:
    assert names_in(without_alternatives("mail.example.com")) == ["mail.example.com"]


def test_certificate_may_have_no_name_at_all() -> None:
    assert names_in(without_alternatives(None)) == []


def test_name_that_could_deceive_is_made_safe() -> None:
    assert names_in(without_alternatives("mail\x1b[2Jexample")) == [r"mail\x1b[2Jexample"]


def element(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return bytes([tag, len(content)]) + content


SEQUENCE, SET, TEXT = 0x30, 0x31, 0x0C
BEFORE_SUBJECT = b"\x02\x01\x01" + 3 * b"\x30\x00"  # serial number; signature algorithm, issuer and validity, empty
SUBJECT = element(SEQUENCE, element(SET, element(SEQUENCE, b"\x06\x03\x55\x04\x03", element(TEXT, b"old.example.com"))))


def test_certificate_of_the_first_version_has_a_common_name() -> None:
    assert names_in(element(SEQUENCE, element(SEQUENCE, BEFORE_SUBJECT, SUBJECT))) == ["old.example.com"]


def test_common_name_stands_in_for_a_mailbox() -> None:
    mailbox = element(0x04, element(SEQUENCE, element(0x81, b"postmaster@example.com")))
    extensions = element(0xA3, element(SEQUENCE, element(SEQUENCE, b"\x06\x03\x55\x1d\x11", mailbox)))
    names = names_in(element(SEQUENCE, element(SEQUENCE, BEFORE_SUBJECT, SUBJECT, extensions)))
    assert names == ["old.example.com"]


@pytest.mark.parametrize(
    "octets",
    [
        element(SEQUENCE, element(SEQUENCE, BEFORE_SUBJECT)),
        b"",
        b"0",
        b"\x30\x00",
        b"\x30\x03\x02\x01\x00",
        b"\x04\x01x",
        b"\x30\x84\xff\xff\xff\xff",
    ],
)
def test_what_is_no_certificate_is_refused(octets: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        names_in(octets)


CERTIFICATE = der("mail.example.com", str(ipaddress.IPv6Address(1)))


@given(st.integers(0, len(CERTIFICATE) - 1), st.binary(max_size=4))
def test_spoilt_certificate_has_names_or_is_refused(place: int, octets: bytes) -> None:
    spoilt = CERTIFICATE[:place] + octets + CERTIFICATE[place + len(octets) :]
    with suppress(ValueError):
        assert all(printable_text(name) == name for name in names_in(spoilt))


@given(st.binary())
def test_any_octets_are_a_certificate_or_refused(octets: bytes) -> None:
    with suppress(ValueError):
        names_in(octets)
