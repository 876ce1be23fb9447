"""Sentences of ours with code in them."""

import pytest

from smtplab.views.prose import marked_up


@pytest.mark.parametrize(
    ("sentence", "html"),
    [
        pytest.param("say `DATA`", "say <code>DATA</code>", id="code"),
        pytest.param("`<a>` and <b> & c", "<code>&lt;a&gt;</code> and &lt;b&gt; &amp; c", id="escaped"),
        pytest.param("one ` alone", "one ` alone", id="a backquote alone"),
        pytest.param('it\'s "quoted"', 'it\'s "quoted"', id="quotation marks stay"),
    ],
)
def test_marked_up_shows_code_as_code(sentence: str, html: str) -> None:
    assert marked_up(sentence) == html
