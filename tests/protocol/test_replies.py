"""Replies as octets and as values, and every reply that this server can give."""

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol import handlers, replies
from smtplab.protocol.replies import CODES, REPLY_LINE_LIMIT, Reply, meaning_of_code, parse_reply
from tests.protocol import strategies

# Read this way and written this way.
PAIRS = [
    pytest.param(b"250 OK\r\n", Reply(250, "", "OK"), id="one line"),
    pytest.param(b"250 \r\n", Reply(250, "", ""), id="no text"),
    pytest.param(b"250-first\r\n250-second\r\n250 third\r\n", Reply(250, "", "first\nsecond\nthird"), id="three lines"),
    pytest.param(b"250-\r\n250 \r\n", Reply(250, "", "\n"), id="two lines without text"),
    pytest.param(b"250 2.1.0 Sender accepted\r\n", Reply(250, "2.1.0", "Sender accepted"), id="enhanced"),
    pytest.param(b"550-5.1.1 No\r\n550 5.1.1 never\r\n", Reply(550, "5.1.1", "No\nnever"), id="enhanced, each line"),
    pytest.param(b"450 4.2.105 Full\r\n", Reply(450, "4.2.105", "Full"), id="enhanced of three digits"),
    pytest.param(
        b"354 End data with <CR><LF>.<CR><LF>\r\n", Reply(354, "", "End data with <CR><LF>.<CR><LF>"), id="354"
    ),
    pytest.param(b"334 dXNlcm5hbWU6\r\n", Reply(334, "", "dXNlcm5hbWU6"), id="challenge"),
    pytest.param(b"334 \r\n", Reply(334, "", ""), id="empty challenge"),
    pytest.param("250 Grüß Gott\r\n".encode(), Reply(250, "", "Grüß Gott"), id="UTF-8"),
    pytest.param(b"550 Postf\xe4cher\r\n", Reply(550, "", "Postf\udce4cher"), id="not UTF-8"),
    pytest.param(b"550 4.1.1 wrong class\r\n", Reply(550, "", "4.1.1 wrong class"), id="enhanced of another class"),
    pytest.param(b"250-2.0.0 a\r\n250 b\r\n", Reply(250, "", "2.0.0 a\nb"), id="enhanced on one line only"),
    pytest.param(b"250-2.0.0 a\r\n250 2.0.1 b\r\n", Reply(250, "", "2.0.0 a\n2.0.1 b"), id="two enhanced"),
    pytest.param(b"250 2.0.0x\r\n", Reply(250, "", "2.0.0x"), id="no enhanced"),
    pytest.param(b"571 no\r\n", Reply(571, "", "no"), id="second digit over 5"),
]

# Read, though nobody writes them so.
VARIANTS = [
    pytest.param(b"250\r\n", Reply(250, "", ""), id="no blank"),
    pytest.param(b"250 2.0.0\r\n", Reply(250, "2.0.0", ""), id="enhanced without text"),
    pytest.param(b"250-2.0.0\r\n250 2.0.0 x\r\n", Reply(250, "2.0.0", "\nx"), id="enhanced, a line without text"),
]

WRONG = [
    pytest.param(b"", id="nothing"),
    pytest.param(b"\r\n", id="empty line"),
    pytest.param(b"250 OK", id="no line end"),
    pytest.param(b"250 OK\n", id="bare LF"),
    pytest.param(b"25 OK\r\n", id="two digits"),
    pytest.param(b"2500 OK\r\n", id="four digits"),
    pytest.param(b"150 OK\r\n", id="first digit 1"),
    pytest.param(b"650 OK\r\n", id="first digit 6"),
    pytest.param(b"250_OK\r\n", id="no separator"),
    pytest.param(b"250-a\r\n", id="more lines promised"),
    pytest.param(b"250 a\r\n250 b\r\n", id="two replies"),
    pytest.param(b"250-a\r\n251 b\r\n", id="two codes"),
    pytest.param(b"250 a\rb\r\n", id="bare CR"),
    pytest.param(b"HTTP/1.1 400 Bad Request\r\n", id="HTTP"),
    pytest.param(b"\xff50 x\r\n", id="not a digit"),
    pytest.param("\uff12\uff15\uff10 x\r\n".encode(), id="digits of another script"),
]

VERBS = sorted(handlers.HANDLERS)
CONSTANTS: Final = {name: value for name, value in vars(replies).items() if isinstance(value, Reply)}
MADE: Final = {
    "greeting": replies.greeting("mail.coremail.cn", "ready"),
    "introduced": replies.introduced("mail.coremail.cn", "PIPELINING", "SIZE 1000"),
    "challenge": replies.challenge("dXNlcm5hbWU6"),
    "queued": replies.queued("1"),
    "help_text": replies.help_text(VERBS),
}
ALL = [pytest.param(reply, id=name) for name, reply in {**CONSTANTS, **MADE}.items()]

# RFC 2034 §4: every reply of the classes 2, 4 and 5 has one, but for the greetings and the answers to EHLO and HELO.
WITHOUT_ENHANCED: Final = {"greeting", "NO_SERVICE", "introduced", "challenge", "START_MAIL_INPUT"}


