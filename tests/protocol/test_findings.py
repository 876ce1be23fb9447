"""What an expert points at, rule by rule."""

import pytest

from smtplab.protocol.findings import findings
from smtplab.protocol.observer import Observer
from smtplab.protocol.transcript import Entry, Party, Transcript

Said = tuple[Party, bytes]

OPENING: tuple[Said, ...] = (
    ("server", b"220 mail.example.org ready\r\n"),
    ("client", b"EHLO client.example.org\r\n"),
    ("server", b"250 mail.example.org\r\n"),
)
ENVELOPE: tuple[Said, ...] = (
    *OPENING,
    ("client", b"MAIL FROM:<a@example.org>\r\n"),
    ("server", b"250 OK\r\n"),
    ("client", b"RCPT TO:<b@example.org>\r\n"),
    ("server", b"250 OK\r\n"),
    ("client", b"DATA\r\n"),
    ("server", b"354 Go on\r\n"),
)
HEADER = b"Date: Thu, 1 Jan 2026 12:00:00 +0000\r\nFrom: a@example.org\r\n"


def heard(observer: Observer, *dialogue: Said) -> list[Entry]:
    return [entry for party, octets in dialogue for entry in observer.receive(party, octets)]


def rules_of(entries: list[Entry]) -> list[str]:
    return [finding.rule for finding in findings(Transcript(tuple(entries)))]


def rules(*dialogue: Said) -> list[str]:
    observer = Observer()
    return rules_of(heard(observer, *dialogue) + observer.close())


def with_a_gap(before: bytes, behind: bytes) -> list[str]:
    """Give what is said of a message of which 40 octets are missing."""
    observer = Observer()
    entries = heard(observer, *ENVELOPE, ("client", before)) + observer.skip("client", 40)
    return rules_of(entries + observer.receive("client", behind + b".\r\n") + observer.close())


def message(octets: bytes) -> list[str]:
    return rules(*ENVELOPE, ("client", octets + b".\r\n"))


def test_findings_of_a_correct_session_are_none() -> None:
    assert message(HEADER + b"\r\nHello.\r\n") == []


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        (b"MAIL FROM: <a@example.org>\r\n", "blank beside the colon"),
        (b"NOOP\n", "bare LF"),
        (b"NOOP \r x\r\n", "bare CR"),
        (b"EHLO no_domain\r\n", "no domain"),
        (b"HELO TINY-DESKTOP\r\n", "name without a dot"),
        (b"XFOO\r\n", "unknown verb"),
        (b"BDAT -1 LAST\r\n", "malformed BDAT"),
        (b"NOOP " + b"x" * 600 + b"\r\n", "line too long"),
        (b"AUTH PLAIN AHVzZXIAc2VjcmV0\r\n", "password in clear text"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_findings_of_a_command_name_its_rule(line: bytes, rule: str) -> None:
    assert rules(*OPENING, ("client", line)) == [rule]


@pytest.mark.parametrize(
    ("octets", "rule"),
    [
        (b"\r\n" + HEADER, "empty header"),
        (b"From: a@example.org\r\n\r\n", "no Date"),
        (b"Date: today\r\n\r\n", "no From"),
        (HEADER + b"\r\n\0\r\n", "NUL"),
        (HEADER + b"\r\n\xc3\xa4\r\n", "8-bit octets unannounced"),
        (HEADER + b"\r\n" + b"x" * 999 + b"\r\n", "line too long"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_findings_of_a_message_name_its_rule(octets: bytes, rule: str) -> None:
    assert message(octets) == [rule]


def test_findings_do_not_count_a_stuffed_dot_for_the_length_of_a_line() -> None:
    assert message(HEADER + b"\r\n.." + b"x" * 997 + b"\r\n") == []


def test_findings_count_the_octets_of_each_line_by_itself() -> None:
    assert message(HEADER + b"\r\n" + b"x" * 998 + b"\r\n" + b"y" * 998 + b"\r\n" + b"z\r\n" * 500) == []


def test_findings_judge_a_header_without_a_body() -> None:
    assert message(b"From: a@example.org\r\n") == ["no Date"]


@pytest.mark.parametrize(
    ("before", "behind"),
    [
        pytest.param(HEADER + b"\r\nHello.\r\n", b"Note: this is body\r\n\r\nmore\r\n", id="gap in the body"),
        pytest.param(HEADER + b"\r\nHello.\r\n", b"\r\nmore\r\n", id="gap before an empty line"),
        pytest.param(b"From: a@example.org\r\n", b"\r\nmore\r\n", id="gap in the header"),
        pytest.param(b"From: a@ex", b"", id="end of the header is missing"),
    ],
)
def test_findings_say_of_a_message_with_a_gap_nothing_that_the_gap_may_hold(before: bytes, behind: bytes) -> None:
    assert with_a_gap(before, behind) == []


def test_findings_judge_a_header_that_stands_before_a_gap() -> None:
    assert with_a_gap(b"From: a@example.org\r\n\r\nHello", b"\r\n") == ["no Date"]


def test_findings_name_an_end_of_data_that_is_answered_by_neither_yes_nor_no() -> None:
    dialogue = (*ENVELOPE, ("client", HEADER + b"\r\n.\r\n"), ("server", b"350 Still more\r\n"))
    assert "no answer" in rules(*dialogue)


def test_findings_name_a_command_that_the_server_took_out_of_order() -> None:
    assert rules(*OPENING, ("client", b"DATA\r\n"), ("server", b"354 Go on\r\n")) == ["order not kept"]


def test_findings_name_a_message_for_nobody() -> None:
    dialogue = (*ENVELOPE[:5], ("client", b"DATA\r\n"), ("server", b"354 Go on\r\n"))
    assert "message for nobody" in rules(*dialogue)


def test_findings_name_clear_text_after_starttls() -> None:
    dialogue = (*OPENING, ("client", b"STARTTLS\r\n"), ("server", b"220 Go on\r\n"), ("client", b"NOOP\r\n"))
    assert rules(*dialogue) == ["no TLS after all"]


@pytest.mark.parametrize(
    ("reply", "rule"),
    [(b"299 what\r\n250-x\r\n", "no such code"), (b"250-a\r\n251 b\r\n", "malformed reply")],
    ids=["no such code", "two codes in one reply"],
)
def test_findings_of_a_reply_name_its_rule(reply: bytes, rule: str) -> None:
    assert rule in rules(*OPENING, ("client", b"NOOP\r\n"), ("server", reply))
