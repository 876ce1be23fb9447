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
from typing import Final

from smtplab.protocol.fields import Field
from smtplab.protocol.mail import unstuff
from smtplab.protocol.replies import Reply
from smtplab.protocol.transcript import Entry, Kind, Transcript

Value = str | int | float | bytes
Getter = Callable[[Entry, Transcript], list[Value]]


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "backslashreplace")


def _verb_as_said(entry: Entry) -> str:
    """Give the verb in capitals or not, as it was said: in Wireshark's language "mail" is not equal to "MAIL"."""
    (verb,) = (field.value for field in entry.fields if field.name == "verb")
    return verb


def _present(*kinds: Kind) -> Getter:
    return lambda entry, _transcript: [1] if entry.kind in kinds else []


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
    return [_text(line) for line in entry.octets.splitlines()] if entry.kind is Kind.REPLY else []


def _decoded(name: str) -> Getter:
    return lambda entry, _transcript: [value for key, value in entry.decoded if key == name]


def _endpoints(*parties: str) -> Callable[[Entry, Transcript], list[str]]:
    def endpoints(entry: Entry, transcript: Transcript) -> list[str]:
        for stream in transcript.streams:
            if stream.number == entry.stream:
                sides = {"client": stream.client, "server": stream.server}
                other = "server" if entry.party == "client" else "client"
                return [sides[entry.party if party == "source" else other] for party in parties]
        return []

    return endpoints


def _ports(*parties: str) -> Getter:
    endpoints = _endpoints(*parties)
    return lambda entry, transcript: [int(end.rpartition(":")[2]) for end in endpoints(entry, transcript)]


def _addresses(*parties: str) -> Getter:
    endpoints = _endpoints(*parties)
    return lambda entry, transcript: [end.rpartition(":")[0].strip("[]") for end in endpoints(entry, transcript)]


@lru_cache(maxsize=64)
def _header(octets: bytes) -> tuple[tuple[str, str], ...]:
    head = re.split(rb"\r?\n\r?\n", unstuff(octets), maxsplit=1)[0]
    message = email.message_from_bytes(head, policy=email.policy.compat32)
    return tuple((name.lower(), str(value)) for name, value in message.items())


def header_field(name: str) -> Getter:
    """Give the getter of a header field of the message, such as `imf.subject`."""

    def values(entry: Entry, _transcript: Transcript) -> list[Value]:
        if entry.kind not in (Kind.MAIL_DATA, Kind.CHUNK):
            return []
        return [value for key, value in _header(entry.octets) if key == name]

    return values


def _is_expert(entry: Entry, _transcript: Transcript) -> list[Value]:
    wrong: list[Field] = [field for field in entry.fields if field.name in ("not understood", "stray blank", "bare LF")]
    return [field.meaning for field in wrong]


FIELDS: Final[dict[str, Getter]] = {
    "smtp": lambda entry, _transcript: [] if entry.kind in (Kind.TLS, Kind.GAP) else [1],
    "smtp.req": _present(Kind.COMMAND, Kind.AUTH),
    "smtp.rsp": _present(Kind.REPLY),
    "smtp.command_line": _of(Kind.COMMAND, lambda entry: _text(entry.octets)),
    "smtp.req.command": _of(Kind.COMMAND, _verb_as_said),
    "smtp.req.parameter": _of(Kind.COMMAND, lambda entry: _text(entry.argument) or None),
    "smtp.response": _reply_lines,
    "smtp.response.code": _of(Kind.REPLY, lambda entry: entry.code),
    "smtp.rsp.parameter": _reply_texts,
    "smtp.auth.username": _decoded("username"),
    "smtp.auth.password": _decoded("password"),
    "smtp.data.fragment": _present(Kind.MAIL_DATA, Kind.CHUNK),
    "smtp.message": _of(Kind.MAIL_DATA, lambda entry: _text(entry.octets)),
    "smtp.eom": _present(Kind.END_OF_DATA),
    "imf": _present(Kind.MAIL_DATA),
    "tls": lambda entry, _transcript: [1] if entry.tls or entry.kind is Kind.TLS else [],
    "frame.number": lambda entry, _transcript: list(entry.frames),
    "frame.time_relative": lambda entry, _transcript: [entry.time],
    "tcp": lambda _entry, _transcript: [1],
    "tcp.stream": lambda entry, _transcript: [entry.stream],
    "tcp.port": _ports("source", "destination"),
    "tcp.srcport": _ports("source"),
    "tcp.dstport": _ports("destination"),
    "ip.addr": _addresses("source", "destination"),
    "ip.src": _addresses("source"),
    "ip.dst": _addresses("destination"),
    "ipv6.addr": _addresses("source", "destination"),
    "_ws.expert": _is_expert,
}
# These an entry has or has not; there is nothing about them to compare.
PRESENCES: Final = frozenset({"smtp", "smtp.req", "smtp.rsp", "smtp.data.fragment", "smtp.eom", "imf", "tls", "tcp"})
NUMBERS: Final = frozenset(
    {
        "smtp.response.code",
        "frame.number",
        "frame.time_relative",
        "tcp.stream",
        "tcp.port",
        "tcp.srcport",
        "tcp.dstport",
    }
)
