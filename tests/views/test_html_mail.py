"""HTML that a stranger sent is shown so that it can do nothing."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.views.html_mail import ATTRIBUTES, KEPT, LIMIT, framed, tamed

ATTACKS = (
    "<script>alert(1)</script>",
    "<SCRIPT SRC=http://example.org/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><circle/></svg>",
    "<math><mtext><script>alert(1)</script></math>",
    "<body onload=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=javascript:alert(1)></object>",
    "<a href=javascript:alert(1)>x</a>",
    "<meta http-equiv=refresh content='0;url=http://example.org'>",
    "<base href=http://example.org/>",
    "<form action=http://example.org><input name=password></form>",
    "<style>@import url(http://example.org/x.css)</style>",
    "<p style='background:url(http://example.org/x.png)'>x</p>",
    "<link rel=stylesheet href=http://example.org/x.css>",
    "<video poster=http://example.org/x.png></video>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<template><script>alert(1)</script></template>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<!--><script>alert(1)</script>-->",
    "<b <script>alert(1)</script>>",
    "</iframe></p><script>alert(1)</script>",
    '"></iframe><script>alert(1)</script>',
    "<table background=http://example.org/x.png><td>x</table>",
    "<font color='\"><script>alert(1)</script>'>x</font>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
)


class _Found(HTMLParser):
    """Notes what tags and attributes there are."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.srcdoc = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.srcdoc = dict(attrs).get("srcdoc") or self.srcdoc


@pytest.mark.parametrize("attack", ATTACKS)
def test_attack_leaves_only_harmless_tags(attack: str) -> None:
    found = _Found(tamed(f"<p>before{attack}<b>after</b>").html)
    assert found.tags <= KEPT
    assert found.attributes <= ATTRIBUTES


@given(st.lists(st.sampled_from([*ATTACKS, "<p>", "</p>", "<", ">", "'", '"', "--", "x"]), max_size=12).map("".join))
def test_attacks_in_any_order_leave_only_harmless_tags(attack: str) -> None:
    found = _Found(tamed(attack).html)
    assert found.tags <= KEPT
    assert found.attributes <= ATTRIBUTES


@pytest.mark.parametrize("attack", ATTACKS)
def test_frame_has_no_right_and_nothing_leaves_it(attack: str) -> None:
    frame = framed(tamed(attack).html)
    assert frame.startswith('<iframe class="smtplab-html" sandbox=""')
    assert _Found(frame).tags == {"iframe"}
    assert re.fullmatch(r"<iframe [^<>]*></iframe>", frame)


def test_frame_may_load_nothing() -> None:
    inside = _Found(framed("<p>x</p>")).srcdoc
    assert "default-src 'none'" in inside
    assert inside.endswith("<p>x</p>")


def test_what_lays_out_text_is_kept() -> None:
    html = '<table border="1"><tr><td colspan="2">a <b>b</b></td></tr></table>'
    assert tamed(html).html == html


def test_what_was_left_out_is_told() -> None:
    html = "<img src=http://example.org/p.png><img src=x><a href=http://example.org>y</a><script>1</script><blink>z"
    assert tamed(html).left_out == ["2 pictures", "1 link", "1 script", "1 <blink>"]


def test_addresses_of_links_and_pictures_are_shown_as_text() -> None:
    html = tamed("<a href=http://example.org/a>here</a><img src=http://example.org/p.png>").html
    assert html == (
        "<a><small>[http://example.org/a] </small>here</a><small>[picture http://example.org/p.png] </small>"
    )


def test_text_that_reorders_itself_is_shown_as_what_it_is() -> None:
    assert tamed("<p>\u202eevil\x1b</p>").html == "<p>\\u{202e}evil\\x1b</p>"


def test_html_without_end_is_cut() -> None:
    tame = tamed("<p>x" * LIMIT)
    assert len(tame.html) <= 2 * LIMIT
    assert "what comes after 200,000 characters" in tame.left_out
