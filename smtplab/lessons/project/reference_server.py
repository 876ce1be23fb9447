"""A whole server in one file, to be read when yours is written: plain sockets, and one method for each command."""

import re
import socket
import ssl
from base64 import b64decode
from binascii import Error as NotBase64

from smtplab.lessons.project.site import Site

LONGEST = 4096  # octets of a command line; §4.5.3.1.4 asks for 512 at least
PATH = re.compile(rb"<([^<>@\s]+@[^<>@\s]+)?>")


def serve(connection: socket.socket, site: Site) -> None:
    """Serve one client until QUIT, or until it is gone."""
    session = Session(connection, site)
    try:
        session.run()
    except (OSError, EOFError):
        pass  # it is gone, or speaks no TLS
    finally:
        session.connection.close()


class Session:
    """One client's session. What it is told in clear text is forgotten when TLS begins."""

    def __init__(self, connection: socket.socket, site: Site) -> None:
        self.connection = connection
        self.site = site
        self.waiting = b""  # octets that were read and not used yet
        self.in_tls = False
        self.forget()

    def forget(self) -> None:
        """Stand where a session stands after the greeting."""
        self.introduced = False
        self.user: str | None = None
        self.reset()

    def reset(self) -> None:
        """End the mail transaction, if there is one."""
        self.reverse_path: str | None = None
        self.forward_paths: list[str] = []

    def reply(self, code: int, *lines: str) -> None:
        """Say a reply: a hyphen behind the code where another line follows."""
        *first, last = lines
        text = "".join(f"{code}-{line}\r\n" for line in first) + f"{code} {last}\r\n"
        self.connection.sendall(text.encode("ascii"))

    def read(self) -> None:
        """Wait for more octets. Raises EOFError when the client is gone."""
        octets = self.connection.recv(65536)
        if not octets:
            raise EOFError
        self.waiting += octets

    def read_line(self) -> bytes:
        """Give the next line without its CRLF. TCP knows no lines: they may come in pieces, or several at once."""
        while b"\r\n" not in self.waiting:
            self.read()
        line, _, self.waiting = self.waiting.partition(b"\r\n")
        return line

    def run(self) -> None:
        """Greet, and answer each line."""
        self.reply(220, f"{self.site.domain} ESMTP ready")
        while (line := self.read_line()).upper() != b"QUIT":
            if len(line) > LONGEST:
                self.reply(500, "Line too long")
                continue
            verb, _, argument = line.partition(b" ")
            handler = getattr(self, f"on_{verb.decode('latin-1').lower()}", None)
            if handler is None:
                self.reply(500, "Command unknown")
            else:
                handler(argument)
        self.reply(221, f"{self.site.domain} closes the connection")

    # The session

    def on_helo(self, argument: bytes) -> None:
        if not argument.strip():
            return self.reply(501, "Say your name")
        self.introduced = True
        self.reset()
        return self.reply(250, self.site.domain)

    def on_ehlo(self, argument: bytes) -> None:
        if not argument.strip():
            return self.reply(501, "Say your name")
        self.introduced = True
        self.reset()
        own = "AUTH PLAIN" if self.in_tls else "STARTTLS"
        return self.reply(250, self.site.domain, f"SIZE {self.site.size_limit}", "PIPELINING", "8BITMIME", own)

    def on_noop(self, argument: bytes) -> None:
        self.reply(250, "OK")

    def on_rset(self, argument: bytes) -> None:
        if argument:
            return self.reply(501, "RSET takes no argument")
        self.reset()
        return self.reply(250, "OK")

    def on_vrfy(self, argument: bytes) -> None:
        self.reply(252, "I do not tell, but I will take mail for it")

    # The mail transaction

    def on_mail(self, argument: bytes) -> None:
        if not self.introduced or self.reverse_path is not None:
            return self.reply(503, "Bad sequence of commands")
        match = PATH.match(argument[5:])
        if argument[:5].upper() != b"FROM:" or match is None:
            return self.reply(501, "MAIL FROM:<reverse-path>")
        for parameter in argument[5 + match.end() :].upper().split():
            keyword, _, value = parameter.partition(b"=")
            if keyword not in (b"SIZE", b"BODY"):
                return self.reply(555, "Parameter unknown")
            if keyword == b"SIZE" and not value.isdigit():
                return self.reply(501, "SIZE=number")
            if keyword == b"SIZE" and int(value) > self.site.size_limit:
                return self.reply(552, "Message too large")
        self.reverse_path = (match[1] or b"").decode("latin-1")
        return self.reply(250, "OK")

    def on_rcpt(self, argument: bytes) -> None:
        if self.reverse_path is None:
            return self.reply(503, "Bad sequence of commands")
        match = PATH.fullmatch(argument[3:].strip())
        if argument.upper() == b"TO:<POSTMASTER>":
            self.forward_paths.append(self.site.mailboxes[0])
            return self.reply(250, "OK")
        if argument[:3].upper() != b"TO:" or match is None or not match[1]:
            return self.reply(501, "RCPT TO:<forward-path>")
        local_part, _, domain = match[1].decode("latin-1").partition("@")
        mailbox = f"{local_part}@{domain.lower()}"
        if mailbox not in self.site.mailboxes:
            return self.reply(550, "No such mailbox here")
        self.forward_paths.append(mailbox)
        return self.reply(250, "OK")

    def on_data(self, argument: bytes) -> None:
        if argument:
            return self.reply(501, "DATA takes no argument")
        if not self.forward_paths:
            return self.reply(503, "No valid recipients")
        self.reply(354, "End data with <CRLF>.<CRLF>")
        message = self.read_mail_data()
        if len(message) > self.site.size_limit:
            self.reply(552, "Message too large")
        else:
            self.site.deliver(self.reverse_path or "", self.forward_paths, message)
            self.reply(250, "Delivered")
        return self.reset()

    def read_mail_data(self) -> bytes:
        """Give the message, without the dots that were stuffed. Only CRLF, dot, CRLF ends it."""
        lines = []
        while (line := self.read_line()) != b".":
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(line + b"\r\n" for line in lines)

    # TLS and AUTH

    def on_starttls(self, argument: bytes) -> None:
        if argument:
            return self.reply(501, "STARTTLS takes no argument")
        if self.in_tls:
            return self.reply(503, "TLS is active already")
        self.reply(220, "Ready to start TLS")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.site.certificate)
        context.num_tickets = 0  # for clients that come back, which nobody does here
        self.connection = context.wrap_socket(self.connection, server_side=True)
        self.waiting = b""  # whatever came behind STARTTLS came in clear text, from anybody (RFC 3207 §6)
        self.in_tls = True
        return self.forget()

    def on_auth(self, argument: bytes) -> None:
        mechanism, _, response = argument.partition(b" ")
        if not self.introduced or self.user is not None or self.reverse_path is not None:
            return self.reply(503, "Bad sequence of commands")
        if not self.in_tls or mechanism.upper() != b"PLAIN":
            return self.reply(504, "Mechanism not available")
        if not response:
            self.reply(334, "")
            response = self.read_line()
        try:
            _, user, password = b64decode(response, validate=True).decode().split("\0")
        except (NotBase64, ValueError):  # `*` is no base64 either
            return self.reply(501, "Cannot read this, or cancelled")
        if not user or self.site.users.get(user) != password:
            return self.reply(535, "Authentication failed")
        self.user = user
        return self.reply(235, "Authenticated")
