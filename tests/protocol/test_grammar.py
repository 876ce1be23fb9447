"""Each rule of RFC 5321 §4.1.2 and §4.1.3 by examples at its edges."""

import contextlib

import pytest
from hypothesis import given

from smtplab.protocol import grammar
from smtplab.protocol.grammar import TooLong
from tests.protocol import strategies

DOMAINS = [
    pytest.param(b"example.org", True, id="two labels"),
    pytest.param(b"localhost", True, id="one label"),
    pytest.param(b"TINY-DESKTOP", True, id="hyphen inside"),
    pytest.param(b"3com.com", True, id="digit first"),
    pytest.param(b"a--b.example", True, id="two hyphens"),
    pytest.param(b"a.b.c.d.example", True, id="many labels"),
    pytest.param(b"d" * 255, True, id="255 octets"),
    pytest.param(b"d" * 256, False, id="256 octets"),
    pytest.param(b"", False, id="empty"),
    pytest.param(b"example.", False, id="dot last"),
    pytest.param(b".example", False, id="dot first"),
    pytest.param(b"a..b", False, id="two dots"),
    pytest.param(b"-a.example", False, id="hyphen first"),
    pytest.param(b"a-.example", False, id="hyphen last"),
    pytest.param(b"a_b.example", False, id="underscore"),
    pytest.param(b"a b", False, id="blank"),
    pytest.param(b"example.org\n", False, id="line feed last"),
    pytest.param("exämple.org".encode(), False, id="not ASCII"),
    pytest.param(b"[127.0.0.1]", False, id="address literal"),
]

LITERALS = [
    pytest.param(b"[127.0.0.1]", True, id="IPv4"),
    pytest.param(b"[255.255.255.255]", True, id="IPv4, highest"),
    pytest.param(b"[127.000.0.01]", True, id="IPv4 with zeros before its numbers"),
    pytest.param(b"[127.0.0.0001]", False, id="IPv4 with a number of four digits"),
    pytest.param(b"[IPv6:::ffff:001.002.003.004]", True, id="IPv6 with zeros in the IPv4 inside"),
    pytest.param(b"[IPv6:1:2:3:4:5:6::]", True, id="IPv6 with two groups left out"),
    pytest.param(b"[IPv6:1:2:3:4:5:6:7::]", False, id="IPv6 with one group left out"),
    pytest.param(b"[IPv6:::1:2:3:4:5:192.0.2.1]", False, id="IPv6 with one group left out before an IPv4"),
    pytest.param(b"[IPv6:fe80::1%eth0]", False, id="IPv6 with a zone"),
    pytest.param(b"[IPv6:::1]", True, id="IPv6"),
    pytest.param(b"[ipv6:2001:db8::1]", True, id="IPv6, tag in lower case"),
    pytest.param(b"[IPv6:::ffff:192.0.2.1]", True, id="IPv6 with IPv4 inside"),
    pytest.param(b"[tag:anything]", True, id="general"),
    pytest.param(b"[127.0.0.256]", False, id="IPv4 out of range"),
    pytest.param(b"[127.0.0]", False, id="IPv4 too short"),
    pytest.param(b"[127.0.0.1.1]", False, id="IPv4 too long"),
    pytest.param(b"[::1]", False, id="IPv6 without tag"),
    pytest.param(b"[IPv6:]", False, id="IPv6 empty"),
    pytest.param(b"[IPv6:::g]", False, id="IPv6 with a wrong digit"),
    pytest.param(b"[tag-:x]", False, id="general, tag ends in a hyphen"),
    pytest.param(b"[tag:]", False, id="general, empty"),
    pytest.param(b"[]", False, id="empty"),
    pytest.param(b"127.0.0.1", False, id="no brackets"),
    pytest.param(b"[127.0.0.1", False, id="not closed"),
    pytest.param(b"[127.0.0.1]x", False, id="more behind it"),
    pytest.param(b"[127.0.0.1 ]", False, id="blank inside"),
]

MAILBOXES = [
    "test01@coremail.cn",
    "a.b.c@example.org",
    "a!#$%&'*+-/=?^_`{|}~b@example.com",
    '"a b"@example.org',
    r'"a\"b"@example.org',
    '""@example.org',
    '"../../x"@example.org',
    '"a@b"@example.org',
    "a@[192.0.2.1]",
    "a@[IPv6:2001:db8::1]",
    "l" * 64 + "@example.org",
    "a@" + "d" * 255,
    "jörg@exämple.org",
    '"δοκιμή "@example.org',
]

