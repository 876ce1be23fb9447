"""For whom does a server take mail? From strangers only for its own domains, from its users for everybody."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from smtplab.protocol.commands import Command, Rcpt
from smtplab.protocol.grammar import split_mailbox
from smtplab.protocol.hooks import Hook
from smtplab.protocol.replies import Reply

if TYPE_CHECKING:
    from smtplab.protocol.server import ServerSession

DENIED: Final = Reply(550, "5.7.1", "Relaying denied: not for one of my domains, and you are none of my users")


@dataclass
class NoOpenRelay(Hook):
    """Refuse recipients of other domains, except from those who have logged in (RFC 5321 §3.6.2)."""

    domains: frozenset[str]

    def instead(self, session: "ServerSession", verb: str, command: Command | None) -> Reply | None:
        """Give 550 5.7.1 where the mail would have to be passed on for a stranger."""
        if not isinstance(command, Rcpt) or session.user is not None:
            return None
        return None if domain_of(command.forward_path) in self.domains else DENIED


def domain_of(mailbox: str) -> str:
    """Give the domain of a mailbox in the form in which domains are compared."""
    return split_mailbox(mailbox)[1].lower()
