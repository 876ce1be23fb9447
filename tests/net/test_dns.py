"""The name server and the resolver, over UDP and TCP on loopback, and `dig` as somebody else's resolver."""

import socket
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress

import pytest
from dnslib import EDNS0, QTYPE, RCODE, RR, DNSHeader, DNSQuestion, DNSRecord
from hypothesis import given
from hypothesis import strategies as st

from smtplab.net.dns import NameServer
from smtplab.net.resolver import Resolver
from smtplab.net.zones import Written, Zones
from smtplab.protocol.routing import LookupFailed, Mx, NoSuchDomain

ZONES = """
$ORIGIN coremail.cn.
@       SOA    ns1 postmaster 7 3600 900 604800 60
@       NS     ns1
@       MX     10 mx1
        MX     20 mx2          ; the second host
        TXT    "v=spf1 mx -all"
mx1     A      127.0.0.2
        A      127.0.0.3
        AAAA   ::1
mx2     A      127.0.0.4
ns1     A      127.0.0.1
$ORIGIN example.test.
null    MX     0 .
alias   CNAME  coremail.cn.
far     CNAME  alias
broken  CNAME  nowhere
loop    CNAME  pool
pool    CNAME  loop
a.b     A      127.0.0.9
long    TXT    "{long}" "{long}" "{long}"
2.0.0.127.in-addr.arpa.  PTR  mx1.coremail.cn.
""".replace("{long}", "x" * 250)

ANSWERING = NameServer(ZONES)  # answers without a socket


@pytest.fixture
def names() -> Iterator[NameServer]:
    with NameServer(ZONES, failing=["failing.test"], silent=["silent.test"]) as server:
        yield server


@pytest.fixture
def resolver(names: NameServer) -> Resolver:
    return Resolver(names, timeout=2.0)


# What is answered


@pytest.mark.parametrize(
    ("name", "kind", "code", "answers"),
    [
        pytest.param("mx2.coremail.cn", "A", "NOERROR", ["A 127.0.0.4"], id="A"),
        pytest.param("mx1.coremail.cn", "A", "NOERROR", ["A 127.0.0.2", "A 127.0.0.3"], id="two A"),
        pytest.param("mx1.coremail.cn", "AAAA", "NOERROR", ["AAAA ::1"], id="AAAA"),
        pytest.param("MX2.CoreMail.CN.", "A", "NOERROR", ["A 127.0.0.4"], id="in any case, with a dot"),
        pytest.param("coremail.cn", "MX", "NOERROR", ["MX 10 mx1.coremail.cn.", "MX 20 mx2.coremail.cn."], id="MX"),
        pytest.param("null.example.test", "MX", "NOERROR", ["MX 0 ."], id="null MX"),
        pytest.param("coremail.cn", "TXT", "NOERROR", ['TXT "v=spf1 mx -all"'], id="TXT"),
        pytest.param("coremail.cn", "NS", "NOERROR", ["NS ns1.coremail.cn."], id="NS"),
        pytest.param("2.0.0.127.in-addr.arpa", "PTR", "NOERROR", ["PTR mx1.coremail.cn."], id="PTR"),
        pytest.param("alias.example.test", "CNAME", "NOERROR", ["CNAME coremail.cn."], id="CNAME itself"),
        pytest.param("alias.example.test", "NS", "NOERROR", ["CNAME coremail.cn.", "NS ns1.coremail.cn."], id="CNAME"),
        pytest.param(
            "far.example.test",
            "TXT",
            "NOERROR",
            ["CNAME alias.example.test.", "CNAME coremail.cn.", 'TXT "v=spf1 mx -all"'],
            id="two CNAMEs",
        ),
        pytest.param("alias.example.test", "PTR", "NOERROR", ["CNAME coremail.cn."], id="CNAME to nothing of the type"),
        pytest.param("broken.example.test", "MX", "NXDOMAIN", ["CNAME nowhere.example.test."], id="CNAME to nowhere"),
        pytest.param("loop.example.test", "MX", "SERVFAIL", [], id="CNAME in a circle"),
        pytest.param("coremail.cn", "A", "NOERROR", [], id="no such type"),
        pytest.param("b.example.test", "A", "NOERROR", [], id="a name only above others"),
        pytest.param("nowhere.test", "A", "NXDOMAIN", [], id="no such name"),
        pytest.param("x.failing.test", "A", "SERVFAIL", [], id="a failing domain"),
    ],
)
def test_query_is_answered_from_the_zones(
    names: NameServer, name: str, kind: str, code: str, answers: list[str]
) -> None:
    reply = ask(names, DNSRecord.question(name, kind))
    assert reply is not None
    assert RCODE[reply.header.rcode] == code
    assert [f"{QTYPE[record.rtype]} {record.rdata}" for record in reply.rr] == answers


