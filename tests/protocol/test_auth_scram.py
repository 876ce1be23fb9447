"""SCRAM-SHA-256 (RFC 5802, RFC 7677)."""

import base64
import hashlib
import hmac

import pytest

from smtplab.protocol.auth import scram
from smtplab.protocol.auth.exchange import ServerExchange
from smtplab.protocol.auth.scram import ITERATIONS_LIMIT, Keys, scram_client, scram_server
from smtplab.protocol.auth.scram import derive as scram_derive
from tests.protocol.exchanges import drive, join, nonces, numbered

# The example of RFC 7677 §3.
CLIENT_NONCE = "rOprNGfwEbeRWgbNEkqO"
SERVER_NONCE = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
SALT = base64.b64decode("W22ZaJ0SNY7soEsUEjb6gQ==").decode("latin-1")
CLIENT_FIRST = b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
SERVER_FIRST = b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
WITHOUT_PROOF = b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
PROOF = b"dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
CLIENT_FINAL = WITHOUT_PROOF + b",p=" + PROOF
SERVER_FINAL = b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="

PASSWORDS = {"user": "pencil", "a=b,c": "p,=w"}


def example_server(initial: bytes | None = CLIENT_FIRST) -> ServerExchange:
    return scram_server(PASSWORDS, initial, nonces(SERVER_NONCE, SALT))


def final_for(
    first: bytes, *, password: str = "pencil", without_proof: bytes = WITHOUT_PROOF, extra: bytes = b""
) -> bytes:
    """Give a client final message whose proof is right for what was said, computed apart from the module."""
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), SALT.encode("latin-1"), 4096)
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    bare = first.split(b",", 2)[2]
    message = b",".join((bare, SERVER_FIRST, without_proof + extra))
    signature = hmac.digest(hashlib.sha256(client_key).digest(), message, "sha256")
    proof = bytes(one ^ other for one, other in zip(client_key, signature, strict=True))
    return without_proof + extra + b",p=" + base64.b64encode(proof)


def test_scram_server_takes_the_example_of_the_rfc() -> None:
    assert drive(example_server(), CLIENT_FINAL, b"") == ([SERVER_FIRST, SERVER_FINAL], "user")


def test_scram_server_without_an_initial_response_asks_for_it() -> None:
    assert drive(example_server(None), CLIENT_FIRST, CLIENT_FINAL, b"") == ([b"", SERVER_FIRST, SERVER_FINAL], "user")


def test_scram_client_says_the_example_of_the_rfc() -> None:
    client = scram_client("user", "pencil", nonces(CLIENT_NONCE))
    assert [next(client), client.send(SERVER_FIRST), client.send(SERVER_FINAL)] == [CLIENT_FIRST, CLIENT_FINAL, b""]


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"n=user,r=abc", id="no GS2 header"),
        pytest.param(b"p=tls-unique,,n=user,r=abc", id="channel binding wanted"),
        pytest.param(b"x,,n=user,r=abc", id="unknown flag"),
        pytest.param(b"n,a=other,n=user,r=abc", id="for somebody else"),
        pytest.param(b"n,a=,n=user,r=abc", id="empty authorization identity"),
        pytest.param(b"n,,m=x,n=user,r=abc", id="mandatory extension"),
        pytest.param(b"n,,n=user,r=abc,m=x", id="mandatory extension behind"),
        pytest.param(b"n,,n=,r=abc", id="empty name"),
        pytest.param(b"n,,n=a=b,r=abc", id="name with an equals sign"),
        pytest.param(b"n,,n=a=2cb,r=abc", id="name quoted in lower case"),
        pytest.param(b"n,,n=a\0b,r=abc", id="name with a NUL"),
        pytest.param(b"n,,n=\xff,r=abc", id="name that is no UTF-8"),
        pytest.param(b"n,,r=abc,n=user", id="other order"),
        pytest.param(b"n,,n=user,r=", id="empty nonce"),
        pytest.param(b"n,,n=user,r=a b", id="nonce with a blank"),
        pytest.param("n,,n=user,r=\u00e5".encode(), id="nonce that is no ASCII"),
        pytest.param(b"n,,n=user", id="no nonce"),
        pytest.param(b"n,,n=user,r=abc,x", id="extension without a value"),
        pytest.param(CLIENT_FIRST + b"\n", id="line end behind"),
    ],
)
def test_scram_first_message_that_is_wrong_is_refused_at_once(first: bytes) -> None:
    assert drive(example_server(first)) == ([], None)


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(b"y,," + CLIENT_FIRST[3:], id="channel binding known, but not offered"),
        pytest.param(b"n,a=user," + CLIENT_FIRST[3:], id="for oneself by name"),
        pytest.param(CLIENT_FIRST + b",x=1,Y=a=b", id="extensions that may be ignored"),
    ],
)
def test_scram_first_message_that_is_right_in_other_ways_is_taken(first: bytes) -> None:
    header = first[: len(first) - len(first.split(b",", 2)[2])]
    without_proof = WITHOUT_PROOF.replace(b"biws", base64.b64encode(header))
    final = final_for(first, without_proof=without_proof)
    assert drive(example_server(first), final, b"") == ([SERVER_FIRST, answer_to(first, without_proof)], "user")


