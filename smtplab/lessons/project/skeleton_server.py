"""A server to begin with: it greets, and knows one command."""

import socket

from smtplab.lessons.project.site import Site


def serve(connection: socket.socket, site: Site) -> None:
    """Serve one client: greet, and answer line by line until QUIT."""
    connection.sendall(f"220 {site.domain} ready\r\n".encode())
    for line in connection.makefile("rb"):
        if line.strip().upper() == b"QUIT":
            connection.sendall(b"221 Bye\r\n")
            return
        connection.sendall(b"500 I know only QUIT\r\n")
