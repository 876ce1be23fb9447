"""The fields of a header: names with their meaning, and bodies cut into the parts that their kind has."""

import pytest

from smtplab.protocol.fields.header import SHOWN
from smtplab.protocol.fields.header_names import HEADER_NAMES
from tests.protocol.fields import of_header_field, of_message, only

ADDRESSES = [
    pytest.param(
        b"From: Tim <tim@example.org>",
        [
            *[("blank", b" "), ("display name", b"Tim"), ("blank", b" "), ("open", b"<"), ("local-part", b"tim")],
            *[("at", b"@"), ("domain", b"example.org"), ("close", b">")],
        ],
        id="display name",
    ),
    pytest.param(
        b"To:a@b, c@[192.0.2.1]",
        [
            *[("local-part", b"a"), ("at", b"@"), ("domain", b"b"), ("comma", b","), ("blank", b" ")],
            *[("local-part", b"c"), ("at", b"@"), ("domain", b"[192.0.2.1]")],
        ],
        id="two, the second at an address literal",
    ),
    pytest.param(
        b'To:"a, b" (x (y) \\)) <"c@d"@e>',
        [
            *[("display name", b'"a, b"'), ("blank", b" "), ("comment", b"(x (y) \\))"), ("blank", b" ")],
            *[("open", b"<"), ("local-part", b'"c@d"'), ("at", b"@"), ("domain", b"e"), ("close", b">")],
        ],
        id="quoted strings and a comment in a comment",
    ),
    pytest.param(
        b"To:undisclosed-recipients:;",
        [("group name", b"undisclosed-recipients"), ("colon", b":"), ("semicolon", b";")],
        id="an empty group",
    ),
    pytest.param(
        b"To:<@r,@s:a@b>",
        [
            *[("open", b"<"), ("source route", b"@r,@s:"), ("local-part", b"a"), ("at", b"@"), ("domain", b"b")],
            ("close", b">"),
        ],
        id="source route",
    ),
    pytest.param(b"Return-Path:<>", [("open", b"<"), ("close", b">")], id="null reverse-path"),
    pytest.param(b"To:postmaster", [("local-part", b"postmaster")], id="no domain"),
    pytest.param(
        b"To:<a@b",
        [("open", b"<"), ("local-part", b"a"), ("at", b"@"), ("domain", b"b")],
        id="a bracket that is not closed",
    ),
    pytest.param(
        b"To:<a@b> c, :>",
        [
            *[("open", b"<"), ("local-part", b"a"), ("at", b"@"), ("domain", b"b"), ("close", b">"), ("blank", b" ")],
            *[("not understood", b"c"), ("comma", b","), ("blank", b" "), ("colon", b":"), ("close", b">")],
        ],
        id="what has no place",
    ),
    pytest.param(
        b"To:a@b,\r\n\tc@d",
        [
            *[("local-part", b"a"), ("at", b"@"), ("domain", b"b"), ("comma", b","), ("fold", b"\r\n\t")],
            *[("local-part", b"c"), ("at", b"@"), ("domain", b"d")],
        ],
        id="folded between two",
    ),
    pytest.param(
        b"To:Tim\r\n B <a@b>",
        [
            *[("display name", b"Tim"), ("fold", b"\r\n "), ("display name", b"B"), ("blank", b" "), ("open", b"<")],
            *[("local-part", b"a"), ("at", b"@"), ("domain", b"b"), ("close", b">")],
        ],
        id="folded inside a name",
    ),
]


@pytest.mark.parametrize(("octets", "expected"), ADDRESSES)
def test_addresses_are_cut_into_their_parts(octets: bytes, expected: list[tuple[str, bytes]]) -> None:
    assert of_header_field(octets) == expected


