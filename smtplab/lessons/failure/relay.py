"""A host that takes mail from a client and passes it on: the way from a mail client to another domain."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Final, Self

from smtplab.net.clocks import FakeClock
from smtplab.net.dns import NameServer
from smtplab.net.queue import Queue
from smtplab.net.resolver import Resolver
from smtplab.net.server import Server
from smtplab.protocol import replies
from smtplab.protocol.mail import MailObject
from smtplab.protocol.replies import Reply
from smtplab.protocol.retry import Schedule
from smtplab.protocol.server import ServerSession

DOMAIN: Final = "relay.lab.example"

# Where the mail of coremail.cn goes. Lesson 09 is about such lines.
ZONE: Final = """\
coremail.cn.       MX  10 mail.coremail.cn.
mail.coremail.cn.  A   127.0.0.1
"""


class Relay(Server):
    """Takes mail for coremail.cn, says 250, and passes it on to `destination` by a queue: `queue` (RFC 5321 §2.3.10).

    Start the destination, and a capture of it, before. clock: that of the queue, which nobody has to wait for.
    """

    def __init__(
        self, destination: Server, clock: FakeClock, *, schedule: Schedule | None = None, **choices: Any
    ) -> None:
        super().__init__(domain=DOMAIN, clock=clock, **choices)
        self._names = NameServer(ZONE)
        self._destination = destination
        self._schedule = schedule
        self._times = clock
        self.queue: Queue

    def start(self) -> Self:
        """Listen, and open the queue."""
        self._names.start()
        self.queue = Queue(
            Resolver(self._names),
            domain=DOMAIN,
            port=self._destination.port,
            network=self._destination.network,
            schedule=self._schedule,
            clock=self._times,
        )
        return super().start()

    def stop(self) -> None:
        """Stop listening, and close the queue. What happened in it can be read for ever."""
        super().stop()
        self.queue.close()
        self._names.stop()

    def run(self, until: datetime) -> None:
        """Let the time pass, and make all tries that are due."""
        self.queue.run(until)

    def store(self, mail: MailObject, session: ServerSession, client_address: str) -> Reply:
        """Queue a mail, with a trace field on top."""
        name = str(next(self.names))
        received = self.received_field(mail, session, client_address, name)
        self.queue.put(replace(mail, content=received + mail.content))
        return replies.queued(name)
