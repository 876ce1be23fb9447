"""Which faults can be switched on by name? A few that real servers have, ready to be tried by hand."""

import time
from collections.abc import Callable
from typing import Final, NamedTuple

from smtplab.protocol import replies
from smtplab.protocol.hooks import ALWAYS, Delay, DropConnection, Greylist, Hook, Refuse, Reword
from smtplab.protocol.states import END_OF_DATA, GREETING

SLOW: Final = 2.0  # seconds
GREYLIST: Final = 15.0  # seconds


class Fault(NamedTuple):
    """One fault. says: what it does, in words. make: gives a fresh hook, which has counted nothing yet."""

    name: str
    says: str
    make: Callable[[], Hook]


FAULTS: Final = (
    Fault("no service", "greets with 554 instead of 220 (§3.1)", lambda: Refuse(GREETING, replies.NO_SERVICE)),
    Fault("slow", f"answers RCPT only after {SLOW:g} seconds", lambda: Delay("RCPT", SLOW)),
    Fault(
        "greylisting",
        f"451 to a sender and recipient not seen together before; takes them after {GREYLIST:g} seconds",
        lambda: Greylist(GREYLIST, time.monotonic),
    ),
    Fault("disk full", "451 to the end of each message", lambda: Refuse(END_OF_DATA, replies.CANNOT_STORE)),
    Fault("no such mailbox", "550 to each RCPT", lambda: Refuse("RCPT", replies.NO_SUCH_MAILBOX)),
    Fault(
        "lost reply",
        "takes a message, and closes the connection instead of saying so (§6.1)",
        lambda: DropConnection(END_OF_DATA, ALWAYS),
    ),
    Fault("other words", "keeps every code and changes the words after it", lambda: Reword("Whatever you say")),
)
