"""The fields of a whole message: header, empty line, parts, boundary lines, bodies, stuffed dots."""

import base64
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol.fields import Field, tile
from smtplab.protocol.mime.entity import DEPTH
from smtplab.protocol.transcript import Kind
from tests.protocol.conversations import ENVELOPE, OPENING, hear, parse
from tests.protocol.fields import assert_tiled, named, of_message, only

MULTIPART = (
    b"Content-Type: multipart/mixed; boundary=x\r\n\r\nbefore\r\n"
    b"--x\r\n\r\none\r\n--x \r\n\r\ntwo\r\n--x--\r\nbehind\r\n"
)


def behind_header(octets: bytes) -> list[tuple[str, bytes]]:
    """Give the fields behind the first empty line."""
    fields = named(Kind.MAIL_DATA, octets)
    return fields[next(place for place, (name, _) in enumerate(fields) if name == "empty line") + 1 :]


MESSAGES = [
    pytest.param(
        b"To :b\r\n\r\n..x\r\ny.\r\n",
        [
            *[("header field name", b"To"), ("colon", b" :"), ("local-part", b"b"), ("CRLF", b"\r\n")],
            *[("empty line", b"\r\n"), ("stuffed dot", b"."), ("body", b".x\r\ny.\r\n")],
        ],
        id="header and body with a stuffed dot",
    ),
    pytest.param(b"\r\nSubject: a\r\n", [("empty line", b"\r\n"), ("body", b"Subject: a\r\n")], id="empty line first"),
    pytest.param(
        b"a:b\n\nc\n",
        [
            *[("header field name", b"a"), ("colon", b":"), ("header field body", b"b"), ("bare LF", b"\n")],
            *[("empty line", b"\n"), ("body", b"c\n")],
        ],
        id="bare LF",
    ),
    pytest.param(b"no header", [("body", b"no header")], id="no header"),
    pytest.param(
        b"a:b\r\nno header field\r\n",
        [
            *[("header field name", b"a"), ("colon", b":"), ("header field body", b"b"), ("CRLF", b"\r\n")],
            ("body", b"no header field\r\n"),
        ],
        id="a line that ends the header though it is not empty",
    ),
    pytest.param(b"a:b", [("header field name", b"a"), ("colon", b":"), ("header field body", b"b")], id="no line end"),
    pytest.param(
        b"..a:b\r\n",
        [
            *[("stuffed dot", b"."), ("header field name", b".a"), ("colon", b":"), ("header field body", b"b")],
            ("CRLF", b"\r\n"),
        ],
        id="a stuffed dot in the header",
    ),
]


@pytest.mark.parametrize(("octets", "expected"), MESSAGES)
def test_message_is_cut_into_header_and_body(octets: bytes, expected: list[tuple[str, bytes]]) -> None:
    assert named(Kind.MAIL_DATA, octets) == expected


def test_multipart_is_cut_at_its_boundary_lines() -> None:
    assert behind_header(MULTIPART) == [
        *[("preamble", b"before"), ("line end", b"\r\n"), ("boundary", b"--x"), ("CRLF", b"\r\n")],
        *[("empty line", b"\r\n"), ("part body", b"one"), ("line end", b"\r\n"), ("boundary", b"--x"), ("blank", b" ")],
        *[("CRLF", b"\r\n"), ("empty line", b"\r\n"), ("part body", b"two"), ("line end", b"\r\n")],
        *[("boundary", b"--x"), ("last boundary", b"--"), ("CRLF", b"\r\n"), ("epilogue", b"behind\r\n")],
    ]


def test_multipart_that_is_cut_off_has_a_last_part_all_the_same() -> None:
    assert behind_header(b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\none") == [
        *[("boundary", b"--x"), ("CRLF", b"\r\n"), ("empty line", b"\r\n"), ("part body", b"one")]
    ]


def test_message_in_a_message_has_a_header_too() -> None:
    assert behind_header(b"Content-Type: message/rfc822\r\n\r\nSubject:a\r\n\r\nb") == [
        *[("header field name", b"Subject"), ("colon", b":"), ("header field body", b"a"), ("CRLF", b"\r\n")],
        *[("empty line", b"\r\n"), ("body", b"b")],
    ]


def nested(depth: int) -> bytes:
    """Make a multipart in a multipart, so many entities deep, a text/plain inside."""
    opening = b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n"
    return b"".join(opening % (level, level) for level in range(depth - 1)) + b"\r\nhello"


def test_parts_are_looked_into_down_to_a_depth() -> None:
    assert only("part body", of_message(nested(DEPTH))).value == "hello"
    deeper = only("part body", of_message(nested(DEPTH + 1)))
    assert deeper.meaning == "holds parts that are nested deeper than is looked at here"


