"""For whom is this certificate? The names in it, read from its octets.

A certificate is written in DER: each element is a tag, a length, and what is in it, which may be elements again. Only
the way to the names is read here. Whether the certificate is right is not asked: that is for the client to judge.

X.509: RFC 5280 §4.1, §4.2.1.6. DER: ITU-T X.690 §8.1, §10.1.
"""

import ipaddress
from collections.abc import Iterator
from contextlib import suppress
from typing import Final, NamedTuple

from smtplab.protocol.octets import printable

SEQUENCE, SET, OCTET_STRING = 0x30, 0x31, 0x04
VERSION, EXTENSIONS = 0xA0, 0xA3  # explicit tags in the certificate
DNS_NAME, IP_ADDRESS = 0x82, 0x87  # of a GeneralName
COMMON_NAME: Final = bytes.fromhex("550403")  # 2.5.4.3
SUBJECT_ALT_NAME: Final = bytes.fromhex("551d11")  # 2.5.29.17

BEFORE_SUBJECT: Final = 4  # serial number, signature algorithm, issuer, validity


class Element(NamedTuple):
    tag: int
    content: bytes


def names_in(certificate: bytes) -> list[str]:
    """Give the names and addresses that a certificate is for, fit to be shown; the common name where there are none.

    Raises ValueError when it is no certificate.
    """
    fields = list(_elements(_inside(_inside(certificate, SEQUENCE), SEQUENCE)))
    if fields and fields[0].tag == VERSION:
        del fields[0]
    if len(fields) <= BEFORE_SUBJECT:
        raise ValueError("a certificate without a subject")
    extensions = next((field.content for field in fields if field.tag == EXTENSIONS), None)
    alternatives = list(_alternative_names(extensions)) if extensions is not None else []
    return alternatives or list(_common_names(fields[BEFORE_SUBJECT].content))


def _alternative_names(extensions: bytes) -> Iterator[str]:
    for extension in _elements(_inside(extensions, SEQUENCE)):
        kind, *_, value = _elements(extension.content)
        if kind.content == SUBJECT_ALT_NAME and value.tag == OCTET_STRING:
            for name in _elements(_inside(value.content, SEQUENCE)):
                if name.tag == DNS_NAME:
                    yield printable(name.content)
                elif name.tag == IP_ADDRESS:
                    with suppress(ValueError):
                        yield str(ipaddress.ip_address(name.content))


def _common_names(subject: bytes) -> Iterator[str]:
    for part in _elements(subject):
        for attribute in _elements(part.content):
            kind, value = _elements(attribute.content)
            if kind.content == COMMON_NAME:
                yield printable(value.content)


def _inside(octets: bytes, tag: int) -> bytes:
    """Give what is in the first of these elements."""
    first = next(_elements(octets), None)
    if first is None or first.tag != tag:
        raise ValueError("not written as a certificate is")
    return first.content


def _elements(octets: bytes) -> Iterator[Element]:
    position = 0
    while position < len(octets):
        if len(octets) < position + 2:
            raise ValueError("half an element")
        tag, length = octets[position], octets[position + 1]
        position += 2
        if length & 0x80:  # then it says how many octets the length has
            size, length = length & 0x7F, int.from_bytes(octets[position : position + (length & 0x7F)], "big")
            position += size
        if position + length > len(octets):
            raise ValueError("a length goes beyond the end")
        yield Element(tag, octets[position : position + length])
        position += length
