"""What is this in base64, and what does that base64 say? For AUTH typed by hand."""

from collections.abc import Callable

from ipywidgets import Box, Button, Layout, Text, VBox

from smtplab.widgets.live import pane
from smtplab.widgets.typist import decoded, encoded


class Base64Helper(VBox):  # type: ignore[misc]  # ipywidgets has no types
    """Two boxes, for a text and for its base64, and buttons between. use: called with a base64 for the line."""

    def __init__(self, use: Callable[[str], None]) -> None:
        self.plain = _box("plain", "text", r"such as test01@coremail.cn, or \x00user\x00password")
        self.base64 = _box("base64", "base64", "such as dGVzdDAxQGNvcmVtYWlsLmNu")
        self.remark = pane("base64-remark")
        buttons = Box(
            [
                _button("encode", "↓ encode", "put the base64 of the text into the box below", self._encode),
                _button("decode", "↑ decode", "put what the base64 says into the box above", self._decode),
                _button("use", "put into the line", "put the base64 into the line that is to be sent", self._use),
                self.remark,
            ]
        )
        buttons.add_class("smtplab-row")
        self._take = use
        super().__init__([self.plain, buttons, self.base64])
        self.add_class("smtplab-mono")

    def _encode(self) -> None:
        self.base64.value = encoded(self.plain.value)
        self._remark("base64 hides nothing: anybody can decode it (RFC 4954 §9)")

    def _decode(self) -> None:
        try:
            self.plain.value = decoded(self.base64.value)
            self._remark("")
        except ValueError:
            self._remark("✕ that is no base64")

    def _remark(self, text: str) -> None:
        self.remark.value = f'<span role="status">{text}</span>'

    def _use(self) -> None:
        self._take(self.base64.value)


def _box(name: str, description: str, placeholder: str) -> Text:
    made = Text(description=description, placeholder=placeholder, layout=Layout(width="96%"))
    made.add_class(f"smtplab-{name}")
    return made


def _button(name: str, text: str, tooltip: str, press: Callable[[], None]) -> Button:
    made = Button(description=text, tooltip=tooltip, layout=Layout(width="auto"))
    made.add_class(f"smtplab-{name}")
    made.on_click(lambda _: press())
    return made
