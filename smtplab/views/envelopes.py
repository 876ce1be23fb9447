"""Who is named where? The envelope of each mail beside its header: SMTP reads the one, people read the other.

Nothing but the envelope decides where a mail goes and who hears of its failure (RFC 5321 §2.3.1, §7.2).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import getaddresses
from functools import cached_property
from html import escape
from typing import Final

from smtplab.protocol.grammar import same_mailbox
from smtplab.protocol.mime.header import header_fields, unfolded
from smtplab.protocol.mime.words import decode_words
from smtplab.protocol.text import cut, safe
from smtplab.protocol.transactions import Transaction, transactions
from smtplab.protocol.transcript import Transcript
from smtplab.views import View, palette

SCOPE: Final = ".smtplab-envelopes"
COLUMNS: Final = 72  # of one value, before it is cut
# Who wrote it and whom it names, in the words of RFC 5322 §3.6.
FIELDS: Final = ("From", "Sender", "Reply-To", "To", "Cc", "Bcc")
DESTINATIONS: Final = ("To", "Cc", "Bcc")

Row = tuple[str, str, str]  # what it is, what it says, a remark of ours


def envelopes(transcript: Transcript) -> "Envelopes":
    """Set the envelope of each mail in a transcript beside its header."""
    return Envelopes(transcript)


@dataclass(frozen=True)
class Sheet:
    """One mail. user: who had logged in, "" for nobody."""

    number: int
    user: str
    transaction: Transaction

    @cached_property
    def fields(self) -> list[tuple[str, str]]:
        """The header fields that name somebody, as (name, value), in the order of the message."""
        octets = self.transaction.content or b""
        names = {name.lower(): name for name in FIELDS}
        return [
            (names[field.name], decode_words(unfolded(octets[field.colon_stop : field.body_stop])).strip())
            for field in header_fields(octets, 0, len(octets))
            if field.name in names
        ]

    def envelope(self) -> Iterator[Row]:
        """Give the rows of the envelope: what SMTP said."""
        yield "login", self.user or "nobody", ""
        reverse_path = self.transaction.reverse_path
        yield "MAIL FROM", "not captured" if reverse_path is None else f"<{reverse_path}>", ""
        for forward_path, code in self.transaction.recipients:
            refused = f"✕ {code}" if code is not None and code >= 400 else str(code or "no reply")
            yield "RCPT TO", f"<{forward_path}>", f"{refused}, {self._named(forward_path)}"

    def header(self) -> Iterator[Row]:
        """Give the rows of the header: what stands in the message."""
        yield from ((name, value, "") for name, value in self.fields)

    def _named(self, mailbox: str) -> str:
        """Say in which fields a recipient is named."""
        found = [
            name
            for name, value in self.fields
            if name in DESTINATIONS
            and any(same_mailbox(address) == same_mailbox(mailbox) for _, address in getaddresses([value]))
        ]
        return f"in {' and '.join(dict.fromkeys(found))}" if found else "in no field"

    @property
    def heading(self) -> str:
        """Say which mail it is, and what became of it."""
        code = self.transaction.code
        became = "not answered" if code is None else f"taken ({code})" if self.transaction.accepted else f"✕ {code}"
        return f"mail {self.number}, {became}"


@dataclass(frozen=True, repr=False)
class Envelopes(View):
    """The mails of a transcript, each with its envelope and its header."""

    transcript: Transcript

    @property
    def sheets(self) -> list[Sheet]:
        """The mails in order."""
        return [
            Sheet(number, _user(self.transcript, transaction.stream), transaction)
            for number, transaction in enumerate(transactions(self.transcript), 1)
        ]

    def text(self) -> str:
        """Give each mail as text: its envelope, and its header below."""
        return "\n\n".join(map(_text, self.sheets)) or "[no mail was sent]"

    def html(self) -> str:
        """Give each mail as a table with two columns."""
        body = "".join(map(_html, self.sheets)) or "<p>no mail was sent</p>"
        return f'<div class="{SCOPE[1:]}"><style>{_styles()}</style>{body}</div>'

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": self.text(), "text/html": self.html()}


def _user(transcript: Transcript, stream: int) -> str:
    """Give who logged in on a connection: the name that was last said before a 235."""
    name = user = ""
    for entry in transcript:
        if entry.stream == stream:
            name = dict(entry.decoded).get("username", name)
            user = name if entry.code == 235 else user
    return user


def _text(sheet: Sheet) -> str:
    parts = (("envelope", sheet.envelope()), ("header", sheet.header()))
    return "\n".join((sheet.heading, *(line for name, rows in parts for line in _part(name, list(rows)))))


def _part(name: str, rows: list[Row]) -> Iterator[str]:
    rows = rows or [("", "names nobody", "")]
    width = max(len(_shown(value)) for _, value, _ in rows)
    for number, (what, value, remark) in enumerate(rows):
        heading = "" if number else name
        yield f"  {heading:<10}{what:<11}{_shown(value):<{width}}  {remark}".rstrip()


def _shown(value: str) -> str:
    return cut(safe(value), COLUMNS)


def _html(sheet: Sheet) -> str:
    cells = (
        f"<td><table>{''.join(map(_row_html, rows)) or '<tr><td>names nobody</td></tr>'}</table></td>"
        for rows in (sheet.envelope(), sheet.header())
    )
    head = '<tr><th scope="col">envelope: what SMTP says</th><th scope="col">header: what the mail says</th></tr>'
    return f"<p><b>{escape(sheet.heading)}</b></p><table>{head}<tr>{''.join(cells)}</tr></table>"


def _row_html(row: Row) -> str:
    what, value, remark = row
    marked = ' class="smtplab-error"' if remark.startswith("✕") else ' class="smtplab-dim"'
    said = f"<code>{escape(_shown(value))}</code>"
    return f'<tr><th scope="row">{escape(what)}</th><td>{said}</td><td{marked}>{escape(remark)}</td></tr>'


def _styles() -> str:
    own = f"{SCOPE}{SCOPE}{SCOPE}"  # repeated to outweigh the notebook's own styles of tables
    envelope, header = (palette.transparent(palette.tint(phase)) for phase in ("MAIL", "DATA"))
    return (
        f"{palette.variables(SCOPE)}{own}{{color:var(--smtplab-ink)}}"
        f"{own} table{{border-collapse:collapse;margin:0}}{own}>table{{margin-bottom:14px}}"
        f"{own} tr{{background:none}}{own}>table>tbody>tr>:first-child{{background:{envelope}}}"
        f"{own}>table>tbody>tr>:last-child{{background:{header}}}"
        f"{own} :is(th,td){{text-align:left;vertical-align:top;padding:2px 10px;border:0;white-space:normal}}"
        f"{own} th{{font-weight:600;white-space:nowrap}}{own} p{{margin:0 0 4px}}"
        f"{own} code{{background:none;padding:0;font-family:{palette.MONO};color:inherit}}"
        f"{own} td.smtplab-dim{{color:var(--smtplab-dim)}}{own} td.smtplab-error{{color:var(--smtplab-error)}}"
    )
