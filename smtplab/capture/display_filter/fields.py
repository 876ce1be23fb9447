"""What can a display filter ask of an entry? The fields, by Wireshark's names.

A field gives the values that an entry has for it, and none where it has not got the field: `not smtp.req` is true of a
reply. Two faults of Wireshark's are not copied: `smtp.req.command` is the whole verb and not its first four octets, and
the fields of AUTH are there without a setting.
"""

import email
import email.policy
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple

from smtplab.capture.display_filter.connections import addresses, ports
from smtplab.capture.display_filter.values import (
    IPV4,
    IPV6,
    NUMBER,
    OCTETS,
    PAYLOAD,
    PORT,
    PRESENCE,
    SECONDS,
    TEXT,
    Type,
    Value,
    text_of,
)
from smtplab.protocol.fields import Field
from smtplab.protocol.mail import unstuff
from smtplab.protocol.replies import Reply
from smtplab.protocol.transcript import Entry, Kind, Transcript

Getter = Callable[[Entry, Transcript], list[Value]]


class FilterField(NamedTuple):
    """What a name in a display filter stands for: the values that an entry has for it, and their type."""

    get: Getter
    type: Type = TEXT


def _verb_as_said(entry: Entry) -> str:
    """Give the verb in capitals or not, as it was said: in Wireshark's language "mail" is not equal to "MAIL"."""
    (verb,) = (field.value for field in entry.fields if field.name == "verb")
    return verb


def _present(*kinds: Kind) -> FilterField:
    return FilterField(lambda entry, _transcript: [1] if entry.kind in kinds else [], PRESENCE)


def _smtp(entry: Entry, _transcript: Transcript) -> list[Value]:
    return [] if entry.kind in (Kind.TLS, Kind.GAP) else [entry.octets]


def _carried(entry: Entry, _transcript: Transcript) -> list[Value]:
    """Give the octets that stood in segments and frames as they are."""
    return [b"" if entry.tls else entry.octets]


def _of(kind: Kind, get: Callable[[Entry], Value | None]) -> Getter:
    def values(entry: Entry, _transcript: Transcript) -> list[Value]:
        value = get(entry) if entry.kind is kind else None
        return [] if value is None else [value]

    return values


def _reply_texts(entry: Entry, _transcript: Transcript) -> list[Value]:
    if not isinstance(entry.message, Reply):
        return []
    prefix = f"{entry.message.enhanced} " if entry.message.enhanced else ""
    return [prefix + line for line in entry.message.lines]


def _reply_lines(entry: Entry, _transcript: Transcript) -> list[Value]:
    return [text_of(line) for line in entry.octets.splitlines()] if entry.kind is Kind.REPLY else []


def _decoded(name: str) -> Getter:
    return lambda entry, _transcript: [value for key, value in entry.decoded if key == name]


@lru_cache(maxsize=64)
def _header(octets: bytes) -> tuple[tuple[str, str], ...]:
    head = re.split(rb"\r?\n\r?\n", unstuff(octets), maxsplit=1)[0]
    message = email.message_from_bytes(head, policy=email.policy.compat32)
    return tuple((name.lower(), str(value)) for name, value in message.items())


def _header_field(name: str) -> Getter:
    def values(entry: Entry, _transcript: Transcript) -> list[Value]:
        if entry.kind not in (Kind.MAIL_DATA, Kind.CHUNK):
            return []
        return [value for key, value in _header(entry.octets) if key == name]

    return values


def _is_expert(entry: Entry, _transcript: Transcript) -> list[Value]:
    wrong: list[Field] = [field for field in entry.fields if field.name in ("not understood", "stray blank", "bare LF")]
    return [field.meaning for field in wrong]


# The header fields that Wireshark has a field for, by its names: of RFC 5322 §3.6, of RFC 2045, and some others.
_HEADER_FIELDS: Final = (
    *("date", "from", "sender", "reply_to", "to", "cc", "bcc", "message_id", "in_reply_to", "references"),
    *("subject", "comments", "keywords", "return_path", "received"),
    *(f"resent.{name}" for name in ("date", "from", "sender", "to", "cc", "bcc", "message_id")),
    *("mime_version", "content.type", "content.transfer_encoding", "content.id", "content.description"),
    *("content_language", "delivered_to", "importance", "precedence", "priority", "sensitivity", "user_agent"),
)

FIELDS: Final[dict[str, FilterField]] = {
    "smtp": FilterField(_smtp, OCTETS),
    "smtp.req": _present(Kind.COMMAND, Kind.AUTH),
    "smtp.rsp": _present(Kind.REPLY),
    "smtp.command_line": FilterField(_of(Kind.COMMAND, lambda entry: text_of(entry.octets))),
    "smtp.req.command": FilterField(_of(Kind.COMMAND, _verb_as_said)),
    "smtp.req.parameter": FilterField(_of(Kind.COMMAND, lambda entry: text_of(entry.argument) or None)),
    "smtp.response": FilterField(_reply_lines),
    "smtp.response.code": FilterField(_of(Kind.REPLY, lambda entry: entry.code), NUMBER),
    "smtp.rsp.parameter": FilterField(_reply_texts),
    "smtp.auth.username": FilterField(_decoded("username")),
    "smtp.auth.password": FilterField(_decoded("password")),
    "smtp.data.fragment": _present(Kind.MAIL_DATA, Kind.CHUNK),
    "smtp.message": FilterField(_of(Kind.MAIL_DATA, lambda entry: text_of(entry.octets))),
    "smtp.eom": _present(Kind.END_OF_DATA),
    "imf": FilterField(_of(Kind.MAIL_DATA, lambda entry: entry.octets), OCTETS),
    **{f"imf.{name}": FilterField(_header_field(re.sub("[._]", "-", name))) for name in _HEADER_FIELDS},
    "imf.ext.mailer": FilterField(_header_field("x-mailer")),
    "tls": FilterField(lambda entry, _transcript: [1] if entry.tls or entry.kind is Kind.TLS else [], PRESENCE),
    "frame": FilterField(_carried, PAYLOAD),
    "frame.number": FilterField(lambda entry, _transcript: list(entry.frames), NUMBER),
    "frame.time_relative": FilterField(lambda entry, _transcript: [entry.time], SECONDS),
    "tcp": FilterField(_carried, PAYLOAD),
    "tcp.stream": FilterField(lambda entry, _transcript: [entry.stream], NUMBER),
    "tcp.port": FilterField(ports("source", "destination"), PORT),
    "tcp.srcport": FilterField(ports("source"), PORT),
    "tcp.dstport": FilterField(ports("destination"), PORT),
    "ip": FilterField(addresses(4, "source"), PRESENCE),
    "ip.addr": FilterField(addresses(4, "source", "destination"), IPV4),
    "ip.src": FilterField(addresses(4, "source"), IPV4),
    "ip.dst": FilterField(addresses(4, "destination"), IPV4),
    "ipv6": FilterField(addresses(6, "source"), PRESENCE),
    "ipv6.addr": FilterField(addresses(6, "source", "destination"), IPV6),
    "ipv6.src": FilterField(addresses(6, "source"), IPV6),
    "ipv6.dst": FilterField(addresses(6, "destination"), IPV6),
    "_ws.expert": FilterField(_is_expert),
}