OTHERS = [
    pytest.param(
        b"Date:Fri, 21 Nov 1997 09:55:06 -0600 (CST)",
        [
            *[("day of week", b"Fri"), ("comma", b","), ("blank", b" "), ("date", b"21 Nov 1997"), ("blank", b" ")],
            *[("time", b"09:55:06"), ("blank", b" "), ("zone", b"-0600"), ("blank", b" "), ("comment", b"(CST)")],
        ],
        id="date",
    ),
    pytest.param(b"Date:yesterday", [("header field body", b"yesterday")], id="date that is none"),
    pytest.param(
        b"Message-ID:<1@a> x",
        [
            *[("open", b"<"), ("id left", b"1"), ("at", b"@"), ("id right", b"a"), ("close", b">"), ("blank", b" ")],
            ("text", b"x"),
        ],
        id="message identifier",
    ),
    pytest.param(
        b"Received:from a (b [192.0.2.1]) by c with ESMTPS id 1 for <d@e>; 1 Jan 2020 10:00 +0000",
        [
            *[("clause", b"from"), ("blank", b" "), ("domain", b"a"), ("blank", b" "), ("comment", b"(b [192.0.2.1])")],
            *[("blank", b" "), ("clause", b"by"), ("blank", b" "), ("domain", b"c"), ("blank", b" ")],
            *[("clause", b"with"), ("blank", b" "), ("protocol", b"ESMTPS"), ("blank", b" "), ("clause", b"id")],
            *[("blank", b" "), ("id", b"1"), ("blank", b" "), ("clause", b"for"), ("blank", b" ")],
            *[
                ("forward-path", b"<d@e>"),
                ("semicolon", b";"),
                ("blank", b" "),
                ("date", b"1 Jan 2020"),
                ("blank", b" "),
            ],
            *[("time", b"10:00"), ("blank", b" "), ("zone", b"+0000")],
        ],
        id="Received",
    ),
    pytest.param(
        b"Received:(qmail 1) what )",
        [("comment", b"(qmail 1)"), ("blank", b" "), ("text", b"what"), ("blank", b" "), ("text", b")")],
        id="Received without clauses",
    ),
    pytest.param(
        b'Content-Type:text/plain; charset="utf-8" (x); = y',
        [
            *[("type", b"text"), ("slash", b"/"), ("subtype", b"plain"), ("semicolon", b";"), ("blank", b" ")],
            *[("parameter", b"charset"), ("equals", b"="), ("parameter value", b'"utf-8"'), ("blank", b" ")],
            *[("comment", b"(x)"), ("semicolon", b";"), ("blank", b" "), ("not understood", b"="), ("blank", b" ")],
            ("not understood", b"y"),
        ],
        id="media type",
    ),
    pytest.param(b"Content-Type:text", [("not understood", b"text")], id="media type without subtype"),
    pytest.param(
        b"Content-Disposition:attachment;\r\n filename = a b.txt",
        [
            *[("disposition", b"attachment"), ("semicolon", b";"), ("fold", b"\r\n "), ("parameter", b"filename")],
            *[("blank", b" "), ("equals", b"="), ("blank", b" "), ("parameter value", b"a b.txt")],
        ],
        id="disposition",
    ),
    pytest.param(b"References: (none)", [("blank", b" "), ("comment", b"(none)")], id="no message identifier"),
    pytest.param(b"Content-Transfer-Encoding:(none)", [("comment", b"(none)")], id="no encoding"),
    pytest.param(b"Content-Transfer-Encoding:BASE64", [("encoding", b"BASE64")], id="encoding"),
    pytest.param(
        b"DKIM-Signature:v=1; b=ab\r\n cd; ?",
        [
            *[("tag", b"v"), ("equals", b"="), ("tag value", b"1"), ("semicolon", b";"), ("blank", b" ")],
            *[("tag", b"b"), ("equals", b"="), ("tag value", b"ab"), ("fold", b"\r\n "), ("tag value", b"cd")],
            *[("semicolon", b";"), ("blank", b" "), ("not understood", b"?")],
        ],
        id="tags",
    ),
    pytest.param(
        b"Subject:a =?utf-8?q?b?= =?utf-8?b?Yw==?= d",
        [
            *[("header field body", b"a "), ("encoded-word", b"=?utf-8?q?b?="), ("blank", b" ")],
            *[("encoded-word", b"=?utf-8?b?Yw==?="), ("header field body", b" d")],
        ],
        id="encoded-words",
    ),
    pytest.param(
        b"Subject: a\r\n \tb",
        [("blank", b" "), ("header field body", b"a"), ("fold", b"\r\n \t"), ("header field body", b"b")],
        id="a fold",
    ),
    pytest.param(b"Subject: ", [("blank", b" ")], id="nothing"),
]


@pytest.mark.parametrize(("octets", "expected"), OTHERS)
def test_body_of_a_header_field_is_cut_as_its_kind_is(octets: bytes, expected: list[tuple[str, bytes]]) -> None:
    assert of_header_field(octets) == expected


