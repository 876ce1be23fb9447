"""Display filters: what passes, and what is told about those that are none."""

import pytest

from smtplab.capture.display_filter import FIELDS, FilterError, display_filter, filtered
from smtplab.protocol.observer import Observer
from smtplab.protocol.transcript import Stream, Transcript

DIALOGUE = (
    ("server", b"220 mail.example.org ready\r\n"),
    ("client", b"EHLO client.example.org\r\n"),
    ("server", b"250-mail.example.org\r\n250 AUTH PLAIN\r\n"),
    ("client", b"AUTH PLAIN AHVzZXIAc2VjcmV0\r\n"),
    ("server", b"235 2.7.0 Welcome\r\n"),
    ("client", b"MAIL FROM:<a@example.org>\r\n"),
    ("server", b"250 2.1.0 OK\r\n"),
    ("client", b"RCPT TO:<b@example.org>\r\n"),
    ("server", b"550 5.1.1 Nobody\r\n"),
    ("client", b"RCPT TO:<c@example.org>\r\n"),
    ("server", b"250 2.1.5 OK\r\n"),
    ("client", b"DATA\r\n"),
    ("server", b"354 Go on\r\n"),
    ("client", b"Subject: a letter\r\n\r\nText\r\n.\r\n"),
    ("server", b"250 2.0.0 Queued\r\n"),
)


@pytest.fixture(scope="module")
def transcript() -> Transcript:
    observer = Observer(stream=3)
    entries = []
    for frame, (party, octets) in enumerate(DIALOGUE, start=1):
        entries += observer.receive(party, octets, frame / 10, frame)  # type: ignore[arg-type]
    return Transcript(tuple(entries), (Stream(3, "127.0.0.1:40000", "[::1]:2525"),))


@pytest.mark.parametrize(
    ("expression", "frames"),
    [
        ("", [*range(1, 15), 14, 15]),
        ("smtp.req", [2, 4, 6, 8, 10, 12]),
        ("!smtp.req && !smtp.rsp", [14, 14]),
        ('smtp.req.command == "RCPT"', [8, 10]),
        ("smtp.req.command eq RCPT", [8, 10]),
        ('smtp.req.command in {"MAIL", "DATA"}', [6, 12]),
        ("smtp.response.code in {200..230, 550}", [1, 9]),
        ("smtp.response.code in {550, 300 .. 399}", [9, 13]),
        ('smtp.req.parameter contains "b@"', [8]),
        ('smtp.req.parameter matches "^to:<[bc]@"', [8, 10]),
        ("smtp.response.code >= 300", [9, 13]),
        ("smtp.response.code != 250", [1, 5, 9, 13]),
        ("smtp.response.code > 200 and smtp.response.code < 230", [1]),
        ("smtp.response.code == 220 or smtp.response.code == 550", [1, 9]),
        ("smtp.response.code == 220 || (smtp.response.code == 354 && tcp)", [1, 13]),
        ("not (smtp.req or smtp.rsp)", [14, 14]),
        ('smtp.rsp.parameter contains "5.1.1"', [9]),
        ('smtp.response == "250 AUTH PLAIN"', [3]),
        ('smtp.auth.username == "user"', [4]),
        ('smtp.auth.password == "secret"', [4]),
        ('imf.subject contains "letter"', [14]),
        ("smtp.eom", [14]),
        ("frame.number <= 2", [1, 2]),
        ("frame.time_relative > 1.35", [14, 14, 15]),
        ("tcp.stream == 3 and frame.number == 1", [1]),
        ("tcp.stream == 1", []),
        ("tcp.srcport == 2525 and smtp.response.code == 220", [1]),
        ("tcp.dstport == 2525 and frame.number < 3", [2]),
        ("ip.src == 127.0.0.1 and frame.number < 3", [2]),
        ('ipv6.addr == "::1" and frame.number < 3', [1, 2]),
        ('smtp.req.command == "\\"MAIL\\""', []),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_filter_passes_the_entries_of_these_frames(transcript: Transcript, expression: str, frames: list[int]) -> None:
    assert [entry.frame for entry in filtered(transcript, expression)] == frames


@pytest.mark.parametrize(
    ("expression", "position", "reason"),
    [
        ("smtp.foo == 1", 0, "no field that is known"),
        ("smtp smtp", 5, "'and' or 'or' is missing"),
        ("smtp and", 8, "a field is missing"),
        ('"MAIL"', 0, "this is no field"),
        ("(smtp", 5, "a closing bracket is missing"),
        ("smtp.response.code == many", 22, "this field is a number"),
        ("smtp.response.code ==", 21, "a value is missing"),
        ('smtp.response matches "("', 22, "not a regular expression"),
        ("smtp.response matches (", 22, "a value is missing"),
        ("smtp.response.code in 250", 22, "a set begins with {"),
        ("smtp.response.code in {250", 26, "a set ends with }"),
        ("smtp.response.code in {250..}", 23, "this field is a number"),
        ("(" * 101 + "smtp" + ")" * 101, 100, "there are too many"),
        ("!" * 2000 + "smtp", 100, "there are too many"),
        ('smtp.response contains "x', 23, "a string without its end"),
        ("smtp = 1", 5, "not understood"),
        ("tcp > 1", 4, "it has no value to compare"),
        ("smtp.req == 1", 9, "it has no value to compare"),
        ('imf contains "x"', 4, "it has no value to compare"),
        ("tcp port 25", 4, "this is a capture filter"),
        ("port 25", 0, "this is a capture filter"),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value else "",
)
def test_filter_that_is_wrong_says_where_and_why(expression: str, position: int, reason: str) -> None:
    with pytest.raises(FilterError) as caught:
        display_filter(expression)
    assert caught.value.position == position
    assert reason in caught.value.reason


@pytest.mark.parametrize("field", FIELDS)
def test_field_can_be_asked_of_every_entry(transcript: Transcript, field: str) -> None:
    test = display_filter(field)
    assert all(test(entry, transcript) in (True, False) for entry in transcript)
