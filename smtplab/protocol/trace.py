"""Which way did a mail come? The trace fields that a server writes above the message (RFC 5321 §4.4)."""

import re
from datetime import datetime
from email.utils import format_datetime

from smtplab.protocol.grammar import is_address_literal, is_domain

_RECEIVED = re.compile(rb"(?im)^received[ \t]*:")


def return_path(reverse_path: str) -> bytes:
    """Write the field that the final delivery adds on top: where notices about the mail go."""
    return f"Return-Path: <{reverse_path}>\r\n".encode()


def with_protocol(*, extended: bool, tls: bool, authenticated: bool, utf8: bool) -> str:
    """Name the protocol for the "with" clause: SMTP, or ESMTP with an S for TLS and an A for AUTH.

    RFC 3848; UTF8SMTP instead of ESMTP is RFC 6531 §4.3.
    """
    if not extended:
        return "SMTP"
    return f"{'UTF8SMTP' if utf8 else 'ESMTP'}{'S' if tls else ''}{'A' if authenticated else ''}"


def hops(content: bytes) -> int:
    """Count the hosts that a message has passed: each of them put one Received field on top (§6.3)."""
    header = (b"\r\n" + content).partition(b"\r\n\r\n")[0]
    return len(_RECEIVED.findall(header))


def received(
    client_domain: str, client_address: str, server_domain: str, protocol: str, name: str, when: datetime
) -> bytes:
    """Write one Received field.

    client_domain: what EHLO said, which anybody can claim; client_address: where the connection really came from.
    protocol: from `with_protocol`. name: the one the message is queued as. when: with a time zone.
    """
    literal = f"[IPv6:{client_address}]" if ":" in client_address else f"[{client_address}]"
    domain = client_domain.encode()
    said = client_domain if is_domain(domain) or is_address_literal(domain) else "unknown"
    return (
        f"Received: from {said} ({literal})\r\n"
        f"\tby {server_domain} with {protocol} id {name};\r\n"
        f"\t{format_datetime(when)}\r\n"
    ).encode()
