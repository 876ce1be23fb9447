"""How does pcapng hold frames?

In blocks, each with its type, its length, a body, and its length once more. A section header sets the byte order and
forgets the interfaces; an interface description says what its frames begin with and how its clock ticks; a packet block
holds one frame; decryption secrets belong to the frames behind them. Blocks of any other type are skipped; some of them
have a number among the frames all the same, as in Wireshark, so that a frame can be looked up there.

Format: draft-ietf-opsawg-pcapng.
"""

import struct
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final, NamedTuple

from smtplab.capture.frame import MAX_FRAME, SECOND, BrokenCapture, Frame, damaged, exactly, plausible

SECTION_HEADER: Final = b"\x0a\x0d\x0d\x0a"  # reads the same in both byte orders
LITTLE_ENDIAN, BIG_ENDIAN = b"\x4d\x3c\x2b\x1a", b"\x1a\x2b\x3c\x4d"
BYTE_ORDER: Final = {LITTLE_ENDIAN: "<", BIG_ENDIAN: ">"}

INTERFACE, OBSOLETE_PACKET, SIMPLE_PACKET, ENHANCED_PACKET = 1, 2, 3, 6
BEFORE_THE_FRAME: Final = {  # interface, time (upper half, lower half), captured length, original length
    (order, kind): struct.Struct(order + layout)
    for order in "<>"
    for kind, layout in ((ENHANCED_PACKET, "IIIII"), (OBSOLETE_PACKET, "H2xIIII"))
}
NUMBERED: Final = frozenset({9, 0x204, 0x216, 0x221, 0xBAD, 0x40000BAD})  # journal, calls to the system, custom
DECRYPTION_SECRETS: Final = 10
TLS_KEY_LOG: Final = 0x544C534B  # "TLSK"
# Those that are read, and how long they may be: a frame with its options, comments among them.
MAX_BLOCK: Final = 4 * MAX_FRAME
READ: Final = {
    **dict.fromkeys((INTERFACE, OBSOLETE_PACKET, SIMPLE_PACKET, ENHANCED_PACKET), MAX_BLOCK),
    DECRYPTION_SECRETS: 64 << 20,  # a browser writes some thousand lines a day
}

BLOCK_HEAD: Final = {order: struct.Struct(order + "II") for order in "<>"}  # type and length

END_OF_OPTIONS, IF_TSRESOL, IF_TSOFFSET = 0, 9, 14
MICROSECONDS: Final = b"\x06"  # the resolution where none is given

Learn = Callable[[bytes], object]  # is called with what a file tells beside its frames


def no_matter(_told: bytes) -> None:
    """Learn nothing."""


class Interface(NamedTuple):
    """Where frames come from. snap_length: at most so many octets of a frame were kept, 0 for all."""

    link_type: int
    snap_length: int
    ticks_per_second: int
    offset: int  # nanoseconds

    def time(self, high: int, low: int) -> int:
        return self.offset + (high << 32 | low) * SECOND // self.ticks_per_second


def pcapng_frames(file: BinaryIO, learn: Learn = no_matter) -> Iterator[Frame]:
    """Read the frames of all sections of a file of which the first four octets, `SECTION_HEADER`, are read already.

    learn: is called with each TLS key log.
    """
    order = _section(file, exactly(file, 4, "its section header"))
    interfaces: list[Interface] = []
    number, time = 1, 0
    while head := file.read(8):
        where = f"the block after frame {number - 1}"
        if len(head) < 8:
            raise BrokenCapture(f"the file ends inside {where}")
        if head.startswith(SECTION_HEADER):
            order, interfaces = _section(file, head[4:]), []
            continue
        kind, length = BLOCK_HEAD[order].unpack(head)
        body = _body(file, kind, length, head[4:], where)
        if kind == INTERFACE:
            interfaces.append(_interface(order, body))
        elif kind == DECRYPTION_SECRETS:
            _tell_secrets(order, body, learn)
        elif kind in READ:
            yield (frame := _frame(order, kind, body, interfaces, number, time))
            number, time = number + 1, frame.time
        elif kind in NUMBERED:
            number += 1