def body(header: bytes, octets: bytes) -> Field:
    """Give the field of the body of a message that has such a header."""
    return only("body", of_message(header + b"\r\n\r\n" + octets))


@pytest.mark.parametrize(
    ("header", "octets", "value", "meaning"),
    [
        pytest.param(b"a:b", b"hello", "hello", "is the message body: text/plain, 5 octets", id="plain"),
        pytest.param(
            b"Content-Transfer-Encoding: base64",
            b"aGVs\r\nbG8=\r\n",
            "hello",
            "is the message body: text/plain in base64, 5 octets once that is undone",
            id="base64",
        ),
        pytest.param(
            b"Content-Type: text/html; charset=iso-8859-1\r\nContent-Transfer-Encoding: Quoted-Printable",
            b"gr=FC=\r\nn",
            "grün",
            "is the message body: text/html in quoted-printable, 4 octets once that is undone",
            id="quoted-printable in a charset",
        ),
        pytest.param(b"Content-Type: text/plain; charset=gbk", b"\xc4\xe3", "你", "2 octets", id="charset"),
        pytest.param(b"Content-Type: text/plain; charset=hex", b"61", "61", "2 octets", id="no charset"),
        pytest.param(
            b"Content-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64",
            b"AAEC",
            "a.png: image/png, 3 octets",
            "image/png in base64",
            id="a file with a name",
        ),
        pytest.param(b"Content-Type: image/png", b"\0\1", "image/png, 2 octets", "image/png, 2 octets", id="a file"),
        pytest.param(b"Content-Transfer-Encoding: base64", b"A", "A", "1 octet once", id="base64 that is none"),
    ],
)
def test_body_says_what_it_is_and_its_value_is_decoded(header: bytes, octets: bytes, value: str, meaning: str) -> None:
    field = body(header, octets)
    assert field.value == value
    assert meaning in field.meaning


def test_body_is_decoded_without_its_stuffed_dots() -> None:
    tiles = of_message(b"Content-Transfer-Encoding: quoted-printable\r\n\r\na=\r\n..b\r\n..c")
    pieces = [(field.name, field.value) for field in tiles if field.name in ("body", "stuffed dot")]
    assert pieces == [
        ("body", "a.b\\x0d\\x0a.c"),
        *[("stuffed dot", "."), ("body", "…"), ("stuffed dot", "."), ("body", "…")],
    ]


def behind_a_gap(octets: str) -> list[str]:
    """Give the fields of mail data of which octets in the middle are not in the capture: of its second piece."""
    said = f"C: DATA\nS: 354 go on\nc: Subject: a\\r\\n\\r\\nb\nC- 5\nc: {octets}\nC: .\nS: 250 OK"
    _, piece = (entry for entry in hear(parse(OPENING + ENVELOPE + said)) if entry.kind is Kind.MAIL_DATA)
    return [field.name for field in piece.fields]


@pytest.mark.parametrize(
    ("octets", "names"),
    [
        pytest.param(r"Note: a\r\n\r\nb\r\n", ["rest"], id="what looks like a header"),
        pytest.param(r".14 is out\r\n", ["rest"], id="dot amid a line"),
        pytest.param(r"..14\r\n", ["stuffed dot", "rest"], id="dot doubled"),
        pytest.param(r"a\r\n..b\r\n", ["rest", "stuffed dot", "rest"], id="dot doubled in a later line"),
    ],
)
def test_mail_data_behind_a_gap_has_neither_header_nor_doubtful_dots(octets: str, names: list[str]) -> None:
    assert behind_a_gap(octets) == names


def test_chunk_behind_a_gap_has_no_header() -> None:
    said = OPENING + ENVELOPE + "c: BDAT 19 LAST\\r\\nab\nC- 3\nc: Subject:abcdef\nS: 250 OK"
    _, piece = (entry for entry in hear(parse(said)) if entry.kind is Kind.CHUNK)
    assert [field.name for field in piece.fields] == ["chunk"]


def chunk(octets: bytes, begins: bool = True) -> list[str]:
    return [field.name for field in tile(Kind.CHUNK, octets, None, (), begins=begins)]


def test_chunk_that_begins_a_message_is_cut_like_one_and_has_no_stuffed_dots() -> None:
    assert chunk(b"Subject:a\r\n\r\n..b") == [
        *["header field name", "colon", "header field body", "CRLF", "empty line", "body"]
    ]