def test_query_of_any_gives_all_records_of_the_name(names: NameServer) -> None:
    reply = ask(names, DNSRecord.question("coremail.cn", "ANY"))
    assert reply is not None
    assert [QTYPE[record.rtype] for record in reply.rr] == ["SOA", "NS", "MX", "MX", "TXT"]


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        pytest.param("nothing.coremail.cn", "coremail.cn.", id="of its own zone"),
        pytest.param("nothing.test", ".", id="of the root"),
    ],
)
def test_negative_answer_carries_the_soa_record(names: NameServer, name: str, zone: str) -> None:
    reply = ask(names, DNSRecord.question(name, "A"))
    assert reply is not None
    assert [(str(record.rname), QTYPE[record.rtype]) for record in reply.auth] == [(zone, "SOA")]


def test_answer_has_authority_but_an_error_has_none(names: NameServer) -> None:
    found, failed = (ask(names, DNSRecord.question(name, "A")) for name in ("mx2.coremail.cn", "failing.test"))
    assert found is not None
    assert failed is not None
    assert (found.header.aa, failed.header.aa) == (1, 0)


def test_answer_too_long_for_udp_comes_truncated(names: NameServer) -> None:
    reply = ask(names, DNSRecord.question("long.example.test", "TXT"))
    assert reply is not None
    assert (reply.header.tc, reply.rr, str(reply.q.qname)) == (1, [], "long.example.test.")


def test_answer_comes_whole_where_edns_allows_it(names: NameServer) -> None:
    query = DNSRecord.question("long.example.test", "TXT")
    query.add_ar(EDNS0(udp_len=1232))
    reply = ask(names, query)
    assert reply is not None
    assert (reply.header.tc, len(reply.rr)) == (0, 1)
    assert [record.rtype for record in reply.ar] == [QTYPE.OPT]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        pytest.param(DNSRecord(DNSHeader(id=1, opcode=5), q=DNSQuestion("coremail.cn")), "NOTIMP", id="an update"),
        pytest.param(DNSRecord(q=DNSQuestion("coremail.cn", QTYPE.TXT, 3)), "REFUSED", id="class CH"),
        pytest.param(DNSRecord(), "FORMERR", id="no question"),
        pytest.param(
            DNSRecord(questions=[DNSQuestion("coremail.cn"), DNSQuestion("coremail.cn")]), "FORMERR", id="two questions"
        ),
    ],
)
def test_odd_query_is_answered_with_an_error(names: NameServer, query: DNSRecord, code: str) -> None:
    reply = ask(names, query)
    assert reply is not None
    assert (reply.header.id, RCODE[reply.header.rcode]) == (query.header.id, code)


@pytest.mark.parametrize(
    "octets",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\0" * 11, id="shorter than a header"),
        pytest.param(DNSRecord.question("coremail.cn").reply().pack(), id="an answer"),
    ],
)
def test_octets_that_are_no_query_get_no_answer(names: NameServer, octets: bytes) -> None:
    assert names.answer(octets, "127.0.0.1", "UDP") is None


def test_query_with_a_name_too_long_is_answered_with_an_error() -> None:
    octets = b"\0\7\0\0\0\1\0\0\0\0\0\0" + (b"\x3f" + b"x" * 63) * 4 + b"\0\0\1\0\1"
    answer = ANSWERING.answer(octets, "127.0.0.1", "UDP")
    assert answer is not None
    assert RCODE[DNSRecord.parse(answer).header.rcode] == "FORMERR"


@given(st.binary(min_size=12, max_size=80))
def test_server_survives_any_octets(octets: bytes) -> None:
    answer = ANSWERING.answer(octets, "127.0.0.1", "UDP")
    assert answer is None or DNSRecord.parse(answer).header.qr == 1