def _section(file: BinaryIO, length: bytes) -> str:
    """Read a section header after its type and length, and give the byte order that holds from there on."""
    order = BYTE_ORDER.get(file.read(4))
    if order is None:
        raise damaged("a section header without its byte-order mark")
    (major,) = struct.unpack(order + "H2x", exactly(file, 4, "a section header"))
    if major != 1:
        raise BrokenCapture(f"pcapng version {major} is not read here, only 1")
    _skip(file, _checked(struct.unpack(order + "I", length)[0], 28, "a section header") - 16, "a section header")
    return order


def _body(file: BinaryIO, kind: int, length: int, stated: bytes, where: str) -> bytes:
    """Read the body of a block that is read, skip that of any other. Either way the length must stand there again.

    stated: the length, as it stands before the body.
    """
    size = _checked(length, 12, where) - 12
    if kind not in READ:
        _skip(file, size, where)
        rest = exactly(file, 4, where)
    elif size > READ[kind]:
        raise damaged(f"{where} claims {length:,} octets")
    else:
        rest = exactly(file, size + 4, where)
    if not rest.endswith(stated):
        raise damaged(f"the two lengths of {where} differ")
    return rest[:-4]


def _checked(length: int, least: int, where: str) -> int:
    if length < least or length % 4:
        raise damaged(f"{where} claims {length:,} octets")
    return length


def _skip(file: BinaryIO, count: int, where: str) -> None:
    while count:  # not seek(), which goes beyond the end of a file without a word
        count -= len(exactly(file, min(count, 65_536), where))


def _interface(order: str, body: bytes) -> Interface:
    link_type, snap_length = _numbers(order + "H2xI", body, "an interface description")
    options = dict(_options(order, body[8:]))
    (resolution,) = options.get(IF_TSRESOL, MICROSECONDS)[:1] or MICROSECONDS
    # A negative power of 10, or of 2 where the top bit is set.
    ticks = 2 ** (resolution & 0x7F) if resolution & 0x80 else 10**resolution
    (offset,) = struct.unpack(order + "q", options.get(IF_TSOFFSET, b"")[:8].ljust(8, b"\0"))
    return Interface(link_type, snap_length, ticks, offset * SECOND)


def _tell_secrets(order: str, body: bytes, learn: Learn) -> None:
    """Read what is needed to decrypt the frames that follow; of other protocols than TLS it is no matter here."""
    kind, length = _numbers(order + "II", body, "a block of decryption secrets")
    if length > len(body) - 8:
        raise damaged("a block of decryption secrets claims more octets than it has")
    if kind == TLS_KEY_LOG:
        learn(body[8 : 8 + length])


def _options(order: str, octets: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(octets):
        code, length = struct.unpack_from(order + "HH", octets, at)
        if code == END_OF_OPTIONS:
            return
        yield code, octets[at + 4 : at + 4 + length]
        at += 4 + length + -length % 4


def _frame(order: str, kind: int, body: bytes, interfaces: list[Interface], number: int, time: int) -> Frame:
    """Read one packet block. A simple one gives neither interface nor time: the first, and `time`, are taken."""
    identity, start = 0, 4
    try:
        if kind == SIMPLE_PACKET:
            (original,) = struct.unpack_from(order + "I", body)
            interface = interfaces[identity]
            captured = min(original, interface.snap_length or original)
        else:
            start = 20
            identity, high, low, captured, original = BEFORE_THE_FRAME[order, kind].unpack_from(body)
            interface = interfaces[identity]
            time = interface.time(high, low)
    except struct.error:
        raise damaged(f"the block of frame {number} is too short") from None
    except IndexError:
        raise damaged(f"frame {number} comes from interface {identity}, which is not described") from None
    if start + plausible(captured, number) > len(body):
        raise damaged(f"frame {number} claims more octets than its block holds")
    return Frame(number, time, interface.link_type, body[start : start + captured], max(captured, original))


def _numbers(layout: str, body: bytes, what: str) -> tuple[int, ...]:
    if len(body) < struct.calcsize(layout):
        raise damaged(f"{what} is too short")
    return struct.unpack_from(layout, body)
