"""The mechanisms by the examples of their RFCs, and by what a hostile client sends."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol import auth

PASSWORDS: Mapping[str, str] = {
    "tim": "tanstaaftanstaaf",
    "test01@coremail.cn": "password01",
    "jörg": "pässwörd",
    "nil": "",
}

# RFC 4616 §4, the message of its first example; RFC 4954 §4.1, the response of its PLAIN example.
RFC_4616 = b"\0tim\0tanstaaftanstaaf"
RFC_4954 = b"AHRlc3QAMTIzNA=="


def verdict(exchange: auth.ServerExchange, *responses: bytes) -> str | None:
    """Play the client's responses to a server's mechanism, and give who it takes the client for."""
    try:
        next(exchange)
        for response in responses:
            exchange.send(response)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]
    raise AssertionError("the exchange is not over")


def test_decode_example_of_rfc_4954_is_plain() -> None:
    assert auth.decode(RFC_4954) == b"\0test\x001234"


@pytest.mark.parametrize(
    "text", [b"$$$", b"YQ", b"YQ=", b"Y Q==", b"YQ==\n", b"YQ==YQ==", b"*", b"\xff\xff\xff\xff", b"="]
)
def test_decode_wrong_base64_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match="not base64"):
        auth.decode(text)


@given(st.binary())
def test_decode_undoes_encode(octets: bytes) -> None:
    assert auth.decode(auth.encode(octets).encode()) == octets


@pytest.mark.parametrize(
    ("response", "octets"),
    [
        pytest.param(None, None, id="absent"),
        pytest.param("=", b"", id="empty"),
        pytest.param("YQ==", b"a", id="base64"),
    ],
)
def test_decode_initial_tells_absent_from_empty(response: str | None, octets: bytes | None) -> None:
    assert auth.decode_initial(response) == octets


PLAIN = [
    pytest.param(RFC_4616, "tim", id="example of RFC 4616"),
    pytest.param(b"tim\0tim\0tanstaaftanstaaf", "tim", id="its own identity"),
    pytest.param("\0jörg\0pässwörd".encode(), "jörg", id="UTF-8"),
    pytest.param(b"Kurt\0tim\0tanstaaftanstaaf", None, id="another identity"),
    pytest.param(b"\0tim\0wrong", None, id="wrong password"),
    pytest.param(b"\0tim\0", None, id="empty password"),
    pytest.param(b"\0tim\0tanstaaftanstaaf\0", None, id="NUL in the password"),
    pytest.param(b"\0nobody\0tanstaaftanstaaf", None, id="unknown user"),
    pytest.param(b"\0nobody\0", None, id="unknown user, empty password"),
    pytest.param(b"\0nil\0", "nil", id="a user whose password is empty"),
    pytest.param(b"\0\0", None, id="all empty"),
    pytest.param(b"tim\0tanstaaftanstaaf", None, id="one NUL"),
    pytest.param(b"", None, id="nothing"),
    pytest.param(b"\0tim\0\xff\xfe", None, id="password not UTF-8"),
    pytest.param(b"\0\xff\0tanstaaftanstaaf", None, id="name not UTF-8"),
]


@pytest.mark.parametrize(("message", "user"), PLAIN)
def test_plain_server_initial_response_is_judged(message: bytes, user: str | None) -> None:
    assert verdict(auth.SERVER_MECHANISMS["PLAIN"](PASSWORDS, message)) == user


@pytest.mark.parametrize(("message", "user"), PLAIN)
def test_plain_server_response_to_an_empty_challenge_is_judged_alike(message: bytes, user: str | None) -> None:
    assert verdict(auth.SERVER_MECHANISMS["PLAIN"](PASSWORDS, None), message) == user


@pytest.mark.parametrize(
    ("name", "password", "user"),
    [
        pytest.param(b"tim", b"tanstaaftanstaaf", "tim", id="right"),
        pytest.param(b"tim", b"wrong", None, id="wrong password"),
        pytest.param(b"nobody", b"tanstaaftanstaaf", None, id="unknown user"),
        pytest.param(b"nobody", b"", None, id="unknown user, empty password"),
        pytest.param(b"", b"", None, id="empty"),
        pytest.param(b"\xff", b"\xff", None, id="not UTF-8"),
    ],
)
def test_login_server_judges_name_and_password(name: bytes, password: bytes, user: str | None) -> None:
    login = auth.SERVER_MECHANISMS["LOGIN"]
    assert verdict(login(PASSWORDS, None), name, password) == user
    assert verdict(login(PASSWORDS, name), password) == user


def test_login_server_asks_twice() -> None:
    exchange = auth.SERVER_MECHANISMS["LOGIN"](PASSWORDS, None)
    assert (next(exchange), exchange.send(b"tim")) == (b"username:", b"Password:")


@pytest.mark.parametrize("mechanism", sorted({"LOGIN", "PLAIN"}))
@pytest.mark.parametrize("password", ["password01", "wrong"])
def test_client_and_server_of_one_mechanism_understand_each_other(mechanism: str, password: str) -> None:
    client = auth.CLIENT_MECHANISMS[mechanism]("test01@coremail.cn", password)
    server = auth.SERVER_MECHANISMS[mechanism](PASSWORDS, next(client))
    user = "unfinished"
    try:
        challenge = next(server)
        while True:
            response = client.send(challenge)
            assert response is not None
            challenge = server.send(response)
    except StopIteration as stop:
        user = stop.value
    assert user == ("test01@coremail.cn" if password == "password01" else None)


EXPLAINED = [
    pytest.param("PLAIN", 0, RFC_4616, "authorization identity= username=tim password=tanstaaftanstaaf", id="PLAIN"),
    pytest.param("PLAIN", 0, b"no NUL", "response=no NUL", id="PLAIN, malformed"),
    pytest.param("PLAIN", 1, RFC_4616, "response=\0tim\0tanstaaftanstaaf", id="PLAIN, a second response"),
    pytest.param("LOGIN", 0, b"tim", "username=tim", id="LOGIN, first"),
    pytest.param("LOGIN", 1, b"secret", "password=secret", id="LOGIN, second"),
    pytest.param("LOGIN", 2, b"more", "response=more", id="LOGIN, third"),
    pytest.param("LOGIN", 0, b"\xff", "username=\\xff", id="not UTF-8"),
    pytest.param("XTEST", 0, b"abc", "response=abc", id="unknown mechanism"),
]


@pytest.mark.parametrize(("mechanism", "step", "message", "said"), EXPLAINED)
def test_explain_says_what_a_response_holds(mechanism: str, step: int, message: bytes, said: str) -> None:
    assert " ".join(f"{name}={value}" for name, value in auth.explain(mechanism, step, message)) == said
