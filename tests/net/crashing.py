"""A queue in a process of its own, that can be killed: `python -m tests.net.crashing DIRECTORY PORT NUMBER`.

It takes one mail for two recipients, one of whom is refused, and does all there is to do. At its operation number so
and so on the disk it kills itself, as a power cut would. It prints "taken" once it has taken the mail.
"""

import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from smtplab.net.clocks import FakeClock
from smtplab.net.queue import Queue
from smtplab.protocol.mail import MailObject, Recipient
from smtplab.protocol.routing import Mx

NINE = datetime(2024, 5, 1, 9, tzinfo=UTC)
HOSTS = {"coremail.cn": "127.0.0.2", "home.test": "127.0.0.4"}
MAIL = MailObject(
    "alice@home.test",
    (Recipient("nobody@coremail.cn"), Recipient("bob@coremail.cn")),
    b"Subject: Hello\r\n\r\nA line.\r\n",
    {"RET": "FULL"},
)


class Table:
    """A resolver that knows two domains."""

    def mx(self, domain: str) -> list[Mx]:
        return [Mx(10, domain)]

    def addresses(self, name: str) -> list[str]:
        return [HOSTS[name]]


def new_queue(directory: Path, port: int) -> Queue:
    """Open the queue that a killed process left, or a new one."""
    return Queue(
        Table(), directory, domain="mail.test", port=port, clock=FakeClock(NINE), random=Random(1), timeout=30.0
    )


def kill_at(number: int) -> None:
    """Have the operations on the disk counted, and this process killed instead of the one with this number."""
    left = [number]

    def counted(operation: Callable[..., Any]) -> Callable[..., Any]:
        def count(*arguments: Any, **settings: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return operation(*arguments, **settings)

        return count

    for name in ("fsync", "replace", "unlink"):
        setattr(os, name, counted(getattr(os, name)))


def main() -> None:
    """Take the mail, and do all there is to do."""
    directory, port, number = sys.argv[1:]
    kill_at(int(number))
    with new_queue(Path(directory), int(port)) as queue:
        queue.put(MAIL)
        print("taken", flush=True)
        queue.run(NINE)


if __name__ == "__main__":
    main()