def answer_to(first: bytes, without_proof: bytes) -> bytes:
    salted = hashlib.pbkdf2_hmac("sha256", b"pencil", SALT.encode("latin-1"), 4096)
    server_key = hmac.digest(salted, b"Server Key", "sha256")
    message = b",".join((first.split(b",", 2)[2], SERVER_FIRST, without_proof))
    return b"v=" + base64.b64encode(hmac.digest(server_key, message, "sha256"))


def test_scram_name_is_unquoted() -> None:
    first = b"n,,n=a=3Db=2Cc,r=" + CLIENT_NONCE.encode()
    challenges, user = drive(example_server(first), final_for(first, password="p,=w"), b"")
    assert user == "a=b,c"
    assert len(challenges) == 2


@pytest.mark.parametrize(
    "final",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\xff", id="no UTF-8"),
        pytest.param(WITHOUT_PROOF, id="no proof"),
        pytest.param(CLIENT_FINAL.replace(b"dHz", b"dHy"), id="wrong proof"),
        pytest.param(WITHOUT_PROOF + b",p=AAAA", id="proof too short"),
        pytest.param(WITHOUT_PROOF + b",p=" + PROOF + b"=", id="proof that is no base64"),
        pytest.param(final_for(CLIENT_FIRST, password="wrong"), id="proof of another password"),
        pytest.param(final_for(CLIENT_FIRST, without_proof=WITHOUT_PROOF[:-1]), id="nonce cut"),
        pytest.param(final_for(CLIENT_FIRST, without_proof=b"c=biws,r=" + CLIENT_NONCE.encode()), id="own nonce only"),
        pytest.param(final_for(CLIENT_FIRST, without_proof=WITHOUT_PROOF.replace(b"biws", b"eSws")), id="flag changed"),
        pytest.param(final_for(CLIENT_FIRST, without_proof=WITHOUT_PROOF.replace(b"biws", b"biw=")), id="header cut"),
        pytest.param(
            final_for(CLIENT_FIRST, without_proof=WITHOUT_PROOF.replace(b"biws", b"biwsAA==")), id="data added"
        ),
        pytest.param(
            final_for(CLIENT_FIRST, without_proof=WITHOUT_PROOF.replace(b"biws", b"bi")), id="header no base64"
        ),
        pytest.param(final_for(CLIENT_FIRST, extra=b",m=1"), id="mandatory extension"),
    ],
)
def test_scram_final_message_that_proves_nothing_is_refused(final: bytes) -> None:
    assert drive(example_server(), final) == ([SERVER_FIRST], None)


def test_scram_final_message_may_hold_extensions() -> None:
    assert drive(example_server(), final_for(CLIENT_FIRST, extra=b",x=1"), b"")[1] == "user"


