"""How is a server set up? Everything about it that is a choice and not the protocol, as data."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from smtplab.protocol.commands import STRICT, Lax
from smtplab.protocol.extensions import OFFERED

RECIPIENTS_LIMIT: Final = 1000  # RFC 5321 §4.5.3.1.8 asks for 100 at least
SIZE_LIMIT: Final = 32 * 2**20  # octets; RFC 5321 §4.5.3.1.7 asks for 64K at least
ERRORS_LIMIT: Final = 100  # RFC 5321 §7.8 lets a server close on clients that do nothing but fail


@dataclass(frozen=True)
class Policy:
    """The choices of one server.

    domain: the name that it greets with. passwords: by user name; without any, AUTH is not offered.
    mailboxes: those that exist, in the form of `grammar.same_mailbox`; None for every mailbox there could be.
    extensions: keywords to offer in reply to EHLO. size_limit: octets of content. lax: deviations that are let pass.
    """

    domain: str = "mail.coremail.cn"
    greeting: str = "ESMTP Anti-spam GT ready"
    passwords: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    mailboxes: Container[str] | None = None
    extensions: frozenset[str] = frozenset(OFFERED)
    size_limit: int = SIZE_LIMIT
    recipients_limit: int = RECIPIENTS_LIMIT
    errors_limit: int = ERRORS_LIMIT
    lax: frozenset[Lax] = STRICT

    def offers(self, keyword: str) -> bool:
        """Tell whether an extension is offered. AUTH is not where there is nobody to log in."""
        return keyword in self.extensions and (keyword != "AUTH" or bool(self.passwords))

    def keywords(self, mechanisms: tuple[str, ...]) -> list[str]:
        """The lines of the reply to EHLO after the first, in the order of `OFFERED` (RFC 5321 §4.1.1.1)."""
        parameters = {"SIZE": f" {self.size_limit}", "AUTH": f" {' '.join(mechanisms)}"}
        return [keyword + parameters.get(keyword, "") for keyword in OFFERED if self.offers(keyword)]
