"""Does the domain's own record let this address send? The function check_host() of RFC 7208 §4.

The domain name system is asked through `Names`, so nothing here knows a socket. All that SPF looks at are the address
of the client, the name in EHLO and the reverse-path: no line of the header, the From field least of all.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final, NamedTuple, Protocol, TypeVar

from smtplab.protocol.grammar import split_mailbox
from smtplab.protocol.routing import NULL_HOST, LookupFailed, Mx, NoSuchDomain
from smtplab.protocol.spf.macros import dotted, expand
from smtplab.protocol.spf.record import BadRecord, Directive, is_record, parse

LOOKUPS_LIMIT: Final = 10  # terms that ask, §4.6.4: who sends a mail must not have others send a thousand queries
VOID_LIMIT: Final = 2  # look-ups that find nothing, §4.6.4
HOSTS_LIMIT: Final = 10  # hosts of one mx or ptr, §4.6.4
LABEL_LIMIT: Final = 63  # octets

Found = TypeVar("Found")


class Result(StrEnum):
    """What SPF says of a mail (§2.6)."""

    NONE = "none"
    NEUTRAL = "neutral"
    PASS = "pass"
    FAIL = "fail"
    SOFTFAIL = "softfail"
    TEMPERROR = "temperror"
    PERMERROR = "permerror"


RESULTS: Final = {"+": Result.PASS, "-": Result.FAIL, "~": Result.SOFTFAIL, "?": Result.NEUTRAL}


class Checked(NamedTuple):
    """A result, the domain that was asked about, and why: the term that matched, or what is wrong."""

    result: Result
    domain: str
    because: str = ""


class Names(Protocol):
    """Who is asked. Each gives [] where there is nothing, and raises `NoSuchDomain` or `LookupFailed`."""

    def texts(self, name: str) -> list[str]: ...
    def mx(self, domain: str) -> list[Mx]: ...
    def addresses(self, name: str, kinds: Sequence[str]) -> list[str]:
        """Addresses of these kinds, of which there are A and AAAA."""
        ...

    def hosts(self, address: str) -> list[str]: ...


class _Ends(Exception):
    """The evaluation ends here, whatever it was in the midst of."""

    def __init__(self, result: Result, because: str) -> None:
        super().__init__(because)
        self.result = result


def check(client_address: str, hello: str, reverse_path: str, names: Names) -> Checked:
    """Check the MAIL FROM identity of a mail.

    client_address: where the connection comes from. hello: the name in EHLO or HELO. reverse_path: "" where it is null.
    RFC 7208 §2.4, §4.
    """
    address = ip_address(client_address)
    address = getattr(address, "ipv4_mapped", None) or address
    sender = identity(reverse_path, hello)
    domain = split_mailbox(sender)[1].lower()
    try:
        return _Evaluation(address, hello, sender, names).check_host(domain)
    except _Ends as end:
        return Checked(end.result, domain, str(end))
    except LookupFailed as failed:  # the name server gives no answer: it may later (§4.4, §5)
        return Checked(Result.TEMPERROR, domain, str(failed))


def identity(reverse_path: str, hello: str) -> str:
    """Give the mailbox that is checked: of a null reverse-path, the postmaster at the name in EHLO (§2.4)."""
    return reverse_path or f"postmaster@{hello}"


@dataclass
class _Evaluation:
    """One evaluation, with the look-ups that are counted through all records that it comes to (§4.6.4)."""

    address: IPv4Address | IPv6Address
    hello: str
    sender: str
    names: Names
    lookups: int = 0
    voids: int = 0

    def check_host(self, domain: str) -> Checked:
        """Evaluate the record of a domain: the first mechanism that matches decides."""
        text = self._record(domain)
        if text is None:
            return Checked(Result.NONE, domain, "no SPF record")
        try:
            record = parse(text)
        except BadRecord as wrong:
            raise _Ends(Result.PERMERROR, f"{wrong} is no term of SPF") from None
        for directive in record.directives:
            if self._matches(directive, domain):
                return Checked(RESULTS[directive.qualifier], domain, directive.text)
        if record.redirect:
            return self._elsewhere(record.redirect, domain)
        return Checked(Result.NEUTRAL, domain, "nothing matches")

    def _record(self, domain: str) -> str | None:
        """Find the record of a domain; None where there is none (§4.3 to §4.5)."""
        labels = domain.removesuffix(".").split(".")
        is_name = len(labels) > 1 and all(0 < len(label) <= LABEL_LIMIT for label in labels)
        if not is_name or domain.startswith("["):  # EHLO may give an address literal
            return None
        try:
            found = [text for text in self.names.texts(domain) if is_record(text)]
        except NoSuchDomain:
            return None
        if len(found) > 1:
            raise _Ends(Result.PERMERROR, f"{domain} has {len(found)} SPF records")
        return found[0] if found else None

    def _elsewhere(self, spec: str, domain: str) -> Checked:
        """Go on with the record that `include` or `redirect` names; there must be one (§5.2, §6.1)."""
        self._count()
        target = self._expand(spec, domain)
        found = self.check_host(target)
        if found.result is Result.NONE:
            raise _Ends(Result.PERMERROR, f"{target} has no SPF record")
        return found

    # Mechanisms

    def _matches(self, directive: Directive, domain: str) -> bool:
        match directive.mechanism:
            case "all":
                return True
            case "include":
                return self._elsewhere(directive.domain, domain).result is Result.PASS
            case "ip4" | "ip6":
                return self._is_within(directive.network, directive)
        self._count()
        target = self._expand(directive.domain, domain) if directive.domain else domain
        match directive.mechanism:
            case "a":
                return any(self._is_within(each, directive) for each in self._addresses(target))
            case "mx":
                return any(self._is_within(each, directive) for each in self._exchanger_addresses(target))
            case "exists":
                return bool(self._addresses(target, "A"))
            case _:
                return any(_is_below(host, target) for host in self._client_hosts())

    def _is_within(self, network: str, directive: Directive) -> bool:
        """Compare as many bits as count; an IPv4 address is within no IPv6 network, and the other way about (§5)."""
        length = directive.length4 if self.address.version == 4 else directive.length6
        if ip_address(network).version != self.address.version:
            return False
        return self.address in ip_network(f"{network}/{length}", strict=False)

    def _exchanger_addresses(self, domain: str) -> list[str]:
        exchangers = [mx.host for mx in self._found(self.names.mx, domain) if mx.host != NULL_HOST]
        if len(exchangers) > HOSTS_LIMIT:
            raise _Ends(Result.PERMERROR, f"{domain} has more than {HOSTS_LIMIT} mail hosts")
        return [address for host in exchangers for address in self._addresses(host)]

    def _client_hosts(self) -> list[str]:
        """Give the names of the client that lead back to its address; none where there is an error (§5.5)."""
        named: list[str] = []
        with suppress(LookupFailed):
            named = self._found(self.names.hosts, str(self.address))
        return [host for host in named[:HOSTS_LIMIT] if self._leads_back(host)]

    def _leads_back(self, host: str) -> bool:
        try:
            return self.address in map(ip_address, self.names.addresses(host, [self._kind]))
        except LookupError:
            return False

    # Asking

    def _count(self) -> None:
        self.lookups += 1
        if self.lookups > LOOKUPS_LIMIT:
            raise _Ends(Result.PERMERROR, f"more than {LOOKUPS_LIMIT} terms that ask the DNS")

    @property
    def _kind(self) -> str:
        """The type of the records to compare with: an IPv4 address is looked for among IPv4 addresses (§5)."""
        return "A" if self.address.version == 4 else "AAAA"

    def _addresses(self, name: str, kind: str = "") -> list[str]:
        return self._found(lambda each: self.names.addresses(each, [kind or self._kind]), name)

    def _found(self, ask: Callable[[str], list[Found]], name: str) -> list[Found]:
        """Ask, and count what finds nothing: who publishes names that are not there has others ask in vain (§11.1)."""
        found: list[Found] = []
        with suppress(NoSuchDomain):
            found = ask(name)
        self.voids += not found
        if self.voids > VOID_LIMIT:
            raise _Ends(Result.PERMERROR, f"more than {VOID_LIMIT} look-ups that find nothing")
        return found

    def _expand(self, spec: str, domain: str) -> str:
        return expand(spec, lambda letter: self._value(letter, domain))

    def _value(self, letter: str, domain: str) -> str:
        """Give what a macro letter stands for (§7.2)."""
        match letter:
            case "p":
                return self._client_name(domain)
            case "i":
                return dotted(self.address)
            case "v":
                return "in-addr" if self.address.version == 4 else "ip6"
        local_part, sender_domain = split_mailbox(self.sender)
        return {"s": self.sender, "l": local_part, "o": sender_domain, "d": domain, "h": self.hello}[letter]

    def _client_name(self, domain: str) -> str:
        """Choose one of the client's names: the domain itself, else one below it, else any (§7.3)."""
        hosts = sorted(self._client_hosts(), key=lambda host: (host != domain, not _is_below(host, domain)))
        return hosts[0] if hosts else "unknown"


def _is_below(host: str, domain: str) -> bool:
    """Tell whether a host is a domain, or within it."""
    return f".{host}".lower().endswith(f".{domain.removesuffix('.')}".lower())
