"""How is a capture saved so that Wireshark opens it and understands it at once?

As pcapng: times in nanoseconds, the right checksums, what was said as a comment on the frame that completed it, and the
TLS keys inside. What a file cannot hold is that a port speaks SMTP: `decode_as` gives the argument for that.

Format: draft-ietf-opsawg-pcapng.
"""

import struct
from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from typing import BinaryIO, Final

from smtplab.capture.checksums import with_checksums
from smtplab.capture.frame import MAX_FRAME, Frame
from smtplab.capture.pcapng import (
    DECRYPTION_SECRETS,
    ENHANCED_PACKET,
    IF_TSRESOL,
    INTERFACE,
    LITTLE_ENDIAN,
    SECTION_HEADER,
    TLS_KEY_LOG,
)
from smtplab.protocol.octets import count
from smtplab.protocol.text import dialogue_lines
from smtplab.protocol.transcript import Entry, Kind, Transcript

COMMENT, SECTION_APPLICATION, INTERFACE_DESCRIPTION = 1, 4, 3
NANOSECONDS: Final = b"\x09"

Options = Iterable[tuple[int, bytes]]


def save(
    path: str | PathLike[str],
    frames: Iterable[Frame],
    *,
    comments: Mapping[int, Sequence[str]] | None = None,
    source: str = "",
    keys: bytes = b"",
) -> None:
    """Save frames as a pcapng file.

    comments: by frame number, see `comments_of`. source: where the packets come from; it becomes the description of the
    interface. keys: a TLS key log, the lines that `SSLContext.keylog_filename` collects.
    """
    with open(path, "wb") as file:
        _write_block(file, int.from_bytes(SECTION_HEADER, "little"), _section())
        if keys:
            _write_block(file, DECRYPTION_SECRETS, struct.pack("<II", TLS_KEY_LOG, len(keys)) + _padded(keys))
        interfaces: dict[int, int] = {}
        for frame in map(with_checksums, frames):
            if frame.link_type not in interfaces:
                interfaces[frame.link_type] = len(interfaces)
                _write_block(file, INTERFACE, _interface(frame.link_type, source))
            said = (comments or {}).get(frame.number, ())
            _write_block(file, ENHANCED_PACKET, _packet(frame, interfaces[frame.link_type], said))


def comments_of(transcript: Transcript) -> dict[int, list[str]]:
    """Say for each frame what it completes, such as "C: EHLO TINY-DESKTOP". Passwords are masked."""
    comments: dict[int, list[str]] = {}
    for entry in transcript:
        if entry.frame is not None:
            comments.setdefault(entry.frame, []).append(_comment(entry))
    return comments


def _comment(entry: Entry) -> str:
    if entry.kind is Kind.MAIL_DATA:
        return f"C: [mail data, {count(len(entry.octets), 'octet')}]"
    first, *more = dialogue_lines([entry])
    rest = f" (and {count(len(more), 'more line')})" if more else ""
    return f"{entry.party[0].upper()}: {first.text}{rest}"


def decode_as(port: int, *, implicit_tls: bool = False) -> str:
    """Give what Wireshark's "Decode As" and `tshark -d` need to see SMTP at this port; "" where they know it."""
    if implicit_tls:
        return "" if port == 465 else f"tls.port=={port},smtp"
    return "" if port in (25, 587) else f"tcp.port=={port},smtp"


def _section() -> bytes:
    unknown_length = -1
    return LITTLE_ENDIAN + struct.pack("<HHq", 1, 0, unknown_length) + _options([(SECTION_APPLICATION, b"smtplab")])


def _interface(link_type: int, source: str) -> bytes:
    options = [(INTERFACE_DESCRIPTION, source.encode())] if source else []
    return struct.pack("<HHI", link_type, 0, MAX_FRAME) + _options([*options, (IF_TSRESOL, NANOSECONDS)])


def _packet(frame: Frame, interface: int, comments: Iterable[str]) -> bytes:
    high, low = divmod(frame.time, 1 << 32)
    header = struct.pack("<IIIII", interface, high, low, len(frame.octets), frame.original_length)
    return header + _padded(frame.octets) + _options((COMMENT, comment.encode()) for comment in comments)


def _options(options: Options) -> bytes:
    written = b"".join(struct.pack("<HH", code, len(value)) + _padded(value) for code, value in options)
    return written + bytes(4) if written else b""  # a code and a length of 0 end the list


def _padded(octets: bytes) -> bytes:
    return octets + bytes(-len(octets) % 4)


def _write_block(file: BinaryIO, kind: int, body: bytes) -> None:
    length = struct.pack("<I", len(body) + 12)
    file.write(struct.pack("<I", kind) + length + body + length)
