"""The fields of an entry: they tile its octets whatever these are, and they name what is there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol import auth, commands, extensions, fields
from smtplab.protocol.fields import Field, argument_of, tile, verb_of
from smtplab.protocol.fields.esmtp import PARAMETERS
from smtplab.protocol.fields.tiles import Tiles
from smtplab.protocol.states import END_OF_DATA, GREETING
from smtplab.protocol.transcript import Kind
from tests.protocol import strategies
from tests.protocol.fields import assert_tiled, named, only

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
    b"To: a <b@c>, ",
    b"Received: from a by b; ",
    b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n",
    b"DKIM-Signature: v=1; ",
)
ANSWERS = (None, GREETING, END_OF_DATA, *commands.VERBS)


@given(
    st.sampled_from(Kind),
    st.builds(bytes.__add__, st.just(b"") | st.sampled_from(BEGINNINGS), strategies.octets),
    st.sampled_from(ANSWERS),
    st.sampled_from([(), (("username", "tim"), ("password", "\x1b[2J")), (("response", ""),)]),
    st.booleans(),
)
def test_tile_any_octets_of_any_kind_are_tiled(
    kind: Kind, octets: bytes, answers: str | None, decoded: auth.Decoded, begins: bool
) -> None:
    assert_tiled(tile(kind, octets, answers, decoded, begins=begins), octets)


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
    pytest.param(
        b"RCPT TO:<b@example.org> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;b+2Bc@example.org\r\n",
        [
            *[("verb", b"RCPT"), ("blank", b" "), ("keyword", b"TO:"), ("open", b"<")],
            *[("forward-path", b"b@example.org"), ("close", b">"), ("blank", b" ")],
            *[("parameter", b"NOTIFY"), ("equals", b"="), ("condition", b"SUCCESS"), ("comma", b",")],
            *[("condition", b"DELAY"), ("blank", b" "), ("parameter", b"ORCPT"), ("equals", b"=")],
            *[("address type", b"rfc822"), ("semicolon", b";"), ("original recipient", b"b+2Bc@example.org")],
            ("CRLF", b"\r\n"),
        ],
        id="RCPT with a list and an address for its parameters",
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
            *[("code", b"250"), ("separator", b"-"), ("keyword", b"SIZE"), ("blank", b" "), ("size limit", b"10")],
            *[("CRLF", b"\r\n"), ("code", b"250"), ("separator", b"-"), ("keyword", b"AUTH"), ("equals", b"=")],
            *[("mechanism", b"LOGIN"), ("CRLF", b"\r\n"), ("code", b"250"), ("separator", b" ")],
            *[("keyword", b"HELP"), ("CRLF", b"\r\n")],
        ],
        id="EHLO",
    ),
    pytest.param(
        b"250-mail\r\n250-AUTH PLAIN  LOGIN\r\n250 LIMITS RCPTMAX=20\r\n",
        "EHLO",
        [
            *[("code", b"250"), ("separator", b"-"), ("domain", b"mail"), ("CRLF", b"\r\n")],
            *[("code", b"250"), ("separator", b"-"), ("keyword", b"AUTH"), ("blank", b" "), ("mechanism", b"PLAIN")],
            *[("blank", b"  "), ("mechanism", b"LOGIN"), ("CRLF", b"\r\n"), ("code", b"250"), ("separator", b" ")],
            *[("keyword", b"LIMITS"), ("blank", b" "), ("limit", b"RCPTMAX"), ("equals", b"=")],
            *[("limit value", b"20"), ("CRLF", b"\r\n")],
        ],
        id="EHLO, parameters one by one",
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


def of_parameter(octets: bytes) -> Field:
    """Give the field of the value that stands behind a parameter of MAIL."""
    return tile(Kind.COMMAND, b"MAIL FROM:<> " + octets + b"\r\n", None, ())[-2]


@pytest.mark.parametrize(
    ("octets", "value", "meaning"),
    [
        pytest.param(b"SIZE=1500", "1500", "announces a message of 1,500 octets (1.5 KiB)", id="SIZE"),
        pytest.param(b"SIZE=1", "1", "announces a message of 1 octet", id="SIZE of one"),
        pytest.param(b"SIZE=1048576", "1048576", "of 1,048,576 octets (1.0 MiB)", id="SIZE of many"),
        pytest.param(b"SIZE=" + b"9" * 5000, "9" * 5000, "a number of 5000 digits", id="SIZE beyond all measure"),
        pytest.param(b"SIZE=big", "big", "is no number", id="SIZE that is none"),
        pytest.param(b"BODY=8bitmime", "8bitmime", "octets over 127", id="BODY"),
        pytest.param(b"RET=HDRS", "HDRS", "nothing but the header", id="RET"),
        pytest.param(b"ENVID=a+3Db+20c+", "a=b c+", "names the transaction", id="ENVID in xtext"),
        pytest.param(b"AUTH=a+2B@b", "a+@b", "who submitted", id="AUTH in xtext"),
        pytest.param(b"AUTH=<>", "<>", "nobody known here", id="AUTH of nobody"),
        pytest.param(b"ORCPT=whoever", "whoever", "as it was first given", id="ORCPT without type"),
        pytest.param(b"NOTIFY=SOMETIMES", "SOMETIMES", "no condition", id="NOTIFY that is unknown"),
    ],
)
def test_tile_parameter_value_is_decoded_and_explained(octets: bytes, value: str, meaning: str) -> None:
    field = of_parameter(octets)
    assert field.value == value
    assert meaning in field.meaning


@pytest.mark.parametrize("keyword", [*extensions.MAIL_PARAMETERS, *extensions.RCPT_PARAMETERS])
def test_parameters_explains_each_one_that_is_taken(keyword: str) -> None:
    assert keyword in PARAMETERS


@pytest.mark.parametrize(
    ("octets", "meaning"),
    [
        pytest.param(b"SIZE 35882577", "taken: 35,882,577 octets (34.2 MiB)", id="SIZE"),
        pytest.param(b"SIZE 0", "no fixed limit", id="SIZE 0"),
        pytest.param(b"SIZE many", "is no number", id="SIZE that is none"),
        pytest.param(b"AUTH plain", "a listener outside TLS has the password", id="a mechanism of the lab"),
        pytest.param(b"AUTH GSSAPI", "by Kerberos", id="another mechanism"),
        pytest.param(b"AUTH XYZ", "not known here", id="an unknown mechanism"),
        pytest.param(b"DSN x", "belongs to the keyword", id="a parameter where none is defined"),
    ],
)
def test_tile_parameter_of_a_keyword_is_explained(octets: bytes, meaning: str) -> None:
    assert meaning in tile(Kind.REPLY, b"250-a\r\n250 " + octets + b"\r\n", "EHLO", ())[-2].meaning


def test_tile_enhanced_status_code_says_class_subject_and_detail() -> None:
    field = only("enhanced status code", tile(Kind.REPLY, b"550 5.1.1 No\r\n", "RCPT", ()))
    assert field.meaning == "permanent failure: addressing: there is no such mailbox"
    assert field.source == "RFC 3463 §3.2"


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


def test_tiles_have_no_field_behind_the_last_octet() -> None:
    with pytest.raises(ValueError, match="a field to 5, where the octets end at 4"):
        Tiles(b"QUIT").take(5, "verb", "ends the session", "RFC 5321 §4.1.1.10")
