"""One connection of a client: commands go out, replies are waited for, and TLS is begun where it is asked for.

What to say, and in which order, is not known here: that is `client`.
"""

import select
import socket
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import TracebackType
from typing import Final, Protocol, Self

from smtplab.net import networks
from smtplab.net.taps import Happening, Tap
from smtplab.net.tls import TlsLayer, client_context
from smtplab.protocol.client import Answer, ClientSession, NotSmtp, SmtpError, refuse
from smtplab.protocol.commands import QUIT, Command
from smtplab.protocol.observer import Observer
from smtplab.protocol.replies import Reply
from smtplab.protocol.states import COMMAND_STATES, State
from smtplab.protocol.transcript import Entry, Party

# Seconds. RFC 5321 §4.5.3.2 asks for 2 to 10 minutes, by command; in a lab nobody waits that long to see that it hangs.
TIMEOUT: Final = 30.0
END_TIMEOUT: Final = 1.0  # seconds for the server to close after its 221
RECEIVE_SIZE: Final = 65536

# Elsewhere, as amid the mail data, a QUIT would not be read as one.
QUIT_STATES: Final = (State.REFUSED, *COMMAND_STATES)


class Listening(Protocol):
    """Anything that says where it listens, such as `Server`."""

    host: str
    port: int


class ServerGone(ConnectionError):
    """The server closed the connection while a reply was awaited, or before a command could be sent."""


