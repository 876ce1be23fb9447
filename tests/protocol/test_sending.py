"""Which extensions a mail has need of, for each kind of mail and of server."""

import pytest

from smtplab.protocol.sending import CannotSend, Plan, plan

ALL = {
    "PIPELINING": "",
    "SIZE": "1000",
    "8BITMIME": "",
    "CHUNKING": "",
    "BINARYMIME": "",
    "SMTPUTF8": "",
}
TEXT = b"Subject: x\r\n\r\nbody\r\n"
MULTIPART = """\
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: message/rfc822

Subject: ä

body
--b--
""".replace("\n", "\r\n").encode()


def without(*keywords: str) -> dict[str, str]:
    return {keyword: value for keyword, value in ALL.items() if keyword not in keywords}


PLANS = [
    pytest.param(TEXT, {}, Plan({}, False, False), id="text, no extensions"),
    pytest.param(TEXT, ALL, Plan({"SIZE": "20"}, True, False), id="text, all extensions"),
    pytest.param(TEXT, {"SIZE": ""}, Plan({"SIZE": "20"}, False, False), id="a server that tells no limit"),
    pytest.param(TEXT, {"SIZE": "0"}, Plan({"SIZE": "20"}, False, False), id="a server without limit"),
    pytest.param(TEXT, {"SIZE": "20"}, Plan({"SIZE": "20"}, False, False), id="exactly at the limit"),
    pytest.param(
        b"\r\n\xc3\xa4\r\n", without("SIZE", "PIPELINING"), Plan({"BODY": "8BITMIME"}, False, False), id="8-bit body"
    ),
    pytest.param(
        "Subject: ä\r\n\r\n".encode(),
        without("SIZE", "PIPELINING"),
        Plan({"BODY": "8BITMIME", "SMTPUTF8": ""}, False, False),
        id="8-bit header",
    ),
    pytest.param(
        "Subject: ä\r\n\r\n".encode(),
        {"8BITMIME": "", "SMTPUTF8": "FOO=BAR"},
        Plan({"BODY": "8BITMIME", "SMTPUTF8": ""}, False, False),
        id="parameters of SMTPUTF8 that nobody knows",
    ),
    pytest.param(b"\r\n\0\r\n", without("SIZE", "PIPELINING"), Plan({"BODY": "BINARYMIME"}, False, True), id="NUL"),
    pytest.param(
        b"\r\na\nb\r\n", without("SIZE", "PIPELINING"), Plan({"BODY": "BINARYMIME"}, False, True), id="bare LF"
    ),
    pytest.param(
        b"x" * 999 + b"\r\n", without("SIZE", "PIPELINING"), Plan({"BODY": "BINARYMIME"}, False, True), id="long line"
    ),
    pytest.param(b"x" * 998 + b"\r\n", without("SIZE", "PIPELINING"), Plan({}, False, False), id="longest line"),
    pytest.param(b"x" * 999 + b"\r\n", {}, Plan({}, False, False), id="long line where it cannot be helped"),
    pytest.param(
        "\r\nbody: ä\r\n".encode(),
        without("SIZE", "PIPELINING"),
        Plan({"BODY": "8BITMIME"}, False, False),
        id="8-bit body that looks like a header",
    ),
    pytest.param(
        MULTIPART,
        without("SIZE", "PIPELINING"),
        Plan({"BODY": "8BITMIME", "SMTPUTF8": ""}, False, False),
        id="8-bit header of a part",
    ),
]


@pytest.mark.parametrize(
    ("content", "size"),
    [
        pytest.param(b"", 0, id="nothing"),
        pytest.param(b"\r\nbody\r\n", 8, id="whole lines"),
        pytest.param(b"\r\nbody", 8, id="last line without an end"),
        pytest.param(b"\r\n.\r\n", 5, id="a dot, whose double does not count"),
        pytest.param(b"\r\nbody\n", 7, id="chunk, which goes out as it is"),
    ],
)
def test_plan_says_the_size_that_goes_out(content: bytes, size: int) -> None:
    planned = plan(content, "a@example.org", ["b@example.org"], without())
    assert planned.parameters["SIZE"] == str(size)


@pytest.mark.parametrize(("content", "extensions", "expected"), PLANS)
def test_plan_uses_what_the_mail_needs(content: bytes, extensions: dict[str, str], expected: Plan) -> None:
    assert plan(content, "a@example.org", ["b@example.org"], extensions) == expected


@pytest.mark.parametrize(
    ("sender", "recipients"), [("jörg@example.org", ["b@example.org"]), ("", ["b@example.org", "δ@example.org"])]
)
def test_plan_address_that_is_not_ascii_needs_smtputf8(sender: str, recipients: list[str]) -> None:
    assert plan(TEXT, sender, recipients, without("SIZE")).parameters == {"SMTPUTF8": ""}
    with pytest.raises(CannotSend, match="needs SMTPUTF8") as refused:
        plan(TEXT, sender, recipients, {})
    assert refused.value.status == "5.6.7"


@pytest.mark.parametrize(
    ("content", "extensions", "status"),
    [
        pytest.param(TEXT, {"SIZE": "19"}, "5.3.4", id="too large"),
        pytest.param(b"\r\n\xff\r\n", without("8BITMIME", "BINARYMIME"), "5.6.3", id="8-bit"),
        pytest.param("Subject: ä\r\n\r\n".encode(), without("SMTPUTF8"), "5.6.7", id="UTF-8 in the header"),
        pytest.param(MULTIPART, without("SMTPUTF8"), "5.6.7", id="UTF-8 in the header of a part"),
        pytest.param(b"\r\na\nb\r\n", without("BINARYMIME"), "5.6.3", id="bare LF"),
        pytest.param(b"\r\na\rb\r\n", without("CHUNKING"), "5.6.3", id="bare CR"),
        pytest.param(b"\r\n\0\r\n", without("BINARYMIME"), "5.6.3", id="NUL"),
    ],
)
def test_plan_mail_that_cannot_be_sent_there_says_why(content: bytes, extensions: dict[str, str], status: str) -> None:
    with pytest.raises(CannotSend) as refused:
        plan(content, "a@example.org", ["b@example.org"], extensions)
    assert refused.value.status == status
