"""Several mail hosts and a name server, each host at its own address, all at one port: the Internet in small.

All of it is in a private network where the system gives one, with the real ports 25 and 53, and else on loopback. Since
the port is the same everywhere, one `Capture(town)` sees what goes by between all hosts.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any, Final, Self

from smtplab.lessons.failure.cast import NINE
from smtplab.lessons.finding.relaying import NoOpenRelay, domain_of
from smtplab.net import private_network
from smtplab.net import queue as queues
from smtplab.net.clocks import FakeClock
from smtplab.net.dns import NameServer
from smtplab.net.networks import LOOPBACK, Network
from smtplab.net.queue import Queue
from smtplab.net.resolver import Resolver
from smtplab.net.server import Server
from smtplab.net.taps import Tap
from smtplab.net.zones import Zones
from smtplab.protocol import replies
from smtplab.protocol.mail import MailObject, Recipient
from smtplab.protocol.replies import Reply
from smtplab.protocol.server import ServerSession

SMTP_PORT, DNS_PORT, ANY_PORT = 25, 53, 0
TRIES: Final = 20  # for a port that is free at all addresses
EXTENSIONS: Final = ("SIZE", "AUTH", "ENHANCEDSTATUSCODES")


class MailHost(Server):
    """A host with mailboxes for the domains that it delivers, and a queue for all others that it passes on.

    address: its own. names, clock: of the town. delivers, passes_on: domains of which it takes mail from anybody; from
    its users, whoever they are, it takes all mail. choices: of a `Server`.
    """

    def __init__(
        self,
        name: str,
        address: str,
        names: NameServer,
        clock: FakeClock,
        *,
        delivers: Iterable[str] = (),
        passes_on: Iterable[str] = (),
        **choices: Any,
    ) -> None:
        self._delivers = frozenset(delivers)
        self._gate = NoOpenRelay(self._delivers.union(passes_on))
        choices = {"extensions": EXTENSIONS, "hooks": (), **choices}
        super().__init__(host=address, domain=name, clock=clock, network=names.network, **choices)
        self._names = names
        self._times = clock
        self.queue: Queue

    def change(self, tls: Any = None, **choices: Any) -> None:
        """Choose otherwise, as with every `Server`; hooks come before the rule for whom mail is taken."""
        if "hooks" in choices:
            choices["hooks"] = (*choices["hooks"], self._gate)
        super().change(tls, **choices)

    def start(self) -> Self:
        """Listen, and open the queue."""
        super().start()
        self.queue = Queue(
            Resolver(self._names, source=self.host),
            domain=self.policy.domain,
            own=[self.host],
            port=self.port,
            network=self.network,
            source=self.host,
            clock=self._times,
            random=Random(0),
        )
        return self

    def close(self) -> None:
        """Close the queue. What happened in it can be read for ever."""
        self.queue.close()

    def store(self, mail: MailObject, session: ServerSession, client_address: str) -> Reply:
        """Deliver what is for a mailbox here, and queue the rest, with a trace field on top of each (§4.4)."""
        here = tuple(one for one in mail.recipients if domain_of(one.forward_path) in self._delivers)
        others = tuple(one for one in mail.recipients if one not in here)
        if others:
            name = str(next(self.names))
            received = self.received_field(mail, session, client_address, name)
            self.queue.put(replace(mail, recipients=others, content=received + mail.content))
            if not here:
                return replies.queued(name)
        return super().store(replace(mail, recipients=here), session, client_address)

    def post(self, reverse_path: str, forward_path: str, content: str) -> str:
        """Put a mail into the queue as if a user had handed it in, and give its name there."""
        return self.queue.put(MailObject(reverse_path, (Recipient(forward_path),), content.encode()))


class Town:
    """Hosts and their name server. Use it in a `with` statement: `town["mx1.north.example"]` is a `MailHost`.

    zone: what the name server knows. hosts: what each host does, by its name, whose address the zone tells; see
    `MailHost`. failing: domains of which the name server says SERVFAIL. now: the time at which the clock stands.
    """

    tls = "none"
    key_log: Path | None = None
    host = "127.0.0.1"  # where a capture thinks that it is: on this machine

    def __init__(
        self,
        zone: str,
        hosts: Mapping[str, Mapping[str, Any]],
        *,
        failing: Iterable[str] = (),
        now: datetime = NINE,
    ) -> None:
        self.clock = FakeClock(now)
        self.network = town_network()
        self.names = NameServer(zone, network=self.network, failing=failing)
        addresses = {name: _address(name, self.names.zones) for name in hosts}
        self._hosts = {
            name: MailHost(name, addresses[name], self.names, self.clock, **choices) for name, choices in hosts.items()
        }
        self.port = ANY_PORT
        self._running = ExitStack()

    def __repr__(self) -> str:
        return f"Town({', '.join(self._hosts)})"

    def __getitem__(self, name: str) -> MailHost:
        return self._hosts[name]

    def __enter__(self) -> Self:
        """Start all. Raises OSError where this system has not all the addresses of 127.0.0.0/8."""
        with ExitStack() as running:
            real = (DNS_PORT,) if self.network is not LOOPBACK else ()
            _first_port((*real, ANY_PORT), self._listen_for_questions)
            running.callback(self.names.stop)
            real = (SMTP_PORT,) if self.network is not LOOPBACK else ()
            _first_port((*real, *(ANY_PORT for _ in range(TRIES))), self._listen_for_mail)
            for host in self._hosts.values():
                running.callback(host.close)
                running.callback(host.stop)
            self._running = running.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._running.close()

    def _listen_for_questions(self, port: int) -> None:
        self.names.port = port
        self.names.start()

    def _listen_for_mail(self, port: int) -> None:
        with ExitStack() as started:
            for host in self._hosts.values():
                host.port = port
                host.start()
                started.callback(host.close)
                started.callback(host.stop)
                port = host.port  # the others have to be had at the same
            started.pop_all()
        self.port = port

    def run(self, until: datetime) -> None:
        """Let the time pass, and make all tries of all queues that are due, in their order."""
        queues.run([host.queue for host in self._hosts.values()], until)

    # What a capture asks

    @property
    def taps(self) -> list[Tap]:
        """Those who are handed all octets between the hosts."""
        return next(iter(self._hosts.values())).taps

    @taps.setter
    def taps(self, taps: list[Tap]) -> None:
        for host in self._hosts.values():
            host.taps = taps

    @property
    def datagram_port(self) -> int:
        """Where the name server is asked, so that a capture has the questions too."""
        return self.names.port

    def join_private_network(self) -> None:
        """Raise PermissionError: where the town lies is settled when it is made."""
        raise PermissionError("the town is where it is: this system gives no private network")


def town_network() -> Network:
    """Give the network that all of this lesson is in: a private one where the system gives one, else loopback."""
    try:
        return private_network.shared()
    except PermissionError:
        return LOOPBACK


def _address(name: str, zones: Zones) -> str:
    found = zones.look_up(name, "A").answers
    if not found:
        raise ValueError(f"the zone has no address for {name}")
    return str(found[-1].rdata)


def _first_port(ports: Iterable[int], listen: Callable[[int], None]) -> None:
    """Listen at the first port that can be had. Raises OSError, that of the last one, where none can."""
    failure: OSError | None = None
    for port in ports:
        try:
            return listen(port)
        except OSError as error:
            failure = error
    assert failure is not None
    raise failure