@pytest.mark.parametrize(("octets", "reply"), PAIRS)
def test_parse_reply_octets_give_their_value(octets: bytes, reply: Reply) -> None:
    assert parse_reply(octets) == reply


@pytest.mark.parametrize(("octets", "reply"), PAIRS)
def test_reply_value_writes_its_octets(octets: bytes, reply: Reply) -> None:
    assert bytes(reply) == octets


@pytest.mark.parametrize(("octets", "reply"), VARIANTS)
def test_parse_reply_variant_gives_the_same_value(octets: bytes, reply: Reply) -> None:
    assert parse_reply(octets) == reply


@pytest.mark.parametrize("octets", WRONG)
def test_parse_reply_wrong_octets_are_refused(octets: bytes) -> None:
    with pytest.raises(ValueError, match="reply"):
        parse_reply(octets)


@given(strategies.octets)
def test_parse_reply_any_octets_raise_nothing_but_value_error(octets: bytes) -> None:
    try:
        reply = parse_reply(octets)
    except ValueError:
        return
    assert parse_reply(bytes(reply)) == reply


@given(
    st.integers(200, 599),
    st.lists(st.binary(max_size=20).map(lambda line: line.translate(None, b"\r\n")), min_size=1, max_size=4),
)
def test_parse_reply_reads_whatever_a_server_may_write(code: int, lines: list[bytes]) -> None:
    octets = b"".join(b"%d-%b\r\n" % (code, line) for line in lines[:-1]) + b"%d %b\r\n" % (code, lines[-1])
    reply = parse_reply(octets)
    assert reply.code == code
    assert len(reply.lines) == len(lines)
    assert str(reply).count("\n") == len(lines) - 1


@pytest.mark.parametrize("reply", ALL)
def test_reply_of_this_server_is_read_back(reply: Reply) -> None:
    assert parse_reply(bytes(reply)) == reply


@pytest.mark.parametrize("reply", ALL)
def test_reply_of_this_server_is_ascii_in_lines_of_512_octets(reply: Reply) -> None:
    lines = bytes(reply).split(b"\r\n")
    assert lines.pop() == b""
    assert all(line.isascii() and line.decode().isprintable() and len(line) + 2 <= REPLY_LINE_LIMIT for line in lines)


@pytest.mark.parametrize(("name", "reply"), {**CONSTANTS, **MADE}.items(), ids=[*CONSTANTS, *MADE])
def test_reply_of_this_server_has_an_enhanced_code_of_its_class(name: str, reply: Reply) -> None:
    if name in WITHOUT_ENHANCED:
        assert reply.enhanced == ""
    else:
        digit, subject, detail = map(int, reply.enhanced.split("."))
        assert digit == reply.code // 100
        assert subject <= 7
        assert detail <= 30


@pytest.mark.parametrize("reply", ALL)
def test_reply_with_an_enhanced_code_repeats_it_on_each_line(reply: Reply) -> None:
    for line in bytes(reply).splitlines():
        assert line[4:].startswith(f"{reply.enhanced} ".lstrip().encode())


@pytest.mark.parametrize("reply", ALL)
def test_reply_of_this_server_has_a_code_with_a_meaning(reply: Reply) -> None:
    assert reply.code in CODES


@pytest.mark.parametrize(("code", "positive"), [(220, True), (250, True), (354, True), (421, False), (550, False)])
def test_reply_is_positive_under_400(code: int, positive: bool) -> None:
    assert Reply(code, "", "").is_positive is positive


def test_reply_str_has_each_line_with_its_code() -> None:
    assert str(Reply(550, "5.1.1", "No\nnever")) == "550-5.1.1 No\n550 5.1.1 never"


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        pytest.param(b"550 Postf\xe4cher\r\n", "550 Postf\\xe4cher", id="not UTF-8"),
        pytest.param(b"550 \x1b[2Jgone\r\n", "550 \\x1b[2Jgone", id="terminal control"),
        pytest.param("550 ab\u202ecd\r\n".encode(), "550 ab\\u{202e}cd", id="bidirectional override"),
    ],
)
def test_reply_str_shows_what_a_stranger_said_safely(octets: bytes, text: str) -> None:
    assert str(parse_reply(octets)) == text


@pytest.mark.parametrize(
    ("code", "meaning", "source"),
    [
        pytest.param(250, "the requested action is completed", "RFC 5321 §4.2.3", id="known"),
        pytest.param(299, "done", "RFC 5321 §4.2.1", id="unknown 2yz"),
        pytest.param(399, "go on", "RFC 5321 §4.2.1", id="unknown 3yz"),
        pytest.param(471, "not now: try again later", "RFC 5321 §4.2.1", id="unknown 4yz"),
        pytest.param(571, "no: do not try the same again", "RFC 5321 §4.2.1", id="unknown 5yz"),
        pytest.param(99, "not a reply code of SMTP", "RFC 5321 §4.2.1", id="none"),
    ],
)
def test_meaning_of_code_unknown_one_is_read_by_its_first_digit(code: int, meaning: str, source: str) -> None:
    assert meaning_of_code(code) == (meaning, source)
