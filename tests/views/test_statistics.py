"""What a connection comes to, written for people and for programs."""

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from time import process_time

from smtplab.capture.dissect import dissect
from smtplab.protocol.observer import Observer
from smtplab.protocol.transcript import Transcript
from smtplab.views.statistics import FRAMES, statistics_text
from smtplab.views.statistics_records import statistics_lines
from tests.views.sessions import LOGIN, MAIL, ORDINARY, PIPELINED, PLAIN, STARTTLS, heard, together

CONTENT = b"Subject: First mail\r\n\r\n.dot\r\n"

ORDINARY_TEXT = f"""\
stream 0: 127.0.0.1:40312 to 127.0.0.1:2525, clear text
  6 commands, 10 replies, 10 round trips, 21.0 ms
  response times
                      count      median       worst
    greeting              1      1.0 ms      1.0 ms  frame 4
    EHLO                  1      1.0 ms      1.0 ms  frame 6
    AUTH                  3      1.0 ms      1.0 ms  frame 8
    MAIL                  1      1.0 ms      1.0 ms  frame 14
    RCPT                  1      1.0 ms      1.0 ms  frame 16
    DATA                  1      1.0 ms      1.0 ms  frame 18
    end of mail data      1      1.0 ms      1.0 ms  frame 20
    QUIT                  1      1.0 ms      1.0 ms  frame 22
    all                  10      1.0 ms      1.0 ms  frame 4
  transaction 1: accepted with 250 in frame 20
    from        test01@coremail.cn
    to          test02@coremail.cn: 250, the requested action is completed
    message     {len(CONTENT)} octets, sha256 {sha256(CONTENT).hexdigest()}
  open to all who listened
    frame 9     username “test01@coremail.cn”
    frame 11    password ••••••••
    1 message, {len(CONTENT)} octets
  findings
    name without a dot: the name is not fully qualified (RFC 5321 §2.3.5), frame 5
    password in clear text: base64 hides nothing: anybody on the way can read it (RFC 4954 §9), frame 11
    no Date: every message must have this header field (RFC 5322 §3.6), frame 19
    no From: every message must have this header field (RFC 5322 §3.6), frame 19"""


def test_text_tells_counts_times_mails_and_what_was_open() -> None:
    assert statistics_text(heard(ORDINARY)) == ORDINARY_TEXT


def test_text_of_nothing_says_so() -> None:
    assert statistics_text(Transcript()) == "[nothing was said]"


def test_text_has_a_block_for_each_connection() -> None:
    both = together(heard(PLAIN), heard(ORDINARY, stream=1, port=40313))
    first, second = statistics_text(both).split("\n\n")
    assert first.startswith("stream 0: 127.0.0.1:40312")
    assert second.startswith("stream 1: 127.0.0.1:40313")


def test_text_tells_the_outcome_for_each_recipient() -> None:
    text = statistics_text(heard(PIPELINED))
    assert "  transaction 1: no message was sent\n    from        <>\n" in text
    assert "    to          a@example.org: 250, the requested action is completed\n" in text
    assert "                nobody@example.org: 550, the mailbox is unavailable, do not try again" in text


def test_text_tells_what_is_not_known() -> None:
    text = statistics_text(heard("C: RCPT TO:<a@example.org>"))
    assert "from        not in the capture\n    to          a@example.org: no reply" in text
    assert "response times" not in text


def test_password_of_plain_is_masked_in_text_and_json() -> None:
    plain = heard(PLAIN)
    assert "username “test01@coremail.cn”, password ••••••••" in statistics_text(plain)
    (line,) = statistics_lines(plain)
    assert "password01" not in statistics_text(plain) + line
    told = {"username": "test01@coremail.cn", "password": "••••••••"}
    assert json.loads(line)["clear_text"] == [{"frame": 7, "told": told}]


def test_session_that_goes_into_tls_says_so() -> None:
    assert ", clear text, then TLS\n" in statistics_text(heard(STARTTLS))


