"""Transparency: what the client writes, what is on the wire, and what the server reads."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from smtplab.protocol.mail import mail_data, stuff, unstuff, with_crlf
from tests.protocol import strategies

# content, and how it is on the wire before the end mark
STUFFED = [
    pytest.param(b"", b"", id="empty"),
    pytest.param(b".\r\n", b"..\r\n", id="one dot"),
    pytest.param(b"..\r\n", b"...\r\n", id="two dots"),
    pytest.param(b"...\r\n", b"....\r\n", id="three dots"),
    pytest.param(b"a\r\n.\r\nb\r\n", b"a\r\n..\r\nb\r\n", id="dot between lines"),
    pytest.param(b".a\r\n.b\r\n", b"..a\r\n..b\r\n", id="dots before text"),
    pytest.param(b"a.b\r\nc.\r\n", b"a.b\r\nc.\r\n", id="dots inside and last"),
    pytest.param(b" .\r\n", b" .\r\n", id="blank before the dot"),
    pytest.param(b"\r\n.\r\n\r\n", b"\r\n..\r\n\r\n", id="empty lines around"),
    pytest.param(b"a\n.\nb\r\n", b"a\n.\nb\r\n", id="bare LF begins no line"),
    pytest.param(b"a\r.\rb\r\n", b"a\r.\rb\r\n", id="bare CR begins no line"),
]

# content, and all that follows a 354
MAIL_DATA = [
    pytest.param(b"", b".\r\n", id="empty"),
    pytest.param(b"a\r\n", b"a\r\n.\r\n", id="one line"),
    pytest.param(b"a", b"a\r\n.\r\n", id="no final CRLF"),
    pytest.param(b"a\n", b"a\n\r\n.\r\n", id="final LF"),
    pytest.param(b"a\r", b"a\r\r\n.\r\n", id="final CR"),
    pytest.param(b".", b"..\r\n.\r\n", id="one dot, no final CRLF"),
    pytest.param(b"a\r\n.\r\n", b"a\r\n..\r\n.\r\n", id="ends like an end mark"),
    pytest.param(b"\r\n", b"\r\n.\r\n", id="one empty line"),
]


@pytest.mark.parametrize(("content", "wire"), STUFFED)
def test_stuff_doubles_each_dot_that_begins_a_line(content: bytes, wire: bytes) -> None:
    assert stuff(content) == wire


@pytest.mark.parametrize(("content", "wire"), STUFFED)
def test_unstuff_gives_the_content_back(content: bytes, wire: bytes) -> None:
    assert unstuff(wire) == content


@pytest.mark.parametrize(
    ("wire", "content"),
    [pytest.param(b".a\r\n", b"a\r\n", id="first line"), pytest.param(b"a\r\n.b\r\n", b"a\r\nb\r\n", id="later line")],
)
def test_unstuff_single_dot_before_text_is_removed_all_the_same(wire: bytes, content: bytes) -> None:
    assert unstuff(wire) == content


@given(strategies.octets)
@example(b"\r\n\r\n.\r\n.")
@example(b"\r\r\n.\n.")
def test_unstuff_undoes_stuff(content: bytes) -> None:
    assert unstuff(stuff(content)) == content


@given(strategies.octets)
def test_stuff_leaves_no_end_mark_inside(content: bytes) -> None:
    assert b"\r\n.\r\n" not in b"\r\n" + stuff(content)


@pytest.mark.parametrize(("content", "wire"), MAIL_DATA)
def test_mail_data_ends_with_one_end_mark(content: bytes, wire: bytes) -> None:
    assert mail_data(content) == wire


@given(strategies.octets)
def test_mail_data_has_its_only_end_mark_at_its_end(content: bytes) -> None:
    wire = b"\r\n" + mail_data(content)
    assert wire.find(b"\r\n.\r\n") == len(wire) - 5


@pytest.mark.parametrize(
    ("text", "wire"),
    [
        pytest.param(b"a\nb\n", b"a\r\nb\r\n", id="LF"),
        pytest.param(b"a\rb\r", b"a\r\nb\r\n", id="CR"),
        pytest.param(b"a\r\nb\r\n", b"a\r\nb\r\n", id="CRLF"),
        pytest.param(b"a\n\rb\r\r\n", b"a\r\n\r\nb\r\n\r\n", id="mixed"),
        pytest.param(b"", b"", id="empty"),
    ],
)
def test_with_crlf_makes_every_line_end_crlf(text: bytes, wire: bytes) -> None:
    assert with_crlf(text) == wire


@given(st.lists(st.sampled_from([b"\r", b"\n", b"a"])).map(b"".join))
def test_with_crlf_leaves_no_bare_cr_or_lf(text: bytes) -> None:
    rest = with_crlf(text).replace(b"\r\n", b"")
    assert b"\r" not in rest
    assert b"\n" not in rest
