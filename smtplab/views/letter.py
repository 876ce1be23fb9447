"""How do envelope and letter look? As two sheets side by side, with who gets the mail, its parts and its dots below."""

from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import Final

from smtplab.protocol.octets import count
from smtplab.protocol.text import cut, safe
from smtplab.protocol.transactions import Transaction
from smtplab.views import View, palette
from smtplab.views.layers import Layers, is_positive, written
from smtplab.views.message import Part

SCOPE: Final = ".smtplab-letter-view"
DOT_LINES: Final = 30
BODY_LINES: Final = 14
COLUMNS: Final = 76


def envelope_and_letter(transaction: Transaction) -> "EnvelopeAndLetter":
    """Set the envelope of a mail transaction beside its message."""
    return EnvelopeAndLetter(transaction)


@dataclass(frozen=True, repr=False)
class EnvelopeAndLetter(View):
    """The two layers of one mail."""

    transaction: Transaction

    @cached_property
    def layers(self) -> Layers:
        """What the two say."""
        return Layers(self.transaction)

    # As text

    def text(self) -> str:
        """Give the layers, the mailboxes, the parts and the dots as text."""
        return "\n\n".join((self._layers_text(), self.parts_text(), self.dots_text()))

    def _layers_text(self) -> str:
        envelope = [f"MAIL FROM:{self.layers.reverse_path}"]
        envelope += [f"RCPT TO:<{safe(path)}>  {written(code)}" for path, code in self.transaction.recipients]
        letter = [f"{name}: {value}" for name, value in self.layers.header()]
        mentions = [f"{mention.mailbox}: {mention.so}" for mention in self.layers.mentions]
        blocks = (("envelope", envelope), ("letter", letter), ("who gets it", mentions))
        return (
            "\n\n".join(f"{name}\n{_indented(lines)}" for name, lines in blocks) + f"\n\n{self.layers.about_the_sender}"
        )

    def parts_text(self) -> str:
        """Give the MIME tree as text."""
        return "parts\n" + _indented([f"{'  ' * part.depth}{part}" for part in self.layers.message.parts])

    def dots_text(self) -> str:
        """Give the dots as text."""
        lines = [f"line {dot.number}: {dot.line}  on the wire: {dot.wire}" for dot in self.layers.dot_lines[:DOT_LINES]]
        return "dots\n" + _indented(lines or ["no line begins with a dot, so none was doubled"])

    # As HTML

    def html(self) -> str:
        """Give all of it, with its style sheet."""
        parts = (self.sheets(), self.who(), self.parts(), self.dots())
        return f'<div class="{SCOPE[1:]}"><style>{style_sheet()}</style>{"".join(parts)}</div>'

    def sheets(self) -> str:
        """Give the envelope and the letter as two sheets."""
        return f'<div class="smtplab-layers">{self._envelope()}{self._letter()}</div>'

    def _envelope(self) -> str:
        rows = "".join(
            f"<li><code>&lt;{escape(safe(path))}&gt;</code> "
            f'<b class="smtplab-code{"" if is_positive(code) else " smtplab-error"}">{escape(written(code))}</b></li>'
            for path, code in self.transaction.recipients
        )
        return (
            '<section class="smtplab-envelope" aria-label="envelope"><h4>envelope: what the server acts on</h4>'
            f'<p class="smtplab-from"><small>reverse-path</small><code>{escape(self.layers.reverse_path)}</code></p>'
            f'<small>forward-paths</small><ul class="smtplab-to">{rows or "<li>(none seen)</li>"}</ul>'
            f'<p class="smtplab-fate">{escape(self.layers.fate)}</p></section>'
        )

    def _letter(self) -> str:
        rows = "".join(
            f'<tr><th scope="row">{name}</th><td>{escape(value)}</td></tr>' for name, value in self.layers.header()
        )
        lines = self.layers.message.body.split("\n")
        body = "\n".join(cut(line, COLUMNS) for line in lines[:BODY_LINES])
        more = f"\n[… {count(len(lines) - BODY_LINES, 'more line')}]" if len(lines) > BODY_LINES else ""
        none = '<tr><td colspan="2">(no header field that is for people)</td></tr>'
        return (
            '<section class="smtplab-sheet" aria-label="letter"><h4>letter: what people read</h4>'
            f"<table>{rows or none}</table><pre>{escape(body + more)}</pre></section>"
        )

    def who(self) -> str:
        """Give a table of who gets the mail and who is named."""
        rows = "".join(
            f'<tr><th scope="row"><code>{escape(mention.mailbox)}</code></th><td>{escape(mention.rcpt) or "—"}</td>'
            f"<td>{', '.join(mention.fields) or '—'}</td>"
            f"<td{' class=smtplab-error' if mention.refused else ''}>{escape(mention.so)}</td></tr>"
            for mention in self.layers.mentions
        )
        head = "".join(f'<th scope="col">{name}</th>' for name in ("mailbox", "envelope", "header", "so"))
        about = f"<p>{escape(self.layers.about_the_sender)}</p>" if self.layers.about_the_sender else ""
        return f'<table class="smtplab-who"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{about}'

    def parts(self) -> str:
        """Give the MIME tree as nested lists."""
        return (
            f'<div class="smtplab-parts" role="group" aria-label="MIME parts">{_tree(self.layers.message.parts)}</div>'
        )

    def dots(self) -> str:
        """Give the lines that begin with a dot, the doubled dot marked and moving in."""
        dots = self.layers.dot_lines
        if not dots:
            return (
                '<p class="smtplab-dots">No line of this message begins with a dot, so none was doubled. The end of '
                "the mail data is a line that is a single dot (RFC 5321 §4.1.1.4).</p>"
            )
        rows = "".join(
            f"<tr><td>{dot.number}</td><td><code>{escape(dot.line)}</code></td>"
            f'<td><code><b class="smtplab-dot">.</b>{escape(dot.wire[1:])}</code></td>'
            f"<td><code>{escape(dot.line)}</code></td></tr>"
            for dot in dots[:DOT_LINES]
        )
        names = ("line", "as it was written", "on the wire", "as it was stored")
        head = "".join(f'<th scope="col">{name}</th>' for name in names)
        end = '<tr class="smtplab-end"><td></td><td></td><td><code>.</code></td><td>the end of the mail data</td></tr>'
        return f'<table class="smtplab-dots"><thead><tr>{head}</tr></thead><tbody>{rows}{end}</tbody></table>'

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": self.text(), "text/html": self.html()}


