"""Octets and their fields: each octet is shown once, in the field that it belongs to."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol.transcript import Entry, Kind
from smtplab.views.hexdump import FIELDS, OCTETS, octets, styles
from tests.views.sessions import ORDINARY, heard

EHLO = heard(ORDINARY)[1]


def parsed(html: str) -> ElementTree.Element:
    return ElementTree.fromstring(re.sub(r"<style>.*?</style>", "", html))


def spans_of(entry: Entry) -> list[tuple[str, str]]:
    """Give class and text of each part of the dump, in the order of the page."""
    return [
        (span.get("class", "").split(" ")[0], span.text or "") for span in parsed(octets(entry).html()).iter("span")
    ]


def test_text_has_octets_and_the_list_of_fields() -> None:
    assert octets(EHLO).text().splitlines() == [
        "0000  45 48 4c 4f 20 54 49 4e  59 2d 44 45 53 4b 54 4f  EHLO TINY-DESKTO",
        "0010  50 0d 0a                                          P··",
        "",
        "octets  field   value         meaning                                                    source",
        "0-3     verb    EHLO          introduces the client and asks for the list of extensions  RFC 5321 §4.1.1.1",
        '4       blank   " "           separates the verb from its argument                       RFC 5321 §4.1.1',
        "5-16    domain  TINY-DESKTOP  is the name or address that the client gives itself        RFC 5321 §4.1.4",
        "17-18   CRLF    \\x0d\\x0a      ends the line                                              RFC 5321 §2.3.8",
    ]


def test_each_field_is_marked_in_the_dump_and_in_the_list() -> None:
    assert spans_of(EHLO)[:8] == [
        ("smtplab-f0", "45 48 4c 4f"),
        ("smtplab-f1", "20"),
        ("smtplab-f2", "54 49 4e  59 2d 44 45 53 4b 54 4f"),
        ("smtplab-f0", "EHLO"),
        ("smtplab-f1", " "),
        ("smtplab-f2", "TINY-DESKTO"),
        ("smtplab-f2", "50"),
        ("smtplab-f3", "0d 0a"),
    ]
    rows = [row.get("class", "").split(" ")[0] for row in parsed(octets(EHLO).html()).iter("tr")]
    assert rows == ["", "smtplab-f0", "smtplab-f1", "smtplab-f2", "smtplab-f3"]


def test_explanations_take_the_focus() -> None:
    rows = [row.get("tabindex") for row in parsed(octets(EHLO).html()).iter("tr")]
    assert rows == [None, "0", "0", "0", "0"]


@given(data=st.binary(min_size=1, max_size=OCTETS), kind=st.sampled_from(list(Kind)))
def test_every_octet_is_shown_once(data: bytes, kind: Kind) -> None:
    entry = Entry(party="server", kind=kind, octets=b"250 " + data[4:] if kind is Kind.REPLY else data)
    rows = parsed(octets(entry).html()).findall("pre")[0]
    dump = "".join(rows.itertext()).splitlines()
    hexadecimal = "".join(line[6 : 6 + 16 * 3 + 1] for line in dump)
    assert bytes.fromhex(hexadecimal) == entry.octets


@given(data=st.binary(min_size=1, max_size=OCTETS))
def test_dump_of_the_text_is_the_octets(data: bytes) -> None:
    text = octets(Entry(party="client", kind=Kind.UNKNOWN, octets=data)).text()
    dump = text.split("\n\n")[0].splitlines()
    assert bytes.fromhex("".join(line[6 : 6 + 16 * 3 + 1] for line in dump)) == data


def test_long_message_is_shown_in_part_and_the_rest_counted() -> None:
    long = Entry(party="client", kind=Kind.MAIL_DATA, octets=b"A: b\r\n" * 100 + b"\r\n" + b"x" * 10_000)
    text = octets(long).text()
    assert f"… {600 + 2 + 10_000 - OCTETS:,} more octets" in text
    assert len(octets(long).fields) == FIELDS
    assert "more fields" in text


def test_octets_of_fields_that_are_not_listed_are_shown_without_a_colour() -> None:
    long = Entry(party="client", kind=Kind.MAIL_DATA, octets=b"A: b\r\n" * 100)
    assert [name for name, _ in spans_of(long)][-1] == ""
    assert len(parsed(octets(long).html()).findall(".//tbody/tr")) == FIELDS


def test_gap_has_no_octets_to_show() -> None:
    gap = Entry(party="client", kind=Kind.GAP, octets=b"", missing=1460)
    assert octets(gap).text() == "1,460 octets missing from the capture"
    assert "1,460 octets missing from the capture" in octets(gap).html()


@pytest.mark.parametrize("number", [0, FIELDS - 1])
def test_each_field_has_a_rule_that_lights_it_everywhere(number: int) -> None:
    assert f":has(.smtplab-f{number}:is(:hover,:focus)) .smtplab-f{number}{{background" in styles(FIELDS)


def test_markup_in_octets_is_escaped() -> None:
    html = octets(Entry(party="client", kind=Kind.COMMAND, octets=b"EHLO <script>&\r\n")).html()
    assert "<script" not in html
    assert "&lt;script&gt;&amp;" in html


def test_style_can_be_left_to_the_page() -> None:
    assert "<style>" not in octets(EHLO).html(style=False)


def test_notebook_is_shown_html_and_text() -> None:
    view = octets(EHLO)
    assert view._repr_mimebundle_() == {"text/plain": view.text(), "text/html": view.html()}