NO_MAILBOXES = [
    pytest.param(b"", id="empty"),
    pytest.param(b"a", id="no domain"),
    pytest.param(b"@example.org", id="no local-part"),
    pytest.param(b"a@", id="empty domain"),
    pytest.param(b"a@b@example.org", id="two at signs"),
    pytest.param(b"a b@example.org", id="blank"),
    pytest.param(b".a@example.org", id="dot first"),
    pytest.param(b"a.@example.org", id="dot last"),
    pytest.param(b"a..b@example.org", id="two dots"),
    pytest.param(b'"a@example.org', id="quote not closed"),
    pytest.param(b'"a"b@example.org', id="more behind the quote"),
    pytest.param(b'"a\rb"@example.org', id="CR in quotes"),
    pytest.param(b"a\0b@example.org", id="NUL"),
    pytest.param(b"j\xf6rg@example.org", id="not UTF-8"),
    pytest.param(b"a@[192.0.2.256]", id="wrong address literal"),
    pytest.param(b"a@example.org\n", id="line feed last"),
]

PATHS = [
    pytest.param(b"<test01@coremail.cn>", "test01@coremail.cn", id="mailbox"),
    pytest.param(b"<@a.example:b@example.org>", "b@example.org", id="source route"),
    pytest.param(b"<@a.example,@b.example:c@example.org>", "c@example.org", id="longer source route"),
    pytest.param(b'<"a>b"@example.org>', '"a>b"@example.org', id="bracket in quotes"),
    pytest.param(b"<a@" + b"d" * 252 + b">", "a@" + "d" * 252, id="256 octets"),
]

NO_PATHS = [
    pytest.param(b"a@example.org", id="no brackets"),
    pytest.param(b"<>", id="empty"),
    pytest.param(b"<a@example.org", id="not closed"),
    pytest.param(b"<@a.example b@example.org>", id="source route without colon"),
    pytest.param(b"<a.example:b@example.org>", id="source route without at sign"),
    pytest.param(b"< a@example.org>", id="blank inside"),
]

TOO_LONG = [
    pytest.param(b"<" + b"l" * 65 + b"@example.org>", id="local-part of 65"),
    pytest.param(b"<a@" + b"d" * 253 + b">", id="path of 257"),
    pytest.param(b"<@r.example:a@" + b"d" * 250 + b">", id="path too long by its source route"),
]

SAME = [
    pytest.param("test01@EXAMPLE.org", "test01@example.org", id="domain in capitals"),
    pytest.param('"test01"@example.org', "test01@example.org", id="quoted without need"),
    pytest.param(r'"te\st01"@example.org', "test01@example.org", id="quoted pair without need"),
    pytest.param("Postmaster", "postMASTER", id="postmaster"),
    pytest.param("Postmaster@Example.org", "postmaster@example.org", id="postmaster of a domain"),
]

PARAMETERS = [
    pytest.param(b"", {}, id="none"),
    pytest.param(b" SIZE=1000", {"SIZE": "1000"}, id="one"),
    pytest.param(b" size=1000", {"SIZE": "1000"}, id="lower case"),
    pytest.param(b" SIZE=1000 BODY=8BITMIME", {"SIZE": "1000", "BODY": "8BITMIME"}, id="two"),
    pytest.param(b" SMTPUTF8", {"SMTPUTF8": ""}, id="no value"),
    pytest.param(b"  SIZE=1   BODY=7BIT", {"SIZE": "1", "BODY": "7BIT"}, id="several blanks"),
]

NO_PARAMETERS = [
    pytest.param(b" SIZE=", id="empty value"),
    pytest.param(b" =1000", id="no keyword"),
    pytest.param(b" SIZE=1=2", id="two equals signs"),
    pytest.param(b" SIZE=1 SIZE=1", id="twice"),
    pytest.param(b" SIZE=1 size=2", id="twice in another case"),
    pytest.param(b" -SIZE", id="hyphen first"),
    pytest.param(b" SI_ZE=1", id="underscore"),
    pytest.param(b" SIZE=\xff", id="not ASCII"),
    pytest.param(b" SIZE=1\rBODY=7BIT", id="CR between"),
    pytest.param(b" SIZE=1\tBODY=7BIT", id="tab between"),
]


