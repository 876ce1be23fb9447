"""What does a mail need of the server that is to take it? Which extensions a client uses for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from smtplab.protocol.mime.entity import read_entity

TEXT_LINE_LIMIT: Final = 1000  # octets with CRLF, RFC 5321 §4.5.3.1.6


class CannotSend(ValueError):
    """The mail needs an extension that the server does not offer, or is larger than it takes.

    status: the enhanced status code for a notice about it (RFC 3463 §3.4, §3.7; RFC 6531 §4.2).
    """

    def __init__(self, status: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True, slots=True)
class Plan:
    """How to send one mail. parameters: of MAIL. pipelined: the envelope in one group. chunked: BDAT, not DATA."""

    parameters: dict[str, str]
    pipelined: bool
    chunked: bool


def plan(content: bytes, reverse_path: str, forward_paths: Sequence[str], extensions: Mapping[str, str]) -> Plan:
    """Choose how to send a message over a session with these extensions, given by keyword with their parameters.

    content: octets of the message, dots not stuffed. Raises `CannotSend` when it cannot be sent there.
    RFC 1870 §5, RFC 6152 §3, RFC 3030 §3, RFC 6531 §3.2, RFC 2920 §3.1.
    """
    parameters: dict[str, str] = {}
    is_binary = _is_binary(content)
    chunked = (is_binary or _has_long_lines(content)) and {"BINARYMIME", "CHUNKING"} <= extensions.keys()
    if "SIZE" in extensions:
        is_whole = chunked or not content or content.endswith(b"\r\n")
        size = len(content) + (0 if is_whole else len(b"\r\n"))  # which DATA adds (RFC 5321 §4.1.1.4)
        parameters["SIZE"] = str(size)
        limit = extensions["SIZE"]
        if limit.isdecimal() and 0 < int(limit) < size:
            raise CannotSend("5.3.4", f"the message has {size} octets, and the server takes {limit}")
    if chunked:
        parameters["BODY"] = "BINARYMIME"
    elif is_binary:
        raise CannotSend("5.6.3", "the message has a NUL, or a CR or LF alone, and the server takes no binary mail")
    elif not content.isascii():
        _need("8BITMIME", "5.6.3", "it has octets over 127", extensions)
        parameters["BODY"] = "8BITMIME"
    addresses = (reverse_path, *forward_paths)
    if not all(map(str.isascii, addresses)) or not (content.isascii() or _headers(content).isascii()):
        _need("SMTPUTF8", "5.6.7", "an address or a header is not ASCII", extensions)
        parameters["SMTPUTF8"] = ""
    return Plan(parameters, "PIPELINING" in extensions, chunked)


def _is_binary(content: bytes) -> bool:
    """Tell whether a message has what DATA cannot carry (RFC 5321 §2.3.8, RFC 2045 §2.8)."""
    line_ends = content.count(b"\r\n")
    return b"\0" in content or not line_ends == content.count(b"\r") == content.count(b"\n")


def _has_long_lines(content: bytes) -> bool:
    return max(map(len, content.split(b"\r\n"))) + len(b"\r\n") > TEXT_LINE_LIMIT


def _headers(content: bytes) -> bytes:
    """Give the header of the message, and those of all parts in it."""
    header = (b"\r\n" + content).partition(b"\r\n\r\n")[0]  # a message may begin with the empty line
    parts = list(read_entity(content).walk())[1:]
    return header + b"".join(content[each.header[0].start : each.body] for each in parts if each.header)


def _need(keyword: str, status: str, reason: str, extensions: Mapping[str, str]) -> None:
    if keyword not in extensions:
        raise CannotSend(status, f"the message needs {keyword}, since {reason}, and the server does not offer it")
