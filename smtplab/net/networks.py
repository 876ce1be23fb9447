"""Where do the sockets come from? The one module that makes them.

Nothing listens beyond loopback, and nothing connects beyond it, unless somebody asked for that by name: a lab whose
mistakes are exercises must not be able to send them to strangers.
"""

import errno
import ipaddress
import socket

Address = tuple[str, int]


def is_loopback(host: str) -> bool:
    """Tell whether a host can only be this machine: an address in 127.0.0.0/8 or ::1, or the name localhost."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check(host: str, allow_remote: bool, what: str) -> None:
    if not (allow_remote or is_loopback(host)):
        raise PermissionError(f"{what} {host}: it is not loopback; pass allow_remote=True if that is really wanted")


def listen(host: str, port: int, *, allow_remote: bool = False) -> socket.socket:
    """Open a listening socket; port 0 takes any free one.

    Raises PermissionError for a host beyond loopback, and OSError with a sentence that says what to do when the port
    cannot be had.
    """
    _check(host, allow_remote, "will not listen on")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except (OSError, OverflowError) as error:
        raise OSError(f"cannot listen on {host} port {port}: {_advice(error)}") from error


def _advice(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return "something else listens there already; port 0 takes any free one"
    if isinstance(error, PermissionError):
        return "ports under 1024 need special rights; port 0 takes any free one"
    return str(error)


def connect(host: str, port: int, timeout: float, *, allow_remote: bool = False) -> socket.socket:
    """Connect to a server. timeout: seconds, for this and for each later wait on the socket.

    Raises PermissionError for a host beyond loopback, ConnectionError or TimeoutError when nobody answers there.
    """
    _check(host, allow_remote, "will not connect to")
    try:
        connection = socket.create_connection((host, port), timeout)
    except ConnectionRefusedError:
        raise ConnectionRefusedError(f"nobody listens on {host} port {port}: is the server started?") from None
    except TimeoutError:
        raise TimeoutError(f"no answer from {host} port {port} in {timeout:g} seconds") from None
    # A dialogue of short lines: waiting to fill a segment (Nagle's algorithm) would only delay each of them.
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection
