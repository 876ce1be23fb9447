"""DMARC: which domains speak for the one in From, whose policy holds, and what it wishes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol.dmarc import Verdict, evaluate, find_record, is_aligned, organizational_domain, parse
from tests.protocol.names import Names

ORDINARY = """
_dmarc.example.com.       TXT "v=DMARC1; p=reject; sp=quarantine"
_dmarc.shop.example.com.  TXT "v=DMARC1; p=none"
_dmarc.strict.example.    TXT "v=DMARC1; p=reject; aspf=s; adkim=s"
_dmarc.tested.example.    TXT "v=DMARC1; p=reject; t=y"
"""
STRICTLY_NOT = Verdict("fail", "strict.example", "reject", "reject")


@pytest.mark.parametrize(
    ("author", "spf", "dkim", "verdict"),
    [
        ("example.com", "example.com", [], Verdict("pass", "example.com", "reject", "none")),
        ("example.com", None, ["example.com"], Verdict("pass", "example.com", "reject", "none")),
        ("example.com", "bounces.example.com", [], Verdict("pass", "example.com", "reject", "none")),
        ("example.com", "example.org", ["other.test", "EXAMPLE.COM"], Verdict("pass", "example.com", "reject", "none")),
        ("example.com", None, [], Verdict("fail", "example.com", "reject", "reject")),
        ("example.com", "badexample.com", [], Verdict("fail", "example.com", "reject", "reject")),
        ("news.example.com", None, [], Verdict("fail", "example.com", "quarantine", "quarantine")),
        ("news.example.com", None, ["example.com"], Verdict("pass", "example.com", "quarantine", "none")),
        ("shop.example.com", None, [], Verdict("fail", "shop.example.com", "none", "none")),
        ("strict.example", "strict.example", [], Verdict("pass", "strict.example", "reject", "none")),
        ("strict.example", "a.strict.example", ["b.strict.example"], STRICTLY_NOT),
        ("tested.example", None, [], Verdict("fail", "tested.example", "quarantine", "quarantine")),
        ("nothing.example", "nothing.example", [], Verdict("none", "nothing.example", "none", "none")),
        ("", None, [], Verdict("none", "", "none", "none")),
    ],
)  # fmt: skip
def test_verdict_follows_from_what_was_proven(author: str, spf: str | None, dkim: list[str], verdict: Verdict) -> None:
    assert evaluate(author, spf, dkim, Names(ORDINARY)) == verdict


def test_name_server_that_fails_gives_no_verdict() -> None:
    names = Names(ORDINARY, failing=["_dmarc.example.com"])
    assert evaluate("example.com", "example.com", [], names) == Verdict("temperror", "example.com", "none", "none")


@pytest.mark.parametrize(
    ("records", "domain", "organization"),
    [
        ([], "a.b.example", "a.b.example"),
        (["b.example"], "a.b.example", "b.example"),
        (["a.b.example", "b.example"], "a.b.example", "b.example"),
        (["a.b.example psd=n", "b.example"], "x.a.b.example", "a.b.example"),
        (["example psd=y"], "x.a.b.example", "b.example"),
        (["example psd=y"], "example", "example"),
    ],
)
def test_organization_is_found_on_the_way_up(records: list[str], domain: str, organization: str) -> None:
    assert organizational_domain(domain, Names(zone(records))) == organization


def zone(records: list[str]) -> str:
    parts = [(record.partition(" ")[0], record.partition(" ")[2]) for record in records]
    return "".join(f'_dmarc.{domain}. TXT "v=DMARC1; p=reject; {more}"\n' for domain, more in parts)


def test_walk_up_asks_eight_times_at_most() -> None:
    names = Names("")
    organizational_domain("a.b.c.d.e.f.g.h.i.j.example", names)
    assert [asked.removeprefix("TXT _dmarc.") for asked in names.asked] == [
        "a.b.c.d.e.f.g.h.i.j.example",
        "e.f.g.h.i.j.example",
        "f.g.h.i.j.example",
        "g.h.i.j.example",
        "h.i.j.example",
        "i.j.example",
        "j.example",
        "example",
    ]


def test_suffix_speaks_for_domains_that_say_nothing() -> None:
    record = find_record("shop.example", Names(zone(["example psd=y"])))
    assert record is not None
    assert record.domain == "example"


def test_domains_under_one_suffix_are_strangers() -> None:
    assert not is_aligned("one.example", "two.example", False, Names(zone(["example psd=y"])))


@pytest.mark.parametrize(
    "texts",
    [
        ["v=DMARC2; p=reject"],
        ["p=reject; v=DMARC1"],
        ["v=DMARC1; p=reject", "v=DMARC1; p=none"],
        ["v=DMARC1; p=reject; nonsense"],
    ],
)
def test_record_that_makes_no_sense_is_none(texts: list[str]) -> None:
    names = Names("".join(f'_dmarc.example.com. TXT "{text}"\n' for text in texts))
    assert find_record("example.com", names) is None


@pytest.mark.parametrize(
    ("text", "policy"), [("v=DMARC1", "none"), ("v=DMARC1; p=destroy", "none"), ("v=DMARC1; p=Reject", "reject")]
)
def test_policy_that_nobody_knows_is_none(text: str, policy: str) -> None:
    record = parse("example.com", text)
    assert record is not None
    assert record.policy == policy


@given(st.text(max_size=60))
def test_any_record_can_be_read(text: str) -> None:
    record = parse("example.com", f"v=DMARC1; {text}")
    assert record is None or record.policy in ("none", "quarantine", "reject")
