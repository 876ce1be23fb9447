"""What do we ask of the system, to see the packets of the loopback interface?

Linux gives a packet socket, and it can be asked for all that a faithful capture needs: each packet once, a large
buffer, the kernel's own time to the nanosecond, and how many packets it had to drop. macOS and Windows have scapy's
sockets, which cannot; that part has not been run there.
"""

import socket
import struct
import sys
import time
from collections.abc import Callable
from typing import Any, Final

from scapy.config import conf
from scapy.data import MTU, SO_TIMESTAMPNS, SOL_PACKET
from scapy.error import Scapy_Exception
from scapy.supersocket import SuperSocket

from smtplab.capture import kernel_filter
from smtplab.capture.frame import MAX_FRAME, SECOND

Keep = Callable[[int, bytes], None]  # takes the time in nanoseconds since 1970, and the octets of the frame

LINK_TYPE: Final = 1 if sys.platform == "linux" else 0  # LINKTYPE_ETHERNET, with addresses of zeros; LINKTYPE_NULL
ETH_P_ALL: Final = 3  # <linux/if_ether.h>: packets of every protocol
PACKET_STATISTICS: Final = 6  # <linux/if_packet.h>
PACKET_IGNORE_OUTGOING: Final = 23  # since Linux 4.20
SO_RCVBUFFORCE: Final = 33  # <asm-generic/socket.h>

RECEIVE_BUFFER: Final = 64 * 1024 * 1024  # octets; memory is only taken for what really waits
BATCH: Final = 1000  # packets taken before scapy gets to ask whether it should stop

ADVICE: Final = {
    "linux": "this user may not capture packets: run as root, or give Python the capability CAP_NET_RAW",
    "darwin": "this user may not capture packets: run as root, or install Wireshark with its ChmodBPF",
    "win32": "capturing packets needs Npcap: install it from https://npcap.com with its loopback adapter",
}


def open_loopback(keep: Keep, tcp_port: int, udp_port: int) -> SuperSocket:
    """Open a socket for scapy that receives the packets of these two ports from now on, and hands each to `keep`.

    Raises PermissionError with a sentence that says what to do, when this user may not capture, and OSError when this
    system cannot.
    """
    try:
        if sys.platform == "linux":
            return LoopbackSocket(keep, tcp_port, udp_port)
        return system_socket(keep, tcp_port, udp_port)
    except (PermissionError, RuntimeError, Scapy_Exception) as error:
        raise PermissionError(ADVICE.get(sys.platform, ADVICE["linux"])) from error


class LoopbackSocket(SuperSocket):
    """A Linux packet socket on the loopback interface that keeps what it receives as raw octets."""

    desc = "keep the packets of the loopback interface as raw octets, each once, and count those lost"

    def __init__(self, keep: Keep, tcp_port: int, udp_port: int) -> None:
        self._keep = keep
        self._octets = bytearray(MAX_FRAME)
        # Protocol 0 receives nothing, so that no packet comes in before bind() has said which ones.
        self.ins = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        try:
            self._set_up(tcp_port, udp_port)
        except OSError:
            self.close()
            raise

    def _set_up(self, tcp_port: int, udp_port: int) -> None:
        self.ins.setblocking(False)
        self.ins.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
        self.ins.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        try:
            self.ins.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER)
        except PermissionError:  # that one needs CAP_NET_ADMIN; this one cuts down to what the system allows
            self.ins.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        kernel_filter.attach(self.ins, kernel_filter.program(tcp_port, udp_port))
        self.ins.bind((conf.loopback_name, ETH_P_ALL))

    def recv(self, x: int = MAX_FRAME, **kwargs: Any) -> None:
        """Keep what is waiting. Gives scapy nothing to dissect, which would cost more time than there is."""
        for _ in range(BATCH):
            try:
                length, ancillary, _flags, _address = self.ins.recvmsg_into([self._octets], 64)
            except BlockingIOError:
                return
            self._keep(_time_in(ancillary), bytes(memoryview(self._octets)[:length]))

    def newly_lost(self) -> int:
        """Say how many packets the kernel dropped since the last call because the receive buffer was full."""
        dropped: int = struct.unpack("@II", self.ins.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))[1]
        return dropped


def _time_in(ancillary: list[tuple[int, int, bytes]]) -> int:
    """Give the time at which the kernel received a packet, in nanoseconds: a float could only tell steps of 238."""
    for level, kind, octets in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, SO_TIMESTAMPNS):
            seconds, nanoseconds = struct.unpack("@ll", octets)
            return int(seconds) * SECOND + int(nanoseconds)
    return time.time_ns()


def system_socket(keep: Keep, tcp_port: int, udp_port: int) -> SuperSocket:
    """Open scapy's own socket for this system, and let it keep raw octets too."""
    opened: SuperSocket = conf.L2listen(
        iface=conf.loopback_name, filter=f"tcp port {tcp_port} or (ip and udp dst port {udp_port})"
    )

    def recv(x: int = MTU, **kwargs: Any) -> None:
        _layer, octets, seconds = opened.recv_raw(x)
        if octets:
            keep(round((seconds or time.time()) * SECOND), octets)

    opened.recv = recv  # type: ignore[method-assign]
    return opened
