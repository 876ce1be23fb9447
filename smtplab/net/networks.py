"""Where do the sockets come from? From a network: the machine's own here, or one that nobody else is in.

Nothing listens beyond loopback, and nothing connects beyond it, unless somebody asked for that by name: a lab whose
mistakes are exercises must not be able to send them to strangers.
"""

import errno
import ipaddress
import socket
from typing import Final

Address = tuple[str, int]

HIGHEST_PORT: Final = 65_535
BACKLOG: Final = 128  # connections that may wait to be accepted


def is_loopback(host: str) -> bool:
    """Tell whether a host can only be this machine: an address in 127.0.0.0/8 or ::1, or the name localhost."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def written(address: Address) -> str:
    """Write an address as "host:port", an IPv6 one in brackets."""
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _check(host: str, allow_remote: bool, what: str) -> None:
    if not (allow_remote or is_loopback(host)):
        raise PermissionError(
            f"{what} {host}: it is not loopback; allow_remote=True (--allow-remote in a shell) allows it"
        )


class Network:
    """The machine's own network, where any program can reach what listens on loopback.

    name: "loopback". source: what a capture of its packets calls itself.
    """

    name = "loopback"
    source = "live"

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def new_socket(self, family: int, kind: int, protocol: int = 0) -> socket.socket:
        """Make a socket of any family."""
        return socket.socket(family, kind, protocol)

    def new_listener(self, family: int, host: str, port: int) -> socket.socket:
        """Make a socket that listens to TCP."""
        return socket.create_server((host, port), family=family, backlog=BACKLOG)

    def listen(self, host: str, port: int, *, allow_remote: bool = False) -> socket.socket:
        """Open a listening socket; port 0 takes any free one.

        Raises PermissionError for a host beyond loopback, and OSError with a sentence that says what to do when the
        port cannot be had.
        """
        _check(host, allow_remote, "will not listen on")
        if not 0 <= port <= HIGHEST_PORT:
            raise OSError(f"cannot listen on {host} port {port}: ports go from 0 to {HIGHEST_PORT}")
        try:
            return self.new_listener(socket.AF_INET6 if ":" in host else socket.AF_INET, host, port)
        except OSError as error:
            raise OSError(f"cannot listen on {host} port {port}: {_advice(error)}") from error

    def connect(
        self, host: str, port: int, timeout: float, *, allow_remote: bool = False, source: str = ""
    ) -> socket.socket:
        """Connect to a server. timeout: seconds, for this and for each later wait on the socket.

        source: the address of this machine to connect from, "" for whichever fits.

        Raises PermissionError for a host beyond loopback, ConnectionError or TimeoutError when nobody answers there.
        """
        _check(host, allow_remote, "will not connect to")
        try:
            connection = self._connected(host, port, timeout, source)
        except ConnectionRefusedError:
            raise ConnectionRefusedError(f"nobody listens on {host} port {port}: is the server started?") from None
        except socket.gaierror as error:
            raise ConnectionError(f"{host} has no address: {error.strerror}") from None
        except TimeoutError:
            raise TimeoutError(f"no answer from {host} port {port} in {timeout:g} seconds") from None
        # A dialogue of short lines: waiting to fill a segment (Nagle's algorithm) would only delay each of them.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def _connected(self, host: str, port: int, timeout: float, source: str) -> socket.socket:
        """Try each address of a host, and give the first connection. Raises the error of the last."""
        failure: OSError | None = None
        for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            connection = self.new_socket(family, kind, protocol)
            try:
                connection.settimeout(timeout)
                if source:
                    connection.bind((source, 0))
                connection.connect(address)
            except OSError as error:
                connection.close()
                failure = error
            else:
                return connection
        raise failure or OSError(f"{host} has no address")


def _advice(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "something else listens there already; port 0 takes any free one"
    if isinstance(error, PermissionError):
        return "ports under 1024 need special rights; port 0 takes any free one"
    return str(error)


LOOPBACK: Final = Network()
