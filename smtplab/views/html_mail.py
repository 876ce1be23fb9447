"""How is HTML shown that a stranger sent? Tamed, and then in a frame that may do nothing.

Two walls, since each has had holes elsewhere. The first keeps only tags that lay out text, and of their attributes only
harmless ones: no script, no picture, no form, no address to go to; what was left out is told. The second is a frame
without any right (`sandbox`), whose policy forbids it to load anything at all.
"""

from collections import Counter
from html import escape
from html.parser import HTMLParser
from typing import Final, NamedTuple

from smtplab.protocol.octets import count
from smtplab.protocol.text import safe
from smtplab.views.message import shown_text

LIMIT: Final = 200_000  # characters of HTML
POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
# fmt: off
KEPT: Final = frozenset({
    "a", "abbr", "address", "article", "aside", "b", "bdi", "big", "blockquote", "br", "caption", "center", "cite",
    "code", "col", "colgroup", "dd", "del", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "font",
    "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "ins", "kbd", "li", "main", "mark", "ol",
    "p", "pre", "q", "s", "samp", "section", "small", "span", "strike", "strong", "sub", "sup", "table", "tbody",
    "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul", "var", "wbr",
})
ATTRIBUTES: Final = frozenset({
    "align", "bgcolor", "border", "cellpadding", "cellspacing", "color", "colspan", "dir", "height", "lang",
    "rowspan", "size", "start", "valign", "width",
})
PAGE: Final = frozenset({"html", "head", "body"})
# What stands inside these is no text of the message.
SILENT: Final = frozenset({
    "script", "style", "title", "template", "noscript", "iframe", "object", "svg", "math", "textarea",
})
# fmt: on
NAMES: Final = {"img": "picture", "a": "link", "script": "script", "form": "form", "style": "style sheet"}


class Tamed(NamedTuple):
    """HTML that may be shown in a frame. left_out: what was taken out of it, in words."""

    html: str
    left_out: list[str]


def tamed(html: str) -> Tamed:
    """Keep what lays out text, and leave out what could do anything."""
    tamer = _Tamer()
    tamer.feed(html[:LIMIT])
    tamer.close()
    words = [count(times, name) for name, times in tamer.left_out.items()]
    if len(html) > LIMIT:
        words.append(f"what comes after {LIMIT:,} characters")
    return Tamed("".join(tamer.kept), words)


def framed(html: str) -> str:
    """Give tamed HTML in a frame without rights, to stand in a page."""
    page = (
        f'<!doctype html><meta http-equiv="Content-Security-Policy" content="{POLICY}"><meta charset="utf-8">'
        "<style>body{font:14px/1.5 sans-serif;color:#1c2126;background:#fff;margin:8px}</style>"
        f"{html}"
    )
    return (
        '<iframe class="smtplab-html" sandbox="" referrerpolicy="no-referrer" title="the HTML part of the message" '
        f'srcdoc="{escape(page)}"></iframe>'
    )


class _Tamer(HTMLParser):
    """Writes anew what is harmless, from what a parser understood: nothing goes through as it came."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.kept: list[str] = []
        self.left_out: Counter[str] = Counter()
        self._silent = ""  # the tag inside which nothing is text

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._silent:
            return
        if tag in KEPT:
            kept = (f' {name}="{escape(safe(value or ""))}"' for name, value in attrs if name in ATTRIBUTES)
            self.kept.append(f"<{tag}{''.join(kept)}>")
        elif tag not in PAGE:
            self.left_out[NAMES.get(tag, f"<{safe(tag)[:20]}>")] += 1
            self._silent = tag if tag in SILENT else ""
        self._tell(tag, {name: value or "" for name, value in attrs})

    def _tell(self, tag: str, asked: dict[str, str]) -> None:
        """Say where a link would have gone, and what a picture would have loaded."""
        address = safe(asked.get("href" if tag == "a" else "src", ""))[:120]
        if tag == "a" and address:
            self.left_out[NAMES[tag]] += 1
            self.kept.append(f"<small>[{escape(address)}] </small>")
        if tag == "img":
            self.kept.append(f"<small>[picture {escape(address)}] </small>")

    def handle_endtag(self, tag: str) -> None:
        if self._silent:
            self._silent = "" if tag == self._silent else self._silent
        elif tag in KEPT:
            self.kept.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.kept.append(escape(shown_text(data)))
