"""What does the domain name system say? All of the lab's, as the text of one zone file (RFC 1035 §5).

The lab is a whole world: what is not in the text does not exist. So the zone is the root, and every answer has
authority.
"""

from collections.abc import Sequence
from contextlib import suppress
from ipaddress import ip_address
from typing import Any, Final, NamedTuple

from dnslib import CLASS, QTYPE, RR, SOA, DNSBuffer, DNSError, DNSLabel
from dnslib.label import DNSLabelError

from smtplab.protocol.routing import NULL_HOST, LookupFailed, Mx, NoSuchDomain

TTL: Final = 300  # seconds, where the text names none
ALIAS_LIMIT: Final = 8  # names in a chain of CNAME records

UNREADABLE: Final = (DNSError, DNSLabelError, ValueError)  # what dnslib raises for octets and names that are wrong

ADDRESSES: Final = ("A", "AAAA")
TYPES: Final = ("A", "AAAA", "CNAME", "MX", "NS", "PTR", "SOA", "TXT")


class Found(NamedTuple):
    """An answer: the response code, such as "NOERROR", and the records for the answer and authority sections."""

    code: str
    answers: list[RR]
    authority: list[RR]


class Zones:
    """Names and their records, read from the text of a zone file.

    text: lines such as `coremail.cn. MX 10 mx1.coremail.cn.`; `$ORIGIN` gives the end of names without a dot at theirs.
    Raises ValueError for a line that cannot be read. RFC 1035 §5.1.
    """

    def __init__(self, text: str) -> None:
        self._records: dict[str, list[RR]] = {}
        self._names = {"."}
        for record in _parse(text):
            name = _key(record.rname)
            self._records.setdefault(name, []).append(record)
            self._names.update(_ancestors(name))
        self._records.setdefault(".", [])
        if not any(record.rtype == QTYPE.SOA for record in self._records["."]):
            times = (1, 3600, 900, 604800, 60)  # serial, refresh, retry, expire, and how long "no" may be remembered
            self._records["."].append(RR(".", QTYPE.SOA, rdata=SOA(".", ".", times), ttl=60))

    def look_up(self, name: str, kind: str) -> Found:
        """Find the records of one type, or of "ANY", at a name; aliases are followed (RFC 1034 §4.3.2, §3.6.2).

        NXDOMAIN is said of the last name in a chain of aliases (RFC 6604 §3). A negative answer carries the SOA record
        that tells how long to remember it (RFC 2308 §3).
        """
        answers: list[RR] = []
        current = _key(DNSLabel(name))
        for _ in range(ALIAS_LIMIT):
            records = self._records.get(current, [])
            alias = next((record for record in records if record.rtype == QTYPE.CNAME), None)
            if alias is None or kind in ("CNAME", "ANY"):
                found = [record for record in records if kind in ("ANY", QTYPE[record.rtype])]
                code = "NOERROR" if current in self._names else "NXDOMAIN"
                return Found(code, answers + found, [] if found else [self._authority(current)])
            answers.append(alias)
            current = _key(alias.rdata.label)
        return Found("SERVFAIL", [], [])

    def _authority(self, name: str) -> RR:
        """The SOA record of the closest zone around a name; the root has one."""
        around = (record for ancestor in _ancestors(name) for record in self._records.get(ancestor, []))
        return next(record for record in around if record.rtype == QTYPE.SOA)


class Written:
    """Answers from the text alone, as a `net.resolver.Resolver` does from a name server's messages: no socket is asked.

    text: as of `Zones`.
    """

    def __init__(self, text: str) -> None:
        self.zones = Zones(text)

    def texts(self, name: str) -> list[str]:
        """Give the TXT records of a name."""
        return [b"".join(data.data).decode("utf-8", "surrogateescape") for data in self.records(name, "TXT")]

    def mx(self, domain: str) -> list[Mx]:
        """Give the MX records of a domain."""
        return [Mx(data.preference, _key(data.label).rstrip(".") or NULL_HOST) for data in self.records(domain, "MX")]

    def addresses(self, name: str, kinds: Sequence[str] = ADDRESSES) -> list[str]:
        """Give the IPv4 and then the IPv6 addresses of a host."""
        return [str(data) for kind in kinds for data in self.records(name, kind)]

    def hosts(self, address: str) -> list[str]:
        """Give the names that an address leads back to."""
        return [_key(data.label).rstrip(".") for data in self.records(ip_address(address).reverse_pointer, "PTR")]

    def records(self, name: str, kind: str) -> list[Any]:
        """Give what the records of one type say. Raises `NoSuchDomain`, and `LookupFailed` for aliases without end."""
        try:
            found = self.zones.look_up(name, kind)
        except UNREADABLE:
            raise NoSuchDomain(name) from None
        if found.code == "NXDOMAIN":
            raise NoSuchDomain(name)
        if found.code != "NOERROR":
            raise LookupFailed(f"the aliases of {name} have no end")
        return [record.rdata for record in found.answers if QTYPE.get(record.rtype) == kind]


def _parse(text: str) -> list[RR]:
    try:
        records = _read(text)
    except Exception as error:  # the reader raises whatever a wrong line makes it stumble over
        raise ValueError(f"line {_wrong_line(text)} of the zone text cannot be read: {error}") from error
    for record in records:
        if CLASS.get(record.rclass) != "IN" or QTYPE.get(record.rtype) not in TYPES:
            raise ValueError(f"{record} is not served here, only {', '.join(TYPES)}")
    return records


def _read(text: str) -> list[RR]:
    records = list(RR.fromZone(text, origin=".", ttl=TTL))
    for record in records:
        record.pack(DNSBuffer())  # a name that is too long shows only here
    return records


def _wrong_line(text: str) -> int:
    """Give the number of the first line up to which the text makes no sense any more."""
    lines = text.splitlines()
    readable = 0
    for number in range(1, len(lines)):
        with suppress(Exception):
            _read("\n".join(lines[:number]))
            readable = number
    return readable + 1


def _key(label: DNSLabel) -> str:
    return str(label).lower()


def _ancestors(name: str) -> list[str]:
    """A name and those above it: for `mx1.coremail.cn.` itself, `coremail.cn.`, `cn.` and the root."""
    labels = name.rstrip(".").split(".")
    return [".".join(labels[number:]) + "." for number in range(len(labels))] + ["."]
