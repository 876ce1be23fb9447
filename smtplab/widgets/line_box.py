"""How is a line typed and sent, once? A box that knows Enter from leaving it.

Every control takes Tab, Enter and Space. There is no drop-down list, since a notebook takes the arrow keys and letters
for itself when one has the focus.
"""

import threading
from collections.abc import Callable
from typing import Any, Final

from ipywidgets import Box, Button, Layout, Text, ToggleButtons, VBox

from smtplab.widgets.typist import LINE_ENDS

# A page says first that Enter was pressed, and then what the text is, if it is another one than it said last. When a
# reader leaves the box it says the text alone: that must send nothing.
ENTER_PATIENCE: Final = 0.2  # seconds to wait for the text


class LineBox(VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A box for a line, a button, the line that was sent before, and the one before that; and the line end.

    say: called with the text and the name of the line end, from whatever thread.
    """

    def __init__(self, say: Callable[[str, str], None]) -> None:
        self._use = say
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None  # while the text is waited for that Enter was pressed after
        self._lines: list[str] = []  # that were sent, the latest first
        self._back = -1  # which of them is in the box; -1 for none
        self.text = Text(
            description="line",
            placeholder=r"type a line and press Enter; \x00 stands for an octet",
            continuous_update=False,
            layout=Layout(flex="1 1 300px", width="auto"),
            style={"description_width": "initial"},
        )
        self.end = ToggleButtons(
            options=list(LINE_ENDS),
            description="ends in",
            tooltips=[f"send {name} after the line" for name in LINE_ENDS],
            style={"description_width": "initial", "button_width": "auto"},
        )
        buttons = [
            _button("send", "Send", "send the line and its end", self.say),
            _button("earlier", "▲ earlier", "put the line that was sent before into the box", lambda: self.recall(1)),
            _button("later", "▼ later", "put the line that was sent after it into the box", lambda: self.recall(-1)),
        ]
        self.text.add_class("smtplab-line-box")
        self.end.add_class("smtplab-line-end")
        row = Box([self.text, *buttons, self.end])
        row.add_class("smtplab-row")
        super().__init__([row])
        self.add_class("smtplab-mono")
        self.text.on_msg(self._on_message)
        self.text.observe(lambda _: self._enter(), "value")

    def say(self) -> None:
        """Send what is in the box, an empty line too, and clear the box."""
        text = self.text.value
        self.text.value, self._back = "", -1
        self._use(text, self.end.value)

    def remember(self, lines: list[str]) -> None:
        """Note the lines that were sent, the latest first."""
        self._lines = lines

    def recall(self, by: int) -> None:
        """Put an earlier line into the box: the one before that in it with 1, the one after it with -1."""
        self._back = min(max(self._back + by, -1), len(self._lines) - 1)
        self.text.value = self._lines[self._back] if self._back >= 0 else ""

    def close(self) -> None:
        """End it."""
        if (timer := getattr(self, "_timer", None)) is not None:
            timer.cancel()
        super().close()

    def _on_message(self, _: object, content: dict[str, Any], __: object) -> None:
        if content.get("event") == "submit":
            with self._lock:
                self._timer = threading.Timer(ENTER_PATIENCE, self._enter)
                self._timer.daemon = True
                self._timer.start()

    def _enter(self) -> None:
        """Send, if Enter was pressed and nothing sent since."""
        with self._lock:
            timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
            self.say()


def _button(name: str, text: str, tooltip: str, press: Callable[[], None]) -> Button:
    made = Button(description=text, tooltip=tooltip, layout=Layout(width="auto"))
    made.add_class(f"smtplab-{name}")
    made.on_click(lambda _: press())
    return made
