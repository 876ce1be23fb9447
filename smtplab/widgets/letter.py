"""What is on the envelope, and what in the letter? One mail at a time, looked at in three ways."""

from collections.abc import Callable
from typing import Final

from ipywidgets import Box, Dropdown, Layout, ToggleButtons

from smtplab.protocol.text import cut, safe
from smtplab.protocol.transactions import Transaction, transactions
from smtplab.protocol.transcript import Transcript
from smtplab.views import letter as view
from smtplab.views.letter import EnvelopeAndLetter
from smtplab.widgets.live import Live, pane, show

SCOPE: Final = ".smtplab-letter"
NO_MAIL: Final = "no message was sent"
VIEWS: Final[dict[str, Callable[[EnvelopeAndLetter], str]]] = {
    "envelope and letter": lambda shown: shown.sheets() + shown.who(),
    "MIME parts": EnvelopeAndLetter.parts,
    "dots": EnvelopeAndLetter.dots,
}
STYLES: Final = f"{SCOPE} .smtplab-mail-view{{min-height:260px}}{SCOPE} .widget-toggle-buttons button{{width:auto}}"


def letter(mail: Transcript | Transaction) -> "Letter":
    """Show envelope and letter side by side, of one mail transaction or of all those in a transcript."""
    return Letter([mail] if isinstance(mail, Transaction) else transactions(mail))


class Letter(Live):
    """The widget. `select` shows another mail, by its number from 1."""

    def __init__(self, mails: list[Transaction]) -> None:
        self.mails = [view.envelope_and_letter(mail) for mail in mails]
        self._choice = Dropdown(
            options=[(_named(number, mail), number) for number, mail in enumerate(mails, 1)],
            description="mail",
            layout=Layout(width="auto", max_width="480px"),
        )
        self._view = ToggleButtons(options=list(VIEWS), tooltips=[f"show {name}" for name in VIEWS])
        self._pane = pane("mail-view")
        self._choice.add_class("smtplab-mail")
        self._view.add_class("smtplab-view")
        super().__init__("letter", styles=f"{STYLES}{view.style_sheet()}")
        if len(mails) < 2:
            self._choice.layout.display = "none"
        row = Box([self._choice, self._view])
        row.add_class("smtplab-row")
        self.add(row, self._pane)
        self.on_change(self._choice, lambda _: None)
        self.on_change(self._view, lambda _: None)
        self.draw()

    def select(self, number: int) -> None:
        """Show another mail. Raises traitlets.TraitError for a number that no mail has."""
        self._choice.value = number

    def paint(self) -> None:
        """Show the mail that is selected in the way that is selected."""
        shown = self.mails[self._choice.value - 1] if self.mails else None
        body = f"<p>{NO_MAIL}</p>" if shown is None else VIEWS[self._view.value](shown)
        show(self._pane, f'<div class="{view.SCOPE[1:]}">{body}</div>')

    def text(self) -> str:
        """Give all mails as text."""
        return "\n\n\n".join(mail.text() for mail in self.mails) or NO_MAIL

    def html(self) -> str:
        """Give all mails, each in all ways."""
        return "<hr>".join(mail.html() for mail in self.mails) or f"<p>{NO_MAIL}</p>"


def _named(number: int, mail: Transaction) -> str:
    ends = (mail.reverse_path or "", ", ".join(path for path, _ in mail.recipients))
    return cut(f"{number}: {' → '.join(f'<{safe(end)}>' for end in ends)}", 70)
