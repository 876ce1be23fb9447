"""A client to begin with: it waits for the greeting, says EHLO and QUIT, and has sent nothing."""

import socket
from typing import BinaryIO


def send(
    host: str, port: int, reverse_path: str, forward_paths: list[str], message: bytes, authority: str | None = None
) -> dict[str, str]:
    """Send one mail, and give "done", "later" or "never" for each recipient."""
    with socket.create_connection((host, port), 5) as connection:
        replies = connection.makefile("rb")
        hear(replies)
        for line in ("EHLO [127.0.0.1]", "QUIT"):
            connection.sendall(f"{line}\r\n".encode())
            hear(replies)
    return dict.fromkeys(forward_paths, "later")


def hear(replies: BinaryIO) -> bytes:
    """Wait for a reply, of all its lines, and give the last one."""
    while (line := replies.readline())[3:4] == b"-":
        pass
    return line