class Dialogue:
    """A client's connection. Use it in a `with` statement, which connects and says QUIT at the end, or call `connect`.

    server: a `Server`, which also says in which network it is, or a host name with `port`. timeout: seconds that each
    reply may take. source: the address of this machine to connect from. taps: see `net.taps`. implicit_tls: begin with
    TLS, as at port 465 (RFC 8314 §3.3).
    authority: PEM text of a certificate authority to trust beside those of the system; that of a `Server` is trusted
    without being named. verify: check the certificate.
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
        source: str = "",
        taps: Iterable[Tap] = (),
        listener: Callable[[Entry], None] | None = None,
    ) -> None:
        if isinstance(server, str):
            if port is None:
                raise ValueError("a host needs a port, as in Client('127.0.0.1', 2525)")
            self.host, self.port = server, port
        else:
            self.host, self.port = server.host, server.port
        self._server = server
        self.timeout = timeout
        self.greeting: Reply | None = None
        self.taps = list(taps)
        self.implicit_tls = implicit_tls
        self._authority = authority or getattr(server, "authority_pem", None)
        self._verify = verify
        self._allow_remote = allow_remote
        self._from = {"source": source} if source else {}  # not every network has addresses to choose from
        self._tls: TlsLayer | None = None
        self._answers: deque[Answer] = deque()
        self._listener = listener
        self._observer = Observer()
        self.session = ClientSession()
        self._socket: socket.socket | None = None
        self._addresses: tuple[networks.Address, networks.Address] = (("", 0), ("", 0))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.host}, {self.state.value})"

    @property
    def state(self) -> State:
        """Where the session stands, as far as the client knows."""
        return self.session.state

    @property
    def extensions(self) -> dict[str, str]:
        """What the server listed after EHLO: parameters by keyword."""
        return self.session.extensions

    @property
    def tls(self) -> str:
        """The TLS version that the session runs in, such as "TLSv1.3"; "" in clear text."""
        return self._tls.version if self._tls else ""

    @property
    def has_more(self) -> bool:
        """Whether replies have come that nobody has waited for."""
        return bool(self._answers)

    # Connecting and closing

    def connect(self) -> Reply:
        """Connect, begin TLS where that is asked for, and wait for the greeting.

        Raises `GreetingRefused` for a reply other than 220, ConnectionError or TimeoutError when nobody is there.
        RFC 5321 §3.1.
        """
        if self._socket is not None:
            raise RuntimeError("this client is connected already")
        self.session, self._tls, self._answers = ClientSession(), None, deque()
        network = getattr(self._server, "network", networks.LOOPBACK)  # asked now: a capture may have changed it
        self._socket = network.connect(
            self.host, self.port, self.timeout, allow_remote=self._allow_remote, **self._from
        )
        self._addresses = (self._socket.getsockname()[:2], self._socket.getpeername()[:2])
        self._tap("open")
        try:
            if self.implicit_tls:
                self._handshake()
            self.greeting = self.wait("connecting")
        except (SmtpError, OSError):
            self.leave()
            raise
        return self.greeting

    def close(self) -> None:
        """Close the connection without a word. Closing twice is fine."""
        if self._socket is not None:
            self._tap("client closed")
            self._socket.close()
            self._socket = None

    def quit(self) -> Reply:
        """End the session: say QUIT, and close once the server has, as it does after its 221.

        Were it to close first, what the server says behind the 221, such as the end of TLS, would come to a closed door
        and be answered with a RST. RFC 5321 §4.1.1.10.
        """
        reply = self.command(QUIT)
        assert self._socket is not None
        self._socket.settimeout(END_TIMEOUT)
        begun = time.monotonic()
        with suppress(ServerGone, TimeoutError):
            while True:
                self._read("QUIT", begun)
        return reply

    def leave(self) -> None:
        """End the session after an error: say QUIT where it would be read, and close. Nothing depends on the reply.

        While a reply is still to come QUIT is not said, since that would be taken for the reply to it.
        RFC 5321 §4.1.1.10.
        """
        if self._socket is not None and self.state in QUIT_STATES and not self.session.is_waiting:
            with suppress(SmtpError, OSError):
                self.quit()
        self.close()

    def __enter__(self) -> Self:
        self.connect()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is None and self._socket is not None and self.state in QUIT_STATES:
            try:
                self.quit()
            finally:
                self.close()
        else:
            self.leave()

    # Octets

    def command(self, command: Command) -> Reply:
        """Say a command and give its reply. Raises the error of its phase for a reply that is not positive."""
        return self.exchange(self.octets_of(command), _shown(command))

    def octets_of(self, command: Command) -> bytes:
        """Give the octets of a command, whose reply is waited for from now on.

        Raises ValueError when it is more than one line: somebody has put a command into an argument.
        """
        check_line(command)
        return self.session.send(command)

    def exchange(self, octets: bytes, said: str) -> Reply:
        """Send octets and wait for the reply to them. said: what they are, for errors."""
        self.send(octets, said)
        return self.wait(said)

    def wait(self, said: str) -> Reply:
        """Wait for a reply. Raises the error of its phase when it is not positive."""
        answer = self.answer(said)
        if not answer.is_positive:
            raise refuse(answer, said)
        return answer.reply

    def send(self, octets: bytes, said: str) -> None:
        """Send octets. Raises `ServerGone` or TimeoutError when they cannot be sent."""
        if self._socket is None:
            raise ServerGone(f"not connected, so {said} cannot be sent: call connect() first")
        self._listen("client", octets)
        try:
            self._write(octets if self._tls is None else self._tls.send(octets))
        except TimeoutError:
            self.close()
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
        begun = time.monotonic()
        while not tls.handshake_done:
            octets = self._read("the TLS handshake", begun)
            try:
                plain = tls.receive(octets)
            finally:
                self._write(tls.take_output())
        self._tls = tls
        self._receive(plain)

    def _readable(self) -> bool:
        assert self._socket is not None
        return bool(select.select([self._socket], [], [], 0)[0])

    def answer(self, said: str) -> Answer:
        """Wait for one reply; those that came with it are kept for the next call."""
        begun = time.monotonic()
        while not self._answers:
            octets = self._read(said, begun)
            self._receive(octets if self._tls is None else self._tls.receive(octets))
        return self._answers.popleft()

    def _receive(self, octets: bytes) -> None:
        self._listen("server", octets)
        try:
            self._answers += self.session.receive(octets)
        except NotSmtp:
            self.close()
            raise

    def _listen(self, party: Party, octets: bytes) -> None:
        if self._listener is not None:
            for entry in self._observer.receive(party, octets):
                self._listener(entry)

    def _read(self, said: str, begun: float) -> bytes:
        """Wait for octets. begun: when the wait for the whole reply began, which single octets must not draw out."""
        assert self._socket is not None
        try:
            if time.monotonic() - begun > self.timeout:
                raise TimeoutError
            octets = self._socket.recv(RECEIVE_SIZE)
        except TimeoutError:
            self.close()  # a reply that came later would be taken for that to the next command
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


def check_line(command: Command) -> None:
    """Raise ValueError for a command that is more than one line."""
    line = bytes(command)
    if b"\r" in line or b"\n" in line:
        raise ValueError(f"a command is one line, and this is more: {_shown(command)!r}")


def _shown(command: Command) -> str:
    return bytes(command).decode("utf-8", "backslashreplace")
