"""The dialogue as text: what stands beside what, what is left out, and that nothing dangerous comes through."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol.octets import printable_text
from smtplab.protocol.text import MASK, cut, lines_of, transcript_text, width
from smtplab.protocol.transcript import Entry, Kind, Party, Transcript
from tests.views.sessions import LOGIN, MAIL, ORDINARY, PLAIN, QUIT, STARTTLS, heard, together

PARTIES: tuple[Party, ...] = ("client", "server")


def text_of(*entries: Entry) -> str:
    return transcript_text(Transcript(entries))


def test_text_has_phase_party_and_what_base64_says_on_each_line() -> None:
    assert str(heard(ORDINARY)) == "\n".join(
        (
            "greeting  S: 220 mail.coremail.cn Anti-spam GT ready",
            "EHLO      C: EHLO TINY-DESKTOP",
            "EHLO      S: 250-mail.coremail.cn",
            "EHLO      S: 250-PIPELINING",
            "EHLO      S: 250 AUTH LOGIN PLAIN",
            "AUTH      C: AUTH LOGIN",
            "AUTH      S: 334 dXNlcm5hbWU6   “username:”",
            "AUTH      C: dGVzdDAxQGNvcmVtYWlsLmNu   “test01@coremail.cn”",
            "AUTH      S: 334 UGFzc3dvcmQ6   “Password:”",
            "AUTH      C: ••••••••   (password)",
            "AUTH      S: 235 2.7.0 Authentication successful",
            "MAIL      C: MAIL FROM:<test01@coremail.cn>",
            "MAIL      S: 250 2.1.0 Sender accepted",
            "RCPT      C: RCPT TO:<test02@coremail.cn>",
            "RCPT      S: 250 2.1.5 Recipient accepted",
            "DATA      C: DATA",
            "DATA      S: 354 End data with <CR><LF>.<CR><LF>",
            "DATA      C: Subject: First mail",
            "DATA      C:",
            "DATA      C: ..dot",
            "DATA      C: .",
            "DATA      S: 250 2.0.0 Queued as 1",
            "QUIT      C: QUIT",
            "QUIT      S: 221 2.0.0 Bye",
        )
    )


def test_text_of_a_second_run_is_the_same_text() -> None:
    assert str(heard(ORDINARY, begin=7.5, port=50001)) == str(heard(ORDINARY))


@pytest.mark.parametrize("script", [pytest.param(LOGIN, id="LOGIN"), pytest.param(PLAIN, id="PLAIN")])
@pytest.mark.parametrize("secret", ["password01", "cGFzc3dvcmQwMQ==", "AHRlc3QwMUBjb3JlbWFpbC5jbgBwYXNzd29yZDAx"])
def test_password_is_masked_in_clear_and_in_base64(script: str, secret: str) -> None:
    assert secret not in str(heard(script))


@pytest.mark.parametrize(
    ("script", "line"),
    [
        pytest.param(LOGIN, "AUTH      C: cGFzc3dvcmQwMQ==   “password01”", id="LOGIN"),
        pytest.param(
            PLAIN,
            "AUTH      C: AUTH PLAIN AHRlc3QwMUBjb3JlbWFpbC5jbgBwYXNzd29yZDAx"
            "   username “test01@coremail.cn”, password “password01”",
            id="PLAIN",
        ),
    ],
)
def test_password_is_shown_when_asked_for(script: str, line: str) -> None:
    assert line in transcript_text(heard(script), passwords=True).splitlines()


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        pytest.param("AUTH LOGIN dGVzdDAx", "AUTH LOGIN dGVzdDAx   “test01”", id="a user name"),
        pytest.param("AUTH LOGIN pass!", f"AUTH LOGIN {MASK}   (not base64)", id="no base64"),
        pytest.param("AUTH XOAUTH2 dG9rZW4=", f"AUTH XOAUTH2 {MASK}   (response)", id="a mechanism not known here"),
        pytest.param("AUTH PLAIN =", "AUTH PLAIN =", id="empty response"),
        pytest.param("AUTH  PLAIN AHQAcA==", f"AUTH  {MASK}   username “t”, password {MASK}", id="blank too many"),
        pytest.param("AUTH PLAIN", "AUTH PLAIN", id="no response"),
    ],
)
def test_initial_response_is_masked_unless_it_tells_only_a_name(line: str, shown: str) -> None:
    said = str(heard(f"S: 220 ready\nC: EHLO a\nS: 250 a\nC: {line}")).splitlines()[-1]
    assert said == f"AUTH      C: {shown}"


def test_password_typed_without_base64_is_masked() -> None:
    typed = heard("S: 220 ready\nC: EHLO a\nS: 250 a\nC: AUTH LOGIN\nS: 334 \nC: my password!\nS: 501 Not base64")
    assert f"AUTH      C: {MASK}   (not base64)" in str(typed).splitlines()


def test_cancelled_auth_is_shown() -> None:
    typed = heard("S: 220 ready\nC: EHLO a\nS: 250 a\nC: AUTH LOGIN\nS: 334 \nC: *\nS: 501 Cancelled")
    assert "AUTH      C: *" in str(typed).splitlines()


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        pytest.param(3, ["line 0", "line 1", "line 2"], id="all"),
        pytest.param(4, ["line 0", "line 1", "line 2", "line 3"], id="one more is shown, not counted"),
        pytest.param(1003, ["line 0", "line 1", "line 2", "[… 1,000 more lines, 9,923 octets in all]"], id="the rest"),
    ],
)
def test_mail_data_is_shown_up_to_a_limit(lines: int, shown: list[str]) -> None:
    octets = b"".join(b"line %d\r\n" % number for number in range(lines))
    entry = Entry(party="client", kind=Kind.MAIL_DATA, octets=octets)
    said = transcript_text(Transcript((entry,)), mail_lines=3).splitlines()
    assert said == [f"DATA      C: {line}" for line in shown]


@pytest.mark.parametrize(
    ("entry", "shown"),
    [
        pytest.param(
            Entry(party="server", kind=Kind.GAP, octets=b"", missing=1460),
            "          S: [1,460 octets missing from the capture]",
            id="gap",
        ),
        pytest.param(
            Entry(party="client", kind=Kind.UNKNOWN, octets=b"\x00\xff"),
            r"          C: [not SMTP, 2 octets] \x00\xff",
            id="unknown",
        ),
        pytest.param(
            Entry(party="client", kind=Kind.CHUNK, octets=b"x"), "DATA      C: [chunk of 1 octet]", id="chunk"
        ),
        pytest.param(
            Entry(party="client", kind=Kind.COMMAND, octets=b"A-VERY-LONG-VERB\r\n"),
            "A-VERY-L… C: A-VERY-LONG-VERB",
            id="long verb",
        ),
    ],
)
def test_what_is_no_line_is_said_in_words(entry: Entry, shown: str) -> None:
    assert text_of(entry) == shown


def test_tls_records_of_one_party_share_a_line_without_lengths() -> None:
    assert str(heard(STARTTLS)).splitlines()[-2:] == [
        "TLS       C: [TLS handshake]",
        "TLS       S: [TLS handshake; TLS application data]",
    ]


def test_what_tls_records_hold_goes_on_in_a_second_line() -> None:
    said = [f"hello {letter}" + letter * 60 for letter in "ab"]
    records = tuple(Entry(party="client", kind=Kind.TLS, octets=b"x", decoded=((words, ""),)) for words in said)
    assert str(Transcript(records)).splitlines() == [f"TLS       C: [{words}]" for words in said]


def test_bare_lf_is_shown_as_the_octet_that_it_is() -> None:
    assert str(heard("S: 220 ready", end="\n")) == r"greeting  S: 220 ready\x0a"


def test_streams_follow_one_another_under_headings() -> None:
    both = together(heard("S: 220 one"), heard("S: 220 two", stream=3))
    assert str(both) == "stream 0\ngreeting  S: 220 one\n\nstream 3\ngreeting  S: 220 two"


def test_problem_of_a_file_is_told_at_the_end() -> None:
    cut_off = replace(heard("S: 220 one"), problem="the last packet is cut\x1b[0m off")
    assert str(cut_off).splitlines()[-1] == r"[reading stopped here: the last packet is cut\x1b[0m off]"


def test_empty_transcript_says_so() -> None:
    assert str(Transcript()) == "[nothing was said]"


@pytest.mark.parametrize(
    ("octets", "lines"),
    [
        pytest.param(b"", [b""], id="nothing"),
        pytest.param(b"a\r\n", [b"a"], id="one"),
        pytest.param(b"a\r\nb", [b"a", b"b"], id="the last without its end"),
        pytest.param(b"a\nb\r\n", [b"a\n", b"b"], id="bare LF stays"),
        pytest.param(b"a\r\n\r\n", [b"a", b""], id="empty line"),
    ],
)
def test_lines_end_at_crlf(octets: bytes, lines: list[bytes]) -> None:
    assert lines_of(octets) == lines


@given(
    kind=st.sampled_from(list(Kind)),
    party=st.sampled_from(PARTIES),
    octets=st.binary(max_size=300),
    answers=st.sampled_from([None, "EHLO", "AUTH", "XYZZY"]),
)
def test_text_of_any_octets_is_printable(kind: Kind, party: Party, octets: bytes, answers: str | None) -> None:
    entry = Entry(
        party=party,
        kind=kind,
        octets=b"550 " + octets if kind is Kind.REPLY else octets,
        answers=answers,
        decoded=(("challenge", "\x07"),),
    )
    assert all(printable_text(line) == line for line in text_of(entry).split("\n"))


@given(text=st.text(max_size=40), columns=st.integers(1, 30))
def test_cut_text_takes_at_most_its_columns(text: str, columns: int) -> None:
    short = cut(text, columns)
    assert width(short) <= columns
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))


def test_wide_characters_take_two_columns() -> None:
    assert cut("服务器已准备好", 7) == "服务器…"


def test_text_of_two_mails_is_as_long_as_its_parts() -> None:
    lines = len(str(heard(LOGIN + QUIT)).splitlines())
    assert len(str(heard(LOGIN + MAIL + MAIL + QUIT)).splitlines()) == lines + 2 * 11
