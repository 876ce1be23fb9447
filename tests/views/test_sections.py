"""The sections of an entry, beside its fields."""

from smtplab.protocol.fields import Field
from smtplab.views.sections import sections
from tests.views.sessions import ORDINARY, heard

RCPT = heard(ORDINARY)[11]


def test_section_has_the_classes_of_all_its_fields_and_their_names() -> None:
    written = sections([Field("a", 0, 1, "", "", "§1"), Field("b", 1, 2, "", "", "§2"), Field("c", 2, 3, "", "", "§1")])
    first, second = written.split("</span> ")
    assert first.startswith('<span class="smtplab-f0 smtplab-f2" tabindex="0"')
    assert 'aria-label="§1: a, c" title="a, c">§1' in first
    assert 'aria-label="§2: b" title="b">§2' in second


def test_section_stands_once_in_the_order_of_the_fields() -> None:
    written = sections(RCPT.fields)
    assert written.count("RFC 5321 §4.1.1.3</span>") == 1
    assert written.index("4.1.1.3") < written.index("2.3.8")


def test_field_without_a_source_has_no_section() -> None:
    assert sections([Field("a", 0, 1, "", "", "")]) == ""


def test_markup_is_escaped() -> None:
    assert "<img" not in sections([Field('"<img>', 0, 1, "", "", "<img>")])
