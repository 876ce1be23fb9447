"""What is the incident? One of three attacks, drawn by the seed: each goes over the wire, and none of it is explained.

Passwords are tried until one fits; a command is put behind somebody else's STARTTLS (RFC 3207 §6); and a second mail is
hidden in a first one, for a server that takes a bare LF for the end of a line (RFC 5321 §2.3.8).
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Final

from smtplab.lessons.capstone.cast import Talk
from smtplab.lessons.capstone.sessions import LOCK_STEP, PIPELINED, Plot
from smtplab.net.client import Client
from smtplab.net.memory import MemoryConnection, MemoryNetwork, MemoryServer
from smtplab.protocol.client import AuthenticationRefused
from smtplab.protocol.mail import with_crlf

BRUTE_FORCE: Final = "brute force"
INJECTION: Final = "injection"
SMUGGLING: Final = "smuggling"
STARTTLS: Final = b"STARTTLS\r\n"


def brute_force(plot: Plot) -> Talk:
    """Somebody tries passwords at one account until one fits, and sends a mail in its name."""
    tried = [plot.cast.password() for _ in range(plot.cast.variant.randint(7, 11))]
    user = plot.cast.mailbox()
    server = plot.cast.server(
        plot.cast.port(587), {user: tried[-1]}, mechanisms=("LOGIN", "PLAIN"), extensions=LOCK_STEP
    )
    tape = plot.cast.tape(server)
    mail = plot.cast.mail(user)
    with Client(server) as client:
        client.ehlo("localhost")
        for password in tried:
            with suppress(AuthenticationRefused):
                client.auth(plot.cast.variant.choice(("LOGIN", "PLAIN")), user, password)
            tape.pause(0.2)
        client.send_message(mail.sender, mail.recipients, mail.text)
    return Talk(BRUTE_FORCE, server, tape)


class InTheMiddle(MemoryNetwork):
    """A network in which somebody puts octets behind STARTTLS, and passes on all else as it is."""

    def __init__(self, server: MemoryServer, client_host: str, injected: bytes) -> None:
        super().__init__(server, client_host)
        self._injected = injected

    def connect(self, host: str, port: int, timeout: float, *, allow_remote: bool = False) -> MemoryConnection:
        """Connect through whoever is in the middle."""
        connection = super().connect(host, port, timeout, allow_remote=allow_remote)
        pass_on, injected = connection.sendall, self._injected
        connection.sendall = lambda octets: pass_on(octets + injected * (octets == STARTTLS))  # type: ignore[method-assign]
        return connection


def injection(plot: Plot) -> Talk:
    """Somebody on the way puts an envelope behind a client's STARTTLS. The server forgets it, as it must."""
    users = {plot.cast.mailbox(): plot.cast.password()}
    (user,) = users
    server = plot.cast.server(plot.cast.port(587), users, tls="starttls", auth_inside_tls=True, extensions=PIPELINED)
    tape = plot.cast.tape(server)
    envelope = f"MAIL FROM:<{plot.cast.mailbox()}>\r\nRCPT TO:<{plot.cast.mailbox()}>\r\nDATA\r\n"
    server.network = InTheMiddle(server, plot.cast.address("198.51.100"), envelope.encode())
    mail = plot.cast.mail(user)
    with Client(server) as client:
        client.introduce("[192.168.1.63]", tls="required")
        client.auth("PLAIN", user, users[user])
        client.send_message(mail.sender, mail.recipients, mail.text)
    return Talk(INJECTION, server, tape)


def smuggling(plot: Plot) -> Talk:
    """A relay passes on a mail that holds another one, and the server takes it for two."""
    outer, inner = plot.cast.mail(), plot.cast.mail()
    server = plot.cast.server(25, extensions=LOCK_STEP, lax=["bare-lf"])
    tape = plot.cast.tape(server)
    commands = [f"MAIL FROM:<{inner.sender}>", *(f"RCPT TO:<{each}>" for each in inner.recipients), "DATA"]
    first = with_crlf(outer.text.encode()).removesuffix(b"\r\n") + b"\n.\r\n" + "\r\n".join([*commands, ""]).encode()
    with Client(server) as client:
        client.ehlo("relay.north.example")
        client.mail(outer.sender)
        for recipient in outer.recipients:
            client.rcpt(recipient)
        client.send_line("DATA")
        # The relay knows of one mail, which it writes in two pieces.
        client.send(first, "the message")
        client.exchange(client.session.send_mail_data(with_crlf(inner.text.encode())), "the message")
        for _ in commands:
            client.answer("the rest")
        client.answer("the end of the second mail")
    return Talk(SMUGGLING, server, tape)


INCIDENTS: Final[dict[str, Callable[[Plot], Talk]]] = {
    BRUTE_FORCE: brute_force,
    INJECTION: injection,
    SMUGGLING: smuggling,
}