@given(st.data())
def test_server_survives_any_damage_to_a_query(data: st.DataObject) -> None:
    query = DNSRecord.question("mx1.coremail.cn", "MX")
    query.add_ar(EDNS0(udp_len=1232))
    octets = bytearray(query.pack())
    for _ in range(data.draw(st.integers(1, 4))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    answer = ANSWERING.answer(bytes(octets), "127.0.0.1", "UDP")
    assert answer is None or DNSRecord.parse(answer).header.qr == 1


# The zone text


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("a.test. A 127.0.0.1\nb.test. A\nc.test. A 127.0.0.3\n", 2, id="no address"),
        pytest.param("a.test. A 300.0.0.1", 1, id="no such address"),
        pytest.param("\n\na.test. MX ten mx1", 3, id="no such preference"),
        pytest.param("a.test. BLAH x", 1, id="no such type"),
        pytest.param("x" * 64 + ".test. A 127.0.0.1", 1, id="label too long"),
    ],
)
def test_zones_refuse_a_wrong_line_by_its_number(text: str, line: int) -> None:
    with pytest.raises(ValueError, match=f"line {line} of the zone text"):
        Zones(text)


def test_zones_refuse_a_type_that_is_not_served() -> None:
    with pytest.raises(ValueError, match="not served here"):
        Zones("a.test. SRV 0 0 25 mx1.test.")


def test_zones_can_be_mended_while_the_server_runs(names: NameServer, resolver: Resolver) -> None:
    names.zones = Zones("coremail.cn. MX 5 new.coremail.cn.")
    assert resolver.mx("coremail.cn") == [Mx(5, "new.coremail.cn")]


# The list of queries


def test_queries_are_written_down_with_who_asked_and_what_was_said(names: NameServer) -> None:
    Resolver(names, source="127.0.0.8").mx("coremail.cn")
    assert list(map(str, names.queries)) == [
        "127.0.0.8 asks by UDP for MX of coremail.cn.: "
        "coremail.cn. 300 IN MX 10 mx1.coremail.cn.; coremail.cn. 300 IN MX 20 mx2.coremail.cn."
    ]


def test_queries_without_an_answer_are_written_down_too(names: NameServer) -> None:
    with pytest.raises(LookupFailed):
        Resolver(names, timeout=0.3, tries=1).mx("silent.test")
    assert [str(query) for query in names.queries] == ["127.0.0.1 asks by UDP for MX of silent.test.: no answer"]


# The resolver


def test_mx_gives_records_as_they_came(resolver: Resolver) -> None:
    assert resolver.mx("coremail.cn") == [Mx(10, "mx1.coremail.cn"), Mx(20, "mx2.coremail.cn")]


@pytest.mark.parametrize(
    ("name", "records"),
    [
        pytest.param("alias.example.test", [Mx(10, "mx1.coremail.cn"), Mx(20, "mx2.coremail.cn")], id="alias"),
        pytest.param("far.example.test", [Mx(10, "mx1.coremail.cn"), Mx(20, "mx2.coremail.cn")], id="alias of alias"),
        pytest.param("null.example.test", [Mx(0, ".")], id="null MX"),
        pytest.param("mx1.coremail.cn", [], id="none"),
        pytest.param("COREMAIL.CN.", [Mx(10, "mx1.coremail.cn"), Mx(20, "mx2.coremail.cn")], id="any case"),
    ],
)
def test_mx_follows_aliases_and_may_be_empty(resolver: Resolver, name: str, records: list[Mx]) -> None:
    assert resolver.mx(name) == records


def test_texts_of_several_strings_are_put_together(resolver: Resolver) -> None:
    assert resolver.texts("coremail.cn") == ["v=spf1 mx -all"]
    assert resolver.texts("long.example.test") == ["x" * 750]


def test_hosts_of_an_address_are_its_names(resolver: Resolver) -> None:
    assert resolver.hosts("127.0.0.2") == ["mx1.coremail.cn"]
    with pytest.raises(NoSuchDomain):
        resolver.hosts("::1")


@pytest.mark.parametrize(
    "name", ["coremail.cn", "mx1.coremail.cn", "far.example.test", "long.example.test", "null.example.test"]
)
def test_text_of_the_zones_answers_as_the_server_does(resolver: Resolver, name: str) -> None:
    written = Written(ZONES)
    for ask in ("mx", "addresses", "texts"):
        assert getattr(written, ask)(name) == getattr(resolver, ask)(name)
    assert written.hosts("127.0.0.2") == resolver.hosts("127.0.0.2")


@pytest.mark.parametrize(
    ("name", "error"), [("nowhere.test", NoSuchDomain), ("x" * 64, NoSuchDomain), ("loop.example.test", LookupFailed)]
)
def test_text_of_the_zones_fails_as_the_server_does(resolver: Resolver, name: str, error: type[Exception]) -> None:
    for asked in (Written(ZONES), resolver):
        with pytest.raises(error):
            asked.addresses(name)


