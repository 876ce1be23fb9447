"""What has arrived? The mailboxes of a server, their messages, and each message in several ways.

New mail is shown when the server says that it stored some: nothing is asked again and again.
"""

from collections.abc import Callable
from html import escape
from typing import Final

from ipywidgets import Box, Button, Layout, Select, ToggleButtons

from smtplab.net.server import Server
from smtplab.protocol.octets import count
from smtplab.protocol.text import cut
from smtplab.views import reading
from smtplab.views.message import Message
from smtplab.widgets.live import Live, pane, show
from smtplab.widgets.post import Post
from smtplab.widgets.told import aloud

SCOPE: Final = ".smtplab-inbox"
VIEWS: Final[dict[str, Callable[[Message], str]]] = {
    "letter": reading.letter,
    "header": reading.header,
    "source": reading.source,
    "HTML": reading.html_part,
    "parts": reading.parts,
}
NO_MESSAGE: Final = "<p>no message</p>"
STYLES: Final = "".join(
    (
        f"{SCOPE} .smtplab-lists{{display:flex;flex-flow:row wrap;overflow:visible}}",
        f"{SCOPE} .smtplab-mailboxes{{flex:1 1 240px}}{SCOPE} .smtplab-messages{{flex:2 1 360px}}",
        f"{SCOPE} :is(.smtplab-mailboxes,.smtplab-messages,select){{min-width:0}}",
        f"{SCOPE} option{{overflow:hidden;text-overflow:ellipsis}}",
        f"{SCOPE} .smtplab-message{{height:240px}}",
        f"{SCOPE} pre{{white-space:pre-wrap;overflow-wrap:anywhere;margin:4px 0}}",
        f"{SCOPE} .smtplab-message table{{border-collapse:collapse;margin:0}}",
        f"{SCOPE} .smtplab-message :is(th,td){{text-align:left;vertical-align:top;padding:0 10px 0 0;"
        "overflow-wrap:anywhere;white-space:pre-wrap}",
        f"{SCOPE} .smtplab-message th{{color:var(--smtplab-dim);white-space:nowrap}}",
        f"{SCOPE} .smtplab-html{{width:100%;height:150px;border:1px solid var(--smtplab-rule);background:#fff}}",
        f"{SCOPE} .widget-toggle-buttons button{{width:auto}}",
    )
)


def inbox(server: Server) -> "Inbox":
    """Show the mailboxes of a server and what is in them."""
    return Inbox(server)


class Inbox(Live):
    """The widget. `post` says what is selected."""

    def __init__(self, server: Server) -> None:
        self.post = Post(server.mailboxes)
        self._server = server
        self._boxes = Select(rows=5, description="mailboxes", layout=Layout(width="auto"))
        self._letters = Select(rows=5, description="messages", layout=Layout(width="auto"))
        self._view = ToggleButtons(options=list(VIEWS), tooltips=[f"show the {name}" for name in VIEWS])
        self._message = pane("message")
        super().__init__("inbox", styles=STYLES)
        names = {"mailboxes": self._boxes, "messages": self._letters, "view": self._view}
        for name, control in names.items():
            control.add_class(f"smtplab-{name}")
        self._message.add_class("smtplab-pane")
        lists, views = Box([self._boxes, self._letters]), Box([self._view, *self._buttons()])
        lists.add_class("smtplab-lists")
        views.add_class("smtplab-row")
        self.add(lists, views, self._message)
        self.on_change(self._boxes, lambda name: self.post.open_mailbox(name or ""))
        self.on_change(self._letters, lambda key: self.post.open_letter(key or ""))
        self.on_change(self._view, lambda _: None)
        server.watchers.append(self.ring)
        self.draw()

    def close(self) -> None:
        """End it; the mail stays where it is."""
        if self.ring in self._server.watchers:
            self._server.watchers.remove(self.ring)
        super().close()

    def _buttons(self) -> list[Button]:
        return [
            self.button("next-mailbox", "mailbox ▶", "open the next mailbox", self.post.next_mailbox),
            self.button("newer", "◀ newer", "show the message that came after this one", lambda: self.post.step(-1)),
            self.button("older", "older ▶", "show the message that came before this one", lambda: self.post.step(1)),
            self.button("refresh", "Refresh", "look again for mail that others put there", lambda: None),
        ]

    def paint(self) -> None:
        """Show what there is now."""
        self.post.settle()
        _offer(
            self._boxes, [(f"{cut(name, 40)} ({size})", name) for name, size in self.post.boxes()], self.post.mailbox
        )
        _offer(self._letters, [(letter.line, letter.key) for letter in self.post.letters()], self.post.key)
        message = self.post.message()
        shown = NO_MESSAGE if message is None else VIEWS[self._view.value](message)
        show(self._message, aloud(self._heard()) + shown)

    def _heard(self) -> str:
        """Say which message is selected, and how many there are, for those who hear the page."""
        letters = self.post.letters()
        lines = [letter.line for letter in letters if letter.key == self.post.key]
        return f"{count(len(letters), 'message')} in {cut(self.post.mailbox, 40)}: {''.join(lines)}" if lines else ""

    def text(self) -> str:
        """Give the mailboxes and what is in them as text."""
        return "\n".join(f"{cut(name, 60)}: {size}" for name, size in self.post.boxes()) or "no mailbox yet"

    def html(self) -> str:
        """Give the mailboxes, and the message that is selected."""
        rows = "".join(f"<tr><td>{escape(cut(name, 60))}</td><td>{size}</td></tr>" for name, size in self.post.boxes())
        message = self.post.message()
        shown = "" if message is None else reading.letter(message)
        return f"<table><tr><th>mailbox</th><th>messages</th></tr>{rows}</table>{shown}"


def _offer(select: Select, options: list[tuple[str, str]], value: str) -> None:
    """Bring the options of a list up to date, and select one."""
    if list(select.options) != options:
        select.options = options
    chosen = value if value in [offered for _, offered in options] else None
    if select.value != chosen:
        select.value = chosen