@pytest.mark.parametrize(
    ("octets", "begins"),
    [
        pytest.param(b"Subject:a\r\n", False, id="a later chunk"),
        pytest.param(b"..b\r\n", True, id="no header"),
        pytest.param(b"note: that\r\n", True, id="no header field that is known"),
    ],
)
def test_chunk_that_begins_no_message_is_one_field(octets: bytes, begins: bool) -> None:
    assert chunk(octets, begins) == ["chunk"]


# Octets that mean something in a message.
MARKS = (
    *[
        b"\r\n",
        b"\n",
        b"\r\n.",
        b"\r\n ",
        b" ",
        b":",
        b";",
        b",",
        b'"',
        b"(",
        b")",
        b"<",
        b">",
        b"@",
        b"=",
        b"\\",
        b".",
    ],
    *[b"From: ", b"To: ", b"Received: ", b"Date: ", b"Message-ID: ", b"DKIM-Signature: ", b"Subject: "],
    *[b"Content-Type: ", b"multipart/mixed", b"; boundary=a", b"\r\n\r\n--a\r\n", b"\r\n--a--", b"message/rfc822"],
    *[b"Content-Transfer-Encoding: base64\r\n", b"quoted-printable", b"; name*0*=utf-8''%41", b"=?utf-8?q?=41?="],
    *[b"=?utf-7?q?+2AA-?=", b"; charset=utf-7", b"+2AA-", b"; name*=utf-7''+2AA-"],
    *[b"Content-Disposition: attachment", b"[", b"]", b"from", b"by", b"1 Jan 2020 10:00", b"t=1"],
)
messages = st.lists(st.sampled_from(MARKS) | st.binary(max_size=4), max_size=30).map(b"".join)


@given(messages)
def test_any_message_is_tiled(octets: bytes) -> None:
    assert_tiled(of_message(octets), octets)


@given(messages)
def test_any_chunk_is_tiled(octets: bytes) -> None:
    assert_tiled(tile(Kind.CHUNK, octets, None, ()), octets)


@given(st.lists(st.sampled_from([b".", b"a", b"\r\n", b"\n", b" ", b":", b"--x"]), max_size=30).map(b"".join))
def test_every_stuffed_dot_is_a_field_of_its_own(octets: bytes) -> None:
    wire = MULTIPART[:-8] + octets
    dots = {place + 2 for place in range(len(wire)) if wire.startswith(b"\r\n.", place)}
    assert {field.start for field in of_message(wire) if field.name == "stuffed dot"} == dots


MEGABYTE = 1_000_000
ATTACHMENT = (
    b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: image/png\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(bytes(MEGABYTE)).replace(b"\n", b"\r\n")
)


def test_attachment_of_a_megabyte_is_tiled_well_under_a_second() -> None:
    begun = process_time()
    fields = of_message(ATTACHMENT)
    assert process_time() - begun < 0.5
    assert fields[-1].value == "image/png, 1,000,000 octets"


HOSTILE = [
    pytest.param(b"To: ", unit, id=f"To: {unit.decode()!r}")
    for unit in (b"(", b"<", b"<,", b'"', b"\\", b"a@b,", b"=?a?q?", b"\r\n ")
] + [
    pytest.param(b"Content-Type: ", b"; a*0=b", id="sections"),
    pytest.param(b"Content-Type: ", b"(", id="Content-Type: ("),
    pytest.param(b"Content-Type: ", b'a="\\', id="quotes"),
    pytest.param(b"Received: ", b"from (", id="clauses"),
    pytest.param(b"References: ", b"<", id="identifiers"),
    pytest.param(b"DKIM-Signature: ", b";=", id="tags"),
    pytest.param(b"Subject: ", b"=?", id="encoded-words"),
    pytest.param(b"Content-Type: multipart/mixed; boundary=a\r\n\r\n", b"--a\r\n", id="boundary lines"),
    pytest.param(b"", b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n", id="nested multiparts"),
    pytest.param(b"", b"Content-Type: message/rfc822\r\n\r\n", id="nested messages"),
    pytest.param(b"", b"a:", id="no line end"),
    pytest.param(b"", b"a", id="no colon"),
    pytest.param(b"\r\n", b"\r\n..", id="dots"),
]


@pytest.mark.parametrize(("start", "unit"), HOSTILE)
def test_time_grows_as_the_octets_do(start: bytes, unit: bytes) -> None:
    """Ten times as many take at most about ten times as long; a quadratic reader would take a hundred times."""

    def seconds(size: int) -> float:
        octets = start + unit * (size // len(unit))
        begun = process_time()
        of_message(octets)
        return process_time() - begun

    small = max(min(seconds(10_000) for _ in range(3)), 0.002)
    assert min(seconds(100_000) for _ in range(2)) < 40 * small
