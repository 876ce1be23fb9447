"""A stored message is looked at in several ways."""

import re

from smtplab.views import reading
from smtplab.views.message import Message

MESSAGE = Message(
    b"Return-Path: <test01@coremail.cn>\r\nFrom: test01@coremail.cn\r\nSubject: <b>x</b>\r\n"
    b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nplain <i>text</i>\r\n"
    b"--x\r\nContent-Type: text/html\r\n\r\n<p>rich<script>alert(1)</script></p>\r\n"
    b'--x\r\nContent-Type: image/png; name="x<svg onload=alert(1)>"\r\n\r\n\x89\r\n--x--\r\n'
)


def test_letter_has_a_few_fields_and_the_text() -> None:
    shown = reading.letter(MESSAGE)
    assert "plain &lt;i&gt;text&lt;/i&gt;" in shown
    assert "&lt;b&gt;x&lt;/b&gt;" in shown
    assert "Return-Path" not in shown


def test_header_has_all_fields() -> None:
    assert re.findall(r'<th scope="row">([^<]*)', reading.header(MESSAGE)) == [
        "Return-Path",
        "From",
        "Subject",
        "Content-Type",
    ]


def test_source_marks_a_bare_lf_and_shows_octets() -> None:
    assert reading.source(Message(b"a\r\nb\nc\xff\x00\r\n")) == "<pre>a\nb [LF]\nc\\xff\\x00\n</pre>"


def test_source_that_is_long_is_cut() -> None:
    assert reading.source(Message(b"a\r\n" * 999)).endswith("[… 600 more lines]</pre>")


def test_html_is_framed_and_what_was_left_out_is_told() -> None:
    shown = reading.html_part(MESSAGE)
    assert 'sandbox=""' in shown
    assert "<p>left out: 1 script</p>" in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert reading.html_part(Message(b"\r\nx")) == "<p>no HTML part</p>"


def test_message_of_html_alone_says_where_it_is() -> None:
    assert "HTML alone" in reading.letter(Message(b"Content-Type: text/html\r\n\r\n<p>x</p>"))


def test_parts_name_the_attachments() -> None:
    shown = reading.parts(MESSAGE)
    assert "<p>1 attachment</p>" in shown
    assert "x&lt;svg onload=alert(1)&gt;" in shown


def test_nothing_that_was_sent_becomes_markup() -> None:
    views = (reading.letter, reading.header, reading.source, reading.html_part, reading.parts)
    assert not any(re.search(r"<(script|img|svg|i|b)\b", view(MESSAGE)) for view in views)
