"""A network with nobody else in it, in which an ordinary user may do what only root may on the machine's own.

There, packets can be captured and servers can listen on port 25, without any right, and packets are as large as on an
Ethernet. What it needs is Linux, and an administrator who did not switch it off; `docs/capture-rights.md` tells more.
A helper process makes the sockets: see `private_helper`. Server, client and capture use them in this process.
"""

import errno
import os
import socket
import subprocess
import sys
import threading
import weakref
from pathlib import Path
from typing import Final

from smtplab.net.networks import Network

HELPER: Final = Path(__file__).with_name("private_helper.py")
TIMEOUT: Final = 10.0  # seconds for an answer of the helper; the first takes less than 0.1 on an idle machine
ANSWER_SIZE: Final = 512  # octets
DENIED: Final = "this system gives no private network"


class PrivateNetwork(Network):
    """A network of its own, with nothing but loopback. It can be closed; else it ends when nobody holds it any more.

    The sockets that it has given live on after that. Raises PermissionError, saying why, where the system gives none.
    """

    name = "private"
    source = "private network"

    def __init__(self) -> None:
        if sys.platform != "linux":
            raise PermissionError(f"{DENIED} (only Linux does)")
        self._asking = threading.Lock()
        try:
            self.helper, self._control = _started()
        except OSError as error:
            raise PermissionError(f"{DENIED} (its helper cannot start: {error})") from error
        self.close = weakref.finalize(self, _end, self.helper, self._control)
        answer = self._first_answer()
        if answer != "ready":
            self.close()
            raise PermissionError(f"{DENIED} ({answer})")

    def _first_answer(self) -> str:
        try:
            return self._control.recv(ANSWER_SIZE).decode() or "its helper ended at once"
        except OSError as error:
            return f"its helper: {error}"

    def new_socket(self, family: int, kind: int, protocol: int = 0) -> socket.socket:
        """Make a socket of any family. Raises OSError as socket.socket does."""
        return self._ask("socket", int(family), int(kind), protocol)

    def new_listener(self, family: int, host: str, port: int) -> socket.socket:
        """Make a socket that listens to TCP, on any port."""
        return self._ask("server", int(family), host, port)

    def _ask(self, *request: str | int) -> socket.socket:
        try:
            with self._asking:
                self._control.send("\0".join(map(str, request)).encode())
                answer, descriptors, _, _ = socket.recv_fds(self._control, ANSWER_SIZE, 1)
        except OSError as error:
            raise ConnectionError(f"the private network has ended: {error}") from error
        if not descriptors:
            number = int(answer or errno.EPIPE)
            raise OSError(number, os.strerror(number))
        made = socket.socket(fileno=descriptors[0])
        made.set_inheritable(False)  # as all of Python's own are
        return made


def _started() -> "tuple[subprocess.Popen[bytes], socket.socket]":
    """Start the helper, and give it with the socket at which it takes requests."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        try:
            helper = subprocess.Popen(
                # Isolated, for its folder is none to search for modules; and without any beyond Python's own.
                [sys.executable or "python3", "-I", "-S", HELPER, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                start_new_session=True,  # a notebook interrupts a cell by a signal to the whole group of its kernel
            )
        except OSError:
            ours.close()
            raise
    ours.settimeout(TIMEOUT)
    return helper, ours


def _end(helper: "subprocess.Popen[bytes]", control: socket.socket) -> None:
    control.close()
    helper.kill()
    helper.wait()


_sharing = threading.Lock()
_shared: "weakref.WeakValueDictionary[int, PrivateNetwork]" = weakref.WeakValueDictionary()
_refusals: list[str] = []


def shared() -> PrivateNetwork:
    """Give the one that this process has, and begin it where nobody holds it.

    Raises PermissionError where the system gives none; asked again, it says so at once.
    """
    with _sharing:
        # By process, since a fork that used the helper of its parent would take the answers to its questions.
        network = _shared.get(os.getpid())
        if network is None:
            if _refusals:
                raise PermissionError(_refusals[0])
            try:
                network = _shared[os.getpid()] = PrivateNetwork()
            except PermissionError as refusal:
                _refusals.append(str(refusal))
                raise
        return network
