"""What the messages of AUTH hold, also of mechanisms that only strangers speak."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol.auth import SECRETS, explain, explain_challenge

# Made after [MS-NLMP] §2.2.1: the first in ASCII, the others in UTF-16.
NTLM_1 = (
    bytes.fromhex("4e544c4d53535000 01000000 07320000 0600 0600 2b000000 0b00 0b00 20000000".replace(" ", ""))
    + b"WORKSTATIONDOMAIN"
)
NTLM_2 = bytes.fromhex(
    "4e544c4d53535000 02000000 0c00 0c00 30000000 01028100 0123456789abcdef 0000000000000000 0000000000000000".replace(
        " ", ""
    )
) + "DOMAIN".encode("utf-16-le")
NTLM_3 = (
    bytes.fromhex(
        "4e544c4d53535000 03000000 0000 0000 00000000 0400 0400 6a000000"
        "0c00 0c00 40000000 0800 0800 4c000000 1600 1600 54000000 0000 0000 00000000 01020000".replace(" ", "")
    )
    + "DOMAINuserWORKSTATION".encode("utf-16-le")
    + bytes.fromhex("25a98c1c")
)


@pytest.mark.parametrize(
    ("mechanism", "step", "message", "says"),
    [
        pytest.param(
            "PLAIN",
            0,
            b"\0tim\0secret",
            (("authorization identity", ""), ("username", "tim"), ("password", "secret")),
            id="PLAIN",
        ),
        pytest.param("PLAIN", 0, b"tim\0secret", (("response", "tim\0secret"),), id="PLAIN with one NUL"),
        pytest.param("PLAIN", 1, b"\0tim\0secret", (("response", "\0tim\0secret"),), id="PLAIN twice"),
        pytest.param("LOGIN", 0, b"tim", (("username", "tim"),), id="LOGIN, name"),
        pytest.param("LOGIN", 1, b"secret", (("password", "secret"),), id="LOGIN, password"),
        pytest.param("LOGIN", 2, b"more", (("response", "more"),), id="LOGIN, more"),
        pytest.param("CRAM-MD5", 0, b"a b 0123", (("username", "a b"), ("digest", "0123")), id="CRAM-MD5"),
        pytest.param("CRAM-MD5", 0, b"secret", (("response", "secret"),), id="CRAM-MD5 without a blank"),
        pytest.param(
            "SCRAM-SHA-256",
            0,
            b"n,a=b,n=a=3Db=2Cc,r=abc",
            (("channel binding", "n"), ("authorization identity", "b"), ("username", "a=b,c"), ("nonce", "abc")),
            id="SCRAM, first",
        ),
        pytest.param(
            "SCRAM-SHA-1-PLUS",
            0,
            b"p=tls-unique,,n=tim,r=abc,x=1",
            (("channel binding", "p=tls-unique"), ("username", "tim"), ("nonce", "abc"), ("extension x", "1")),
            id="SCRAM, channel binding",
        ),
        pytest.param(
            "SCRAM-SHA-256",
            1,
            b"c=biws,r=abc,p=AAAA",
            (("channel binding", "n,,"), ("nonce", "abc"), ("proof", "AAAA")),
            id="SCRAM, final",
        ),
        pytest.param("SCRAM-SHA-256", 1, b"c=b", (("channel binding", "b"),), id="SCRAM, header that is no base64"),
        pytest.param("SCRAM-SHA-256", 0, b"secret", (("response", "secret"),), id="SCRAM, no attribute"),
        pytest.param("SCRAM-SHA-256", 2, b"", (("response", ""),), id="SCRAM, empty"),
        pytest.param(
            "XOAUTH2",
            0,
            b"user=tim\x01auth=Bearer ya29\x01\x01",
            (("username", "tim"), ("access token", "ya29")),
            id="XOAUTH2",
        ),
        pytest.param("XOAUTH2", 0, b"user=tim", (("response", "user=tim"),), id="XOAUTH2 without a token"),
        pytest.param(
            "NTLM",
            0,
            NTLM_1,
            (("message", "1, negotiate"), ("domain", "DOMAIN"), ("workstation", "WORKSTATION")),
            id="NTLM, first",
        ),
        pytest.param("NTLM", 0, NTLM_1[:16], (("message", "1, negotiate"),), id="NTLM, first without names"),
        pytest.param(
            "NTLM",
            1,
            NTLM_3,
            (
                ("message", "3, authenticate"),
                ("domain", "DOMAIN"),
                ("username", "user"),
                ("workstation", "WORKSTATION"),
                ("NT response", "25a98c1c"),
            ),
            id="NTLM, last",
        ),
        pytest.param(
            "NTLM", 0, b"NTLMSSP\0\x09\0\0\0", (("response", "NTLMSSP\0\t\0\0\0"),), id="NTLM, unknown number"
        ),
        pytest.param(
            "NTLM", 0, b"NTLMSSQ\0\x01\0\0\0", (("response", "NTLMSSQ\0\x01\0\0\0"),), id="NTLM, not its mark"
        ),
        pytest.param("NTLM", 0, b"NTLMSSP\0", (("response", "NTLMSSP\0"),), id="NTLM, too short"),
        pytest.param("XUNKNOWN", 0, b"a\xff", (("response", "a\\xff"),), id="unknown mechanism"),
        pytest.param("", 0, b"", (("response", ""),), id="no mechanism"),
    ],
)
def test_response_says(mechanism: str, step: int, message: bytes, says: tuple[tuple[str, str], ...]) -> None:
    assert explain(mechanism, step, message) == says


@pytest.mark.parametrize(
    ("mechanism", "message", "says"),
    [
        pytest.param("LOGIN", b"Password:", (("challenge", "Password:"),), id="LOGIN"),
        pytest.param("CRAM-MD5", b"<1.2@example.org>", (("challenge", "<1.2@example.org>"),), id="CRAM-MD5"),
        pytest.param(
            "SCRAM-SHA-256",
            b"r=abcdef,s=QUJD,i=4096",
            (("nonce", "abcdef"), ("salt", "QUJD"), ("iterations", "4096")),
            id="SCRAM, first",
        ),
        pytest.param("SCRAM-SHA-256", b"v=AAAA", (("server signature", "AAAA"),), id="SCRAM, final"),
        pytest.param("SCRAM-SHA-256", b"e=other-error", (("error", "other-error"),), id="SCRAM, error"),
        pytest.param("SCRAM-SHA-256", b"", (("challenge", ""),), id="SCRAM, empty"),
        pytest.param(
            "NTLM",
            NTLM_2,
            (("message", "2, challenge"), ("target name", "DOMAIN"), ("server challenge", "0123456789abcdef")),
            id="NTLM",
        ),
        pytest.param("XOAUTH2", b'{"status":"401"}', (("challenge", '{"status":"401"}'),), id="XOAUTH2, refused"),
    ],
)
def test_challenge_says(mechanism: str, message: bytes, says: tuple[tuple[str, str], ...]) -> None:
    assert explain_challenge(mechanism, 1, message) == says


@pytest.mark.parametrize(
    ("mechanism", "step", "message"),
    [
        pytest.param("PLAIN", 0, b"\0tim\0hidden", id="PLAIN"),
        pytest.param("PLAIN", 0, b"tim\0hidden", id="PLAIN that is wrong"),
        pytest.param("LOGIN", 1, b"hidden", id="LOGIN"),
        pytest.param("XOAUTH2", 0, b"user=tim\x01auth=Bearer hidden\x01\x01", id="XOAUTH2"),
        pytest.param("XUNKNOWN", 0, b"hidden", id="unknown mechanism"),
    ],
)
def test_what_lets_anybody_log_in_has_a_secret_name(mechanism: str, step: int, message: bytes) -> None:
    assert [value for name, value in explain(mechanism, step, message) if name in SECRETS and "hidden" in value]
    assert not [value for name, value in explain(mechanism, step, message) if name not in SECRETS and "hidden" in value]


@given(
    mechanism=st.sampled_from(["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256", "NTLM", "XOAUTH2", "XUNKNOWN"]),
    step=st.integers(0, 5),
    message=st.binary()
    | st.binary().map(lambda rest: b"NTLMSSP\0\x01\0\0\0" + rest)
    | st.binary().map(lambda rest: b"NTLMSSP\0\x03\0\0\0" + rest),
)
def test_any_message_is_explained(mechanism: str, step: int, message: bytes) -> None:
    assert explain(mechanism, step, message)
    assert explain_challenge(mechanism, step, message)
