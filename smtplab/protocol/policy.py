"""How is a server set up? Everything about it that is a choice and not the protocol, as data."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from smtplab.protocol.auth import Nonce, no_nonce
from smtplab.protocol.commands import STRICT, Lax
from smtplab.protocol.extensions import OFFERED
from smtplab.protocol.hooks import Hook

RECIPIENTS_LIMIT: Final = 1000  # RFC 5321 §4.5.3.1.8 asks for 100 at least
SIZE_LIMIT: Final = 32 * 2**20  # octets; RFC 5321 §4.5.3.1.7 asks for 64K at least
ERRORS_LIMIT: Final = 100  # RFC 5321 §7.8 lets a server close on clients that do nothing but fail


@dataclass(frozen=True)
class Policy:
    """The choices of one server.

    domain: the name that it greets with. passwords: by user name; without any, AUTH is not offered.
    mechanisms: of AUTH, in the order in which they are listed. nonce: what CRAM-MD5 and SCRAM-SHA-256 need.
    mailboxes: those that exist, in the form of `grammar.same_mailbox`; None for every mailbox there could be.
    extensions: keywords to offer in reply to EHLO, as far as they make sense in the session.
    starttls: whether there is a certificate to start TLS with. size_limit: octets of content.
    auth_required: MAIL is refused before AUTH, as at a submission port (RFC 6409 §4.3).
    tls_required: in clear text nothing is done but to begin TLS (RFC 3207 §4).
    auth_inside_tls: AUTH is neither offered nor taken in clear text (RFC 4954 §4).
    sender_is_user: the reverse-path must be the user's own address (RFC 6409 §6.1).
    lax: deviations that are let pass. hooks: what is made to go wrong.
    """

    domain: str = "mail.coremail.cn"
    greeting: str = "ESMTP Anti-spam GT ready"
    passwords: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    mechanisms: tuple[str, ...] = ("LOGIN", "PLAIN")
    nonce: Nonce = no_nonce
    mailboxes: Container[str] | None = None
    extensions: frozenset[str] = frozenset(OFFERED)
    starttls: bool = False
    size_limit: int = SIZE_LIMIT
    recipients_limit: int = RECIPIENTS_LIMIT
    errors_limit: int = ERRORS_LIMIT
    auth_required: bool = False
    tls_required: bool = False
    auth_inside_tls: bool = False
    sender_is_user: bool = False
    lax: frozenset[Lax] = STRICT
    hooks: tuple[Hook, ...] = ()

    def offered(self, *, tls: bool) -> frozenset[str]:
        """Give the keywords to offer in a session, by whether TLS runs in it already."""
        senseless = set()
        if tls or not self.starttls:
            senseless.add("STARTTLS")  # RFC 3207 §4.2: not inside TLS
        if not self.passwords or (self.auth_inside_tls and not tls):
            senseless.add("AUTH")
        if "CHUNKING" not in self.extensions:
            senseless.add("BINARYMIME")  # RFC 3030 §3
        if "8BITMIME" not in self.extensions:
            senseless.add("SMTPUTF8")  # RFC 6531 §3.1
        return self.extensions - senseless

    def keyword_line(self, keyword: str) -> str:
        """Give the line that announces an extension in the reply to EHLO: the keyword and its parameters."""
        match keyword:
            case "SIZE":
                return f"SIZE {self.size_limit}"
            case "AUTH":
                return f"AUTH {' '.join(self.mechanisms)}"
            case "LIMITS":
                return f"LIMITS RCPTMAX={self.recipients_limit}"
        return keyword
