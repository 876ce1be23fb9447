"""What is happening at a server? A ladder that draws itself while sessions run, and each of them in small below it.

It is drawn from what the server's sockets hand on, in a thread of its own: so it moves while a cell runs, and holds
nobody up.
"""

from html import escape
from typing import Final

from ipywidgets import Box, Button, ToggleButtons

from smtplab.net.overheard import Overheard, Tapped
from smtplab.protocol.octets import count
from smtplab.protocol.transcript import Transcript
from smtplab.views.ladder import Ladder
from smtplab.views.multiples import multiples
from smtplab.views.svg import to_svg
from smtplab.widgets.following import PACES, Following, Shown
from smtplab.widgets.live import Live, pane, show

SCOPE: Final = ".smtplab-live-ladder"
PAUSE: Final = 0.12  # seconds between two pictures
HEIGHT: Final = 420  # pixels, of the ladder
STYLES: Final = (
    f"{SCOPE} .smtplab-sessions{{max-height:330px}}{SCOPE} .smtplab-ladder{{height:{HEIGHT}px}}"
    f"{SCOPE} :is(.smtplab-sessions,.smtplab-ladder){{background:var(--smtplab-paper)}}"
    f"{SCOPE} svg{{display:block;max-width:100%;height:auto;margin:auto}}"
    f"{SCOPE} .smtplab-sessions svg{{margin:0;min-width:600px}}"
    f"{SCOPE} .widget-toggle-buttons button{{width:auto}}{SCOPE} .smtplab-told{{flex:1 1 200px}}"
)


def live_ladder(server: Tapped) -> "LiveLadder":
    """Draw the sessions of a server while they run, from now on."""
    return LiveLadder(server)


class LiveLadder(Live):
    """The widget. `transcript` is what it has overheard, which every view can show."""

    def __init__(self, server: Tapped) -> None:
        self._told, self._sessions, self._ladder = pane("told"), pane("sessions"), pane("ladder")
        self._pace = ToggleButtons(options=PACES, tooltips=[f"draw arrows {pace}" for pace in PACES])
        super().__init__("live-ladder", styles=STYLES, pause=PAUSE)
        self.following = Following(Overheard(server, self.ring))
        for part in (self._sessions, self._ladder):
            part.add_class("smtplab-pane")
        self._ladder.add_class("smtplab-log")
        self._pace.add_class("smtplab-pace")
        row = Box([self._told, *self._buttons(), self._pace])
        row.add_class("smtplab-row")
        self.add(row, self._ladder, self._sessions)
        self.on_change(self._pace, self._set_pace)
        self.draw()

    @property
    def transcript(self) -> Transcript:
        """What was said up to now, drawn or not."""
        return self.following.overheard.transcript

    def close(self) -> None:
        """End it: it listens no more."""
        if hasattr(self, "following"):
            self.following.overheard.close()
        super().close()

    def _buttons(self) -> list[Button]:
        following = self.following
        return [
            self.button("earlier", "◀ session", "follow the session before", lambda: following.step(-1)),
            self.button("later", "session ▶", "follow the next session", lambda: following.step(1)),
            self.button("newest", "newest", "always follow the newest session", lambda: following.choose(None)),
            self.button("again", "again", "draw everything once more", following.forget),
        ]

    def _set_pace(self, pace: str) -> None:
        self.following.pace = pace

    def paint(self) -> bool:
        """Draw the next picture."""
        shown = self.following.next()
        several = len(shown.transcript.streams) > 1
        small = multiples(shown.transcript, running=shown.running, selected=shown.followed)
        show(self._sessions, to_svg(small.scene(), style=False) if several else "")
        self._sessions.layout.display = None if several else "none"
        show(self._ladder, to_svg(Ladder(shown.ladder).scene(), style=False) if len(shown.ladder) else _nothing())
        show(self._told, _words(shown))
        return shown.behind > 0

    def text(self) -> str:
        """Give the arrows as text."""
        return Ladder(self.transcript).text()

    def html(self) -> str:
        """Give the ladder as it stands."""
        if not len(self.transcript):
            return "<p>Run the cell: the ladder draws itself while sessions with the server run.</p>"
        return to_svg(Ladder(self.transcript).scene())


def _words(shown: Shown) -> str:
    if shown.followed is None:
        return '<span role="status">no session yet</span>'
    number = f"session {shown.followed}"
    running = count(len(shown.running), "session") + " running"
    before = f", {count(shown.left_out, 'arrow')} before these" if shown.left_out else ""
    behind = f", {shown.behind} still to be drawn" if shown.behind else ""
    told = f'<span class="smtplab-dim">{escape(running + before + behind)}</span>'
    return f'<span role="status"><b>{number}</b> {told}</span>'


def _nothing() -> str:
    return '<p class="smtplab-dim">nothing was said yet</p>'
