"""A client on a real socket: one method for each phase, to be called a step at a time.

Each method sends one command, waits for its reply and returns it. A refusal raises the error of that phase, which
carries the reply. `send_line` says anything at all and raises nothing, for those who want to see what a server makes of
it.
"""

import email.policy
import select
import socket
from collections import deque
from collections.abc import Callable, Iterable
from email.message import EmailMessage
from types import TracebackType
from typing import Final, Protocol, Self

from smtplab.net import networks
from smtplab.net.taps import Happening, Tap
from smtplab.net.tls import TlsLayer, client_context
from smtplab.protocol import commands
from smtplab.protocol.client import Answer, ClientSession, SmtpError, refuse
from smtplab.protocol.commands import Command, Ehlo, Expn, Helo, Help, Mail, Noop, Rcpt, Vrfy
from smtplab.protocol.mail import with_crlf
from smtplab.protocol.observer import Observer
from smtplab.protocol.replies import Reply
from smtplab.protocol.states import State
from smtplab.protocol.transcript import Entry, Party

# Seconds. RFC 5321 §4.5.3.2 asks for 2 to 10 minutes, by command; in a lab nobody waits that long to see that it hangs.
TIMEOUT: Final = 30.0
RECEIVE_SIZE: Final = 65536


class Listening(Protocol):
    """Anything that says where it listens, such as `Server`."""

    host: str
    port: int


class ServerGone(ConnectionError):
    """The server closed the connection while a reply was awaited, or before a command could be sent."""


