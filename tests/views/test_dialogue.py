"""The dialogue as a table, which has to read well where styles, classes and ids are stripped."""

import re
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol.transcript import Entry, Kind, Transcript
from smtplab.views.dialogue import dialogue
from tests.views.sessions import LOGIN, ORDINARY, PIPELINED, heard, together


def parsed(html: str) -> ElementTree.Element:
    return ElementTree.fromstring(re.sub(r"<style>.*?</style>", "", html).replace("&nbsp;", " "))


def rows_of(html: str) -> list[list[str]]:
    return [["".join(cell.itertext()) for cell in row] for row in parsed(html).iter("tr")]


def test_text_is_the_text_of_the_transcript() -> None:
    assert repr(dialogue(heard(ORDINARY))) == str(heard(ORDINARY))


def test_table_names_phase_party_line_and_meaning() -> None:
    rows = rows_of(dialogue(heard(LOGIN)).html())
    assert rows[0] == ["phase", "from", "said", "means"]
    assert rows[1] == ["greeting", "server", "220 mail.coremail.cn Anti-spam GT ready", ""]
    assert rows[7] == ["server", "334 dXNlcm5hbWU6", "“username:”"]


def test_phase_spans_its_lines() -> None:
    spans = [(cell.text, cell.get("rowspan")) for cell in parsed(dialogue(heard(LOGIN)).html()).iter("th")][4:]
    assert spans == [("greeting", "1"), ("EHLO", "4"), ("AUTH", "6")]


def test_negative_reply_is_marked_with_a_cross_and_a_word() -> None:
    assert ["server", "550 5.1.1 No such mailbox here", "✕ permanent"] in rows_of(dialogue(heard(PIPELINED)).html())


def test_passwords_are_masked_unless_they_are_asked_for() -> None:
    assert "password01" not in dialogue(heard(LOGIN)).html()
    assert "“password01”" in dialogue(heard(LOGIN), passwords=True).html()


def test_streams_have_headings() -> None:
    both = parsed(dialogue(together(heard("S: 220 one"), heard("S: 220 two", stream=3))).html())
    assert [heading.text for heading in both.iter("h4")] == ["stream 0", "stream 3"]


def test_problem_and_silence_are_said() -> None:
    html = dialogue(Transcript(problem="cut <off>")).html()
    assert "reading stopped: cut &lt;off&gt;" in html
    assert "nothing was said" in dialogue(Transcript()).html()


@given(octets=st.binary(max_size=120))
def test_captured_octets_come_out_as_text_and_as_nothing_else(octets: bytes) -> None:
    said = Entry(party="client", kind=Kind.UNKNOWN, octets=octets)
    plain = Entry(party="client", kind=Kind.UNKNOWN, octets=b"harmless")
    tags = [[part.tag for part in parsed(dialogue(Transcript((entry,))).html()).iter()] for entry in (said, plain)]
    assert tags[0] == tags[1]


def test_notebook_is_shown_table_and_text() -> None:
    view = dialogue(heard(ORDINARY))
    assert view._repr_mimebundle_() == {"text/plain": view.text(), "text/html": view.html()}
