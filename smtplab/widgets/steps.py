"""Where in a transcript does the reader stand, and what is shown there? The stepper without its widgets.

`Steps` holds the position and writes the panes as HTML. It knows no kernel and no browser, so that it can be tested
without them.
"""

from functools import cached_property
from html import escape
from typing import Final

from smtplab.protocol.octets import count
from smtplab.protocol.states import BDAT_LAST, END_OF_DATA, GREETING, TRANSITIONS, State
from smtplab.protocol.text import IN_TLS, error_word
from smtplab.protocol.transcript import Entry, Transcript
from smtplab.views import palette
from smtplab.views.hexdump import octets
from smtplab.views.ladder import Ladder
from smtplab.views.scene import Scene
from smtplab.views.spots import Spot, spots
from smtplab.views.summary import clock, summary
from smtplab.views.svg import to_svg
from smtplab.widgets.lifting import follow_rules, lift_rules, with_anchor
from smtplab.widgets.selection import Selection

COLUMNS: Final = 76  # of the current line
MOMENTS: Final = {GREETING: "the greeting", END_OF_DATA: "the end of the mail data"}  # neither is a verb
NOTHING: Final = "<p>nothing was said</p>"


class Steps:
    """A position in a transcript, which `selection` holds."""

    def __init__(self, transcript: Transcript) -> None:
        self.transcript = transcript
        self.selection = Selection(transcript)

    @property
    def index(self) -> int:
        """The index of the current entry, 0 to len(transcript) - 1."""
        return self.selection.index or 0

    @property
    def last(self) -> int:
        """The index of the last entry; 0 where there is none."""
        return max(0, len(self.transcript) - 1)

    @property
    def entry(self) -> Entry | None:
        """The current entry; None where nothing was said."""
        return self.transcript[self.index] if len(self.transcript) else None

    def select(self, index: int) -> None:
        """Go to an entry; to the nearest one where there is none of that index."""
        self.selection.select(index)

    def step(self, by: int) -> None:
        """Go so many entries forward, or back if it is negative, and stop at either end."""
        self.selection.step(by)

    def line(self) -> str:
        """Write the current line: which it is, who said it, what was said, and when."""
        entry = self.entry
        if entry is None:
            return NOTHING
        said, note = summary(entry).fitted(COLUMNS)
        notes = "".join(
            f'<span class="smtplab-note">{escape(text)}</span>' for text in (note, error_word(entry)) if text
        )
        error = " smtplab-error" if error_word(entry) else ""
        return (
            f'<div role="status"><div class="smtplab-place">{self.index + 1} of {len(self.transcript)} {_phase(entry)} '
            f"{_party(entry)}{_packet(entry)}</div>"
            f'<div class="smtplab-said{error}"><code>{escape(said)}</code>{notes}</div></div>'
        )

    def state(self) -> str:
        """Write the state of the server before and after the current entry, and what the table lets follow."""
        entry = self.entry
        if entry is None:
            return NOTHING
        after = f" → <b>{entry.after.value}</b>" if entry.after is not entry.before else " (does not change)"
        return (
            f'<div>state of the server: <b class="smtplab-before">{entry.before.value}</b>'
            f'<span class="smtplab-after">{after}</span></div>'
            f'<div class="smtplab-follows">what may come next: {", ".join(_allowed(entry.after)) or "nothing"}</div>'
        )

    def octets(self) -> str:
        """Write the octets of the current entry, each field coloured and explained."""
        return octets(self.entry).html(style=False) if self.entry else NOTHING

    def ladder(self) -> str:
        """Write the ladder, without a mark; it is the same wherever the reader stands."""
        return with_anchor(f'{to_svg(self._scene, style=False)}<div class="smtplab-curtain"></div>')

    def mark(self, scope: str) -> str:
        """Write the CSS rules that lift the current row in the ladder of `scope` and scroll it into view."""
        entry = self.entry
        if entry is None:
            return ""
        row = f"entry-{self.index}"
        follow = follow_rules(scope, f"{scope} .smtplab-ladder", self._spots[row], self.index)
        return lift_rules(scope, row, entry.party) + follow + self._curtain(scope)

    def _curtain(self, scope: str) -> str:
        """Write the rule that hides the rows which cannot be reached yet, if there are any."""
        hidden = self._spots.get(f"entry-{self.selection.stop}")
        top = "" if hidden is None else f"top:{100 * hidden.top:.3f}%;display:block"
        return f"{scope} .smtplab-scroll .smtplab-curtain{{{top}}}" if top else ""

    @cached_property
    def _scene(self) -> Scene:
        return Ladder(self.transcript).scene()

    @cached_property
    def _spots(self) -> dict[str, Spot]:
        return spots(self._scene)


def _phase(entry: Entry) -> str:
    tint = palette.transparent(palette.tint(entry.phase))
    return f'<b class="smtplab-phase" style="background:{tint}">{escape(entry.phase)}</b>' if entry.phase else ""


def _party(entry: Entry) -> str:
    direction = "client → server" if entry.party == "client" else "server → client"
    return f'<b class="smtplab-{entry.party}">{direction}</b>'


def _packet(entry: Entry) -> str:
    """When the entry was whole, which packets brought it, and whether they hid it."""
    frames = f" · frame {entry.frame}" if entry.frame else ""
    if len(entry.frames) > 1:
        frames = f" · {count(len(entry.frames), 'frame')}, the last is {entry.frame}"
    tls = f" · {IN_TLS}" if entry.tls else ""
    return f'<span class="smtplab-note">{clock(entry.time, entry.time)}{frames}{tls}</span>'


def _allowed(state: State) -> list[str]:
    """What the table of states lets follow: verbs, or a moment that is none."""
    return [MOMENTS.get(verb, verb) for (before, verb) in TRANSITIONS if before is state and verb != BDAT_LAST]
