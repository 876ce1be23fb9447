"""The tree of one entry."""

import re

import pytest

from smtplab.protocol.transcript import Entry, Kind, Transcript
from smtplab.views.context import Context
from smtplab.views.tree import tree
from tests.views.sessions import LOGIN, ORDINARY, STARTTLS, heard

EHLO, EHLO_REPLY, PASSWORD, RCPT, RCPT_REPLY, MAIL_DATA = 1, 2, 7, 11, 12, 15


def tree_of(index: int, transcript: Transcript) -> str:
    return tree(Context(transcript), index, transcript[index].fields)


def words(html: str) -> str:
    """What is left to read when the markup is gone."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_tree_says_which_entry_it_is_and_what_brought_it() -> None:
    shown = words(tree_of(RCPT, heard(ORDINARY)))
    assert shown.startswith("entry 12 · client → server · 14.0 ms connection 0, 127.0.0.1:40312 → 127.0.0.1:2525")
    assert "1 frame: 15 whole 0.014000 s after the first packet" in shown


def test_tree_has_a_line_for_each_field_with_value_meaning_source_and_place() -> None:
    html = tree_of(RCPT, heard(ORDINARY))
    assert re.findall(r'<summary class="smtplab-f(\d)', html) == list("0123456")
    assert "forward-path test02@coremail.cn is one recipient of the mail" in words(html)
    assert "is one recipient of the mail · RFC 5321 §4.1.1.3 · octets 9 to 26" in words(html)


def test_field_of_one_octet_has_one_place() -> None:
    assert "· octet 4" in words(tree_of(RCPT, heard(ORDINARY)))


def test_tree_of_several_lines_has_a_branch_for_each_that_names_its_fields() -> None:
    html = tree_of(EHLO_REPLY, heard(ORDINARY))
    assert re.findall(r'<details class="(smtplab-h[^"]*)"><summary><code>([^<]*)', html) == [
        ("smtplab-h0 smtplab-h1 smtplab-h2 smtplab-h3", "250-mail.coremail.cn"),
        ("smtplab-h4 smtplab-h5 smtplab-h6 smtplab-h7", "250-PIPELINING"),
        (" ".join(f"smtplab-h{number}" for number in range(8, 16)), "250 AUTH LOGIN PLAIN"),
    ]


def test_branch_says_what_its_longest_field_means() -> None:
    assert "250-PIPELINING takes commands before it answered those before" in words(
        tree_of(EHLO_REPLY, heard(ORDINARY))
    )


def test_tree_of_one_line_has_no_branches() -> None:
    assert "smtplab-h0" not in tree_of(RCPT, heard(ORDINARY))


def test_tree_of_tls_is_not_cut_at_octets_that_look_like_line_ends() -> None:
    transcript = heard(STARTTLS.replace(r"\x16\x03\x03\x00\x03abc", r"\x16\x03\x03\x00\x03a\nc"))
    html = tree_of(4, transcript)
    assert transcript[4].kind is Kind.TLS
    assert "smtplab-h" not in html


@pytest.mark.parametrize(
    ("index", "said"),
    [
        pytest.param(RCPT, "is answered by entry 13, 1.0 ms between them", id="command"),
        pytest.param(RCPT_REPLY, "answers entry 12, 1.0 ms between them", id="reply"),
        pytest.param(RCPT_REPLY, "state of the server: sender → recipients", id="state"),
        pytest.param(RCPT, "state of the server: sender , which does not change", id="no new state"),
        pytest.param(PASSWORD, "! password in clear text : base64 hides nothing", id="finding"),
        pytest.param(PASSWORD, "password: password01", id="octets are not masked"),
    ],
)
def test_tree_says_what_belongs_to_the_entry(index: int, said: str) -> None:
    assert said in words(tree_of(index, heard(ORDINARY)))


def test_tree_without_findings_has_no_branch_for_them() -> None:
    assert "smtplab-findings" not in tree_of(RCPT, heard(ORDINARY))


def test_value_that_is_long_is_whole_when_it_is_unfolded() -> None:
    name = "a" * 100 + ".example.org"
    html = tree_of(1, heard(f"S: 220 a\nC: EHLO {name}"))
    assert f"<div><code>{name}</code></div>" in html
    assert f"<code>{'a' * 59}…</code>" in html


def test_gap_has_no_octets_and_says_how_many_are_missing() -> None:
    gap = Entry(party="server", kind=Kind.GAP, octets=b"", missing=7)
    assert "gap · 7 octets 7 octets missing from the capture" in words(tree_of(0, Transcript((gap,))))


def test_inside_of_tls_is_named() -> None:
    entry = Entry(party="client", kind=Kind.COMMAND, octets=b"NOOP\r\n", tls=True)
    assert "inside TLS" in words(tree_of(0, Transcript((entry,))))


def test_markup_in_every_part_is_escaped() -> None:
    commands = ("<i>x EHLO", "EHLO <i>y", "MAIL FROM:<i> <i>=<i>", "DATA")
    transcript = heard(
        "S: 220 <b>a\n" + "".join(f"C: {command}\nS: 354 <i>\n" for command in commands) + "C: <i>: <i>\nC: ."
    )
    html = "".join(tree_of(index, transcript) for index in range(len(transcript)))
    assert "<i>" not in html
    assert "<b>a" not in html


def test_only_the_fields_that_are_given_are_shown() -> None:
    transcript = heard(LOGIN)
    assert "domain" not in tree(Context(transcript), EHLO, transcript[EHLO].fields[:1])
