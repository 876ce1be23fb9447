"""Envelope and letter as two sheets."""

import re

from smtplab.protocol.transactions import Transaction, transactions
from smtplab.views.letter import DOT_LINES, EnvelopeAndLetter, envelope_and_letter
from tests.views.sessions import ORDINARY, heard

CONTENT = (
    b"From: test01@coremail.cn\r\nTo: test02@coremail.cn\r\nSubject: <script>alert(1)</script>\r\n"
    b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\n.dot\r\n--x\r\n"
    b'Content-Type: image/png; name="x<img src=x onerror=alert(1)>"\r\n\r\n\r\n--x--\r\n'
)


def shown(content: bytes = CONTENT, reverse_path: str = "<script>@x.org") -> EnvelopeAndLetter:
    return envelope_and_letter(
        Transaction(0, reverse_path, [("test02@coremail.cn", 250), ("b@x.org", 550)], [content], 250)
    )


def test_text_has_both_layers_and_what_follows() -> None:
    [mail] = transactions(heard(ORDINARY))
    text = envelope_and_letter(mail).text()
    assert "MAIL FROM:<test01@coremail.cn>" in text
    assert "RCPT TO:<test02@coremail.cn>  250" in text
    assert "Subject: First mail" in text
    assert "test02@coremail.cn: gets a copy that does not name it, as with Bcc" in text
    assert "line 3: .dot  on the wire: ..dot" in text


def test_envelope_and_letter_are_named_for_those_who_hear_them() -> None:
    assert re.findall(r'aria-label="([^"]*)"', shown().sheets()) == ["envelope", "letter"]


def test_refused_recipient_has_a_cross() -> None:
    assert "✕ 550" in shown().sheets()


def test_parts_are_a_tree() -> None:
    tree = shown().parts()
    assert tree.count("<ul>") == tree.count("</ul>") == 2
    assert tree.count("<li>") == tree.count("</li>") == 3
    deeper = Transaction(0, "", [], [b"Content-Type: message/rfc822\r\n\r\n" + CONTENT + b"\r\n"])
    tree = envelope_and_letter(deeper).parts()
    assert tree.count("<ul>") == tree.count("</ul>") == 3


def test_dots_show_what_went_over_the_wire() -> None:
    assert '<code><b class="smtplab-dot">.</b>.dot</code>' in shown().dots()
    assert "the end of the mail data" in shown().dots()
    assert "none was doubled" in shown(b"Subject: x\r\n\r\nno dot\r\n").dots()


def test_many_dots_are_not_all_shown() -> None:
    assert shown(b"\r\n" + b".\r\n" * 99).dots().count('smtplab-dot"') == DOT_LINES


def test_nothing_that_was_sent_becomes_markup() -> None:
    html = shown().html()
    assert not re.search(r"<(script|img)", html)
    assert "x&lt;img src=x onerror=alert(1)&gt;" in html


def test_second_run_gives_the_same_page() -> None:
    assert shown().html() == shown().html()
    assert shown()._repr_mimebundle_()["text/plain"] == shown().text()
