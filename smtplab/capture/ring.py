"""How do packets reach us when they come faster than we can ask for them?

In memory that the kernel fills and this process reads, without a system call for each packet. Between two such calls
Python lets other threads run, and on a busy lab's server they take so long that a receive buffer of the usual size runs
over within one mail. The memory is cut into blocks, used in turn; each belongs to the kernel or to us, as its status
says. What the kernel cannot store since all blocks are ours, it counts as lost.

Layout: <linux/if_packet.h>, TPACKET_V3; Documentation/networking/packet_mmap.rst of Linux tells how it is used.
"""

import mmap
import socket
import struct
from collections.abc import Iterator
from typing import Final

from smtplab.capture.frame import SECOND

SOL_PACKET: Final = 263  # <linux/socket.h>
PACKET_RX_RING, PACKET_STATISTICS, PACKET_VERSION = 5, 6, 10
TPACKET_V3: Final = 2
KERNEL, USER = 0, 1  # TP_STATUS_KERNEL, TP_STATUS_USER: whose a block is

BLOCK_SIZE: Final = 128 * 1024  # octets; the largest packet of loopback needs half of it
PATIENCE: Final = 4  # milliseconds until a block that is not full becomes ours, if there is anything in it
FRAME_SIZE: Final = 2048  # octets; has to be named and is not used, since packets in a block take what they need

_REQUEST: Final = struct.Struct("@7I")  # struct tpacket_req3
_BLOCK: Final = struct.Struct("@3I")  # from the status on: status, number of packets, offset of the first
_STATUS_AT: Final = 8
_PACKET: Final = struct.Struct("@6IH")  # struct tpacket3_hdr, up to where the frame begins


class Ring:
    """The memory in which a packet socket leaves what it receives. size: octets, a multiple of `BLOCK_SIZE`."""

    def __init__(self, receiver: socket.socket, size: int) -> None:
        self._receiver = receiver
        self._blocks = size // BLOCK_SIZE
        self._next = 0
        frames = self._blocks * (BLOCK_SIZE // FRAME_SIZE)
        request = _REQUEST.pack(BLOCK_SIZE, self._blocks, FRAME_SIZE, frames, PATIENCE, 0, 0)
        receiver.setsockopt(SOL_PACKET, PACKET_VERSION, TPACKET_V3)
        receiver.setsockopt(SOL_PACKET, PACKET_RX_RING, request)
        self._memory = mmap.mmap(receiver.fileno(), size)

    def take(self) -> Iterator[tuple[int, bytes]]:
        """Take all packets that are here: the time of each, in nanoseconds since 1970, and its octets."""
        while True:
            block = self._next * BLOCK_SIZE
            status, count, first = _BLOCK.unpack_from(self._memory, block + _STATUS_AT)
            if not status & USER:
                return
            yield from self._packets(block + first, count)
            self._memory[block + _STATUS_AT : block + _STATUS_AT + 4] = struct.pack("@I", KERNEL)
            self._next = (self._next + 1) % self._blocks

    def _packets(self, at: int, count: int) -> Iterator[tuple[int, bytes]]:
        for _ in range(count):
            following, seconds, nanoseconds, length, _, _, start = _PACKET.unpack_from(self._memory, at)
            yield seconds * SECOND + nanoseconds, self._memory[at + start : at + start + length]
            at += following

    def newly_lost(self) -> int:
        """Say how many packets were lost since the last call because no block was free."""
        lost: int = struct.unpack("@3I", self._receiver.getsockopt(SOL_PACKET, PACKET_STATISTICS, 12))[1]
        return lost

    def close(self) -> None:
        self._memory.close()
