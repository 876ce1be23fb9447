"""The fields of an entry: they tile its octets whatever these are, and they name what is there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol import auth, commands, extensions, fields
from smtplab.protocol.fields import Field, argument_of, tile, verb_of
from smtplab.protocol.states import END_OF_DATA, GREETING
from smtplab.protocol.transcript import Kind
from tests.protocol import strategies

# How kinds begin, so that hypothesis gets past the first field.
BEGINNINGS = (
    b"MAIL FROM:<",
    b"RCPT TO:",
    b"AUTH PLAIN ",
    b"BDAT ",
    b"EHLO ",
    b"NOOP ",
    b"250-2.1.0 ",
    b"334 ",
    b"Subject: ",
)
ANSWERS = (None, GREETING, END_OF_DATA, *commands.VERBS)


def assert_tiled(tiles: tuple[Field, ...], octets: bytes) -> None:
    """Assert that the fields begin at 0, touch each other, end at the last octet, and are safe to show."""
    assert [field.start for field in tiles] == [0, *(field.stop for field in tiles)][: len(tiles)]
    assert (tiles[-1].stop if tiles else 0) == len(octets)
    assert all(field.start < field.stop and field.name and field.meaning for field in tiles)
    assert all(field.value.isprintable() or not field.value.isascii() for field in tiles)


@given(
    st.sampled_from(Kind),
    st.builds(bytes.__add__, st.just(b"") | st.sampled_from(BEGINNINGS), strategies.octets),
    st.sampled_from(ANSWERS),
    st.sampled_from([(), (("username", "tim"), ("password", "\x1b[2J")), (("response", ""),)]),
)
def test_tile_any_octets_of_any_kind_are_tiled(
    kind: Kind, octets: bytes, answers: str | None, decoded: auth.Decoded
) -> None:
    assert_tiled(tile(kind, octets, answers, decoded), octets)


def named(kind: Kind, octets: bytes, answers: str | None = None, decoded: auth.Decoded = ()) -> list[tuple[str, bytes]]:
    """Give the fields as pairs of their names and their octets."""
    return [(field.name, octets[field.start : field.stop]) for field in tile(kind, octets, answers, decoded)]


COMMANDS = [
    pytest.param(
        b"EHLO TINY-DESKTOP\r\n",
        [("verb", b"EHLO"), ("blank", b" "), ("domain", b"TINY-DESKTOP"), ("CRLF", b"\r\n")],
        id="EHLO",
    ),
    pytest.param(
        b"MAIL FROM:<a@example.org> SIZE=10 SMTPUTF8\r\n",
        [
            *[("verb", b"MAIL"), ("blank", b" "), ("keyword", b"FROM:"), ("open", b"<")],
            *[("reverse-path", b"a@example.org"), ("close", b">"), ("blank", b" ")],
            *[("parameter", b"SIZE"), ("equals", b"="), ("parameter value", b"10"), ("blank", b" ")],
            *[("parameter", b"SMTPUTF8"), ("CRLF", b"\r\n")],
        ],
        id="MAIL with parameters",
    ),
    pytest.param(
        b"MAIL FROM:<>\r\n",
        [
            *[("verb", b"MAIL"), ("blank", b" "), ("keyword", b"FROM:"), ("open", b"<"), ("close", b">")],
            ("CRLF", b"\r\n"),
        ],
        id="null reverse-path",
    ),
    pytest.param(
        b"RCPT TO: <@r.example:b@example.org>\n",
        [
            *[("verb", b"RCPT"), ("blank", b" "), ("keyword", b"TO:"), ("stray blank", b" "), ("open", b"<")],
            *[("source route", b"@r.example:"), ("forward-path", b"b@example.org"), ("close", b">")],
            ("bare LF", b"\n"),
        ],
        id="RCPT with a stray blank, a source route and a bare LF",
    ),
    pytest.param(
        b"RCPT b@example.org\r\n",
        [("verb", b"RCPT"), ("blank", b" "), ("not understood", b"b@example.org"), ("CRLF", b"\r\n")],
        id="RCPT without TO",
    ),
    pytest.param(
        b"RCPT TO:<b@example.org>!\r\n",
        [
            *[("verb", b"RCPT"), ("blank", b" "), ("keyword", b"TO:"), ("open", b"<")],
            *[("forward-path", b"b@example.org"), ("close", b">"), ("not understood", b"!"), ("CRLF", b"\r\n")],
        ],
        id="RCPT with more behind the path",
    ),
    pytest.param(
        b"AUTH PLAIN AHQAcA==\r\n",
        [
            *[("verb", b"AUTH"), ("blank", b" "), ("mechanism", b"PLAIN"), ("blank", b" ")],
            *[("initial response", b"AHQAcA=="), ("CRLF", b"\r\n")],
        ],
        id="AUTH with an initial response",
    ),
    pytest.param(
        b"BDAT 10 LAST\r\n",
        [
            *[("verb", b"BDAT"), ("blank", b" "), ("chunk size", b"10"), ("blank", b" "), ("last", b"LAST")],
            ("CRLF", b"\r\n"),
        ],
        id="BDAT",
    ),
    pytest.param(
        b"BDAT many\r\n",
        [("verb", b"BDAT"), ("blank", b" "), ("not understood", b"many"), ("CRLF", b"\r\n")],
        id="BDAT without size",
    ),
    pytest.param(
        b"  noop  x \r\n",
        [
            *[("blank", b"  "), ("verb", b"noop"), ("blank", b"  "), ("ignored", b"x"), ("trailing blank", b" ")],
            ("CRLF", b"\r\n"),
        ],
        id="NOOP with blanks everywhere",
    ),
    pytest.param(
        b"QUIT now\r\n",
        [("verb", b"QUIT"), ("blank", b" "), ("not understood", b"now"), ("CRLF", b"\r\n")],
        id="an argument where none belongs",
    ),
    pytest.param(b"QUIT", [("verb", b"QUIT")], id="no line end"),
    pytest.param(b"\xff\r\n", [("not understood", b"\xff"), ("CRLF", b"\r\n")], id="no verb"),
]


@pytest.mark.parametrize(("octets", "expected"), COMMANDS)
def test_tile_command_names_its_parts(octets: bytes, expected: list[tuple[str, bytes]]) -> None:
    assert named(Kind.COMMAND, octets) == expected


REPLIES = [
    pytest.param(
        b"220 mail.coremail.cn ESMTP\r\n",
        GREETING,
        [
            *[("code", b"220"), ("separator", b" "), ("domain", b"mail.coremail.cn"), ("text", b" ESMTP")],
            ("CRLF", b"\r\n"),
        ],
        id="greeting",
    ),
    pytest.param(
        b"250-mail\r\n250-SIZE 10\r\n250-AUTH=LOGIN\r\n250 HELP\r\n",
        "EHLO",
        [
            *[("code", b"250"), ("separator", b"-"), ("domain", b"mail"), ("CRLF", b"\r\n")],
            *[("code", b"250"), ("separator", b"-"), ("keyword", b"SIZE"), ("keyword parameters", b" 10")],
            *[("CRLF", b"\r\n"), ("code", b"250"), ("separator", b"-"), ("keyword", b"AUTH")],
            *[("keyword parameters", b"=LOGIN"), ("CRLF", b"\r\n"), ("code", b"250"), ("separator", b" ")],
            *[("keyword", b"HELP"), ("CRLF", b"\r\n")],
        ],
        id="EHLO",
    ),
    pytest.param(
        b"550 5.1.1 No such mailbox\r\n",
        "RCPT",
        [
            *[("code", b"550"), ("separator", b" "), ("enhanced status code", b"5.1.1"), ("blank", b" ")],
            *[("text", b"No such mailbox"), ("CRLF", b"\r\n")],
        ],
        id="enhanced status code",
    ),
    pytest.param(
        b"334 VXNlcm5hbWU6\r\n",
        "AUTH",
        [("code", b"334"), ("separator", b" "), ("challenge", b"VXNlcm5hbWU6"), ("CRLF", b"\r\n")],
        id="challenge",
    ),
    pytest.param(
        b"334 what?\r\n",
        "AUTH",
        [("code", b"334"), ("separator", b" "), ("challenge", b"what?"), ("CRLF", b"\r\n")],
        id="challenge that is no base64",
    ),
    pytest.param(b"250\n", "NOOP", [("code", b"250"), ("bare LF", b"\n")], id="code alone"),
    pytest.param(
        b"250-a\r\nwhat\r\n",
        None,
        [
            *[("code", b"250"), ("separator", b"-"), ("text", b"a"), ("CRLF", b"\r\n"), ("text", b"what")],
            ("CRLF", b"\r\n"),
        ],
        id="a line without code",
    ),
]


@pytest.mark.parametrize(("octets", "answers", "expected"), REPLIES)
def test_tile_reply_names_its_parts(octets: bytes, answers: str | None, expected: list[tuple[str, bytes]]) -> None:
    assert named(Kind.REPLY, octets, answers) == expected


OTHERS = [
    pytest.param(
        Kind.MAIL_DATA,
        b"Subject: a\r\n b\r\nTo : c\r\n\r\n..x\r\ny.\r\n",
        [
            *[("header field name", b"Subject"), ("colon", b":"), ("header field body", b" a\r\n b\r\n")],
            *[
                ("header field name", b"To"),
                ("colon", b" :"),
                ("header field body", b" c\r\n"),
                ("empty line", b"\r\n"),
            ],
            *[("stuffed dot", b"."), ("body", b".x\r\ny.\r\n")],
        ],
        id="mail data",
    ),
    pytest.param(
        Kind.MAIL_DATA,
        b"\r\nSubject: a\r\n",
        [("empty line", b"\r\n"), ("body", b"Subject: a\r\n")],
        id="mail data, empty line first",
    ),
    pytest.param(
        Kind.MAIL_DATA,
        b"a: b\n\nc\n",
        [
            *[("header field name", b"a"), ("colon", b":"), ("header field body", b" b\n"), ("empty line", b"\n")],
            ("body", b"c\n"),
        ],
        id="mail data with bare LF",
    ),
    pytest.param(Kind.MAIL_DATA, b"no header", [("body", b"no header")], id="mail data without header"),
    pytest.param(Kind.END_OF_DATA, b".\r\n", [("end mark", b"."), ("CRLF", b"\r\n")], id="end of data"),
    pytest.param(Kind.END_OF_DATA, b".\n", [("end mark", b"."), ("bare LF", b"\n")], id="end of data, bare LF"),
    pytest.param(Kind.AUTH, b"dGlt\r\n", [("response", b"dGlt"), ("CRLF", b"\r\n")], id="auth"),
    pytest.param(Kind.AUTH, b"*\r\n", [("cancel", b"*"), ("CRLF", b"\r\n")], id="auth cancelled"),
    pytest.param(Kind.AUTH, b"\r\n", [("CRLF", b"\r\n")], id="auth, empty response"),
    pytest.param(Kind.CHUNK, b"..\r\n", [("chunk", b"..\r\n")], id="chunk"),
    pytest.param(
        Kind.TLS,
        b"\x16\x03\x01\0\x02ab",
        [("content type", b"\x16"), ("version", b"\x03\x01"), ("length", b"\0\x02"), ("fragment", b"ab")],
        id="TLS record",
    ),
    pytest.param(Kind.TLS, b"\x16\x03", [("fragment", b"\x16\x03")], id="part of a TLS record"),
    pytest.param(Kind.UNKNOWN, b"what?", [("not understood", b"what?")], id="unknown"),
    pytest.param(Kind.GAP, b"", [], id="gap"),
]


@pytest.mark.parametrize(("kind", "octets", "expected"), OTHERS)
def test_tile_other_kind_names_its_parts(kind: Kind, octets: bytes, expected: list[tuple[str, bytes]]) -> None:
    assert named(kind, octets) == expected


def only(name: str, tiles: tuple[Field, ...]) -> Field:
    (field,) = (field for field in tiles if field.name == name)
    return field


def test_tile_base64_has_what_it_says_for_its_value() -> None:
    response = only("response", tile(Kind.AUTH, b"dGlt\r\n", None, (("username", "tim"),)))
    assert response.value == "username: tim"
    assert response.meaning == "is base64 of the username: encoded, not encrypted"


def test_tile_base64_of_several_names_them_all() -> None:
    pairs = (("nonce", "1"), ("salt", "2"), ("iterations", "3"))
    assert "of the nonce, salt and iterations:" in only("response", tile(Kind.AUTH, b"x\r\n", None, pairs)).meaning


def test_tile_response_that_is_no_base64_says_so() -> None:
    assert only("response", tile(Kind.AUTH, b"$\r\n", None, ())).meaning == "is no base64"


def test_tile_equals_sign_stands_for_an_empty_initial_response() -> None:
    field = only("initial response", tile(Kind.COMMAND, b"AUTH PLAIN =\r\n", None, ()))
    assert (field.value, field.meaning) == ("=", "stands for an empty one")


def test_tile_challenge_has_what_it_says_for_its_value() -> None:
    tiles = tile(Kind.REPLY, b"334 VXNlcm5hbWU6\r\n", "AUTH", (("challenge", "Username:"),))
    assert "Username:" in only("challenge", tiles).value


@pytest.mark.parametrize(
    ("octets", "kind"), [(b"\x14", "change cipher spec"), (b"\x17", "application data"), (b"\x99", "unknown type")]
)
def test_tile_tls_record_tells_its_type(octets: bytes, kind: str) -> None:
    assert kind in only("content type", tile(Kind.TLS, octets + b"\x03\x03\0\0", None, ())).meaning


def test_tile_unknown_parameter_and_extension_say_so() -> None:
    parameter = only("parameter", tile(Kind.COMMAND, b"MAIL FROM:<> XFOO\r\n", None, ()))
    keyword = only("keyword", tile(Kind.REPLY, b"250-a\r\n250 XBAR\r\n", "EHLO", ()))
    assert "not known here" in parameter.meaning
    assert "not known here" in keyword.meaning


def test_tile_field_has_a_section_of_an_rfc() -> None:
    for field in tile(Kind.COMMAND, b"MAIL FROM:<a@example.org> SIZE=1\r\n", None, ()):
        assert field.source.startswith("RFC ")


@pytest.mark.parametrize("verb", commands.VERBS)
def test_verbs_explains_each_verb_that_is_parsed(verb: str) -> None:
    assert verb in fields.VERBS


@pytest.mark.parametrize("keyword", extensions.OFFERED)
def test_extensions_explains_each_keyword_that_is_offered(keyword: str) -> None:
    assert keyword in fields.EXTENSIONS


@pytest.mark.parametrize(
    ("octets", "verb", "argument"),
    [
        pytest.param(b"mail FROM:<> \r\n", "MAIL", b"FROM:<>", id="a command"),
        pytest.param(b" NOOP\r\n", "NOOP", b"", id="a blank first"),
        pytest.param(b"\xff x\r\n", "", b"\xff x", id="no verb"),
        pytest.param(b"", "", b"", id="nothing"),
    ],
)
def test_verb_of_and_argument_of_share_a_line(octets: bytes, verb: str, argument: bytes) -> None:
    assert (verb_of(octets), argument_of(octets)) == (verb, argument)
