"""How does a mail host ask for MX and addresses? The client of the name server.

It believes only an answer that repeats its question and its number: anybody can send a datagram that claims to be one
(RFC 5452 §9).
"""

import secrets
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from typing import Any, Final

from dnslib import QTYPE, RCODE, DNSLabel, DNSRecord

from smtplab.net.dialogue import Listening
from smtplab.net.networks import LOOPBACK, Network, is_loopback
from smtplab.net.zones import ADDRESSES, UNREADABLE
from smtplab.protocol.routing import NULL_HOST, LookupFailed, Mx, NoSuchDomain

TIMEOUT: Final = 2.0  # seconds for each try
TRIES: Final = 2
ALIAS_LIMIT: Final = 8  # names in a chain of CNAME records
LARGEST: Final = 65535  # octets of a message


class Resolver:
    """Asks one name server, on loopback. See `routing.Resolver` for what it answers.

    server: a `NameServer`, which also says in which network it is, or anything that says where it listens.
    source: the address to ask from, so that the name server's list of queries tells one mail host from another.
    timeout: seconds for each try.
    """

    def __init__(self, server: Listening, *, source: str = "", timeout: float = TIMEOUT, tries: int = TRIES) -> None:
        self.host = server.host
        self.port = server.port
        self.network: Network = getattr(server, "network", LOOPBACK)
        self.source = source
        self.timeout = timeout
        self.tries = tries

    def mx(self, domain: str) -> list[Mx]:
        """Give the MX records of a domain, in the order in which they came."""
        return [Mx(record.preference, _name(record.label)) for record in self.records(domain, "MX")]

    def addresses(self, name: str, kinds: Sequence[str] = ADDRESSES) -> list[str]:
        """Give the IPv4 and then the IPv6 addresses of a host. One failure is passed over if there are others."""
        found: list[str] = []
        failure: LookupFailed | None = None
        for kind in kinds:
            try:
                found += [str(record) for record in self.records(name, kind)]
            except LookupFailed as error:
                failure = error
        if failure is not None and not found:
            raise failure
        return found

    def texts(self, name: str) -> list[str]:
        """Give the TXT records of a name, the strings of each put together without a blank (RFC 7208 §3.3)."""
        records = self.records(name, "TXT")
        return [b"".join(record.data).decode("utf-8", "surrogateescape") for record in records]

    def hosts(self, address: str) -> list[str]:
        """Give the names that an address leads back to: its PTR records (RFC 1035 §3.5)."""
        return [_name(record.label) for record in self.records(ip_address(address).reverse_pointer, "PTR")]

    def records(self, name: str, kind: str) -> list[Any]:
        """Give what the records of one type say, as `dnslib` has it; aliases are followed (RFC 5321 §5.1).

        Raises `NoSuchDomain`, and `LookupFailed` for silence, an error, or aliases that lead nowhere.
        """
        current = _name(name)
        for _ in range(ALIAS_LIMIT):
            answer = self._ask(current, kind)
            if answer.header.rcode == RCODE.NXDOMAIN:
                raise NoSuchDomain(name)
            if answer.header.rcode != RCODE.NOERROR:
                raise LookupFailed(f"the name server answers {RCODE.get(answer.header.rcode)}")
            end = _end_of_aliases(current, answer)
            found = [each.rdata for each in answer.rr if QTYPE.get(each.rtype) == kind and _name(each.rname) == end]
            if found or end == current:
                return found
            current = end  # a name server may leave the rest of the chain to be asked for
        raise LookupFailed(f"the aliases of {name} have no end")

    def _ask(self, name: str, kind: str) -> DNSRecord:
        """Ask by UDP, as often as it takes, and by TCP where the answer did not fit."""
        query = _question(name, kind)
        for _ in range(self.tries):
            with suppress(TimeoutError):
                answer = self._ask_by_udp(query)
                return self._ask_by_tcp(query) if answer.header.tc else answer
        raise LookupFailed("the name server does not answer")

    def _ask_by_udp(self, query: DNSRecord) -> DNSRecord:
        """Raises TimeoutError when nothing comes that is an answer; whatever else comes is not looked at."""
        deadline = time.monotonic() + self.timeout
        with self._connected(socket.SOCK_DGRAM) as connection:
            connection.send(query.pack())
            while (left := deadline - time.monotonic()) > 0:
                connection.settimeout(left)
                answer = _answer_to(query, connection.recv(LARGEST))
                if answer is not None:
                    return answer
        raise TimeoutError

    def _ask_by_tcp(self, query: DNSRecord) -> DNSRecord:
        octets = bytes(query.pack())
        with self._connected(socket.SOCK_STREAM) as connection, connection.makefile("rb") as stream:
            connection.sendall(len(octets).to_bytes(2) + octets)
            answer = _answer_to(query, stream.read(int.from_bytes(stream.read(2))))
        if answer is None:
            raise LookupFailed("the name server's answer by TCP cannot be read")
        return answer

    @contextmanager
    def _connected(self, kind: socket.SocketKind) -> Iterator[socket.socket]:
        """Give a connected socket: one of UDP, too, then takes datagrams from the server alone.

        Raises `LookupFailed` when nobody listens there.
        """
        if not is_loopback(self.host):
            raise PermissionError(f"will not ask {self.host}: it is not loopback")
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with self.network.new_socket(family, kind) as connection:
            try:
                if self.source:
                    connection.bind((self.source, 0))
                connection.settimeout(self.timeout)
                connection.connect((self.host, self.port))
                yield connection
            except ConnectionError as error:
                raise LookupFailed(f"the name server cannot be reached: {error.strerror}") from error


def _question(name: str, kind: str) -> DNSRecord:
    """Write a query. A name that cannot even be asked for does not exist."""
    try:
        query = DNSRecord.question(name, kind)
        query.pack()
    except UNREADABLE:
        raise NoSuchDomain(name) from None
    query.header.id = secrets.randbelow(2**16)
    return query


def _answer_to(query: DNSRecord, octets: bytes) -> DNSRecord | None:
    """Read an answer; None for octets that are none, or none to this query."""
    try:
        answer = DNSRecord.parse(octets)
    except UNREADABLE:
        return None
    genuine = answer.header.qr and answer.header.id == query.header.id and answer.questions == query.questions
    return answer if genuine else None


def _end_of_aliases(name: str, answer: DNSRecord) -> str:
    """Follow the CNAME records of one answer, from a name to the last that it leads to."""
    aliases = {_name(each.rname): _name(each.rdata.label) for each in answer.rr if each.rtype == QTYPE.CNAME}
    for _ in aliases:
        name = aliases.get(name, name)
    return name


def _name(label: DNSLabel | str) -> str:
    """Write a name in the form in which names are compared: lower case, without the dot at the end."""
    return str(label).lower().rstrip(".") or NULL_HOST
