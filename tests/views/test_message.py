"""A message is read: its fields, its addresses, its parts, whatever a stranger made of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol.mime.entity import DEPTH
from smtplab.protocol.octets import printable_text
from smtplab.views.message import PARTS, Address, Message

MIXED = (
    b"From: =?utf-8?B?5byg5LiJ?= <test01@coremail.cn>\r\n"
    b'To: test02@coremail.cn,\r\n\t"Doe, John" <john@example.org>\r\n'
    b"Subject: =?utf-8?q?one=20?= =?utf-8?q?word?= \xff\r\n"
    b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
    b"--x\r\nContent-Type: text/plain; charset=gb2312\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\xc4\xe3\xba\xc3\r\n"
    b"--x\r\nContent-Type: text/html\r\n\r\n<p>hello</p>\r\n"
    b"--x\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename*=utf-8''%E5%9B%BE.png\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\niVBORw==\r\n--x--\r\n"
)


def field(name: str) -> str:
    [value] = Message(MIXED).values(name)
    return value


def nested(depth: int) -> bytes:
    message = b"Content-Type: text/plain\r\n\r\nend\r\n"
    for number in range(depth):
        mark = b"b%d" % number
        message = b"Content-Type: multipart/mixed; boundary=%b\r\n\r\n--%b\r\n%b--%b--\r\n" % (
            mark,
            mark,
            message,
            mark,
        )
    return message


def test_encoded_word_is_decoded() -> None:
    assert field("from") == "张三 <test01@coremail.cn>"


def test_blanks_between_encoded_words_are_no_text_and_other_octets_are_shown() -> None:
    assert field("Subject") == "one word \\xff"


def test_folded_field_is_unfolded() -> None:
    assert field("To") == 'test02@coremail.cn, "Doe, John" <john@example.org>'


def test_addresses_are_found_with_their_names() -> None:
    message = Message(MIXED)
    assert message.addresses("To") == [Address("", "test02@coremail.cn"), Address("Doe, John", "john@example.org")]
    assert message.addresses("from") == [Address("张三", "test01@coremail.cn")]
    assert message.addresses("Cc") == []


def test_parts_are_listed_with_kind_name_and_size() -> None:
    assert [(part.depth, str(part)) for part in Message(MIXED).parts] == [
        (0, "multipart/mixed"),
        (1, "text/plain  gb2312  4 octets"),
        (1, "text/html  12 octets"),
        (1, "image/png  “图.png”  base64  attachment  4 octets"),
    ]


def test_body_and_html_are_the_first_of_their_kind() -> None:
    message = Message(MIXED)
    assert (message.body, message.html) == ("你好", "<p>hello</p>")
    assert [part.name for part in message.attachments] == ["图.png"]


def test_text_that_is_an_attachment_is_no_body() -> None:
    octets = b"Content-Type: text/plain\r\nContent-Disposition: attachment\r\n\r\nfile\r\n"
    assert (Message(octets).body, len(Message(octets).attachments)) == ("", 1)


def test_message_without_a_header_has_a_body() -> None:
    message = Message(b"\r\nSubject: not a header any more\r\n")
    assert (message.fields, message.body) == ([], "Subject: not a header any more\n")


def test_control_characters_in_text_are_shown_and_not_obeyed() -> None:
    octets = b"Subject: \x1b[31m\xe2\x80\xae\r\n\r\n\x07\tbell\x00\r\n"
    assert Message(octets).values("Subject") == ["\\x1b[31m\\u{202e}"]
    assert Message(octets).body == "\\x07   bell\\x00\n"


@pytest.mark.parametrize(
    "octets",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\xff\xfe\x00" * 100, id="octets"),
        pytest.param(b"Content-Type: text/plain; charset=nonsense\r\n\r\nx", id="unknown charset"),
        pytest.param(b'Content-Type: text/plain; charset="\x00"\r\n\r\nx', id="NUL for a charset"),
        pytest.param(b"Content-Transfer-Encoding: base64\r\n\r\n!!!=", id="no base64"),
        pytest.param(b"Content-Transfer-Encoding: uuencode\r\n\r\nbegin 644 x\r\n\xff\r\n", id="no uuencode"),
        pytest.param(
            b"Content-Disposition: attachment; filename*=nonsense''%ff\r\n\r\nx", id="file name in no charset"
        ),
        pytest.param(b"Content-Type: multipart/mixed\r\n\r\nx", id="no boundary"),
        pytest.param(b"Subject: =?nonsense?b?/w?= =?utf-8?b?=?=\r\n\r\n", id="encoded words of no charset"),
        pytest.param(b"To: " + b"(" * 3000 + b"\r\n\r\n", id="nested comments"),
        pytest.param(b"To: <<<<@@>,,;:\xff\r\n\r\n", id="no address"),
        pytest.param(
            b"Content-Type: message/rfc822\r\n\r\nContent-Type: message/rfc822\r\n\r\n", id="message in message"
        ),
        pytest.param(nested(2000), id="parts in parts"),
        pytest.param(b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\n" * 5000, id="many parts"),
        pytest.param(b"A:b\r\n" * 100_000, id="many fields"),
    ],
)
def test_nothing_that_a_stranger_made_up_stops_the_reading(octets: bytes) -> None:
    message = Message(octets)
    assert isinstance((message.body, message.html), tuple)
    assert len(message.parts) <= PARTS
    assert all(part.depth <= DEPTH for part in message.parts)
    assert len(message.fields) <= 200
    assert message.addresses("To") is not None


@given(st.binary(max_size=400))
def test_any_octets_are_read_into_text_that_is_safe(octets: bytes) -> None:
    message = Message(b"Content-Type: text/html\r\nSubject: " + octets)
    texts = [value for field in message.fields for value in field] + [message.body, *map(str, message.parts)]
    assert all(printable_text(line) == line for text in texts for line in text.split("\n"))
