"""The order of attempts for a domain, from what a resolver answers. RFC 5321 §5.1, RFC 7505."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol.routing import (
    Candidate,
    LookupFailed,
    Mx,
    NoRoute,
    NoSuchDomain,
    candidates,
    in_order,
    refuse_loop,
)

EXCHANGERS = {
    "coremail.cn": [Mx(20, "mx2.coremail.cn"), Mx(10, "mx1.coremail.cn")],
    "multihomed.test": [Mx(10, "multi.coremail.cn")],
    "null.test": [Mx(0, ".")],
    "half-null.test": [Mx(0, "."), Mx(10, "mx1.coremail.cn")],
    "half-dead.test": [Mx(10, "nowhere.coremail.cn"), Mx(20, "mx2.coremail.cn")],
    "dead.test": [Mx(10, "nowhere.coremail.cn"), Mx(20, "bare.coremail.cn")],
    "half-unknown.test": [Mx(10, "unknown.coremail.cn"), Mx(20, "mx2.coremail.cn")],
    "unknown-hosts.test": [Mx(10, "unknown.coremail.cn"), Mx(20, "nowhere.coremail.cn")],
}
ADDRESSES = {
    "mx1.coremail.cn": ["127.0.0.2"],
    "mx2.coremail.cn": ["127.0.0.3"],
    "multi.coremail.cn": ["127.0.0.4", "127.0.0.5", "::1"],
    "bare.coremail.cn": [],
    "a-only.test": ["127.0.0.9"],
    "empty.test": [],
}
UNKNOWN = {"unknown.test", "unknown.coremail.cn"}


class Table:
    """A resolver that answers from the tables above. It fails for what is unknown; what is not there does not exist."""

    def mx(self, domain: str) -> list[Mx]:
        if domain in UNKNOWN:
            raise LookupFailed("no answer")
        if domain not in EXCHANGERS and domain not in ADDRESSES:
            raise NoSuchDomain(domain)
        return EXCHANGERS.get(domain, [])

    def addresses(self, name: str) -> list[str]:
        if name in UNKNOWN:
            raise LookupFailed("no answer")
        if name not in ADDRESSES:
            raise NoSuchDomain(name)
        return ADDRESSES[name]


def route(domain: str, *own: str) -> list[Candidate]:
    """Give the candidates with one fixed seed."""
    return candidates(domain, Table(), Random(1), own)


@pytest.mark.parametrize(
    ("domain", "found"),
    [
        pytest.param(
            "coremail.cn",
            [Candidate(10, "mx1.coremail.cn", "127.0.0.2"), Candidate(20, "mx2.coremail.cn", "127.0.0.3")],
            id="MX by preference",
        ),
        pytest.param(
            "multihomed.test",
            [
                Candidate(10, "multi.coremail.cn", "127.0.0.4"),
                Candidate(10, "multi.coremail.cn", "127.0.0.5"),
                Candidate(10, "multi.coremail.cn", "::1"),
            ],
            id="all addresses of a host in the order given",
        ),
        pytest.param("a-only.test", [Candidate(0, "a-only.test", "127.0.0.9")], id="the implicit MX"),
        pytest.param("half-null.test", [Candidate(10, "mx1.coremail.cn", "127.0.0.2")], id="null beside another"),
        pytest.param("half-dead.test", [Candidate(20, "mx2.coremail.cn", "127.0.0.3")], id="one host without address"),
        pytest.param("half-unknown.test", [Candidate(20, "mx2.coremail.cn", "127.0.0.3")], id="one host not found now"),
        pytest.param("[127.0.0.7]", [Candidate(0, "[127.0.0.7]", "127.0.0.7")], id="IPv4 literal"),
        pytest.param("[127.0.0.007]", [Candidate(0, "[127.0.0.007]", "127.0.0.7")], id="IPv4 literal with zeros"),
        pytest.param("[IPv6:::1]", [Candidate(0, "[IPv6:::1]", "::1")], id="IPv6 literal"),
        pytest.param("[ipv6:0:0::1]", [Candidate(0, "[ipv6:0:0::1]", "::1")], id="IPv6 literal, written otherwise"),
    ],
)
def test_candidates_are_in_order_of_preference(domain: str, found: list[Candidate]) -> None:
    assert route(domain) == found


@pytest.mark.parametrize(
    ("domain", "status"),
    [
        pytest.param("nowhere.test", "5.1.2", id="no such domain"),
        pytest.param("", "5.1.2", id="no domain"),
        pytest.param("unknown.test", "4.4.3", id="no answer"),
        pytest.param("null.test", "5.1.10", id="null MX"),
        pytest.param("dead.test", "5.4.4", id="no host has an address"),
        pytest.param("empty.test", "5.4.4", id="implicit MX without address"),
        pytest.param("unknown-hosts.test", "4.4.3", id="hosts cannot be looked up now"),
        pytest.param("[x400:far]", "5.1.2", id="a literal of another kind"),
        pytest.param("[127.0.0]", "5.1.2", id="no literal"),
        pytest.param("[IPv6:127.0.0.1]", "5.1.2", id="IPv4 tagged as IPv6"),
    ],
)
def test_domain_without_candidates_says_why(domain: str, status: str) -> None:
    with pytest.raises(NoRoute) as caught:
        route(domain)
    assert caught.value.status == status
    assert str(caught.value) == f"{status} {caught.value.text}"


@pytest.mark.parametrize(
    ("own", "hosts"),
    [
        pytest.param(["mx2.coremail.cn"], ["mx1.coremail.cn"], id="the worse one"),
        pytest.param(["MX2.CoreMail.CN."], ["mx1.coremail.cn"], id="its name in another form"),
        pytest.param(["127.0.0.3"], ["mx1.coremail.cn"], id="by address"),
        pytest.param(["elsewhere.test"], ["mx1.coremail.cn", "mx2.coremail.cn"], id="neither"),
    ],
)
def test_own_host_drops_itself_and_all_worse_ones(own: list[str], hosts: list[str]) -> None:
    assert [candidate.host for candidate in route("coremail.cn", *own)] == hosts


@pytest.mark.parametrize(
    ("domain", "own"),
    [
        pytest.param("coremail.cn", "mx1.coremail.cn", id="by name"),
        pytest.param("coremail.cn", "127.0.0.2", id="by address"),
        pytest.param("a-only.test", "a-only.test", id="the implicit MX"),
        pytest.param("[127.0.0.7]", "127.0.0.7", id="a literal"),
        pytest.param("dead.test", "nowhere.coremail.cn", id="without address"),
    ],
)
def test_own_host_as_the_best_one_is_a_loop(domain: str, own: str) -> None:
    with pytest.raises(NoRoute) as caught:
        route(domain, own)
    assert caught.value.status == "5.4.6"


def test_better_host_that_is_not_found_now_is_no_loop() -> None:
    with pytest.raises(NoRoute) as caught:
        route("half-unknown.test", "mx2.coremail.cn")
    assert caught.value.status == "4.4.3"


def test_own_host_drops_others_of_the_same_preference() -> None:
    class Equals(Table):
        def mx(self, domain: str) -> list[Mx]:
            return [Mx(5, "mx1.coremail.cn"), Mx(10, "mx2.coremail.cn"), Mx(10, "multi.coremail.cn")]

    found = candidates("equals.test", Equals(), Random(1), ["127.0.0.3"])
    assert found == [Candidate(5, "mx1.coremail.cn", "127.0.0.2")]


EQUALS = [Mx(10, "a"), Mx(10, "b"), Mx(10, "c"), Mx(5, "best"), Mx(20, "worst")]


def test_equal_preferences_come_in_every_order() -> None:
    orders = {tuple(mx.host for mx in in_order(EQUALS, Random(seed))) for seed in range(200)}
    assert len(orders) == 6
    assert {(order[0], order[-1]) for order in orders} == {("best", "worst")}


def test_same_seed_gives_the_same_order() -> None:
    assert in_order(EQUALS, Random(7)) == in_order(EQUALS, Random(7))


@given(st.lists(st.builds(Mx, st.integers(0, 65535), st.text(min_size=1))), st.integers())
def test_order_keeps_all_records_and_sorts_them(records: list[Mx], seed: int) -> None:
    found = in_order(records, Random(seed))
    assert sorted(found) == sorted(records)
    assert [mx.preference for mx in found] == sorted(mx.preference for mx in records)


def test_refuse_loop_lets_a_hundred_hops_pass() -> None:
    refuse_loop(100)
    with pytest.raises(NoRoute) as refused:
        refuse_loop(101)
    assert refused.value.status == "5.4.6"
