"""The packet browser for readers without a kernel."""

import re

from smtplab.protocol.transcript import Transcript
from smtplab.views.listing import ENTRIES, Listing
from tests.views.sessions import LOGIN, ORDINARY, PLAIN, STARTTLS, heard


def test_table_has_a_row_for_each_entry_that_unfolds_to_its_fields() -> None:
    html = Listing(heard(ORDINARY)).html()
    assert html.count("<details>") == 20
    assert "<summary><code>RCPT TO:&lt;test02@coremail.cn&gt;</code></summary><table>" in html
    assert "<td>forward-path</td><td>test02@coremail.cn</td><td>is one recipient of the mail</td>" in html


def test_finding_and_negative_reply_are_named() -> None:
    html = Listing(heard(PLAIN)).html()
    assert "<p>! password in clear text:" in html
    assert "<p>✕ a permanent negative reply</p>" in html


def test_password_is_in_none_of_the_forms() -> None:
    for script in (LOGIN, PLAIN):
        bundle = Listing(heard(script))._repr_mimebundle_()
        assert not re.search("password01|cGFzc3dvcmQwMQ|AHRlc3QwMUBj", "".join(bundle.values()))


def test_user_name_is_not_masked() -> None:
    assert "<td>username: test01@coremail.cn</td>" in Listing(heard(LOGIN)).html()


def test_second_run_gives_the_same() -> None:
    runs = [Listing(heard(ORDINARY + STARTTLS, begin=begin, port=port)) for begin, port in ((0, 1), (5, 2))]
    assert runs[0]._repr_mimebundle_() == runs[1]._repr_mimebundle_()


def test_text_is_the_dialogue() -> None:
    transcript = heard(ORDINARY)
    assert Listing(transcript).text() == str(transcript)


def test_long_transcript_is_cut_and_says_so() -> None:
    listing = Listing(heard("S: 220 a\n" + "C: NOOP\nS: 250 a\n" * 100))
    assert listing.html().count("<details>") == ENTRIES
    assert "<p>… and 101 more of 201 entries</p>" in listing.html()
    assert listing.text().splitlines()[-1] == "… and 101 more of 201 entries"


def test_entry_with_many_fields_is_cut_and_says_so() -> None:
    reply = "\\r\\n".join(["250-a.example", *["250-SIZE 1"] * 20, "250 HELP"])
    assert "more fields</p>" in Listing(heard(f"S: 220 a\nC: EHLO a.b\nS: {reply}")).html()


def test_what_stopped_the_reading_is_told() -> None:
    assert "<p>✕ reading stopped: &lt;b&gt;</p>" in Listing(Transcript(problem="<b>")).html()


def test_nothing_said_says_so() -> None:
    assert "nothing was said" in Listing(Transcript()).html()


def test_markup_is_escaped() -> None:
    assert "<script" not in Listing(heard("S: 220 <script>\nC: <script> <script>\nC: MAIL FROM:<script>")).html()


def test_tls_records_of_one_party_share_a_row_that_tells_no_lengths() -> None:
    more = STARTTLS.replace(
        r"S: \x16\x03\x03\x00\x03abc", r"S: \x16\x03\x03\x00\x04abcd" + "\n" + r"S: \x16\x03\x03\x00\x01a"
    )
    assert Listing(heard(STARTTLS)).html() == Listing(heard(more)).html()
    assert "<td>server</td><td>TLS</td><td>tls</td><td></td><td>[TLS handshake; TLS application data]</td>" in (
        Listing(heard(STARTTLS)).html()
    )