def test_addresses_gives_ipv4_then_ipv6(resolver: Resolver) -> None:
    assert resolver.addresses("mx1.coremail.cn") == ["127.0.0.2", "127.0.0.3", "::1"]


def test_addresses_of_a_host_without_any_is_empty(resolver: Resolver) -> None:
    assert resolver.addresses("coremail.cn") == []


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("nowhere.test", id="no such name"),
        pytest.param("broken.example.test", id="alias to none"),
        pytest.param(f"{'x' * 64}.test", id="label too long"),
        pytest.param(".".join(["x" * 60] * 5), id="name too long"),
        pytest.param("a..test", id="empty label"),
    ],
)
def test_lookup_of_a_name_that_does_not_exist_says_so(resolver: Resolver, name: str) -> None:
    with pytest.raises(NoSuchDomain):
        resolver.mx(name)


@pytest.mark.parametrize("name", ["failing.test", "loop.example.test"])
def test_lookup_that_the_server_fails_may_be_tried_later(resolver: Resolver, name: str) -> None:
    with pytest.raises(LookupFailed, match="SERVFAIL"):
        resolver.mx(name)
    with pytest.raises(LookupFailed, match="SERVFAIL"):
        resolver.addresses(name)


def test_lookup_without_an_answer_ends_after_the_last_try(names: NameServer) -> None:
    with pytest.raises(LookupFailed, match="does not answer"):
        Resolver(names, timeout=0.2, tries=3).mx("silent.test")
    assert len(names.queries) == 3


def test_lookup_of_a_long_answer_goes_on_by_tcp(names: NameServer, resolver: Resolver) -> None:
    assert [record.data for record in resolver.records("long.example.test", "TXT")] == [[b"x" * 250] * 3]
    assert [query.transport for query in names.queries] == ["UDP", "TCP"]


def test_lookup_where_nobody_listens_fails() -> None:
    with NameServer("") as names:
        resolver = Resolver(names)
    with pytest.raises(LookupFailed, match="cannot be reached"):
        resolver.mx("coremail.cn")


def test_lookup_beyond_loopback_is_refused() -> None:
    with NameServer("") as names:
        resolver = Resolver(names)
        resolver.host = "192.0.2.53"
        with pytest.raises(PermissionError, match="not loopback"):
            resolver.mx("coremail.cn")


def test_lookup_does_not_believe_answers_to_other_questions() -> None:
    def lie(query: DNSRecord) -> Iterator[bytes]:
        other = DNSRecord.question("other.test", "MX")
        yield b"rubbish"
        yield DNSRecord(DNSHeader(id=query.header.id ^ 1, qr=1), q=query.q).pack()
        yield DNSRecord(DNSHeader(id=query.header.id, qr=1), q=other.q).pack()
        yield query.pack()  # not even an answer
        reply = query.reply()
        reply.add_answer(*DNSRecord.parse(ANSWERING.answer(query.pack(), "", "UDP") or b"").rr)
        yield reply.pack()

    with scripted(lie) as resolver:
        assert resolver.mx("coremail.cn")[0] == Mx(10, "mx1.coremail.cn")


def test_lookup_asks_for_the_rest_of_a_chain_of_aliases() -> None:
    def part(query: DNSRecord) -> Iterator[bytes]:
        whole = DNSRecord.parse(ANSWERING.answer(query.pack(), "", "UDP") or b"")
        if str(query.q.qname) == "alias.example.test.":
            whole.rr = whole.rr[:1]
        yield whole.pack()

    with scripted(part) as resolver:
        assert len(resolver.mx("alias.example.test")) == 2


def test_lookup_of_aliases_without_end_fails() -> None:
    def longer(query: DNSRecord) -> Iterator[bytes]:
        name = str(query.q.qname)
        reply = query.reply()
        reply.add_answer(*RR.fromZone(f"{name} CNAME x{name}", origin="."))
        yield reply.pack()

    with scripted(longer) as resolver, pytest.raises(LookupFailed, match="no end"):
        resolver.mx("a.test")