def _indented(lines: list[str]) -> str:
    return "\n".join(f"  {cut(line, 2 * COLUMNS)}" for line in lines)


def _tree(parts: list[Part]) -> str:
    html, depth = "", -1
    for part in parts:
        html += (
            "<ul>" * (part.depth - depth)
            + "</li></ul>" * (depth - part.depth)
            + ("</li>" if part.depth <= depth else "")
        )
        html += f"<li><code>{escape(str(part))}</code>"
        depth = part.depth
    return html + "</li></ul>" * (depth + 1)


def style_sheet() -> str:
    """Write the rules of the sheets and of the tables."""
    own = f"{SCOPE}{SCOPE}{SCOPE}"  # notebooks style tables of their own accord
    return (
        f"{palette.variables(SCOPE)}{SCOPE}{{font-size:13px;line-height:1.45}}"
        f"{SCOPE} .smtplab-layers{{display:flex;flex-flow:row wrap;gap:14px;align-items:stretch;margin:4px 0 12px}}"
        f"{SCOPE} section{{box-sizing:border-box;flex:1 1 340px;min-width:0;color:var(--smtplab-ink);"
        "background:var(--smtplab-paper)}"
        # The flap of an envelope, as two lines from its upper corners.
        f"{SCOPE} .smtplab-envelope{{border:2px solid var(--smtplab-server);border-radius:4px;padding:54px 18px 12px;"
        f"background:{_flap('right')},{_flap('left')},var(--smtplab-paper)}}"
        f"{SCOPE} .smtplab-sheet{{border:1px solid var(--smtplab-rule);border-top:6px solid var(--smtplab-client);"
        "padding:8px 18px 12px;box-shadow:3px 3px 0 var(--smtplab-rule)}"
        f"{SCOPE} h4{{margin:0 0 8px;font-size:13px}}{SCOPE} small{{color:var(--smtplab-dim);display:block}}"
        f"{SCOPE} .smtplab-to{{list-style:none;margin:2px 0 10px 18%;padding:0;font-size:15px}}"
        f"{SCOPE} .smtplab-from{{margin:0 0 12px}}{SCOPE} .smtplab-fate{{margin:0;color:var(--smtplab-dim)}}"
        f"{SCOPE} .smtplab-code{{border:1px solid currentColor;border-radius:3px;padding:0 4px;font-size:11px}}"
        f"{SCOPE} .smtplab-error{{color:var(--smtplab-error)}}"
        f"{SCOPE} :is(code,pre){{font:12.5px/1.45 {palette.MONO};background:none;padding:0;color:inherit;margin:0}}"
        f"{SCOPE} code{{overflow-wrap:anywhere}}"
        f"{SCOPE} pre{{white-space:pre-wrap;margin-top:8px;word-break:normal;overflow-wrap:anywhere}}"
        f"{own} table{{border-collapse:collapse;margin:0 0 6px}}"
        f"{own} :is(th,td){{text-align:left;vertical-align:top;padding:2px 10px 2px 0;border:0;white-space:normal;"
        "background:none;overflow-wrap:break-word}"
        f"{own} thead th{{color:var(--smtplab-dim);border-bottom:1px solid var(--smtplab-rule)}}"
        f"{own} .smtplab-sheet th{{color:var(--smtplab-dim);white-space:nowrap}}"
        f"{SCOPE} ul ul{{border-left:1px solid var(--smtplab-rule)}}"
        f"{SCOPE} .smtplab-dot{{display:inline-block;color:var(--smtplab-ink);background:var(--smtplab-lit);"
        "border-radius:3px;padding:0 2px;animation:smtplab-dot 1.1s ease-out}"
        "@keyframes smtplab-dot{from{transform:translate(-14px,-14px);opacity:0}40%{opacity:1}}"
        f"@media (prefers-reduced-motion:reduce){{{SCOPE} .smtplab-dot{{animation:none}}}}"
    )


def _flap(half: str) -> str:
    """Draw one half of an envelope's flap: a line from its upper corner down to the middle."""
    stops = "transparent calc(50% - 1px),var(--smtplab-server) 50%,transparent calc(50% + 1px)"
    return f"linear-gradient(to bottom {half},{stops}) {half} top/50% 46px no-repeat"
