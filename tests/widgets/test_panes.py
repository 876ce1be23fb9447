"""What the packet browser shows."""

import re
from dataclasses import replace

from smtplab.protocol.transcript import Entry, Kind, Transcript
from smtplab.widgets.browser_style import SCOPE, link_rules, row_rules, style_sheet
from smtplab.widgets.browsing import Browsing
from smtplab.widgets.panes import Panes
from tests.views.sessions import ORDINARY, PIPELINED, heard, together

RCPT = 11


def panes(script: str = ORDINARY, index: int = RCPT, expression: str = "") -> Panes:
    browsing = Browsing(heard(script))
    browsing.select(index)
    browsing.apply(expression)
    return Panes(browsing)


def words(html: str) -> str:
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]*>", " ", html).split())


def test_tree_says_aloud_which_entry_is_selected_and_no_password() -> None:
    assert '<span role="status" class="smtplab-aloud">entry 12, client: RCPT TO:&lt;test02@coremail.cn&gt;</span>' in (
        panes().tree()
    )
    assert ">entry 8, client: ••••••••   (password)</span>" in panes(index=7).tree()


def test_narrow_list_leaves_out_first_columns_where_what_was_said_would_have_no_room() -> None:
    rules = re.findall(r"max-width:(\d+)px\)\{\.a :is\(.*?\)\{text-indent:-(\d+)ch", panes().heading(".a"))
    heading = panes().heading(".a").partition("<pre>")[2]
    assert [int(start) for _, start in rules] == [heading.index("frame"), heading.index("phase"), heading.index("no.")]
    widths = [int(width) for width, _ in rules]
    assert widths == sorted(widths, reverse=True)


def test_rows_are_those_that_pass_the_filter() -> None:
    rows = panes(expression='smtp.req.command == "RCPT"').rows()
    assert len(rows) == 1
    assert rows[0].startswith("127.0.0.1:40312 → 127.0.0.1:2525      15  14.0 ms  RCPT      command       12  ")


def test_tree_and_octets_are_of_the_selected_entry() -> None:
    made = panes()
    assert "forward-path test02@coremail.cn" in words(made.tree())
    assert "52 43 50 54" in made.octets()


def test_field_has_the_same_number_in_the_tree_among_the_octets_and_in_its_rule() -> None:
    made = panes()
    names = [set(re.findall(r"smtplab-f\d+", html)) for html in (made.tree().split("</style>")[1], made.octets())]
    assert names[0] == names[1] == set(re.findall(r"smtplab-f\d+", link_rules(7)))


def test_octets_take_the_focus_by_a_click_and_not_by_the_tab_key() -> None:
    spans = re.findall(r"<span[^>]*>", panes().octets())
    assert spans
    assert all('tabindex="-1"' in span for span in spans)


def test_window_is_named_only_where_it_is_not_the_whole() -> None:
    assert panes().window() == ""
    long = Entry(party="client", kind=Kind.MAIL_DATA, octets=b"x" * 3000)
    assert Panes(Browsing(Transcript((long,)))).window() == "octets 0 to 1,023 of 3,000"


def test_status_counts_entries_and_explains_the_signs() -> None:
    both = together(heard(ORDINARY), heard(PIPELINED, stream=1))
    browsing = Browsing(both)
    assert words(Panes(browsing).status()) == "31 entries · ✕ negative replies: 1 · ! entries with findings: 3"
    browsing.apply("smtp.req")
    assert words(Panes(browsing).status()).startswith("31 entries · 13 pass the filter · ")


def test_status_says_which_part_of_a_long_list_is_shown() -> None:
    browsing = Browsing(heard("S: 220 a\n" + "C: NOOP\nS: 250 a\n" * 150))
    browsing.turn(1)
    assert words(Panes(browsing).status()) == "301 entries · 201 to 301 in the list"


def test_status_says_what_stopped_the_reading() -> None:
    made = Panes(Browsing(replace(heard(ORDINARY), problem="the file <b>ends")))
    assert "✕ reading stopped: the file &lt;b&gt;ends" in made.status()


def test_error_says_where_and_why_in_place_of_the_status() -> None:
    made = panes(expression="smtp.response.code == many")
    assert words(made.error()) == (
        "✕ at character 23: this field is a number, and that is none smtp.response.code == ▸many"
    )
    assert made.status() == ""


def test_error_in_a_hostile_filter_is_escaped() -> None:
    made = panes(expression="<img src=x onerror=alert(1)>\x1b[31m\u202e")
    assert "<img" not in made.error()
    assert "\\x1b" in made.error()
    assert "\\u{202e}" in made.error()


def test_stream_is_shown_only_where_it_is_followed() -> None:
    browsing = Browsing(heard(ORDINARY))
    assert Panes(browsing).stream() == ""
    browsing.follow(True)
    assert "220 mail.coremail.cn" in Panes(browsing).stream()


def test_filter_that_nothing_passes_says_so() -> None:
    made = panes(expression="tcp.stream == 9")
    assert (words(made.tree()), made.octets(), made.rows()) == ("no entry passes this filter", "", [])


def test_nothing_said_says_so() -> None:
    made = Panes(Browsing(Transcript()))
    assert (words(made.tree()), words(made.status())) == ("nothing was said", "0 entries")


def test_row_has_the_tint_of_its_phase_and_the_ink_of_its_party() -> None:
    rules = row_rules(".here option", heard("S: 220 a\nC: NOOP\nS: 500 a").entries)
    assert ".here option:is(:nth-child(1)){background-color:rgb(232 131 58" in rules
    assert "option:is(:nth-child(2)){background-color:rgb(125 135 144 / 0.16);color:var(--smtplab-client)}" in rules
    assert rules.endswith("color:var(--smtplab-error)}")


def test_style_sheet_reaches_no_further_than_the_browsers() -> None:
    flat = re.sub(r"@(?:container|keyframes) [^{]*\{(.*?)\}\}", r"\1}", style_sheet() + link_rules(3))
    selectors = [part for rule in flat.split("}") for part in [rule.split("{")[0].strip()] if part]
    outside = [selector for selector in selectors if SCOPE not in selector and selector != "from,to"]
    assert outside == []
