"""SPF by the examples of RFC 7208: Appendix A for results, §7.4 for macros, §12 for the grammar, §4.6.4 for limits."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol.spf import Checked, Result, check, identity
from smtplab.protocol.spf.macros import dotted, expand
from smtplab.protocol.spf.record import BadRecord, Directive, Record, is_record, parse
from tests.protocol.names import Names

# The hosts of RFC 7208 Appendix A, and one that has an IPv6 address.
HOSTS = """
example.com.  MX 10 mail-a.example.com.
example.com.  MX 20 mail-b.example.com.
example.com.  A 192.0.2.10
example.com.  A 192.0.2.11
amy.example.com.     A 192.0.2.65
bob.example.com.     A 192.0.2.66
mail-a.example.com.  A 192.0.2.129
mail-b.example.com.  A 192.0.2.130
six.example.com.     AAAA 2001:db8::cb01
example.org.         MX 10 mail-c.example.org.
mail-c.example.org.  A 192.0.2.140
null.example.org.    MX 0 .
65.2.0.192.in-addr.arpa.   PTR amy.example.com.
140.2.0.192.in-addr.arpa.  PTR mail-c.example.org.
4.0.0.10.in-addr.arpa.     PTR bob.example.com.
"""
SENDER = "strong-bad@example.com"


def checked(record: str, address: str, *more: str, sender: str = SENDER, failing: tuple[str, ...] = ()) -> Checked:
    """Check a mail of example.com, which publishes this record. more: further records, `name text`."""
    lines = [f'example.com. TXT "{record}"', *(f'{name}. TXT "{text}"' for name, text in map(split, more))]
    return check(address, "mail-a.example.com", sender, Names(HOSTS + "\n".join(lines) + "\n", failing))


def split(line: str) -> tuple[str, str]:
    name, _, text = line.partition(" ")
    return name, text


@pytest.mark.parametrize(
    ("record", "passing", "failing"),
    [
        ("v=spf1 +all", ["192.0.2.10", "203.0.113.1", "2001:db8::1"], []),
        ("v=spf1 a -all", ["192.0.2.10", "192.0.2.11"], ["192.0.2.65", "2001:db8::1"]),
        ("v=spf1 a:example.org -all", [], ["192.0.2.10", "192.0.2.140"]),
        ("v=spf1 mx -all", ["192.0.2.129", "192.0.2.130"], ["192.0.2.10"]),
        ("v=spf1 mx:example.org -all", ["192.0.2.140"], ["192.0.2.129"]),
        ("v=spf1 mx mx:example.org -all", ["192.0.2.129", "192.0.2.130", "192.0.2.140"], ["192.0.2.65"]),
        ("v=spf1 mx/30 mx:example.org/30 -all", ["192.0.2.128", "192.0.2.131", "192.0.2.143"], ["192.0.2.132"]),
        ("v=spf1 ptr -all", ["192.0.2.65"], ["192.0.2.140", "10.0.0.4"]),
        ("v=spf1 ip4:192.0.2.128/28 -all", ["192.0.2.129", "::ffff:192.0.2.129"], ["192.0.2.65", "2001:db8::1"]),
        ("v=spf1 ip6:2001:db8::/32 -all", ["2001:db8::1"], ["2001:db9::1", "192.0.2.10"]),
        ("v=spf1 a:six.example.com/24//64 -all", ["2001:db8::1"], ["2001:db8:0:1::1", "192.0.2.10"]),
        ("v=spf1 mx:null.example.org -all", [], ["192.0.2.10"]),
        ("v=spf1 MX -ALL", ["192.0.2.129"], ["192.0.2.10"]),
    ],
)
def test_addresses_pass_or_fail_as_the_appendix_says(record: str, passing: list[str], failing: list[str]) -> None:
    assert {address: checked(record, address).result for address in passing + failing} == {
        **dict.fromkeys(passing, Result.PASS),
        **dict.fromkeys(failing, Result.FAIL),
    }


@pytest.mark.parametrize(
    ("record", "result", "because"),
    [
        ("v=spf1 -all", Result.FAIL, "-all"),
        ("v=spf1 ~all", Result.SOFTFAIL, "~all"),
        ("v=spf1 ?all", Result.NEUTRAL, "?all"),
        ("v=spf1 all", Result.PASS, "all"),
        ("v=spf1", Result.NEUTRAL, "nothing matches"),
        ("v=spf1 -ip4:192.0.2.65 ip4:192.0.2.0/24", Result.FAIL, "-ip4:192.0.2.65"),
        ("v=spf1 all -all", Result.PASS, "all"),
        ("v=spf10 -all", Result.NONE, "no SPF record"),
    ],
)
def test_first_match_decides_by_its_qualifier(record: str, result: Result, because: str) -> None:
    assert checked(record, "192.0.2.65") == (result, "example.com", because)


@pytest.mark.parametrize(
    ("included", "result"),
    [
        ("v=spf1 ip4:192.0.2.65 -all", Result.PASS),
        ("v=spf1 -all", Result.SOFTFAIL),
        ("v=spf1 ~all", Result.SOFTFAIL),
        ("v=spf1 ?all", Result.SOFTFAIL),
        ("v=spf1 bad:term", Result.PERMERROR),
        ("no record of SPF", Result.PERMERROR),
    ],
)
def test_include_matches_only_where_the_other_record_passes(included: str, result: Result) -> None:
    record = "v=spf1 include:_spf.example.org ~all"
    assert checked(record, "192.0.2.65", f"_spf.example.org {included}").result is result


def test_redirect_takes_the_other_record_for_its_own() -> None:
    found = checked("v=spf1 redirect=_spf.example.org", "192.0.2.65", "_spf.example.org v=spf1 -all")
    assert found == (Result.FAIL, "_spf.example.org", "-all")


def test_redirect_beside_all_is_not_followed() -> None:
    assert checked("v=spf1 redirect=_spf.example.org ?all", "192.0.2.65").result is Result.NEUTRAL


def test_redirect_to_nowhere_is_an_error() -> None:
    assert checked("v=spf1 redirect=nowhere.example", "192.0.2.65").result is Result.PERMERROR


def test_exists_is_asked_of_a_name_made_from_the_mail() -> None:
    hosts = HOSTS + 'example.com. TXT "v=spf1 exists:%{ir}.%{l1r+}._spf.%{d} -all"\n'
    hosts += "65.2.0.192.joel._spf.example.com. A 127.0.0.2\n"
    results = [check("192.0.2.65", "x.example", sender, Names(hosts)).result for sender in ("joel@example.com", SENDER)]
    assert results == [Result.PASS, Result.FAIL]


def test_requirements_are_combined_by_what_is_excluded() -> None:
    more = ("ip4._spf.example.com v=spf1 -ip4:192.0.2.0/24 +all", "ptr._spf.example.com v=spf1 -ptr +all")
    record = "v=spf1 -include:ip4._spf.%{d} -include:ptr._spf.%{d} +all"
    assert checked(record, "192.0.2.65", *more).result is Result.FAIL  # its name is not below ptr._spf


@pytest.mark.parametrize("domain", ["nowhere.example", "com", "example..com", f"{'a' * 64}.com", "[192.0.2.1]"])
def test_domain_without_a_record_gives_none(domain: str) -> None:
    assert check("192.0.2.65", "x.example", f"somebody@{domain}", Names(HOSTS)).result is Result.NONE


def test_two_records_are_an_error() -> None:
    assert checked("v=spf1 -all", "192.0.2.65", "example.com v=spf1 +all").result is Result.PERMERROR


def test_other_texts_beside_a_record_do_not_matter() -> None:
    assert checked("v=spf1 -all", "192.0.2.65", "example.com some=thing").result is Result.FAIL


def test_mx_needs_records() -> None:
    assert checked("v=spf1 mx:amy.example.com -all", "192.0.2.65").result is Result.FAIL


def test_null_reverse_path_is_checked_by_the_name_in_ehlo() -> None:
    found = check("192.0.2.129", "mail-a.example.com", "", Names(HOSTS + 'mail-a.example.com. TXT "v=spf1 a -all"\n'))
    assert found == (Result.PASS, "mail-a.example.com", "a")
    assert identity("", "mail-a.example.com") == "postmaster@mail-a.example.com"


@pytest.mark.parametrize(
    ("record", "failing"),
    [
        ("v=spf1 -all", "example.com"),
        ("v=spf1 a:lost.example.com -all", "lost.example.com"),
        ("v=spf1 mx:lost.example.com -all", "lost.example.com"),
        ("v=spf1 include:lost.example.com -all", "lost.example.com"),
    ],
)
def test_name_server_that_fails_gives_an_error_that_passes(record: str, failing: str) -> None:
    assert checked(record, "192.0.2.65", failing=(failing,)).result is Result.TEMPERROR


@pytest.mark.parametrize("failing", ["65.2.0.192.in-addr.arpa", "amy.example.com"])
def test_ptr_does_not_match_where_the_name_server_fails(failing: str) -> None:
    assert checked("v=spf1 ptr -all", "192.0.2.65", failing=(failing,)).result is Result.FAIL


# Limits


@pytest.mark.parametrize(("terms", "result"), [(10, Result.FAIL), (11, Result.PERMERROR)])
def test_ten_terms_may_ask_and_no_more(terms: int, result: Result) -> None:
    assert checked(f"v=spf1 {'a ' * terms}-all", "203.0.113.1").result is result


def test_terms_of_included_records_count_too() -> None:
    record = "v=spf1 include:_spf.example.org include:_spf.example.org -all"
    assert checked(
        record, "203.0.113.1", "_spf.example.org v=spf1 a:example.com a:example.com a:example.com a:example.com"
    ).result is (Result.FAIL)
    assert checked(record, "203.0.113.1", f"_spf.example.org v=spf1{' a:example.com' * 5}").result is Result.PERMERROR


def test_record_that_includes_itself_ends() -> None:
    assert checked("v=spf1 include:example.com -all", "203.0.113.1").result is Result.PERMERROR


@pytest.mark.parametrize(("terms", "result"), [(2, Result.FAIL), (3, Result.PERMERROR)])
def test_two_look_ups_may_find_nothing(terms: int, result: Result) -> None:
    record = f"v=spf1 {' '.join(f'a:gone{number}.example.com' for number in range(terms))} -all"
    assert checked(record, "203.0.113.1").result is result


@pytest.mark.parametrize(
    ("address", "terms"),
    [
        pytest.param("2001:db8::1", "a a:amy.example.com a:bob.example.com", id="only IPv4 addresses for IPv6"),
        pytest.param("192.0.2.65", "a:six.example.com a:six.example.com a:six.example.com", id="only IPv6 for IPv4"),
        pytest.param("203.0.113.1", "ptr ptr a:gone.example.com", id="no names of the client"),
    ],
)
def test_records_of_the_other_kind_are_nothing_found(address: str, terms: str) -> None:
    assert checked(f"v=spf1 {terms} -all", address).result is Result.PERMERROR


def test_eleven_mail_hosts_are_too_many() -> None:
    hosts = "".join(f"many.example. MX 10 h{number}.many.example.\n" for number in range(11))
    names = Names(hosts + 'many.example. TXT "v=spf1 mx -all"\n')
    assert check("192.0.2.1", "x.example", "a@many.example", names).result is Result.PERMERROR


@pytest.mark.parametrize(("names", "result"), [(9, Result.PASS), (10, Result.FAIL)])
def test_ten_names_of_the_client_count(names: int, result: Result) -> None:
    wrong = "".join(f"1.113.0.203.in-addr.arpa. PTR x{number}.example.org.\n" for number in range(names))
    right = "1.113.0.203.in-addr.arpa. PTR h.example.com.\nh.example.com. A 203.0.113.1\n"
    zone = HOSTS + wrong + right + 'example.com. TXT "v=spf1 ptr -all"\n'
    assert check("203.0.113.1", "x.example", SENDER, Names(zone)).result is result


# The grammar


@pytest.mark.parametrize(
    ("term", "directive"),
    [
        ("a", Directive("a", "+", "a")),
        ("-mx:example.org/24//64", Directive("-mx:example.org/24//64", "-", "mx", "example.org", "", 24, 64)),
        ("a//64", Directive("a//64", "+", "a", length6=64)),
        ("?ip4:192.0.2.0/24", Directive("?ip4:192.0.2.0/24", "?", "ip4", "", "192.0.2.0", 24)),
        ("ip6:2001:db8::/32", Directive("ip6:2001:db8::/32", "+", "ip6", "", "2001:db8::", length6=32)),
        ("exists:%{i}.example.org", Directive("exists:%{i}.example.org", "+", "exists", "%{i}.example.org")),
        ("include:%{d}", Directive("include:%{d}", "+", "include", "%{d}")),
        ("a:example.org.", Directive("a:example.org.", "+", "a", "example.org.")),
    ],
)
def test_directive_is_read(term: str, directive: Directive) -> None:
    assert parse(f"v=spf1 {term}") == Record((directive,))


@pytest.mark.parametrize(
    "term",
    [
        *("ip4:192.0.2", "ip4:192.0.2.0/33", "ip4:192.0.2.256", "ip4:192.0.2.0/08", "ip4"),
        *("ip6:192.0.2.0", "ip6:::g", "ip6:::/129"),
        *("all:example.org", "include", "include:", "exists", "a:", "a:example.123", "a/33", "a:example.org/24/64"),
        *("mx:%(ir).x.org", "exists:%{z}.org", "exists:%{d0}.org", "exists:%{c}.org", "exists:%d.org"),
        *("-exists:%{ir.org", "every", "++all", "redirect=", "redirect=org", "a=b%c", "=", "ptr/24"),
    ],
)
def test_wrong_term_spoils_the_record_wherever_it_stands(term: str) -> None:
    with pytest.raises(BadRecord):
        parse(f"v=spf1 {term}")
    assert checked(f"v=spf1 +all {term}", "192.0.2.65").result is Result.PERMERROR


@pytest.mark.parametrize("term", ["redirect=a.org redirect=a.org", "exp=a.org exp=a.org"])
def test_modifier_that_comes_twice_spoils_the_record(term: str) -> None:
    with pytest.raises(BadRecord):
        parse(f"v=spf1 {term}")


def test_unknown_modifiers_and_further_blanks_do_not_matter() -> None:
    assert parse("v=spf1  a   moo.cow=%{d}/x moo.cow=  exp=why.%{d} -all ") == parse("v=spf1 a -all")


@pytest.mark.parametrize(
    ("text", "verdict"), [("v=spf1", True), ("V=SPF1 a", True), ("v=spf1a", False), ("x v=spf1", False)]
)
def test_record_is_known_by_its_version(text: str, verdict: bool) -> None:
    assert is_record(text) is verdict


@given(st.text(alphabet="v=spf1 +-~?allinclude:mxptripexists46/.%{dlsirh}_0123456789redirect", max_size=80))
def test_any_record_gives_a_result(terms: str) -> None:
    assert checked_text(f"v=spf1 {terms}") in Result


def checked_text(record: str) -> Result:
    class Said(Names):
        def texts(self, name: str) -> list[str]:
            return [record] if name == "example.com" else []

    return check("192.0.2.65", "x.example", SENDER, Said(HOSTS)).result


# Macros


@pytest.mark.parametrize(
    ("spec", "expansion"),
    [
        ("%{s}", "strong-bad@email.example.com"),
        ("%{o}", "email.example.com"),
        ("%{d}", "email.example.com"),
        ("%{d4}", "email.example.com"),
        ("%{d3}", "email.example.com"),
        ("%{d2}", "example.com"),
        ("%{d1}", "com"),
        ("%{dr}", "com.example.email"),
        ("%{d2r}", "example.email"),
        ("%{l}", "strong-bad"),
        ("%{l-}", "strong.bad"),
        ("%{lr}", "strong-bad"),
        ("%{lr-}", "bad.strong"),
        ("%{l1r-}", "strong"),
        ("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"),
        ("%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"),
        ("%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.3.2.0.192.in-addr._spf.example.com"),
        ("%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com"),
        ("%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"),
        ("%{S}", "strong-bad%40email.example.com"),
        ("a%%b%_c%-d", "a%b c%20d"),
    ],
)
def test_macro_expands_as_the_standard_says(spec: str, expansion: str) -> None:
    values = {
        "s": "strong-bad@email.example.com",
        "l": "strong-bad",
        "o": "email.example.com",
        "d": "email.example.com",
    }
    assert expand(spec, (values | {"i": "192.0.2.3", "v": "in-addr"}).__getitem__) == expansion


def test_ipv6_address_is_reversed_digit_by_digit() -> None:
    name = expand("%{ir}.ip6", lambda _: dotted(ip_address("2001:db8::cb01")))
    assert name == "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6"


def test_name_that_is_too_long_loses_labels_on_the_left() -> None:
    assert expand("%{d}", lambda _: ".".join(["label"] * 50)) == ".".join(["label"] * 42)


@pytest.mark.parametrize(
    ("address", "name"),
    [("192.0.2.65", "amy.example.com"), ("203.0.113.1", "unknown"), ("192.0.2.140", "mail-c.example.org")],
)
def test_name_of_the_client_is_one_that_leads_back(address: str, name: str) -> None:
    names = Names(HOSTS + 'example.com. TXT "v=spf1 exists:%{p}.%{h}.seen.%{d} -all"\n')
    check(address, "hi.example", SENDER, names)
    assert f"A {name}.hi.example.seen.example.com" in names.asked


@pytest.mark.parametrize(("address", "name"), [("192.0.2.65", "in-addr"), ("2001:db8::cb01", "ip6")])
def test_version_of_the_address_is_where_its_names_are(address: str, name: str) -> None:
    names = Names(HOSTS + 'example.com. TXT "v=spf1 exists:%{v}.seen.%{d} -all"\n')
    check(address, "hi.example", SENDER, names)
    assert f"A {name}.seen.example.com" in names.asked
