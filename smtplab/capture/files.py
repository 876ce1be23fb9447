"""How does a capture file become frames?

Reads what Wireshark, tcpdump and their relatives save: pcap (micro- and nanoseconds) and pcapng, in both byte orders,
compressed with gzip or not. The frames come one by one, so a file may be larger than memory, and a length that lies is
found out before anything is allocated for it. What the octets of a frame mean is the question of `link`.

Formats: draft-ietf-opsawg-pcap here, draft-ietf-opsawg-pcapng in `pcapng`.
"""

import gzip
import struct
import zlib
from collections.abc import Iterator
from os import PathLike
from typing import BinaryIO, Final, cast

from smtplab.capture.frame import SECOND, BrokenCapture, Frame, NotACapture, exactly, plausible
from smtplab.capture.pcapng import SECTION_HEADER, Learn, no_matter, pcapng_frames

__all__ = ["BrokenCapture", "Frame", "NotACapture", "frames_in", "read_frames"]

GZIP: Final = b"\x1f\x8b"
PCAP: Final = {  # magic number -> byte order, nanoseconds in one tick of the fraction
    b"\xd4\xc3\xb2\xa1": ("<", 1000),
    b"\xa1\xb2\xc3\xd4": (">", 1000),
    b"\x4d\x3c\xb2\xa1": ("<", 1),
    b"\xa1\xb2\x3c\x4d": (">", 1),
}
PCAP_VERSION: Final = (2, 4)  # the only one written since 1998; some older ones swap the two lengths


def read_frames(path: str | PathLike[str], learn: Learn = no_matter) -> Iterator[Frame]:
    """Read a capture file from its first frame to its last; it is opened when the first is asked for.

    learn: is called with each TLS key log in the file, before the frames behind it.
    Raises OSError when it cannot be opened, NotACapture before any frame, BrokenCapture after the last whole one.
    """
    with open(path, "rb") as file:
        if file.peek(2)[:2] == GZIP:
            yield from _decompressed(cast(BinaryIO, gzip.GzipFile(fileobj=file)), learn)
        else:
            yield from frames_in(file, learn)


def _decompressed(file: BinaryIO, learn: Learn) -> Iterator[Frame]:
    try:
        yield from frames_in(file, learn)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BrokenCapture("the compressed file is cut short or damaged: download or save it again") from error


def frames_in(file: BinaryIO, learn: Learn = no_matter) -> Iterator[Frame]:
    """Read the frames of an open file that stands at its beginning; otherwise as `read_frames`."""
    magic = file.read(4)
    if magic in PCAP:
        yield from pcap_frames(file, *PCAP[magic])
    elif magic == SECTION_HEADER:
        yield from pcapng_frames(file, learn)
    else:
        raise not_a_capture("it does not begin as one" if magic else "it is empty")


def not_a_capture(reason: str) -> NotACapture:
    return NotACapture(f"not a packet capture: {reason}; give a pcap or pcapng file, as Wireshark or tcpdump saves it")


def pcap_frames(file: BinaryIO, order: str, tick: int) -> Iterator[Frame]:
    """Read what follows the magic number: 20 octets about the file, then for each frame 16 about it and its octets."""
    major, minor, link_type = struct.unpack(order + "HH12xI", exactly(file, 20, "its header"))
    if (major, minor) != PCAP_VERSION:
        raise not_a_capture(f"pcap version {major}.{minor} is not read here, only 2.4")
    link_type &= 0xFFFF  # above it stands how long the frame check sequence is
    header = struct.Struct(order + "IIII")
    number = 1
    while octets := file.read(header.size):
        if len(octets) < header.size:
            raise BrokenCapture(f"the file ends inside the header of frame {number}")
        seconds, fraction, captured, original = header.unpack(octets)
        octets = exactly(file, plausible(captured, number), f"frame {number}")
        yield Frame(number, seconds * SECOND + fraction * tick, link_type, octets, max(captured, original))
        number += 1