@pytest.mark.parametrize(
    ("octets", "name", "value"),
    [
        pytest.param(b"Subject: =?gb2312?B?xOO6ww==?=", "encoded-word", "你好", id="encoded-word"),
        pytest.param(b"From: =?utf-8?q?J=C3=BCrgen_K?= <a@b>", "display name", "Jürgen K", id="encoded display name"),
        pytest.param(b'From: "Tim \\"B\\"" <a@b>', "display name", 'Tim "B"', id="quoted display name"),
        pytest.param(b"From: a@b (=?utf-8?q?=C3=BC?=)", "comment", "(ü)", id="encoded comment"),
        pytest.param(
            b"Content-Disposition: attachment; filename*=utf-8'de'gr%C3%BCn.txt",
            "parameter value",
            "grün.txt",
            id="RFC 2231",
        ),
        pytest.param(b'Content-Type: text/plain; name="a b"', "parameter value", "a b", id="quoted value"),
        pytest.param(b"DKIM-Signature: t=1700000000", "tag value", "1700000000 (2023-11-14 22:13:20 UTC)", id="time"),
        pytest.param(b"DKIM-Signature: t=soon", "tag value", "soon", id="time that is none"),
        pytest.param(b"DKIM-Signature: x=999999999999", "tag value", "999999999999", id="time beyond the calendar"),
    ],
)
def test_value_of_a_part_is_decoded(octets: bytes, name: str, value: str) -> None:
    assert only(name, of_message(octets + b"\r\n")).value == value


def test_value_that_is_folded_is_in_its_first_piece() -> None:
    tiles = of_message(b'To: "a\r\n b" <c@d>\r\n')
    assert [field.value for field in tiles if field.name == "display name"] == ["a b", "…"]


@pytest.mark.parametrize(
    ("octets", "meaning", "source"),
    [
        pytest.param(b"Subject: x", "says what it is about", "RFC 5322 §3.6.5", id="known"),
        pytest.param(b"SUBJECT: x", "says what it is about", "RFC 5322 §3.6.5", id="in capital letters"),
        pytest.param(
            b"X-Mailer: x", "is a field of somebody's own, that no standard defines", "RFC 5322 §3.6.8", id="own"
        ),
        pytest.param(b"Foo: x", "is a field that is not known here", "RFC 5322 §3.6.8", id="unknown"),
    ],
)
def test_name_of_a_header_field_is_explained(octets: bytes, meaning: str, source: str) -> None:
    name = of_message(octets + b"\r\n")[0]
    assert (name.meaning, name.source) == (meaning, source)


def test_long_name_does_not_fill_the_meaning_of_its_body() -> None:
    body = only("header field body", of_message(b"a" * 1000 + b":b\r\n"))
    assert body.meaning == f"is what {'a' * SHOWN} says"


@pytest.mark.parametrize(
    ("octets", "name", "meaning"),
    [
        pytest.param(
            b"Received: by a with esmtpsa", "protocol", "inside TLS, and the client had authenticated", id="protocol"
        ),
        pytest.param(b"Received: by a with HTTP", "protocol", "is the protocol", id="unknown protocol"),
        pytest.param(b"Content-Type: Multipart/Alternative", "subtype", "the best one last", id="subtype"),
        pytest.param(b"Content-Type: chemical/x", "type", "not known here", id="unknown type"),
        pytest.param(b"Content-Disposition: form-data", "disposition", "counts as attachment", id="disposition"),
        pytest.param(b"Content-Transfer-Encoding: x-uu", "encoding", "not known here", id="encoding"),
        pytest.param(b"DKIM-Signature: bh=", "tag", "hash of the body", id="tag"),
        pytest.param(
            b"Subject: =?x?q?a?=", "encoded-word", "is text in x, made ASCII by the Q encoding", id="encoded-word"
        ),
    ],
)
def test_part_of_a_body_is_explained(octets: bytes, name: str, meaning: str) -> None:
    assert meaning in only(name, of_message(octets + b"\r\n")).meaning


@pytest.mark.parametrize("name", HEADER_NAMES)
def test_header_names_are_in_lower_case_and_have_a_source(name: str) -> None:
    assert name == name.lower()
    assert HEADER_NAMES[name].source.startswith("RFC ")
