"""What do we ask of the system, to see the packets of the loopback interface?

Linux gives a packet socket, and it can be asked for all that a faithful capture needs: each packet once, room for many,
the kernel's own time to the nanosecond, and how many packets it had to drop. macOS and Windows have scapy's
sockets, which cannot; that part has not been run there.
"""

import socket
import sys
import time
from collections.abc import Callable
from typing import Any, Final

from scapy.config import conf
from scapy.data import MTU, SOL_PACKET
from scapy.error import Scapy_Exception
from scapy.supersocket import SuperSocket

from smtplab.capture import kernel_filter
from smtplab.capture.frame import SECOND
from smtplab.capture.ring import Ring

Keep = Callable[[int, bytes], None]  # takes the time in nanoseconds since 1970, and the octets of the frame
NewSocket = Callable[[int, int, int], socket.socket]  # takes family, kind and protocol, and gives a socket of a network

LINK_TYPE: Final = 1 if sys.platform == "linux" else 0  # LINKTYPE_ETHERNET, with addresses of zeros; LINKTYPE_NULL
ETH_P_ALL: Final = 3  # <linux/if_ether.h>: packets of every protocol
PACKET_IGNORE_OUTGOING: Final = 23  # <linux/if_packet.h>, since Linux 4.20

RING_SIZE: Final = 16 * 1024 * 1024  # octets: some 10,000 packets of an Ethernet

ADVICE: Final = {
    "linux": "this user may not capture packets: run as root, or give Python the capability CAP_NET_RAW",
    "darwin": "this user may not capture packets: run as root, or install Wireshark with its ChmodBPF",
    "win32": "capturing packets needs Npcap: install it from https://npcap.com with its loopback adapter",
}


def open_loopback(
    keep: Keep,
    tcp_port: int,
    udp_port: int,
    new_socket: NewSocket = socket.socket,
    datagrams: int | None = None,
) -> SuperSocket:
    """Open a socket for scapy that receives the packets of these two ports from now on, and hands each to `keep`.

    new_socket: makes it in another network than the machine's own. datagrams: a further port of UDP.
    Raises PermissionError with a sentence that says what to do, when this user may not capture, and OSError when this
    system cannot.
    """
    try:
        if sys.platform == "linux":
            return LoopbackSocket(keep, tcp_port, udp_port, new_socket, datagrams)
        return system_socket(keep, tcp_port, udp_port, datagrams)
    except (PermissionError, RuntimeError, Scapy_Exception) as error:
        raise PermissionError(ADVICE.get(sys.platform, ADVICE["linux"])) from error


class LoopbackSocket(SuperSocket):
    """A Linux packet socket on the loopback interface that keeps what it receives as raw octets."""

    desc = "keep the packets of the loopback interface as raw octets, each once, and count those lost"
    _ring: Ring | None = None

    def __init__(
        self, keep: Keep, tcp_port: int, udp_port: int, new_socket: NewSocket, datagrams: int | None = None
    ) -> None:
        self._keep = keep
        # Protocol 0 receives nothing, so that no packet comes in before bind() has said which ones.
        self.ins = new_socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        try:
            self.ins.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
            self._ring = Ring(self.ins, RING_SIZE)
            kernel_filter.attach(self.ins, kernel_filter.program(tcp_port, udp_port, datagrams))
            self.ins.bind((conf.loopback_name, ETH_P_ALL))
        except OSError:
            self.close()
            raise

    def recv(self, x: int = MTU, **kwargs: Any) -> None:
        """Keep what is waiting. Gives scapy nothing to dissect, which would cost more time than there is."""
        if self._ring is not None:
            for when, octets in self._ring.take():
                self._keep(when, octets)

    def newly_lost(self) -> int:
        """Say how many packets the kernel dropped since the last call because there was no more room for them."""
        return self._ring.newly_lost() if self._ring is not None else 0

    def close(self) -> None:
        """Close the socket, and give its memory back. Closing twice is fine."""
        if self._ring is not None:
            self._ring.close()
        super().close()


def system_socket(keep: Keep, tcp_port: int, udp_port: int, datagrams: int | None = None) -> SuperSocket:
    """Open scapy's own socket for this system, and let it keep raw octets too."""
    wanted = f"tcp port {tcp_port} or (ip and udp dst port {udp_port})"
    if datagrams is not None:
        wanted += f" or (ip and udp port {datagrams})"
    opened: SuperSocket = conf.L2listen(iface=conf.loopback_name, filter=wanted)

    def recv(x: int = MTU, **kwargs: Any) -> None:
        _layer, octets, seconds = opened.recv_raw(x)
        if octets:
            keep(round((seconds or time.time()) * SECOND), octets)

    opened.recv = recv  # type: ignore[method-assign]
    return opened
