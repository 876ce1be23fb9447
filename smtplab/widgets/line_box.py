"""How is a line typed and sent, once, however quickly the next one follows?

A page and its kernel are some way apart, so nothing may depend on the kernel clearing a box in time. The box is one row
of a text that only grows: Enter begins the next line, as in an editor, and every line that has become whole is sent. So
several lines can be pasted at once, and arrow-up shows what was typed before.

Every control takes Tab, Enter and Space. There is no drop-down list, since a notebook takes the arrow keys and letters
for itself when one has the focus.
"""

import threading
import time
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from IPython import get_ipython
from ipywidgets import Box, Button, Layout, Textarea, ToggleButtons, VBox

from smtplab.widgets.typist import LINE_ENDS

HELD_BACK: Final = 0.15  # seconds in which letters come that were typed while the kernel was busy
QUIET: Final = 1.0  # seconds without a letter after which the box may be emptied: in between, letters would be lost
ON_ITS_WAY: Final = 2.0  # seconds in which the page may still have what the kernel has replaced
LONG: Final = 5000  # characters of lines that were sent, after which they are taken out of the box


class Completed(NamedTuple):
    """What follows from a change of the box. lines: those to be sent. rest: what has to be in it, None for what is."""

    lines: list[str]
    rest: str | None = None


def completed(before: str, now: str) -> Completed:
    """Find the lines that became whole between two states of the box.

    Enter sends the line that the cursor is in, wherever in it that is, as a terminal does.
    """
    start = _shared(before, now)
    stop = len(now) - _shared(before[start:][::-1], now[start:][::-1])
    new = now[start:stop]
    if "\n" not in new:
        return Completed([])
    line_start = now.rfind("\n", 0, start) + 1
    if new == "\n" and stop < len(now):  # amid what was there, so that a line is in two now
        return Completed([before[line_start:].split("\n")[0]], "")
    end = now.find("\n", stop)
    last = end if end >= 0 else start + new.rindex("\n")
    return Completed(now[line_start:last].split("\n"))


def _shared(one: str, other: str) -> int:
    """Give how many characters two texts have in common from their beginning."""
    differing = (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return next(differing, min(len(one), len(other)))


class LineBox(VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A box for lines, a button, the line that was sent before, and the one before that; and the line end.

    say: called with each line and the name of the line end, from whatever thread.
    """

    def __init__(self, say: Callable[[str, str], None]) -> None:
        self._use = say
        self._lock = threading.RLock()
        self._before = ""
        self._replaced = ("", 0.0)  # what was in the box before the kernel put something else there, and when
        self._changed = 0.0  # when a letter came last
        self._secrets: set[str] = set()  # lines that are not to stay in the box
        self._tidying: threading.Timer | None = None
        self._lines: list[str] = []  # that were sent, the latest first
        self._back = -1  # which of them is in the box; -1 for none
        self.text = Textarea(
            rows=1,
            description="line",
            placeholder=r"type a line and press Enter; \x00 stands for an octet",
            layout=Layout(flex="1 1 300px", width="auto", height="auto"),
            style={"description_width": "initial"},
        )
        self.end = ToggleButtons(
            options=list(LINE_ENDS),
            description="ends in",
            tooltip="what is sent after the line",
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
        self.text.observe(self._on_text, "value")

    @property
    def line(self) -> str:
        """The line that is not sent yet."""
        return str(self.text.value).split("\n")[-1]

    def put(self, text: str) -> None:
        """Put a text into the box instead of what is there; nothing is sent."""
        with self._lock:
            self._replaced = (self._before, time.monotonic())
            self._before = text
            self.text.value = text

    def say(self) -> None:
        """Send what is in the box, an empty line too.

        In a kernel a moment later: while it was busy, the page has held back the last letters, but not the click.
        """
        _later(HELD_BACK, self._say)

    def _say(self) -> None:
        line = self.line
        self.put("")
        self._send_line(line)

    def remember(self, lines: list[str]) -> None:
        """Note the lines that were sent, the latest first."""
        self._lines = lines

    def forget(self, lines: set[str]) -> None:
        """Take the lines that were sent out of the box, if some of these are among them and no new one is begun."""
        with self._lock:
            self._secrets = lines
            if not in_kernel() or time.monotonic() - self._changed > QUIET:
                self._tidy()

    def _tidy(self) -> None:
        with self._lock:
            text = str(self.text.value)
            if text.endswith("\n") and (len(text) > LONG or not self._secrets.isdisjoint(text.split("\n"))):
                self.put("")

    def _tidy_when_quiet(self) -> None:
        if self._tidying is not None:
            self._tidying.cancel()
        self._changed = time.monotonic()
        self._tidying = _later(QUIET, self._tidy)

    def recall(self, by: int) -> None:
        """Put an earlier line into the box: the one before that in it with 1, the one after it with -1."""
        self._back = min(max(self._back + by, -1), len(self._lines) - 1)
        self.put(self._lines[self._back] if self._back >= 0 else "")

    def _on_text(self, change: dict[str, Any]) -> None:
        with self._lock:
            if change["new"] == self._before:
                return  # it was not typed, but put there
            found = completed(self._before_typing(change["new"]), change["new"])
            self._before = change["new"]
            if found.rest is not None:
                self.put(found.rest)
        self._tidy_when_quiet()
        for line in found.lines:  # without the lock: who sends may wait for somebody who wants it
            self._send_line(line)

    def _before_typing(self, now: str) -> str:
        """Give what was in the box on the page: its next letters may cross what the kernel puts there.

        Else all that stands in the box would be taken for typed just now, and be sent a second time.
        """
        replaced, when = self._replaced
        crosses = replaced and now.startswith(replaced) and time.monotonic() - when < ON_ITS_WAY
        return replaced if crosses else self._before

    def _send_line(self, line: str) -> None:
        self._back = -1
        self._use(line, self.end.value)


def in_kernel() -> bool:
    """Whether there is a page at the other end, and a kernel between."""
    return hasattr(get_ipython(), "kernel")


def _later(seconds: float, act: Callable[[], None]) -> threading.Timer | None:
    """Act after some time; at once where there is no kernel, and so nothing to wait for."""
    if not in_kernel():
        act()
        return None
    timer = threading.Timer(seconds, act)
    timer.daemon = True
    timer.start()
    return timer


def _button(name: str, text: str, tooltip: str, press: Callable[[], None]) -> Button:
    made = Button(description=text, tooltip=tooltip, layout=Layout(width="auto"))
    made.add_class(f"smtplab-{name}")
    made.on_click(lambda _: press())
    return made
