"""Which hosts may take the mail for a domain, and in which order?

The domain name system is asked through a `Resolver` that is given, so nothing here knows a socket. What comes out is
the list of candidates of RFC 5321 §5.1: they are tried from the first to the last until one of them takes the mail.
"""

from collections.abc import Collection, Iterable
from typing import Any, Final, NamedTuple, Protocol

from smtplab.protocol.grammar import read_address

HOPS_LIMIT: Final = 100  # Received fields; with fewer a mail may still be on its way, §6.3
NULL_HOST: Final = "."  # the host of a null MX: this domain takes no mail (RFC 7505 §3)


class Mx(NamedTuple):
    """One MX record: lower preferences are better, the host is a domain name without the dot at its end."""

    preference: int
    host: str


class Candidate(NamedTuple):
    """One address to try. The host is what MX named: the domain itself, or a literal, where there was none."""

    preference: int
    host: str
    address: str


class NoSuchDomain(LookupError):
    """There is no such name in the domain name system."""


class LookupFailed(LookupError):
    """The domain name system gave no answer, or said that it cannot."""


class Resolver(Protocol):
    """Who is asked. Both follow CNAME, give [] for a name without such records, and raise the errors above."""

    def mx(self, domain: str) -> list[Mx]: ...

    def addresses(self, name: str) -> list[str]:
        """IPv4 and IPv6 addresses, best first."""
        ...


class Shuffler(Protocol):
    """What `random.Random` does, which is random by a seed or by chance as the caller likes."""

    def shuffle(self, items: list[Any]) -> None: ...


class NoRoute(Exception):
    """There is nobody to try. `status` is 4.y.z if there may be later, else 5.y.z; `text` says why."""

    def __init__(self, status: str, text: str) -> None:
        super().__init__(f"{status} {text}")
        self.status = status
        self.text = text


def candidates(domain: str, resolver: Resolver, random: Shuffler, own: Collection[str] = ()) -> list[Candidate]:
    """Give the addresses to try for a domain or an address literal, in order; at least one.

    own: names and addresses of the host that asks. Mail must not come back to it, nor go to a host that is no better.
    Raises `NoRoute`, with the statuses of RFC 3463 §3.2 and §3.5, and 5.1.10 of RFC 7505 §4.2.
    RFC 5321 §5.1.
    """
    if not domain:
        raise NoRoute("5.1.2", "an address without a domain is of no other host")
    ours = {name.lower().rstrip(".") for name in own}
    if domain.startswith("["):
        found = [Candidate(0, domain, literal_address(domain))]
        return _better_than_own(found, own_preferences(found, ours), domain)
    exchangers = in_order(_exchangers(domain, resolver), random)
    limit = min((mx.preference for mx in exchangers if mx.host.lower() in ours), default=None)
    better = [mx for mx in exchangers if limit is None or mx.preference < limit]
    if not better:
        raise _loop(domain)
    found = _locate(better, resolver, domain)
    return _better_than_own(found, own_preferences(found, ours), domain)


def refuse_loop(hops: int) -> None:
    """Raise `NoRoute` for a mail that has passed so many hosts that it must be going round in circles (§6.3)."""
    if hops > HOPS_LIMIT:
        raise NoRoute("5.4.6", f"the mail has passed {hops} hosts: it goes round in circles")


def literal_address(literal: str) -> str:
    """Take the address out of a literal such as `[192.0.2.1]` or `[IPv6:2001:db8::1]` (§4.1.3).

    Raises `NoRoute` for a kind of address that nobody here can connect to.
    """
    try:
        return str(read_address(literal[1:-1]))
    except ValueError:
        raise NoRoute("5.1.2", f"{literal} is no address that can be connected to") from None


def in_order(exchangers: Iterable[Mx], random: Shuffler) -> list[Mx]:
    """Sort MX records, best first; those of one preference come in random order, to spread the load (§5.1)."""
    shuffled = list(exchangers)
    random.shuffle(shuffled)
    return sorted(shuffled, key=lambda mx: mx.preference)


def _exchangers(domain: str, resolver: Resolver) -> list[Mx]:
    try:
        records = resolver.mx(domain)
    except NoSuchDomain:
        raise NoRoute("5.1.2", f"there is no domain {domain}") from None
    except LookupFailed as error:
        raise NoRoute("4.4.3", f"the MX records of {domain} could not be looked up: {error}") from None
    if records and all(mx.host == NULL_HOST for mx in records):
        raise NoRoute("5.1.10", f"{domain} takes no mail: its MX record is null")
    return records or [Mx(0, domain)]  # the implicit MX


def _locate(exchangers: Iterable[Mx], resolver: Resolver, domain: str) -> list[Candidate]:
    """Look up the addresses of all hosts. One that cannot be found is left out, unless nobody is left."""
    found: list[Candidate] = []
    failures: list[str] = []
    for preference, host in exchangers:
        try:
            found += [Candidate(preference, host, address) for address in resolver.addresses(host)]
        except NoSuchDomain:
            continue
        except LookupFailed as error:
            failures.append(f"{host}: {error}")
    if not found and failures:
        raise NoRoute("4.4.3", f"the mail hosts of {domain} could not be looked up: {'; '.join(failures)}")
    if not found:
        raise NoRoute("5.4.4", f"no mail host of {domain} has an address")
    return found


def own_preferences(found: Iterable[Candidate], ours: Collection[str]) -> list[int]:
    """Give the preferences at which one of our own addresses stands."""
    return [candidate.preference for candidate in found if candidate.address in ours]


def _better_than_own(found: list[Candidate], own: list[int], domain: str) -> list[Candidate]:
    better = [candidate for candidate in found if not own or candidate.preference < min(own)]
    if not better:
        raise _loop(domain)
    return better


def _loop(domain: str) -> NoRoute:
    return NoRoute("5.4.6", f"the mail hosts of {domain} lead back to this one")
