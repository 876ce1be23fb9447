"""A whole client in one file, to be read when yours is written: plain sockets, and what became of each recipient."""

import re
import socket
import ssl

PATIENCE = 5.0  # seconds for a reply; RFC 5321 §4.5.3.2 asks for minutes, for servers far away


def send(
    host: str, port: int, reverse_path: str, forward_paths: list[str], message: bytes, authority: str | None = None
) -> dict[str, str]:
    """Send one mail, and give "done", "later" or "never" for each recipient.

    authority: the path of a PEM file: then TLS is required, with a certificate that this authority vouches for.
    """
    fates = dict.fromkeys(forward_paths, "later")  # whatever breaks on the way, the mail may be tried again
    try:
        sending = Sending(socket.create_connection((host, port), PATIENCE), fates)
    except OSError:
        return fates  # nobody listens
    try:
        sending.run(host, reverse_path, message, authority)
    except (OSError, EOFError, ValueError):
        pass  # the connection is lost, in TLS too, or what came is no reply
    finally:
        sending.connection.close()
    return fates


class Sending:
    """One connection, and the fate of each recipient so far."""

    def __init__(self, connection: socket.socket, fates: dict[str, str]) -> None:
        self.connection = connection
        self.fates = fates
        self.waiting = b""  # octets that were read and not used yet

    def read_line(self) -> bytes:
        """Give the next line, without its CRLF. Raises EOFError when the server is gone."""
        while b"\r\n" not in self.waiting:
            octets = self.connection.recv(65536)
            if not octets:
                raise EOFError
            self.waiting += octets
        line, _, self.waiting = self.waiting.partition(b"\r\n")
        return line

    def hear(self) -> tuple[int, list[bytes]]:
        """Wait for a reply: its code, and the text of each line. Raises ValueError for what is none."""
        lines = []
        while True:
            line = self.read_line()
            if not re.fullmatch(rb"[2-5]\d\d([ -].*)?", line, re.DOTALL):
                raise ValueError("this is no reply")
            lines.append(line[4:])
            if line[3:4] != b"-":
                return int(line[:3]), lines

    def say(self, line: str) -> tuple[int, list[bytes]]:
        """Say a command, and wait for its reply."""
        self.connection.sendall(f"{line}\r\n".encode("ascii"))
        return self.hear()

    def decide(self, code: int, *forward_paths: str) -> None:
        """Let a negative reply decide what becomes of recipients. Its first digit is enough."""
        for path in forward_paths:
            self.fates[path] = "later" if code // 100 == 4 else "never"

    def run(self, host: str, reverse_path: str, message: bytes, authority: str | None) -> None:
        """Greet, send the mail, and say QUIT."""
        code, _ = self.hear()
        if code == 220:
            code = self.introduce(host, authority)
        if code // 100 == 2:
            self.transact(reverse_path, message)
        elif code != 421:
            self.decide(code, *self.fates)
        if code != 421:
            self.say("QUIT")

    def introduce(self, host: str, authority: str | None) -> int:
        """Say EHLO, or HELO to an old server, and begin TLS where it is required. Gives a code that decides."""
        code, extensions = self.say("EHLO [127.0.0.1]")
        if authority is None:
            return self.say("HELO [127.0.0.1]")[0] if code in (500, 502) else code
        if code // 100 != 2 or b"STARTTLS" not in [line.upper() for line in extensions]:
            return 454
        code, _ = self.say("STARTTLS")
        if code != 220:
            return code
        context = ssl.create_default_context(cafile=authority)
        self.connection = context.wrap_socket(self.connection, server_hostname=host)
        self.waiting = b""  # whatever came behind the 220 came in clear text, from anybody (RFC 3207 §6)
        return self.say("EHLO [127.0.0.1]")[0]

    def transact(self, reverse_path: str, message: bytes) -> None:
        """Say the envelope, and the mail if anybody is left to get it."""
        code, _ = self.say(f"MAIL FROM:<{reverse_path}>")
        if code // 100 != 2:
            return self.decide(code, *self.fates)
        accepted = []
        for path in self.fates:
            code, _ = self.say(f"RCPT TO:<{path}>")
            if code // 100 == 2:
                accepted.append(path)
            else:
                self.decide(code, path)
        if not accepted:
            return None
        code, _ = self.say("DATA")
        if code != 354:
            return self.decide(code, *accepted)
        self.connection.sendall(stuffed(message) + b".\r\n")
        code, _ = self.hear()
        if code // 100 != 2:
            return self.decide(code, *accepted)
        self.fates.update(dict.fromkeys(accepted, "done"))
        return None


def stuffed(message: bytes) -> bytes:
    """Give a message as it goes over the wire: each line ends with CRLF, and a dot that begins one is doubled."""
    lines = re.split(rb"\r?\n", message)
    if lines[-1] == b"":
        lines.pop()
    return b"".join((b"." if line.startswith(b".") else b"") + line + b"\r\n" for line in lines)
