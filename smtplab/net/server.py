"""A server on real sockets: the protocol core behind an event loop in a thread of its own.

A notebook's kernel stays free while it runs. Whatever goes over its connections is also handed to the `taps`, so that
it can be recorded without this module knowing who records.
"""

import asyncio
import shutil
import socket
import ssl
import tempfile
import weakref
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Literal, Self

from smtplab.net import networks, nonces, private_network
from smtplab.net.background import Background
from smtplab.net.choices import TLS_KINDS, checked, known
from smtplab.net.connection import Connection
from smtplab.net.mailboxes import Mailboxes
from smtplab.net.networks import Network
from smtplab.net.taps import Tap
from smtplab.protocol import replies, trace
from smtplab.protocol.bounce import Report, notification
from smtplab.protocol.dsn import Action, is_wanted
from smtplab.protocol.extensions import OFFERED
from smtplab.protocol.grammar import same_mailbox
from smtplab.protocol.hooks import Hook
from smtplab.protocol.mail import MailObject
from smtplab.protocol.outcomes import Outcome
from smtplab.protocol.policy import RECIPIENTS_LIMIT, SIZE_LIMIT, Policy
from smtplab.protocol.replies import Reply
from smtplab.protocol.server import ServerSession

if TYPE_CHECKING:
    from smtplab.net.certificates import Authority

IDLE_TIMEOUT: Final = 300.0  # seconds, RFC 5321 §4.5.3.2.7
STOP_TIMEOUT: Final = 5.0  # seconds for the connections to close
RECEIVE_SIZE: Final = 256 * 1024  # octets read from a connection at once, as many as asyncio takes by itself
NETWORKS: Final = ("auto", "loopback", "private")


