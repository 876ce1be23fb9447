"""What is on the envelope, and what in the letter? One mail at a time, looked at in three ways."""

from collections.abc import Callable
from html import escape
from typing import Final

from ipywidgets import Box, ToggleButtons

from smtplab.protocol.text import cut, safe
from smtplab.protocol.transactions import Transaction, transactions
from smtplab.protocol.transcript import Transcript
from smtplab.views import letter as view
from smtplab.views.letter import EnvelopeAndLetter
from smtplab.widgets.live import Live, pane, show

SCOPE: Final = ".smtplab-letter"
COLUMNS: Final = 40  # of a mailbox
NO_MAIL: Final = "no message was sent"
VIEWS: Final[dict[str, Callable[[EnvelopeAndLetter], str]]] = {
    "envelope and letter": lambda shown: shown.sheets() + shown.who(),
    "MIME parts": EnvelopeAndLetter.parts,
    "dots": EnvelopeAndLetter.dots,
}
STYLES: Final = (
    f"{SCOPE} .smtplab-mail-view{{min-height:260px;max-height:700px;overflow:auto}}"
    f"{SCOPE} .widget-toggle-buttons button{{width:auto}}"
)


def letter(mail: Transcript | Transaction) -> "Letter":
    """Show envelope and letter side by side, of one mail transaction or of all those in a transcript."""
    return Letter([mail] if isinstance(mail, Transaction) else transactions(mail))


class Letter(Live):
    """The widget. `select` shows another mail, by its number from 1."""

    def __init__(self, mails: list[Transaction]) -> None:
        self.mails = [view.envelope_and_letter(mail) for mail in mails]
        self._number = 1
        self._view = ToggleButtons(options=list(VIEWS), tooltips=[f"show {name}" for name in VIEWS])
        self._which, self._pane = pane("which"), pane("mail-view")
        self._view.add_class("smtplab-view")
        super().__init__("letter", styles=f"{STYLES}{view.style_sheet()}")
        buttons = [
            self.button("previous", "◀ mail", "show the mail before", lambda: self._step(-1)),
            self.button("next", "mail ▶", "show the next mail", lambda: self._step(1)),
        ]
        for button in buttons:
            button.layout.display = None if len(mails) > 1 else "none"
        row = Box([self._view, *buttons, self._which])
        row.add_class("smtplab-row")
        self.add(row, self._pane)
        self.on_change(self._view, lambda _: None)
        self.draw()

    def select(self, number: int) -> None:
        """Show another mail, or the nearest where there is none of that number."""
        self.do(lambda: self._step(number - self._number))

    def _step(self, by: int) -> None:
        self._number = min(max(self._number + by, 1), max(1, len(self.mails)))

    def paint(self) -> None:
        """Show the mail that is selected in the way that is selected."""
        shown = self.mails[self._number - 1] if self.mails else None
        which = "" if shown is None else self._named(shown.transaction)
        show(self._which, f'<code role="status">{escape(which)}</code>')
        body = f"<p>{NO_MAIL}</p>" if shown is None else VIEWS[self._view.value](shown)
        show(self._pane, f'<div class="{view.SCOPE[1:]}">{body}</div>')

    def text(self) -> str:
        """Give all mails as text."""
        return "\n\n\n".join(mail.text() for mail in self.mails) or NO_MAIL

    def html(self) -> str:
        """Give all mails, each in all ways."""
        return "<hr>".join(mail.html() for mail in self.mails) or f"<p>{NO_MAIL}</p>"

    def _named(self, mail: Transaction) -> str:
        first, *others = [path for path, _ in mail.recipients] or ["nobody seen"]
        more = f" and {len(others)} more" if others else ""
        sender = cut(safe(mail.reverse_path or ""), COLUMNS)
        return f"{self._number} of {len(self.mails)}: <{sender}> → <{cut(safe(first), COLUMNS)}>{more}"
