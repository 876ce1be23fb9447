"""How does one talk to a server as with telnet? A widget to type lines in, with everything that was said above it.

Nothing is mended: what is typed goes out, with the line end that is chosen. Below are a box for mail data, a helper for
the base64 of AUTH, and, where the server is one of the lab's own, its mailboxes and its knobs.
"""

from html import escape

from ipywidgets import Box, Button, Checkbox, Layout, Textarea, ToggleButtons, VBox, Widget

from smtplab.net.by_hand import ByHand, Moment, Standing
from smtplab.net.dialogue import Listening
from smtplab.net.server import Server
from smtplab.views import rail, typed
from smtplab.views.lines import info
from smtplab.views.states import states
from smtplab.views.svg import to_svg
from smtplab.widgets.base64_helper import Base64Helper
from smtplab.widgets.console_style import STYLES
from smtplab.widgets.inbox import Inbox
from smtplab.widgets.knobs import Knobs
from smtplab.widgets.line_box import LineBox
from smtplab.widgets.live import Live, pane, show
from smtplab.widgets.told import aloud
from smtplab.widgets.typist import Typist

NOTHING_TYPED = "console: nothing was typed yet"


def console(server: Listening | str, port: int | None = None) -> "Console":
    """Type to a server: a `Server` of the lab, or a host on loopback with its port."""
    return Console(server, port)


class Console(Live):
    """The widget. `typist` sends, `typist.hand.now` says how things stand."""

    def __init__(self, server: Listening | str, port: int | None = None) -> None:
        self.typist = Typist(ByHand(server, port, changed=self.ring))
        self.line = LineBox(self._say)
        self._status, self._dialogue = pane("status"), pane("dialogue")
        self._place, self._chart = pane("place"), pane("chart")
        self._passwords = Checkbox(description="show passwords", indent=False, layout=Layout(width="auto"))
        self._passwords.add_class("smtplab-passwords")
        self._drawers = self._make_drawers(server)
        self._drawer = ToggleButtons(options=list(self._drawers), tooltips=[f"show {name}" for name in self._drawers])
        self._drawer.add_class("smtplab-drawer")
        super().__init__("console", styles=f"{STYLES}{typed.style_sheet()}{rail.style_sheet()}")
        self._connect, self._disconnect, self._tls = self._make_buttons()
        self.add(*self._rows())
        self.on_change(self._passwords, lambda _: None)
        self.on_change(self._drawer, lambda _: None)
        self.typist.hand.connect()
        self.draw()

    def close(self) -> None:
        """End it, and the connection with it."""
        if hasattr(self, "typist"):
            self.typist.hand.close()
        super().close()

    # What is there

    def _make_drawers(self, server: Listening | str) -> dict[str, Widget]:
        drawers: dict[str, Widget] = {}
        if isinstance(server, Server):
            drawers["mailboxes"] = Inbox(server)
        drawers["message"] = self._make_message_box()
        drawers["base64"] = Base64Helper(self._put_into_line)
        drawers["state chart"] = self._chart
        if isinstance(server, Server):
            drawers["knobs"] = Knobs(server)
        return drawers

    def _make_message_box(self) -> VBox:
        self.message = Textarea(
            description="mail data",
            placeholder="Subject: hello\n\nHello,\nthis goes out as it stands, so end it with a line of one dot:\n.",
            rows=9,
            continuous_update=False,  # one change as the box is left: else a click may overtake the last letters
            layout=Layout(width="96%"),
        )
        self.message.add_class("smtplab-message-box")
        send = Button(description="Send message", tooltip="send all lines, each with the chosen line end")
        send.add_class("smtplab-send-message")
        send.on_click(lambda _: self.do(self._send_message))
        box = VBox([self.message, send])
        box.add_class("smtplab-mono")
        return box

    def _make_buttons(self) -> tuple[Button, Button, Button]:
        hand = self.typist.hand
        return (
            self.button("connect", "Connect", "open a connection to the server", hand.connect),
            self.button("disconnect", "Disconnect", "close the connection without a word", hand.close),
            self.button("tls", "Begin TLS", "send the first octets of a TLS handshake", hand.begin_tls),
        )

    def _rows(self) -> list[Widget]:
        for part in (self._dialogue, self._place):
            part.add_class("smtplab-pane")
        self._dialogue.add_class("smtplab-log")
        talk = Box([self._dialogue, self._place])
        talk.add_class("smtplab-talk")
        top = Box([self._status, self._connect, self._disconnect, self._tls, self._passwords])
        top.add_class("smtplab-row")
        drawers = VBox(list(self._drawers.values()))
        drawers.add_class("smtplab-drawers")
        return [top, talk, self.line, self._drawer, drawers]

    # What the controls do

    def _say(self, text: str, line_end: str) -> None:
        self.do(lambda: self.typist.line(text, line_end))

    def _send_message(self) -> None:
        self.typist.message(self.message.value, self.line.end.value)

    def _put_into_line(self, text: str) -> None:
        self.line.put(text)

    # What is shown

    def paint(self) -> None:
        """Show how things stand."""
        now = self.typist.hand.now
        said = typed.typed(now.transcript, now.unread, passwords=self._passwords.value)
        show(self._status, self._standing(now) + self._heard(now))
        show(self._dialogue, f'<div class="{typed.SCOPE[1:]}">{said.table()}</div>')
        show(self._place, f'<div class="{rail.SCOPE[1:]}">{rail.rail(now.current, now=now.state).body()}</div>')
        self._connect.disabled = now.standing is not Standing.NONE
        self._disconnect.disabled = now.standing is Standing.NONE
        self._tls.disabled = not now.tls_may_begin
        self.line.remember(self.typist.history)
        self.line.forget(self.typist.secrets)
        for name, drawer in self._drawers.items():
            drawer.layout.display = None if name == self._drawer.value else "none"
        if self._drawer.value == "state chart":
            show(self._chart, self._drawn(now))

    def _standing(self, now: Moment) -> str:
        hand = self.typist.hand
        sign = {Standing.OPEN: "●", Standing.WAITING: "◌", Standing.NONE: "○"}[now.standing]
        where = f"{hand.host} port {hand.port}" if now.standing is not Standing.NONE else now.remark
        inside = f", inside {now.tls}" if now.tls else ""
        waits = " — the server has not answered yet" if now.waits else ""
        words = f"{now.standing.value}{inside}"
        return (
            f'<span role="status">{sign} <b>{words}</b> <span class="smtplab-dim">{escape(where + waits)}</span></span>'
        )

    def _heard(self, now: Moment) -> str:
        """Say the last reply, for those who hear the page."""
        replies = [entry for entry in now.current if entry.party == "server"]
        return aloud(f"server: {info(replies[-1])}") if replies else ""

    def _drawn(self, now: Moment) -> str:
        said = now.current
        chart = states(said, selected=len(said) - 1) if len(said) else states()
        return to_svg(chart.scene(), style=False)

    def text(self) -> str:
        """Give what was said, once something was typed."""
        now = self.typist.hand.now
        said = any(entry.party == "client" for entry in now.transcript)
        return typed.typed(now.transcript, now.unread).text() if said else NOTHING_TYPED

    def html(self) -> str:
        """Give what was said, and which command may come when."""
        now = self.typist.hand.now
        said = any(entry.party == "client" for entry in now.transcript)
        dialogue = typed.typed(now.transcript, now.unread).html() if said else f"<p>{NOTHING_TYPED}</p>"
        return f"{dialogue}<h4>which command may come when</h4>{rail.order_table()}"