class Server:
    """An SMTP server for the lab. Use it in a `with` statement, or call `start` and `stop`.

    users: passwords by user name; without any, AUTH is not offered.
    mailboxes: those that exist beside those of the users; None: every mailbox exists. Nothing is ever sent on.
    maildir: where they are kept; None: in a temporary directory that goes with the server. discard: store nothing.
    port: 0 for any free one. network: "loopback", where all programs of this machine can reach it; "private", where a
    `Client(server)` can and nobody else, on port 25 too; a Network; "auto": loopback, and a private one besides as soon
    as packets are to be captured that this user may not capture on loopback.
    tls: "starttls" offers it, "implicit" begins with it. authority: who certifies the server; None makes one.
    idle_timeout: seconds. clock: gives the time that Received fields carry.
    nonce: gives what nobody can guess to the mechanisms that need it.
    new_loop: makes its event loop; `uvloop.new_event_loop` makes one that takes more mail a second.
    extensions, size_limit, recipients_limit, mechanisms, auth_required, tls_required, auth_inside_tls, sender_is_user,
    lax, hooks: see `protocol.policy.Policy`; unknown names raise ValueError.

    The attribute `mailboxes` maps a mailbox to its Maildir, `taps` is the list of those who are handed all octets,
    `watchers` of those who are called, from any thread, when mail was stored or another choice was made.
    `host`, `port` and `network` say where it listens, `authority_pem` is what a client has to trust, and `key_log` the
    file that collects the secrets of TLS sessions, so that a capture can be opened.
    """

    def __init__(
        self,
        users: Mapping[str, str] | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        network: Network | Literal["auto", "loopback", "private"] = "auto",
        mailboxes: Iterable[str] | None = None,
        maildir: Path | str | None = None,
        discard: bool = False,
        tls: Literal["none", "starttls", "implicit"] = "none",
        authority: "Authority | None" = None,
        domain: str = Policy.domain,
        greeting: str = Policy.greeting,
        extensions: Iterable[str] = OFFERED,
        size_limit: int = SIZE_LIMIT,
        recipients_limit: int = RECIPIENTS_LIMIT,
        mechanisms: Iterable[str] = Policy.mechanisms,
        auth_required: bool = False,
        tls_required: bool = False,
        auth_inside_tls: bool = False,
        sender_is_user: bool = False,
        lax: Iterable[str] = (),
        hooks: Iterable[Hook] = (),
        allow_remote: bool = False,
        idle_timeout: float = IDLE_TIMEOUT,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        nonce: Callable[[], str] = nonces.fresh,
        new_loop: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop,
    ) -> None:
        self.host = host
        self.port = port
        if not isinstance(network, Network):
            known("network", [network], NETWORKS)
        self._where = network
        self.network: Network = networks.LOOPBACK  # for as long as it does not run
        self.taps: list[Tap] = []
        self.watchers: list[Callable[[], None]] = []
        self.discard = discard
        self.clock = clock
        self.idle_timeout = idle_timeout
        self._allow_remote = allow_remote
        self._new_loop = new_loop
        self._scratch: Path | None = None
        names = None if mailboxes is None else [*mailboxes, *(users or {})]
        self.mailboxes = Mailboxes(Path(maildir) if maildir is not None else self._scratch_directory() / "mail", names)
        self.tls: str = "none"
        self.tls_context: ssl.SSLContext | None = None
        self.authority_pem: str | None = None
        self.key_log: Path | None = None
        self._authority = authority
        self.policy = Policy(passwords=dict(users or {}), mailboxes=self.mailboxes.names)
        self.change(
            tls=tls,
            domain=domain,
            greeting=greeting,
            mechanisms=mechanisms,
            nonce=nonce,
            extensions=extensions,
            size_limit=size_limit,
            recipients_limit=recipients_limit,
            auth_required=auth_required,
            tls_required=tls_required,
            auth_inside_tls=auth_inside_tls,
            sender_is_user=sender_is_user,
            lax=lax,
            hooks=hooks,
        )
        self.connections: set[Connection] = set()
        self.receive_buffer = memoryview(bytearray(RECEIVE_SIZE))
        self.names = count(1)
        self._background: Background | None = None
        self._listeners: list[asyncio.Server] = []

    def __repr__(self) -> str:
        where = f"{self.host}{' in a private network' if self.network.name == 'private' else ''}"
        return f"Server({self.policy.domain} on {where}, {'running' if self._background else 'not running'})"

    def _scratch_directory(self) -> Path:
        """A directory that is removed with this server."""
        if self._scratch is None:
            self._scratch = Path(tempfile.mkdtemp(prefix="smtplab-"))
            weakref.finalize(self, shutil.rmtree, self._scratch, ignore_errors=True)
        return self._scratch

    def change(self, tls: Literal["none", "starttls", "implicit"] | None = None, **choices: Any) -> None:
        """Choose otherwise, while it runs too: connections that come from now on find it so, open ones keep what was.

        tls, choices: as when the server is made: lax, hooks, extensions, auth_required, mechanisms, greeting, ...
        Raises ValueError for unknown names, TypeError for what is no choice; nothing is changed then.
        """
        kind = self.tls if tls is None else known("kind of TLS", [tls], TLS_KINDS)[0]
        policy = replace(self.policy, starttls=kind == "starttls", **checked(choices))
        if kind != "none" and self.tls_context is None:
            self._prepare_tls(policy.domain)
        # A connection that comes between the two finds STARTTLS not offered though it could be, or the reverse: as the
        # context stays, either works.
        self.tls = kind
        self.policy = policy
        self._tell_watchers()

    def _tell_watchers(self) -> None:
        for watcher in tuple(self.watchers):
            watcher()

    def _prepare_tls(self, domain: str) -> None:
        from smtplab.net.certificates import Authority  # it loads a library for certificates, which few sessions need
        from smtplab.net.tls import server_context

        authority = self._authority or Authority()
        self.authority_pem = authority.pem
        self.key_log = self._scratch_directory() / "keys.log"
        self.tls_context = server_context(authority, domain, self.key_log)

    def start(self) -> Self:
        """Listen. Raises OSError, saying what to do, when the port cannot be had or the host is beyond loopback.

        Raises PermissionError when it is told to be in a private network and the system gives none.
        """
        if self._background is not None:
            raise RuntimeError("this server is running already")
        network = _network(self._where)
        listening = network.listen(self.host, self.port, allow_remote=self._allow_remote)
        self.port = listening.getsockname()[1]
        self._background = Background("server", self._new_loop())
        self._accept(self._background, network, listening)
        return self

    def _accept(self, background: Background, network: Network, listening: socket.socket) -> None:
        making = background.loop.create_server(lambda: Connection(self), sock=listening)
        self._listeners.append(background.wait_for(making))
        self.network = network

    def join_private_network(self) -> None:
        """Listen in a private network too, at the same port; each `Client(server)` connects there from now on.

        Who knows no more than the address goes on to find the server on loopback. Raises PermissionError when the
        system gives no private network or the server was told where to be, OSError when the port cannot be had there.
        """
        if self._background is None:
            raise RuntimeError("this server is not running: start it first")
        if self._where != "auto":
            raise PermissionError("the server was told in which network to be")
        network = private_network.shared()
        listening = network.listen(self.host, self.port, allow_remote=self._allow_remote)
        self._accept(self._background, network, listening)

    def stop(self) -> None:
        """Tell every client 421, close all connections and stop listening (RFC 5321 §3.8). Stopping twice is fine."""
        if self._background is None:
            return
        self._background.wait_for(self._close_all())
        self._background.end()
        self._background = None
        self.network = networks.LOOPBACK  # a private one ends when nobody holds it

    async def _close_all(self) -> None:
        while accepting := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.gather(*accepting)  # one that finds the listener closed would stay open for ever
        while self._listeners:
            self._listeners.pop().close()
        closing = [connection.shut_down() for connection in tuple(self.connections)]
        if closing:
            await asyncio.wait(closing, timeout=STOP_TIMEOUT)
        for connection in tuple(self.connections):
            connection.abort()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def store(self, mail: MailObject, session: ServerSession, client_address: str) -> Reply:
        """Store a message in the mailboxes of its recipients, trace fields on top, and give the reply to its end.

        Replies 250 2.0.0 once it is on the disk, 451 4.3.0 when it cannot be stored.
        """
        name = str(next(self.names))
        if self.discard:
            return replies.queued(name)
        trace_fields = trace.return_path(mail.reverse_path) + self.received_field(mail, session, client_address, name)
        try:
            self.mailboxes.deliver(dict.fromkeys(map(same_mailbox, mail.forward_paths), trace_fields + mail.content))
        except OSError:
            return replies.CANNOT_STORE
        with suppress(OSError):  # the mail is there: a 451 now would bring it a second time
            self._tell_of_success(mail, name)
        self._tell_watchers()
        return replies.queued(name)

    def received_field(self, mail: MailObject, session: ServerSession, client_address: str, name: str) -> bytes:
        """Write the Received field for a mail that came in this session and is queued as `name` (§4.4)."""
        protocol = trace.with_protocol(
            extended=session.extended,
            tls=session.tls,
            authenticated=session.user is not None,
            utf8="SMTPUTF8" in mail.parameters,
        )
        domain = self.policy.domain
        return trace.received(session.client_domain, client_address, domain, protocol, name, self.clock())

    def _tell_of_success(self, mail: MailObject, name: str) -> None:
        """Notify the sender of the delivery where NOTIFY=SUCCESS asks for it, and the sender's mailbox is here too.

        Nothing is ever sent on, so a sender elsewhere hears nothing. RFC 3461 §5.2.3.
        """
        wanted = [one for one in mail.recipients if is_wanted(Action.DELIVERED, mail.reverse_path, one)]
        if wanted and self.mailboxes.exists(mail.reverse_path):
            now, delivered = self.clock(), Outcome("2.1.5", "Delivered", self.policy.domain)
            reports = [Report(recipient, Action.DELIVERED, delivered, now) for recipient in wanted]
            notice = notification(mail, reports, self.policy.domain, name, now)
            self.mailboxes.deliver({mail.reverse_path: trace.return_path("") + notice.content})


def _network(where: Network | str) -> Network:
    if isinstance(where, Network):
        return where
    return private_network.shared() if where == "private" else networks.LOOPBACK
