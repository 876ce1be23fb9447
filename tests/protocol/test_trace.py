"""The trace fields, to the octet."""

from datetime import UTC, datetime, timedelta, timezone
from email import policy
from email.parser import BytesParser

import pytest

from smtplab.protocol import trace

WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("reverse_path", "field"),
    [
        pytest.param("test01@coremail.cn", b"Return-Path: <test01@coremail.cn>\r\n", id="mailbox"),
        pytest.param("", b"Return-Path: <>\r\n", id="null"),
    ],
)
def test_return_path_names_the_reverse_path(reverse_path: str, field: bytes) -> None:
    assert trace.return_path(reverse_path) == field


@pytest.mark.parametrize(
    ("content", "hops"),
    [
        pytest.param(b"", 0, id="nothing"),
        pytest.param(b"Subject: x\r\n\r\nReceived: from a\r\n", 0, id="in the body"),
        pytest.param(b"\r\nReceived: from a\r\n", 0, id="no header"),
        pytest.param(b"Received: from a\r\n\tby b\r\nReceived: from c\r\n\r\n", 2, id="folded"),
        pytest.param(b"RECEIVED : from a\r\nX-Received: no\r\nSubject: x\r\nreceived:\r\n", 2, id="in any case"),
    ],
)
def test_hops_counts_the_received_fields_of_the_header(content: bytes, hops: int) -> None:
    assert trace.hops(content) == hops


@pytest.mark.parametrize(
    ("facts", "protocol"),
    [
        ("", "SMTP"),
        ("tls authenticated utf8", "SMTP"),
        ("extended", "ESMTP"),
        ("extended authenticated", "ESMTPA"),
        ("extended tls", "ESMTPS"),
        ("extended tls authenticated", "ESMTPSA"),
        ("extended utf8", "UTF8SMTP"),
        ("extended tls authenticated utf8", "UTF8SMTPSA"),
    ],
)
def test_with_protocol_is_that_of_rfc_3848_and_6531(facts: str, protocol: str) -> None:
    known = {fact: fact in facts for fact in ("extended", "tls", "authenticated", "utf8")}
    assert trace.with_protocol(**known) == protocol


def test_received_tells_the_way_that_the_mail_came() -> None:
    assert trace.received("TINY-DESKTOP", "127.0.0.1", "mail.coremail.cn", "ESMTP", "7", WHEN) == (
        b"Received: from TINY-DESKTOP ([127.0.0.1])\r\n"
        b"\tby mail.coremail.cn with ESMTP id 7;\r\n"
        b"\tFri, 02 Jan 2026 03:04:05 +0000\r\n"
    )


@pytest.mark.parametrize(
    ("said", "address", "clause"),
    [
        pytest.param("[192.0.2.1]", "127.0.0.1", b"from [192.0.2.1] ([127.0.0.1])\r\n", id="address literal"),
        pytest.param("client.example", "::1", b"from client.example ([IPv6:::1])\r\n", id="IPv6"),
        pytest.param("a\r\nX: b", "127.0.0.1", b"from unknown ([127.0.0.1])\r\n", id="no domain"),
        pytest.param("", "127.0.0.1", b"from unknown ([127.0.0.1])\r\n", id="nothing"),
    ],
)
def test_received_takes_the_claim_only_if_it_is_one(said: str, address: str, clause: bytes) -> None:
    assert trace.received(said, address, "mail.coremail.cn", "SMTP", "1", WHEN).startswith(b"Received: " + clause)


def test_received_has_the_time_with_its_zone() -> None:
    when = WHEN.astimezone(timezone(timedelta(hours=8)))
    field = trace.received("client.example", "127.0.0.1", "mail.coremail.cn", "SMTP", "1", when)
    message = BytesParser(policy=policy.default).parsebytes(field + b"\r\n")
    assert str(message["Received"]).endswith("Fri, 02 Jan 2026 11:04:05 +0800")
