"""A domain name system without sockets, for SPF and DMARC: the text of a zone file, and names that fail."""

from collections.abc import Collection
from typing import Any

from dnslib import QTYPE

from smtplab.net.zones import Zones
from smtplab.protocol.routing import LookupFailed, Mx, NoSuchDomain


class Names:
    """Answers as a `net.resolver.Resolver` does. failing: names for which there is no answer. `asked`: what was."""

    def __init__(self, zones: str, failing: Collection[str] = ()) -> None:
        self._zones = Zones(zones)
        self._failing = failing
        self.asked: list[str] = []

    def texts(self, name: str) -> list[str]:
        return [b"".join(data.data).decode() for data in self._records(name, "TXT")]

    def mx(self, domain: str) -> list[Mx]:
        return [Mx(data.preference, str(data.label).rstrip(".") or ".") for data in self._records(domain, "MX")]

    def addresses(self, name: str) -> list[str]:
        return [str(data) for kind in ("A", "AAAA") for data in self._records(name, kind)]

    def hosts(self, address: str) -> list[str]:
        reverse = ".".join(reversed(address.split("."))) + ".in-addr.arpa"
        return [str(data.label).rstrip(".") for data in self._records(reverse, "PTR")]

    def _records(self, name: str, kind: str) -> list[Any]:
        self.asked.append(f"{kind} {name}")
        if name in self._failing:
            raise LookupFailed("the name server does not answer")
        found = self._zones.look_up(name, kind)
        if found.code == "NXDOMAIN":
            raise NoSuchDomain(name)
        return [record.rdata for record in found.answers if QTYPE.get(record.rtype) == kind]