# Somebody else's resolver


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["coremail.cn", "MX"], "10 mx1.coremail.cn.\n20 mx2.coremail.cn.\n", id="MX"),
        pytest.param(
            ["alias.example.test", "MX"], "coremail.cn.\n10 mx1.coremail.cn.\n20 mx2.coremail.cn.\n", id="alias"
        ),
        pytest.param(
            ["+bufsize=512", "long.example.test", "TXT"], " ".join([f'"{"x" * 250}"'] * 3) + "\n", id="by TCP"
        ),
        pytest.param(["-x", "127.0.0.2"], "mx1.coremail.cn.\n", id="PTR"),
        pytest.param(["+noedns", "mx2.coremail.cn"], "127.0.0.4\n", id="without EDNS"),
    ],
)
def test_dig_reads_the_answer(
    names: NameServer, program: Callable[[str], str], arguments: list[str], said: str
) -> None:
    assert dig(names, program, "+short", *arguments) == said


@pytest.mark.parametrize(
    ("name", "status"), [("nowhere.test", "NXDOMAIN"), ("failing.test", "SERVFAIL"), ("coremail.cn", "NOERROR")]
)
def test_dig_reads_the_status_and_warns_of_nothing(
    names: NameServer, program: Callable[[str], str], name: str, status: str
) -> None:
    said = dig(names, program, name)
    assert f"status: {status}," in said
    assert "WARNING" not in said


def dig(names: NameServer, program: Callable[[str], str], *arguments: str) -> str:
    command = [program("dig"), f"@{names.host}", "-p", str(names.port), "+tries=1", "+time=10", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


# Running


def test_server_listens_on_one_port_for_udp_and_tcp(names: NameServer) -> None:
    with closing(socket.create_connection((names.host, names.port), 5)) as connection:
        query = DNSRecord.question("mx2.coremail.cn").pack()
        two = (len(query).to_bytes(2) + query) * 2
        for octet in two:
            connection.sendall(bytes([octet]))
        stream = connection.makefile("rb")
        answers = [DNSRecord.parse(stream.read(int.from_bytes(stream.read(2)))) for _ in range(2)]
        stream.close()
    assert [str(answer.a.rdata) for answer in answers] == ["127.0.0.4"] * 2


def test_server_answers_over_ipv6() -> None:
    with NameServer(ZONES, host="::1") as names:
        assert Resolver(names).mx("coremail.cn")[0] == Mx(10, "mx1.coremail.cn")


def test_server_beyond_loopback_is_refused() -> None:
    with pytest.raises(PermissionError):
        NameServer("", host="0.0.0.0").start()


def test_server_is_started_once() -> None:
    with NameServer("") as names, pytest.raises(RuntimeError, match="running already"):
        names.start()


def test_server_whose_udp_port_is_taken_says_so() -> None:
    with closing(socket.socket(type=socket.SOCK_DGRAM)) as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(OSError, match="already"):
            NameServer("", port=taken.getsockname()[1]).start()


def test_server_stops_with_a_connection_open() -> None:
    names = NameServer("").start()
    with closing(socket.create_connection((names.host, names.port), 5)) as connection:
        names.stop()
        names.stop()
        connection.settimeout(5)
        with suppress(ConnectionError):
            assert connection.recv(1) == b""
    assert repr(names) == "NameServer(on 127.0.0.1, not running)"


def test_server_closes_connections_that_have_asked(names: NameServer) -> None:
    query = DNSRecord.question("mx2.coremail.cn").pack()
    with closing(socket.create_connection((names.host, names.port), 5)) as connection:
        connection.sendall(len(query).to_bytes(2) + query)
        assert connection.recv(1) == b"\0"
        names.stop()
        with suppress(ConnectionError):
            while connection.recv(100):
                pass


def ask(names: NameServer, query: DNSRecord) -> DNSRecord | None:
    """Ask as by UDP, without a socket."""
    answer = names.answer(query.pack(), "127.0.0.1", "UDP")
    return None if answer is None else DNSRecord.parse(answer)


@contextmanager
def scripted(say: Callable[[DNSRecord], Iterable[bytes]]) -> Iterator[Resolver]:
    """Give a resolver for a server that says whatever it is told to say to each query."""

    def serve() -> None:
        while True:
            octets, client = server.recvfrom(65535)
            if not octets:
                return
            for answer in say(DNSRecord.parse(octets)):
                server.sendto(answer, client)

    with closing(socket.socket(type=socket.SOCK_DGRAM)) as server, NameServer("") as names:
        server.bind(("127.0.0.1", 0))
        resolver = Resolver(names, timeout=5.0)
        resolver.port = server.getsockname()[1]
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield resolver
        finally:
            server.sendto(b"", server.getsockname())
            thread.join()
