"""Envelope beside header: whom SMTP names, whom the mail names, and which of them are the same."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol.observer import Observer
from smtplab.protocol.transcript import Stream, Transcript
from smtplab.views.envelopes import envelopes
from tests.views.sessions import LOGIN, MAIL, PIPELINED, heard

BLIND = r"""
S: 220 mail.example.org ready
C: EHLO client.example.org
S: 250 mail.example.org
C: MAIL FROM:<>
S: 250 OK
C: RCPT TO:<a@EXAMPLE.org>
S: 250 OK
C: RCPT TO:<b@example.org>
S: 250 OK
C: RCPT TO:<c@example.org>
S: 550 No
C: DATA
S: 354 Go on
C: From: =?utf-8?Q?J=C3=BCrgen?= <j@example.org>\r\nto: "A, B" <a@example.org>,\r\n <x@example.org>\r\nBcc: b@example.org\r\n\r\nTo: body@example.org\r\n.
S: 250 OK
"""  # noqa: E501 - a message is one line here


def spoken(session: str) -> Transcript:
    return replace(heard(session), streams=(Stream(0, "127.0.0.1:1", "127.0.0.1:2"),))


def test_envelope_stands_beside_header() -> None:
    assert envelopes(spoken(BLIND)).text().splitlines() == [
        "mail 1, taken (250)",
        "  envelope  login      nobody",
        "            MAIL FROM  <>",
        "            RCPT TO    <a@EXAMPLE.org>  250, in To",
        "            RCPT TO    <b@example.org>  250, in Bcc",
        "            RCPT TO    <c@example.org>  ✕ 550, in no field",
        "  header    From       Jürgen <j@example.org>",
        '            To         "A, B" <a@example.org>, <x@example.org>',
        "            Bcc        b@example.org",
    ]


def test_login_is_the_user_that_got_a_235() -> None:
    (sheet,) = envelopes(spoken(LOGIN + MAIL)).sheets
    assert sheet.user == "test01@coremail.cn"


def test_user_that_was_refused_is_no_login() -> None:
    refused = LOGIN.replace("235 2.7.0 Authentication successful", "535 5.7.8 No")
    (sheet,) = envelopes(spoken(refused + MAIL)).sheets
    assert sheet.user == ""


def test_mail_that_names_nobody_says_so() -> None:
    view = envelopes(spoken(LOGIN + MAIL))
    assert "  header               names nobody" in view.text().splitlines()
    assert "<td>names nobody</td>" in view.html()


@pytest.mark.parametrize(
    ("ending", "said"),
    [("", "mail 1, not answered"), ("S: 452 No room\n", "mail 1, ✕ 452"), ("S: 250 OK\n", "mail 1, taken (250)")],
)
def test_heading_says_what_became_of_the_mail(ending: str, said: str) -> None:
    unanswered = BLIND.rpartition("S: 250 OK")[0]
    assert envelopes(spoken(unanswered + ending)).sheets[0].heading == said


def test_envelope_whose_beginning_was_not_captured_says_so() -> None:
    late = r"""
S: 354 Go on
C: From: <a@example.org>\r\n\r\nBody\r\n.
S: 250 OK
"""
    assert "not captured" in envelopes(spoken(late)).text()


def test_transcript_without_a_mail_says_so() -> None:
    assert envelopes(spoken(PIPELINED)).text() == "[no mail was sent]"
    assert "no mail was sent" in envelopes(Transcript()).html()


def test_html_has_two_columns_and_marks_the_refused_recipient() -> None:
    html = envelopes(spoken(BLIND)).html()
    table = ElementTree.fromstring(re.sub(r"<style>.*?</style>", "", html))
    assert [cell.text for cell in table.findall("table/tr/th")] == [
        "envelope: what SMTP says",
        "header: what the mail says",
    ]
    assert [cell.text for cell in table.iter("td") if cell.get("class") == "smtplab-error"] == ["✕ 550, in no field"]


def test_view_is_shown_as_text_and_html() -> None:
    view = envelopes(spoken(BLIND))
    assert view._repr_mimebundle_() == {"text/plain": view.text(), "text/html": view.html()}


@given(header=st.binary(max_size=200), mailbox=st.binary(max_size=40))
def test_anything_that_was_captured_can_be_shown(header: bytes, mailbox: bytes) -> None:
    observer = Observer()
    client = b"MAIL FROM:<" + mailbox + b">\r\n", b"RCPT TO:<" + mailbox + b">\r\n", b"DATA\r\n"
    entries = observer.receive("server", b"220 ready\r\n")
    for line, reply in zip(client, (b"250 OK\r\n", b"250 OK\r\n", b"354 Go\r\n"), strict=True):
        entries += observer.receive("client", line) + observer.receive("server", reply)
    entries += observer.receive("client", b"To: " + header + b"\r\n.\r\n") + observer.close()
    view = envelopes(Transcript(tuple(entries), (Stream(0, "a:1", "b:2"),)))
    ElementTree.fromstring(re.sub(r"<style>.*?</style>", "", view.html()))
    assert all(map(str.isprintable, view.text().split("\n")))
