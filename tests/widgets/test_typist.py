r"""What is typed becomes octets: `\x00` and its like among them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.net.by_hand import ByHand
from smtplab.net.server import Server
from smtplab.widgets.typist import Typist, decoded, encoded, lines_of, octets_of
from tests.widgets.controls import until


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        pytest.param("EHLO a", b"EHLO a", id="plain"),
        pytest.param(r"\x00a\xFFb", b"\x00a\xffb", id="octets"),
        pytest.param(r"a\r\nb\t", b"a\r\nb\t", id="named"),
        pytest.param(r"\\x00", rb"\x00", id="backslash"),
        pytest.param(r'"a\"b"@x \xZZ \x0', rb'"a\"b"@x \xZZ \x0', id="any other backslash"),
        pytest.param("你好", "你好".encode(), id="UTF-8"),
        pytest.param("\ud800", rb"\ud800", id="no character"),
        pytest.param("", b"", id="nothing"),
    ],
)
def test_text_stands_for_octets(text: str, octets: bytes) -> None:
    assert octets_of(text) == octets


@given(st.text())
def test_any_text_stands_for_octets(text: str) -> None:
    assert isinstance(octets_of(text), bytes)


@pytest.mark.parametrize(
    ("text", "end", "octets"),
    [
        pytest.param("a\nb", b"\r\n", b"a\r\nb\r\n", id="CRLF"),
        pytest.param("a\nb\n", b"\r\n", b"a\r\nb\r\n", id="ended already"),
        pytest.param("a\n\n.", b"\n", b"a\n\n.\n", id="LF"),
        pytest.param("a\nb", b"", b"a\nb", id="none"),
        pytest.param("..\n.", b"\r\n", b"..\r\n.\r\n", id="dots stay as typed"),
    ],
)
def test_lines_of_a_text_end_as_chosen(text: str, end: bytes, octets: bytes) -> None:
    assert lines_of(text, end) == octets


def test_base64_goes_both_ways() -> None:
    assert encoded("test01@coremail.cn") == "dGVzdDAxQGNvcmVtYWlsLmNu"
    assert encoded(r"\x00test01\x00password01") == "AHRlc3QwMQBwYXNzd29yZDAx"
    assert decoded(" AHRlc3QwMQBwYXNzd29yZDAx\n") == r"\x00test01\x00password01"


@pytest.mark.parametrize("text", ["%", "a", "你好"])
def test_what_is_no_base64_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        decoded(text)


def test_history_has_each_line_once_the_latest_first() -> None:
    typist = Typist(ByHand("127.0.0.1", 1, changed=lambda: None))
    for line in ("EHLO a", "NOOP", "", "EHLO a"):
        typist.line(line, "CR LF")
    assert typist.history == ["EHLO a", "NOOP"]


def test_history_holds_no_password() -> None:
    with Server(users={"test01@coremail.cn": "password01"}) as server:
        typist = Typist(ByHand(server, changed=lambda: None))
        typist.hand.connect()
        until(lambda: len(typist.hand.now.transcript) == 1)
        for line in ("EHLO a", "AUTH LOGIN", "dGVzdDAxQGNvcmVtYWlsLmNu", "cGFzc3dvcmQwMQ==", "AUTH PLAIN AGEAYg=="):
            before = len(typist.hand.now.transcript)
            typist.line(line, "CR LF")
            until(lambda: len(typist.hand.now.transcript) == before + 2)  # noqa: B023
        typist.hand.close()
    assert typist.history == ["dGVzdDAxQGNvcmVtYWlsLmNu", "AUTH LOGIN", "EHLO a"]
    assert typist.secrets == {"cGFzc3dvcmQwMQ==", "AUTH PLAIN AGEAYg=="}
