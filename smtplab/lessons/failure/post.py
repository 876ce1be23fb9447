"""What becomes of a mail? A queue and the mail host that it calls, without sockets: five days pass in a moment."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from smtplab.lessons.failure.cast import NINE
from smtplab.net.clocks import FakeClock
from smtplab.net.memory import MemoryServer
from smtplab.net.queue import Queue
from smtplab.net.timeline import Event, What
from smtplab.protocol.hooks import Hook
from smtplab.protocol.mail import MailObject, Recipient
from smtplab.protocol.retry import Schedule
from smtplab.protocol.routing import Mx

LONG: Final = timedelta(days=14)  # until then every mail is delivered or given up

# A lesson asks what becomes of a mail, not how often it is tried: few tries in five days are enough.
SPARSE: Final = Schedule((timedelta(minutes=30), timedelta(hours=20)))

Seconds = Callable[[], float]
Trouble = Callable[[Seconds], Iterable[Hook]]


class OneHost:
    """Knows one mail host, for all domains."""

    def mx(self, domain: str) -> list[Mx]:
        """Give no MX record: the domain is its own mail host (RFC 5321 §5.1)."""
        return []

    def addresses(self, name: str) -> list[str]:
        """Give the host's address, which no socket is opened to."""
        return ["127.0.0.1"]


class Post:
    """One mail, from the queue to its end.

    trouble: gives the hooks of the host, when it is given a clock of seconds. choices: of the host.
    `events` is what the queue did, `copies` counts the mails in each mailbox.
    """

    def __init__(
        self,
        reverse_path: str,
        forward_path: str,
        trouble: Trouble = lambda seconds: (),
        *,
        arrived: datetime = NINE,
        schedule: Schedule = SPARSE,
        **choices: Any,
    ) -> None:
        clock = FakeClock(arrived)
        host = MemoryServer(hooks=tuple(trouble(lambda: clock().timestamp())), **choices)
        with Queue(OneHost(), port=host.port, network=host.network, schedule=schedule, clock=clock) as queue:  # type: ignore[arg-type]
            queue.put(MailObject(reverse_path, (Recipient(forward_path),), b"Subject: Hello\r\n\r\nHello!\r\n"))
            queue.run(arrived + LONG)
            self.events: list[Event] = queue.events
        self.copies: Mapping[str, int] = Counter(path for mail in host.mails for path in mail.forward_paths)

    @property
    def tries(self) -> list[datetime]:
        """When it was tried."""
        first = self.events[0].message
        return [
            event.time for event in self.events if event.message == first and event.what in (What.TRIED, What.DELIVERED)
        ]

    @property
    def told(self) -> bool:
        """Whether the sender was sent a notice."""
        return any(event.what is What.NOTIFIED for event in self.events)
