"""What is a captured frame, and what can be wrong with the file that holds it?"""

from typing import BinaryIO, Final, NamedTuple

# What libpcap and Wireshark take at most. A length above it is damage, not a frame.
MAX_FRAME: Final = 262_144

SECOND: Final = 1_000_000_000  # in nanoseconds


class Frame(NamedTuple):
    """One captured frame.

    number: from 1, as Wireshark shows it. time: nanoseconds since 1970-01-01 00:00 UTC. link_type: the LINKTYPE_ number
    that says what the octets begin with. original_length: its length on the wire, greater than that of `octets` where
    the capture cut it.
    """

    number: int
    time: int
    link_type: int
    octets: bytes
    original_length: int


class NotACapture(ValueError):
    """The file holds nothing in a format that is read here. The message is one line and says what to do."""


class BrokenCapture(ValueError):
    """The file is cut short or damaged. Every frame before that is whole; the message is one line and says where."""


def damaged(what: str) -> BrokenCapture:
    return BrokenCapture(f"the file is damaged: {what}")


def exactly(file: BinaryIO, count: int, where: str) -> bytes:
    """Read `count` octets. Raises BrokenCapture, which says where the file ends, when there are fewer."""
    octets = file.read(count)
    if len(octets) < count:
        raise BrokenCapture(f"the file ends inside {where}")
    return octets


def plausible(length: int, number: int) -> int:
    """Give back the length that a file claims for a frame. Raises BrokenCapture when no frame is that long."""
    if length > MAX_FRAME:
        raise damaged(f"frame {number} claims {length:,} octets")
    return length