def test_rule_that_is_broken_often_is_told_once() -> None:
    often = heard("S: 220 a.example\n" + "C: XYZZY\nS: 500 no\n" * (FRAMES + 2))
    frames = ", ".join(str(5 + 2 * number) for number in range(FRAMES))
    assert f"unknown verb: no standard known here defines this verb (RFC 5321 §4.1.1), frames {frames} and 2 more" in (
        statistics_text(often)
    )


ATTACHED = MAIL.replace(
    r"Subject: First mail\r\n\r\n..dot",
    r'Content-Type: application/zip; name="\x1b[2Ja.zip"\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC',
)


def test_attachment_is_told_with_the_digest_of_its_octets() -> None:
    text = statistics_text(heard(ATTACHED))
    digest = sha256(b"\0\1\2").hexdigest()
    assert rf"attachment  \x1b[2Ja.zip: application/zip, 3 octets, sha256 {digest}" in text


def test_json_has_one_object_for_each_connection() -> None:
    (line,) = statistics_lines(heard(ORDINARY))
    record = json.loads(line)
    assert (record["kind"], record["stream"], record["protection"]) == ("stats", 0, "clear text")
    assert (record["commands"], record["replies"], record["round_trips"]) == (6, 10, 10)
    assert record["response_time"]["count"] == 10
    assert [wait["verb"] for wait in record["response_times"]][:3] == ["GREETING", "EHLO", "AUTH"]
    (mail,) = record["transactions"]
    assert mail["recipients"] == [{"forward_path": "test02@coremail.cn", "code": 250}]
    assert (mail["outcome"], mail["frame"], mail["octets"]) == ("accepted with 250", 20, len(CONTENT))
    assert record["findings"][0] == {
        "frame": 5,
        "rule": "name without a dot",
        "meaning": "the name is not fully qualified",
        "source": "RFC 5321 §2.3.5",
    }


def with_a_hole() -> Transcript:
    """Give a mail with an attachment, 9 octets of which are not in the capture, though it was accepted."""
    header = b"Content-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n"
    observer = Observer()
    entries = [
        said
        for entry in heard(LOGIN + MAIL.partition("C: Subject")[0])
        for said in observer.receive(entry.party, entry.octets)
    ]
    entries += observer.receive("client", header + b"\r\nAAEC") + observer.skip("client", 9)
    entries += observer.receive("client", b"AAEC\r\n.\r\n") + observer.receive("server", b"250 OK\r\n")
    return replace(heard(LOGIN), entries=tuple(entries))


def test_half_of_a_message_has_no_digest() -> None:
    text = statistics_text(with_a_hole())
    assert "    message     90 octets, 9 more are missing from the capture\n" in text
    assert "    attachment  a.zip: application/zip, 6 octets\n" in text
    (line,) = statistics_lines(with_a_hole())
    (mail,) = json.loads(line)["transactions"]
    assert (mail["octets"], mail["missing"], mail["sha256"]) == (90, 9, None)
    assert [each["sha256"] for each in mail["attachments"]] == [None]


def test_json_has_no_line_end_of_any_kind_inside() -> None:
    odd = heard("S: 220 a\nC: MAIL FROM:<\\xe2\\x80\\xa8@\\xc2\\x85>\nS: 250 OK")
    (line,) = statistics_lines(odd)
    assert line.splitlines() == [line]
    assert json.loads(line)["transactions"][0]["reverse_path"] == "\u2028@\x85"


def test_json_without_a_message_has_no_digest() -> None:
    (line,) = statistics_lines(heard(PIPELINED))
    (mail,) = json.loads(line)["transactions"]
    assert (mail["octets"], mail["sha256"], mail["attachments"]) == (None, None, [])


def test_every_strangers_capture_has_statistics_without_a_password(shared_captures: Path) -> None:
    for path in sorted((shared_captures / "pcaps").iterdir()):
        transcript = dissect(path)
        begun = process_time()
        told = "\n".join((statistics_text(transcript), *statistics_lines(transcript)))
        assert process_time() - begun < 5
        assert "stream " in told
        passwords = {value for entry in transcript for name, value in entry.decoded if "password" in name}
        assert not [password for password in passwords if f"“{password}”" in told or f': "{password}"' in told]
