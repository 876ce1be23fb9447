"""How is a stored message looked at? As a letter, as its header, as its octets, as its HTML, as its parts."""

from html import escape
from typing import Final

from smtplab.protocol.octets import count, printable
from smtplab.protocol.text import cut
from smtplab.views.html_mail import framed, tamed
from smtplab.views.message import Message, shown_text

FOR_PEOPLE: Final = ("From", "To", "Cc", "Subject", "Date")
LINES: Final = 400
COLUMNS: Final = 200


def letter(message: Message) -> str:
    """Give what a mail program shows: a few fields and the plain text."""
    rows = [(name, value) for name in FOR_PEOPLE for value in message.values(name)]
    text = message.body or ("" if message.html else "(no plain text)")
    hint = "<p>This message is HTML alone: see there.</p>" if not message.body and message.html else ""
    return f"{_table(rows)}{hint}<pre>{escape(_shortened(text))}</pre>"


def header(message: Message) -> str:
    """Give all fields of the header, in their order; those on top were added by the servers on the way."""
    return _table([(field.name, field.value) for field in message.fields])


def source(message: Message) -> str:
    """Give the octets, line by line; an LF that is no CRLF is marked."""
    *lines, last = message.octets.split(b"\n")
    shown = [printable(line.removesuffix(b"\r")) + ("" if line.endswith(b"\r") else " [LF]") for line in lines[:LINES]]
    more = len(lines) - len(shown)
    shown.append(f"[… {count(more + 1, 'more line')}]" if more else printable(last))
    return f"<pre>{escape(chr(10).join(cut(line, COLUMNS) for line in shown))}</pre>"


def html_part(message: Message) -> str:
    """Give the HTML part in a frame that may do nothing, and what was left out of it."""
    if not message.html:
        return "<p>no HTML part</p>"
    safe = tamed(message.html)
    left_out = f"<p>left out: {escape(', '.join(safe.left_out))}</p>" if safe.left_out else ""
    return f"{framed(safe.html)}{left_out}<details><summary>as it was sent</summary>{_code(message.html)}</details>"


def parts(message: Message) -> str:
    """Give the MIME parts with their kinds, names and sizes."""
    rows = [("attachment" if part.is_attachment else "", f"{'  ' * part.depth}{part}") for part in message.parts]
    files = count(len(message.attachments), "attachment")
    lines = "".join(f'<tr><th scope="row">{what}</th><td><code>{escape(told)}</code></td></tr>' for what, told in rows)
    return f"<p>{files}</p><table>{lines}</table>"


def _code(html: str) -> str:
    return f"<pre>{escape(_shortened(shown_text(html)))}</pre>"


def _table(rows: list[tuple[str, str]]) -> str:
    lines = "".join(
        f'<tr><th scope="row">{escape(cut(name, 40))}</th><td>{escape(cut(value, 400))}</td></tr>'
        for name, value in rows
    )
    return f"<table>{lines}</table>"


def _shortened(text: str) -> str:
    lines = text.split("\n")
    kept = [cut(line, COLUMNS) for line in lines[:LINES]]
    return "\n".join(kept + ([f"[… {count(len(lines) - LINES, 'more line')}]"] if len(lines) > LINES else []))
