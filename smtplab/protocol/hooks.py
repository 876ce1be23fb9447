"""How is a server made to fail on purpose? Small objects that the lessons hand to it, each with one trick.

A hook is asked twice about each command: whether it answers instead of the handler, in which case nothing is done, and
whether it changes what is said, or when. It counts for itself, so the same hooks and the same commands give the same
session again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from smtplab.protocol.commands import Command, Mail, Rcpt
from smtplab.protocol.replies import GREYLISTED, Reply

if TYPE_CHECKING:
    from smtplab.protocol.server import ServerSession


@dataclass(frozen=True, slots=True)
class Pause:
    """Say the reply, but only after so many seconds."""

    reply: Reply
    seconds: float


@dataclass(frozen=True, slots=True)
class Drop:
    """Say nothing, and close the connection without a word."""


Manner = Reply | Pause | Drop
ALWAYS: Final = 2**31  # times


class Hook:
    """Does nothing: those below override one of the two methods."""

    def instead(self, session: "ServerSession", verb: str, command: Command | None) -> Reply | None:
        """Give a reply to say instead of doing what was asked for, or None to let it be done.

        verb: that of the command, `GREETING` or `END_OF_DATA`, which have no command.
        """
        return None

    def manner(self, verb: str, reply: Reply) -> Manner:
        """Give what to say instead of this reply to what was done, or the reply itself."""
        return reply


@dataclass
class Refuse(Hook):
    """Answer a verb with `reply`, some times. about: only if this stands in the mailbox of MAIL or RCPT."""

    verb: str
    reply: Reply
    times: int = ALWAYS
    about: str = ""

    def instead(self, session: "ServerSession", verb: str, command: Command | None) -> Reply | None:
        """Give the reply as long as there are times left."""
        if verb != self.verb or self.times <= 0 or self.about not in _mailbox(command):
            return None
        self.times -= 1
        return self.reply


@dataclass
class Greylist(Hook):
    """Refuse each new pair of sender and recipient for so many seconds, and take it after that.

    A real mail server tries again, and most senders of unsolicited mail do not. clock: gives seconds.
    """

    seconds: float
    clock: Callable[[], float]
    first_seen: dict[tuple[str, str], float] = field(default_factory=dict)

    def instead(self, session: "ServerSession", verb: str, command: Command | None) -> Reply | None:
        """Give 451 4.7.1 while the pair is too new."""
        if not isinstance(command, Rcpt):
            return None
        pair = (session.buffers.reverse_path, command.forward_path)
        since = self.first_seen.setdefault(pair, self.clock())
        return GREYLISTED if self.clock() - since < self.seconds else None


@dataclass
class Delay(Hook):
    """Answer a verb late, as a server far away or with much to do does."""

    verb: str
    seconds: float

    def manner(self, verb: str, reply: Reply) -> Manner:
        """Hold the reply back."""
        return Pause(reply, self.seconds) if verb == self.verb else reply


@dataclass
class DropConnection(Hook):
    """Do what a verb asks for, but close the connection instead of telling, some times.

    At `END_OF_DATA` this is how a mail comes to be there twice: the client never learns that it was taken (§6.1).
    """

    verb: str
    times: int = 1

    def manner(self, verb: str, reply: Reply) -> Manner:
        """Drop as long as there are times left."""
        if verb != self.verb or self.times <= 0:
            return reply
        self.times -= 1
        return Drop()


@dataclass
class Reword(Hook):
    """Keep every code and say other words: a client that still works reads only the digits (§4.2)."""

    text: str

    def manner(self, verb: str, reply: Reply) -> Manner:
        """Change the words of a reply. The challenges of AUTH and the keywords of EHLO are no words for people."""
        return reply if reply.code == 334 or "\n" in reply.text else Reply(reply.code, reply.enhanced, self.text)


def _mailbox(command: Command | None) -> str:
    match command:
        case Mail(reverse_path):
            return reverse_path
        case Rcpt(forward_path):
            return forward_path
    return ""
