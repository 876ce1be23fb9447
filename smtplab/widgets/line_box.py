"""How is a line typed and sent, once? A box that knows Enter from leaving it."""

import threading
from collections.abc import Callable
from typing import Any, Final

from ipywidgets import Box, Button, Dropdown, Layout, Text, VBox

from smtplab.widgets.typist import LINE_ENDS

# A page says first that Enter was pressed, and then what the text is, if it is another one than it said last. When a
# reader leaves the box it says the text alone: that must send nothing.
ENTER_PATIENCE: Final = 0.2  # seconds to wait for the text
NO_LINE: Final = ("earlier lines", "")


class LineBox(VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A box for a line, its line end, a button, and the lines that were sent before.

    say: called with the text and the name of the line end, from whatever thread.
    """

    def __init__(self, say: Callable[[str, str], None]) -> None:
        self._use = say
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None  # while the text is waited for that Enter was pressed after
        self.text = Text(
            description="line",
            placeholder=r"type a line and press Enter; \x00 stands for an octet",
            continuous_update=False,
            layout=Layout(flex="1 1 300px", width="auto"),
            style={"description_width": "initial"},
        )
        self.end = _choice("ends in", list(LINE_ENDS), "136px")
        self.button = Button(description="Send", tooltip="send the line and its end", layout=Layout(width="64px"))
        self.earlier = _choice("history", [NO_LINE], "190px")
        names = {"line-box": self.text, "line-end": self.end, "send": self.button, "history": self.earlier}
        for name, control in names.items():
            control.add_class(f"smtplab-{name}")
        row = Box([self.text, self.end, self.button, self.earlier])
        row.add_class("smtplab-row")
        super().__init__([row])
        self.add_class("smtplab-mono")
        self.text.on_msg(self._on_message)
        self.text.observe(lambda _: self._enter(), "value")
        self.button.on_click(lambda _: self.say())
        self.earlier.observe(self._on_earlier, "value")

    def say(self) -> None:
        """Send what is in the box, an empty line too, and clear the box."""
        text = self.text.value
        self.text.value = ""
        self._use(text, self.end.value)

    def remember(self, lines: list[str]) -> None:
        """Offer lines that were sent before, the latest first."""
        options = [NO_LINE, *((line[:80], line) for line in lines)]
        if list(self.earlier.options) != options:
            self.earlier.options = options

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

    def _on_earlier(self, change: dict[str, Any]) -> None:
        if change["new"]:
            self.text.value = change["new"]


def _choice(description: str, options: list[Any], width: str) -> Dropdown:
    style = {"description_width": "initial"}
    return Dropdown(options=options, description=description, layout=Layout(width=width), style=style)