def test_scram_client_that_answers_the_signature_with_more_is_refused() -> None:
    assert drive(example_server(), CLIENT_FINAL, b"more") == ([SERVER_FIRST, SERVER_FINAL], None)


def test_scram_nobody_gets_as_far_as_somebody_with_a_wrong_password() -> None:
    first = CLIENT_FIRST.replace(b"user", b"nobody")
    for password in ("wrong", ""):
        assert drive(example_server(first), final_for(first, password=password)) == ([SERVER_FIRST], None)


def test_scram_nobody_makes_the_server_work_as_much_as_somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    worked: list[int] = []

    def derive(password: str, salt: bytes, iterations: int) -> Keys:
        worked.append(iterations)
        return scram_derive(password, salt, iterations)

    monkeypatch.setattr(scram, "derive", derive)
    for first in (CLIENT_FIRST, CLIENT_FIRST.replace(b"user", b"nobody")):
        drive(example_server(first), final_for(first, password="wrong"))
    assert worked == [4096, 4096]


def test_scram_challenges_of_two_exchanges_differ() -> None:
    fresh = numbered("s")
    first = [next(scram_server(PASSWORDS, CLIENT_FIRST, fresh)) for _ in range(2)]
    assert first[0] != first[1]


@pytest.mark.parametrize(
    "server_first",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\xff", id="no UTF-8"),
        pytest.param(b"e=other-error", id="error"),
        pytest.param(SERVER_FIRST.replace(b"rOpr", b"rOps"), id="somebody else's nonce"),
        pytest.param(b"m=x," + SERVER_FIRST, id="mandatory extension"),
        pytest.param(SERVER_FIRST + b",m=x", id="mandatory extension behind"),
        pytest.param(SERVER_FIRST.replace(b"gQ==", b"gQ="), id="salt that is no base64"),
        pytest.param(SERVER_FIRST.replace(b"W22ZaJ0SNY7soEsUEjb6gQ==", b""), id="empty salt"),
        pytest.param(SERVER_FIRST.replace(b"4096", b"0"), id="no iterations"),
        pytest.param(SERVER_FIRST.replace(b"4096", b"-1"), id="fewer than no iterations"),
        pytest.param(SERVER_FIRST.replace(b"4096", b"%d" % (ITERATIONS_LIMIT + 1)), id="too many iterations"),
        pytest.param(SERVER_FIRST.replace(b"4096", b"9" * 5000), id="far too many iterations"),
    ],
)
def test_scram_client_refuses_a_wrong_first_message(server_first: bytes) -> None:
    client = scram_client("user", "pencil", nonces(CLIENT_NONCE))
    next(client)
    with pytest.raises(ValueError, match=r"first message|base64|too many"):
        client.send(server_first)


@pytest.mark.parametrize(
    "server_final",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"e=invalid-proof", id="error"),
        pytest.param(SERVER_FINAL.replace(b"6rri", b"6rrj"), id="wrong signature"),
        pytest.param(b"v=AAAA", id="signature too short"),
        pytest.param(b"v=AAAAA", id="signature that is no base64"),
    ],
)
def test_scram_client_refuses_a_server_that_does_not_know_the_password(server_final: bytes) -> None:
    client = scram_client("user", "pencil", nonces(CLIENT_NONCE))
    next(client)
    client.send(SERVER_FIRST)
    with pytest.raises(ValueError, match="did not prove"):
        client.send(server_final)


@pytest.mark.parametrize("user", ["", "a\0b"])
def test_scram_client_refuses_a_name_that_cannot_be_written(user: str) -> None:
    with pytest.raises(ValueError, match="user name"):
        next(scram_client(user, "pencil", nonces(CLIENT_NONCE)))


def test_scram_in_other_characters_for_the_same_is_taken() -> None:
    server = scram_server({"\u00bd": "\u00e5"}, None, numbered("s"))
    assert join(server, scram_client("1\u20442", "a\u030a", numbered("c"))) == ("\u00bd", True)