class Client:
    """An SMTP client. Use it in a `with` statement, which connects and says QUIT at the end, or call `connect`.

    server: a `Server`, or a host name with `port`. timeout: seconds that each reply may take. taps: see `net.taps`.
    implicit_tls: begin with TLS, as at port 465 (RFC 8314 §3.3). authority: PEM text of a certificate authority to
    trust beside those of the system; that of a `Server` is trusted without being named. verify: check the certificate.
    listener: is given each entry of the dialogue as soon as it is whole, from inside TLS too.
    """

    def __init__(
        self,
        server: Listening | str,
        port: int | None = None,
        *,
        implicit_tls: bool = False,
        authority: str | None = None,
        verify: bool = True,
        timeout: float = TIMEOUT,
        allow_remote: bool = False,
        taps: Iterable[Tap] = (),
        listener: Callable[[Entry], None] | None = None,
    ) -> None:
        if isinstance(server, str):
            if port is None:
                raise ValueError("a host needs a port, as in Client('127.0.0.1', 2525)")
            self.host, self.port = server, port
        else:
            self.host, self.port = server.host, server.port
        self.timeout = timeout
        self.greeting: Reply | None = None
        self.taps = list(taps)
        self.implicit_tls = implicit_tls
        self._authority = authority or getattr(server, "authority_pem", None)
        self._verify = verify
        self._allow_remote = allow_remote
        self._tls: TlsLayer | None = None
        self._answers: deque[Answer] = deque()
        self._listener = listener
        self._observer = Observer()
        self._session = ClientSession()
        self._socket: socket.socket | None = None
        self._addresses: tuple[networks.Address, networks.Address] = (("", 0), ("", 0))

    def __repr__(self) -> str:
        return f"Client({self.host}, {self.state.value})"

    @property
    def state(self) -> State:
        """Where the session stands, as far as the client knows."""
        return self._session.state

    @property
    def extensions(self) -> dict[str, str]:
        """What the server listed after EHLO: parameters by keyword."""
        return self._session.extensions

    @property
    def tls(self) -> str:
        """The TLS version that the session runs in, such as "TLSv1.3"; "" in clear text."""
        return self._tls.version if self._tls else ""

    # Connecting and closing

    def connect(self) -> Reply:
        """Connect, begin TLS where that is asked for, and wait for the greeting.

        Raises `GreetingRefused` for a reply other than 220, ConnectionError or TimeoutError when nobody is there.
        RFC 5321 §3.1.
        """
        if self._socket is not None:
            raise RuntimeError("this client is connected already")
        self._session, self._tls, self._answers = ClientSession(), None, deque()
        self._socket = networks.connect(self.host, self.port, self.timeout, allow_remote=self._allow_remote)
        self._addresses = (self._socket.getsockname()[:2], self._socket.getpeername()[:2])
        self._tap("open")
        try:
            if self.implicit_tls:
                self._handshake()
            self.greeting = self._wait("the greeting")
        except (SmtpError, OSError):
            self.close()
            raise
        return self.greeting

    def close(self) -> None:
        """Close the connection without a word. Closing twice is fine."""
        if self._socket is not None:
            self._tap("client closed")
            self._socket.close()
            self._socket = None

    def __enter__(self) -> Self:
        self.connect()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if error is None and self._socket is not None and self.state is not State.CLOSED:
                self.quit()
        finally:
            self.close()

    # The phases

    def ehlo(self, domain: str = "[127.0.0.1]") -> Reply:
        """Introduce the client and ask for the extensions. Raises `HelloRefused`. RFC 5321 §4.1.1.1."""
        return self._command(Ehlo(domain))

    def helo(self, domain: str = "[127.0.0.1]") -> Reply:
        """Introduce the client, without extensions. Raises `HelloRefused`. RFC 5321 §4.1.1.1."""
        return self._command(Helo(domain))

    def starttls(self) -> Reply:
        """Go on inside TLS. What the server said before is forgotten, so EHLO has to come again.

        Raises `TlsRefused`, and ssl.SSLError when the handshake fails or the certificate is not the server's; the
        connection is closed then. RFC 3207 §4.
        """
        reply = self._command(commands.STARTTLS)
        try:
            self._session.tls_started()
            self._handshake()
        except OSError:
            self.close()
            raise
        return reply

    def auth(self, mechanism: str, user: str, password: str, *, initial_response: bool = True) -> Reply:
        """Prove who the user is, by `LOGIN` or `PLAIN`, all steps of it.

        initial_response: send what the mechanism begins with in the AUTH line itself, which saves a round trip.
        Raises `AuthenticationRefused`, and ValueError for a mechanism that is not known here. RFC 4954 §4.
        """
        line = self._session.begin_auth(mechanism, user, password, initial_response=initial_response)
        reply = self._exchange(line, f"AUTH {mechanism}")
        while reply.code == 334:
            reply = self._exchange(self._session.respond(reply), f"AUTH {mechanism}")
        return reply

    def mail(self, reverse_path: str, **parameters: str) -> Reply:
        """Open a mail transaction; "" is the null reverse-path. Parameters as in `size="1000"`, "" for no value.

        Raises `SenderRefused`. RFC 5321 §4.1.1.2.
        """
        return self._command(Mail(reverse_path, {keyword.upper(): value for keyword, value in parameters.items()}))

    def rcpt(self, forward_path: str) -> Reply:
        """Add one recipient. Raises `RecipientRefused`. RFC 5321 §4.1.1.3."""
        return self._command(Rcpt(forward_path))

    def data(self, message: EmailMessage | str | bytes) -> Reply:
        """Ask to send the message, send it, and give the reply to its end.

        A str has its line ends made CRLF; bytes go as they are. Dots are stuffed here, and the end mark is added.
        Raises `MessageRefused`, for DATA itself or for the message. RFC 5321 §4.1.1.4.
        """
        self._command(commands.DATA)
        return self._exchange(self._session.send_mail_data(_content(message)), "the message")

    def rset(self) -> Reply:
        """Abort the mail transaction. RFC 5321 §4.1.1.5."""
        return self._command(commands.RSET)

    def noop(self) -> Reply:
        """Ask for nothing but a 250. RFC 5321 §4.1.1.9."""
        return self._command(Noop())

    def vrfy(self, name: str) -> Reply:
        """Ask whether there is such a user. RFC 5321 §4.1.1.6."""
        return self._command(Vrfy(name))

    def expn(self, name: str) -> Reply:
        """Ask who is on a mailing list. RFC 5321 §4.1.1.7."""
        return self._command(Expn(name))

    def help(self, topic: str = "") -> Reply:
        """Ask for help. RFC 5321 §4.1.1.8."""
        return self._command(Help(topic))

    def quit(self) -> Reply:
        """End the session and close the connection. RFC 5321 §4.1.1.10."""
        reply = self._command(commands.QUIT)
        self.close()
        return reply

    def send_line(self, line: str | bytes) -> Reply:
        """Say any one line, right or wrong, given without CRLF, and give the reply to it, whatever it is."""
        octets = line.encode() if isinstance(line, str) else line
        self._send(self._session.send_line(octets), octets.decode("ascii", "backslashreplace"))
        return self._answer("the line").reply

    def send_message(
        self, reverse_path: str, forward_paths: Iterable[str], message: EmailMessage | str | bytes
    ) -> dict[str, SmtpError]:
        """Send one mail to several recipients, and give those that were refused with their errors.

        Raises `SenderRefused`, `MessageRefused`, or the last `RecipientRefused` when no recipient was accepted; the
        mail transaction is reset then. RFC 5321 §3.3.
        """
        refused: dict[str, SmtpError] = {}
        self.mail(reverse_path)
        for forward_path in forward_paths:
            try:
                self.rcpt(forward_path)
            except SmtpError as error:
                refused[forward_path] = error
        if self.state is not State.RECIPIENTS:
            self.rset()
            raise list(refused.values())[-1] if refused else ValueError("a mail needs a recipient")
        self.data(message)
        return refused

    # Octets

    def _command(self, command: Command) -> Reply:
        said = bytes(command).decode("ascii", "backslashreplace")
        if any(octet in bytes(command) for octet in b"\r\n"):
            raise ValueError(f"a command is one line, and this is more: {said!r}")
        return self._exchange(self._session.send(command), said)

    def _exchange(self, octets: bytes, said: str) -> Reply:
        self._send(octets, said)
        return self._wait(said)

    def _wait(self, said: str) -> Reply:
        answer = self._answer(said)
        if not answer.reply.is_positive:
            raise refuse(answer, said)
        return answer.reply

    def _send(self, octets: bytes, said: str) -> None:
        if self._socket is None:
            raise ServerGone(f"not connected, so {said} cannot be sent: call connect() first")
        try:
            self._listen("client", octets)
            self._write(octets if self._tls is None else self._tls.send(octets))
        except TimeoutError:
            raise TimeoutError(f"the server took no octets of {said} for {self.timeout:g} seconds") from None
        except ConnectionError as error:
            if not self._readable():  # a reply such as 421 may have come just before the end
                self.close()
                raise ServerGone(f"the server closed the connection before {said} could be sent") from error

    def _write(self, octets: bytes) -> None:
        assert self._socket is not None
        if octets:
            self._tap("client", octets)
            self._socket.sendall(octets)

    def _handshake(self) -> None:
        """Begin TLS. `handshake_done` is what it waits for; octets of SMTP may already be behind the server's last."""
        tls = TlsLayer(client_context(self._authority, verify=self._verify), self.host)
        plain = tls.receive(b"")
        self._write(tls.take_output())
        while not tls.handshake_done:
            try:
                plain = tls.receive(self._read("the TLS handshake"))
            finally:
                self._write(tls.take_output())
        self._tls = tls
        self._receive(plain)

    def _readable(self) -> bool:
        assert self._socket is not None
        return bool(select.select([self._socket], [], [], 0)[0])

    def _answer(self, said: str) -> Answer:
        """Wait for one reply; those that came with it are kept for the next call."""
        while not self._answers:
            octets = self._read(said)
            self._receive(octets if self._tls is None else self._tls.receive(octets))
        return self._answers.popleft()

    def _receive(self, octets: bytes) -> None:
        self._listen("server", octets)
        self._answers += self._session.receive(octets)

    def _listen(self, party: Party, octets: bytes) -> None:
        if self._listener is not None:
            for entry in self._observer.receive(party, octets):
                self._listener(entry)

    def _read(self, said: str) -> bytes:
        assert self._socket is not None
        try:
            octets = self._socket.recv(RECEIVE_SIZE)
        except TimeoutError:
            raise TimeoutError(f"no reply to {said} within {self.timeout:g} seconds") from None
        except ConnectionError:
            octets = b""
        if not octets:
            self._tap("server closed")
            self.close()
            raise ServerGone(f"the server closed the connection instead of replying to {said}")
        self._tap("server", octets)
        return octets

    def _tap(self, happening: Happening, octets: bytes = b"") -> None:
        for tap in self.taps:
            tap(*self._addresses, happening, octets)


def _content(message: EmailMessage | str | bytes) -> bytes:
    if isinstance(message, bytes):
        return message
    if isinstance(message, str):
        return with_crlf(message.encode())
    return message.as_bytes(policy=email.policy.SMTP)
