"""CRAM-MD5 (RFC 2195)."""

import pytest

from smtplab.protocol.auth.cram import cram_client, cram_server, digest
from tests.protocol.exchanges import drive, nonces

# RFC 2195 §2
CHALLENGE = b"<1896.697170952@postoffice.reston.mci.net>"
RESPONSE = b"tim b913a602c7eda7a495b4e6e7334d3890"
PASSWORDS = {"tim": "tanstaaftanstaaf", "blank name": "secret", "\u00e5": "\u00bd"}


def answered(response: bytes) -> str | None:
    server = cram_server(PASSWORDS, None, nonces("1896.697170952"), "postoffice.reston.mci.net")
    challenges, user = drive(server, response)
    assert challenges == [CHALLENGE]
    return user


def test_cram_server_takes_the_example_of_the_rfc() -> None:
    assert answered(RESPONSE) == "tim"


def test_cram_client_says_the_example_of_the_rfc() -> None:
    client = cram_client("tim", "tanstaaftanstaaf")
    assert [next(client), client.send(CHALLENGE)] == [None, RESPONSE]


def test_cram_key_longer_than_a_block_is_hashed_first() -> None:
    # RFC 2202 §2, test case 6: the key is 80 octets of 0xaa
    data = b"Test Using Larger Than Block-Size Key - Hash Key First"
    assert digest("\udcaa" * 80, data) == b"6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd"


@pytest.mark.parametrize(
    "response",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"tim", id="name only"),
        pytest.param(b"b913a602c7eda7a495b4e6e7334d3890", id="digest only"),
        pytest.param(RESPONSE.upper(), id="upper case"),
        pytest.param(RESPONSE[:-1], id="digest too short"),
        pytest.param(RESPONSE + b"0", id="digest too long"),
        pytest.param(RESPONSE + b" ", id="blank behind"),
        pytest.param(b"tim b913a602c7eda7a495b4e6e7334d3891", id="wrong digest"),
        pytest.param(b"nobody b913a602c7eda7a495b4e6e7334d3890", id="unknown name"),
        pytest.param(b"nobody " + digest("", CHALLENGE), id="unknown name, empty password"),
        pytest.param(b"tim " + digest("tanstaaftanstaaf", CHALLENGE[1:-1]), id="brackets left out"),
        pytest.param(b"\xff\xfe \xff", id="no UTF-8"),
        pytest.param(b"tim \xe5\xe5", id="digest that is no ASCII"),
    ],
)
def test_cram_response_that_proves_nothing_is_refused(response: bytes) -> None:
    assert answered(response) is None


@pytest.mark.parametrize("user", ["blank name", "\u00e5"])
def test_cram_name_may_hold_blanks_and_more_than_ascii(user: str) -> None:
    assert answered(user.encode() + b" " + digest(PASSWORDS[user], CHALLENGE)) == user
