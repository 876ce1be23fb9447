"""Which replies does the learner still have to predict? Those of the server to what the client said.

What a reply begins with is all that is asked for: 2, 3, 4 or 5 (RFC 5321 §4.2.1).
"""

from html import escape
from typing import Final

from smtplab.protocol.states import END_OF_DATA, GREETING
from smtplab.protocol.text import safe
from smtplab.protocol.transcript import Kind, Transcript

OPTIONS: Final = {
    "2": "2yz, done",
    "3": "3yz, go on",
    "4": "4yz, not now",
    "5": "5yz, no",
}


class Gates:
    """The gates of a transcript. said: the first digit that was predicted for a reply, "" where it was only shown."""

    def __init__(self, transcript: Transcript) -> None:
        self.transcript = transcript
        self.said: dict[int, str] = {}
        self.places = [
            index
            for index, entry in enumerate(transcript)
            if entry.kind is Kind.REPLY and entry.answers not in (None, GREETING)
        ]

    @property
    def next(self) -> int | None:
        """The index of the first reply that is still hidden, or None."""
        return next((place for place in self.places if place not in self.said), None)

    @property
    def stop(self) -> int:
        """How many entries can be seen, from the first one."""
        return len(self.transcript) if self.next is None else self.next

    def predict(self, digit: str) -> None:
        """Say what the next reply begins with, one of `OPTIONS`, or "" to have it shown."""
        if self.next is not None:
            self.said[self.next] = digit

    def open_all(self) -> None:
        """Have all that is hidden shown."""
        self.said |= {place: "" for place in self.places if place not in self.said}

    def question(self) -> str:
        """Ask for the next reply; "" where there is none."""
        if self.next is None:
            return ""
        asked = self.transcript[self.next].answers or ""
        said = "the end of the mail data" if asked == END_OF_DATA else f"<code>{escape(safe(asked))}</code>"
        return f"<b>Predict:</b> what will the server's reply to {said} begin with?"

    def remark(self, index: int) -> str:
        """Say how the prediction of a reply came out; "" where there was none."""
        digit = self.said.get(index, "")
        code = self.transcript[index].code if len(self.transcript) else None
        if not digit or code is None:
            return ""
        if str(code)[0] == digit:
            return f"✓ {code}: as you said"
        return f"✕ you said {digit}yz, and it was {code}"

    def score(self) -> str:
        """Count the predictions that came true; "" where nothing was predicted."""
        made = {place: digit for place, digit in self.said.items() if digit}
        right = sum(str(self.transcript[place].code)[0] == digit for place, digit in made.items())
        return f"{right} of {len(made)} predictions came true" if made else ""
