"""PLAIN (RFC 4616) and LOGIN."""

import pytest

from smtplab.protocol import auth
from smtplab.protocol.auth.plain import login_client, login_server, plain_client, plain_server
from tests.protocol.exchanges import drive

PASSWORDS = {"tim": "tanstaaftanstaaf", "kurt": "", "\u00bd": "\u00e5"}


def test_plain_takes_the_example_of_the_rfc() -> None:
    # RFC 4616 §4, the first: no authorization identity
    assert drive(plain_server(PASSWORDS, b"\0tim\0tanstaaftanstaaf")) == ([], "tim")


def test_plain_without_an_initial_response_is_asked_for_it() -> None:
    assert drive(plain_server(PASSWORDS, None), b"\0tim\0tanstaaftanstaaf") == ([b""], "tim")


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"tim", id="no NUL"),
        pytest.param(b"tim\0tanstaaftanstaaf", id="one NUL"),
        pytest.param(b"\0tim\0tanstaaftanstaaf\0", id="three NUL"),
        pytest.param(b"\0tim\0wrong", id="wrong password"),
        pytest.param(b"\0nobody\0tanstaaftanstaaf", id="unknown name"),
        pytest.param(b"\0nobody\0", id="unknown name without password"),
        pytest.param(b"\0\0", id="no name"),
        pytest.param(b"kurt\0tim\0tanstaaftanstaaf", id="for somebody else"),
        pytest.param(b"\0\xff\0\xff", id="no UTF-8"),
    ],
)
def test_plain_that_proves_nothing_is_refused(message: bytes) -> None:
    assert drive(plain_server(PASSWORDS, message)) == ([], None)


def test_plain_for_oneself_by_name_is_taken() -> None:
    assert drive(plain_server(PASSWORDS, b"tim\0tim\0tanstaaftanstaaf")) == ([], "tim")


def test_plain_in_other_characters_for_the_same_is_taken() -> None:
    assert drive(plain_server(PASSWORDS, b"\0" + "1\u20442\x00a\u030a".encode())) == ([], "\u00bd")


def test_plain_client_says_all_at_once() -> None:
    assert list(plain_client("tim", "tanstaaftanstaaf")) == [b"\0tim\0tanstaaftanstaaf"]


@pytest.mark.parametrize(
    ("user", "password"), [pytest.param("a\0b", "c", id="name"), pytest.param("a", "\0", id="password")]
)
def test_plain_client_refuses_a_nul(user: str, password: str) -> None:
    with pytest.raises(ValueError, match="NUL"):
        next(plain_client(user, password))


def test_login_asks_for_name_and_password() -> None:
    challenges = [auth.LOGIN_USERNAME, auth.LOGIN_PASSWORD]
    assert drive(login_server(PASSWORDS, None), b"tim", b"tanstaaftanstaaf") == (challenges, "tim")


def test_login_with_the_name_at_once_asks_for_the_password_only() -> None:
    assert drive(login_server(PASSWORDS, b"tim"), b"tanstaaftanstaaf") == ([auth.LOGIN_PASSWORD], "tim")


@pytest.mark.parametrize("name", [b"tim", b"nobody", b"\xff"])
def test_login_with_a_wrong_password_asks_the_same_of_anybody(name: bytes) -> None:
    assert drive(login_server(PASSWORDS, None), name, b"wrong") == ([auth.LOGIN_USERNAME, auth.LOGIN_PASSWORD], None)


def test_login_client_answers_whatever_it_is_asked() -> None:
    client = login_client("tim", "tanstaaftanstaaf")
    assert [next(client), client.send(b"User Name\0"), client.send(b"")] == [None, b"tim", b"tanstaaftanstaaf"]


def test_plain_names_and_password_of_255_octets_are_taken() -> None:
    name, password = "n" * 255, "p" * 255
    message = f"{name}\0{name}\0{password}".encode()
    assert drive(plain_server({name: password}, message)) == ([], name)
