"""A process that enters a network of its own, makes sockets in it, and hands them to the process that started it.

Run as a script by `private_network`, with nothing but the standard library. The kernel lets an ordinary user make a
user namespace and have all capabilities in it, over nothing but what is made in there; a network namespace made with it
is such a thing (user_namespaces(7), network_namespaces(7)). Only a process of a single thread may do so, which a
notebook's kernel is not; but to use a socket of that network needs no capability. Hence this helper.

It ends when the other end of its control socket is closed, which the kernel sees to however its parent ends.
"""

import ctypes
import fcntl
import os
import socket
import struct
import sys
from contextlib import suppress
from typing import Final

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000  # <linux/sched.h>

MTU: Final = 1500  # octets, as on an Ethernet; loopback has 65,536 otherwise
SIOCSIFFLAGS, SIOCSIFMTU, SIOCETHTOOL = 0x8914, 0x8922, 0x8946  # <linux/sockios.h>
IFF_UP, IFF_RUNNING = 0x1, 0x40  # <linux/if.h>
IFREQ_SIZE: Final = 40  # octets of struct ifreq

# <linux/ethtool.h>: what lets a packet be larger than the MTU. Without, TCP cuts octets into segments as in textbooks.
ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SGRO = 0x1F, 0x24, 0x2C

LOSS_PROBES: Final = "/proc/sys/net/ipv4/tcp_early_retrans"

REQUEST_SIZE: Final = 512  # octets


def main(control: socket.socket) -> None:
    """Enter a network, say b"ready" or what hinders, and then hand out a socket for each request until the end."""
    try:
        enter_network()
        set_up_loopback()
    except OSError as error:
        control.send(str(error).encode())
        return
    switch_off_loss_probes()
    control.send(b"ready")
    while request := control.recv(REQUEST_SIZE):
        hand_out(control, request.decode())


def enter_network() -> None:
    """Leave the machine's network for a new one, with nothing in it but a loopback interface that is down."""
    libc = ctypes.CDLL(None, use_errno=True)  # os.unshare() came with Python 3.12
    if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), "unshare")


def set_up_loopback() -> None:
    """Let the loopback interface carry what an Ethernet would, and bring it up: it gets its addresses by that."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        _configure(any_socket, SIOCSIFMTU, struct.pack("@i", MTU))
        for offload in (ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SGRO):
            off = ctypes.create_string_buffer(struct.pack("@II", offload, 0))
            _configure(any_socket, SIOCETHTOOL, struct.pack("@P", ctypes.addressof(off)))
        _configure(any_socket, SIOCSIFFLAGS, struct.pack("@h", IFF_UP | IFF_RUNNING))


def _configure(any_socket: socket.socket, request: int, value: bytes) -> None:
    fcntl.ioctl(any_socket, request, struct.pack("@16s", b"lo") + value.ljust(IFREQ_SIZE - 16, b"\0"))


def switch_off_loss_probes() -> None:
    """Let TCP not send again what is merely late, as it is on a busy machine. RFC 8985 §7."""
    with suppress(OSError), open(LOSS_PROBES, "w") as setting:  # some containers have /proc/sys for reading only
        setting.write("0")


def hand_out(control: socket.socket, request: str) -> None:
    """Make the socket that was asked for and send it, or the number of the error.

    request: "socket", family, kind and protocol; or "server", family, host and port for one that listens to TCP, since
    ports below 1024 are free to this process only. NULs stand between them.
    """
    try:
        with _made(*request.split("\0")) as made:
            socket.send_fds(control, [b"0"], [made.fileno()])
    except OSError as error:
        control.send(str(error.errno).encode())


def _made(what: str, family: str, second: str, third: str) -> socket.socket:
    if what == "server":
        return socket.create_server((second, int(third)), family=int(family), backlog=128)
    return socket.socket(int(family), int(second), int(third))


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