@pytest.mark.parametrize(("octets", "verdict"), DOMAINS)
def test_is_domain_goes_by_the_rule(octets: bytes, verdict: bool) -> None:
    assert grammar.is_domain(octets) is verdict


@pytest.mark.parametrize(("octets", "verdict"), LITERALS)
def test_is_address_literal_goes_by_the_rule(octets: bytes, verdict: bool) -> None:
    assert grammar.is_address_literal(octets) is verdict


@pytest.mark.parametrize("mailbox", MAILBOXES)
def test_parse_mailbox_right_one_comes_back_as_it_is(mailbox: str) -> None:
    assert grammar.parse_mailbox(mailbox.encode()) == mailbox


@pytest.mark.parametrize("octets", NO_MAILBOXES)
def test_parse_mailbox_wrong_one_is_refused(octets: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (UnicodeDecodeError is one)
        grammar.parse_mailbox(octets)


@pytest.mark.parametrize("octets", [b"l" * 65 + b"@example.org", b"a@" + b"d" * 256], ids=["local-part", "domain"])
def test_parse_mailbox_part_over_its_limit_is_too_long(octets: bytes) -> None:
    with pytest.raises(TooLong):
        grammar.parse_mailbox(octets)


@pytest.mark.parametrize(("octets", "mailbox"), PATHS)
def test_parse_path_gives_the_mailbox(octets: bytes, mailbox: str) -> None:
    assert grammar.parse_path(octets) == mailbox


@pytest.mark.parametrize("octets", NO_PATHS)
def test_parse_path_wrong_one_is_refused(octets: bytes) -> None:
    with pytest.raises(ValueError, match="not a mailbox"):
        grammar.parse_path(octets)


@pytest.mark.parametrize("octets", TOO_LONG)
def test_parse_path_over_a_limit_is_too_long(octets: bytes) -> None:
    with pytest.raises(TooLong):
        grammar.parse_path(octets)


@given(strategies.mailboxes)
def test_parse_mailbox_takes_whatever_the_grammar_makes(mailbox: str) -> None:
    assert grammar.parse_mailbox(mailbox.encode()) == mailbox


@given(strategies.octets)
def test_parse_mailbox_any_octets_raise_nothing_but_value_error(octets: bytes) -> None:
    for parse in (grammar.parse_mailbox, grammar.parse_path, grammar.parse_parameters):
        with contextlib.suppress(ValueError):
            parse(octets)


@pytest.mark.parametrize(
    ("mailbox", "parts"),
    [
        pytest.param("a@example.org", ("a", "example.org"), id="plain"),
        pytest.param('"a@b"@example.org', ('"a@b"', "example.org"), id="at sign in quotes"),
        pytest.param("Postmaster", ("Postmaster", ""), id="no domain"),
    ],
)
def test_split_mailbox_goes_by_the_last_at_sign(mailbox: str, parts: tuple[str, str]) -> None:
    assert grammar.split_mailbox(mailbox) == parts


@pytest.mark.parametrize(("one", "other"), SAME)
def test_same_mailbox_two_forms_of_one_are_equal(one: str, other: str) -> None:
    assert grammar.same_mailbox(one) == grammar.same_mailbox(other)


@pytest.mark.parametrize(
    "other", ["Test01@example.org", "test01@example.com", '" test01"@example.org', "test01"], ids=str
)
def test_same_mailbox_another_one_differs(other: str) -> None:
    assert grammar.same_mailbox(other) != grammar.same_mailbox("test01@example.org")


@pytest.mark.parametrize(("octets", "parameters"), PARAMETERS)
def test_parse_parameters_gives_them_by_keyword(octets: bytes, parameters: dict[str, str]) -> None:
    assert grammar.parse_parameters(octets) == parameters


@pytest.mark.parametrize("octets", NO_PARAMETERS)
def test_parse_parameters_wrong_ones_are_refused(octets: bytes) -> None:
    with pytest.raises(ValueError, match="parameter"):
        grammar.parse_parameters(octets)
