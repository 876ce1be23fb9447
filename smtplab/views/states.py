"""Where may a session go, and which way did it take? The table of transitions as a chart.

`states()` draws the table itself; `states(transcript)` shows the way of a session in it. What the table says, the
server does: both read `smtplab.protocol.states.TRANSITIONS`.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from smtplab.protocol.octets import count
from smtplab.protocol.states import TRANSITIONS, After
from smtplab.protocol.text import cut, lines_of, safe, shown
from smtplab.protocol.transcript import Transcript
from smtplab.views.caption import caption
from smtplab.views.chart import OUTCOMES, Chart, chart
from smtplab.views.chart_drawing import Painter
from smtplab.views.chart_layout import plan
from smtplab.views.chart_words import Words
from smtplab.views.picture import Picture
from smtplab.views.scene import Run, Scene
from smtplab.views.walk import Step, walk

LISTED: Final = 12  # lines of one kind under the chart, before the rest is only counted
COLUMNS: Final = 108
RULES: Final = (
    "An error that is not drawn changes nothing. A verb that is not written at a state is answered 503 there.",
    "A reply of 421 closes the session, whatever it answers (RFC 5321 §3.8).",
)


def states(transcript: Transcript | None = None, *, selected: int | None = None) -> "States":
    """Draw the table of transitions as a chart, and in it the way that the sessions of a transcript took.

    selected: the index of an entry; the state after it is framed.
    """
    return States(transcript, selected)


@dataclass(frozen=True, repr=False)
class States(Picture):
    """The state chart, with the way through it where there is a transcript."""

    transcript: Transcript | None = None
    selected: int | None = None

    def scene(self) -> Scene:
        """Give the picture before it is drawn."""
        drawn, said = chart(), self.transcript
        words = Words(drawn, None if said is None else walk(said))
        seen = {state for entry in said or () for state in (entry.before, entry.after)}
        now = None if said is None or self.selected is None else said[self.selected].after
        painter = Painter(words, seen, now)
        title = f"SMTP state chart: {count(len(drawn.states), 'state')}, {count(len(drawn.arrows), 'arrow')}"
        return painter.paint(plan(drawn, words), title, [Run(rule, "dim") for rule in RULES] + self._remarks(drawn))

    def text(self) -> str:
        """Give the table as text, or the steps of each session."""
        if self.transcript is None:
            return "\n".join(_table_text())
        steps = walk(self.transcript)
        streams = sorted({step.stream for step in steps})
        ways = [_way_text([step for step in steps if step.stream == stream]) for stream in streams]
        if len(ways) > 1:
            ways = [f"stream {stream}\n{way}" for stream, way in zip(streams, ways, strict=True)]
        return "\n\n".join(ways) or "[no reply was seen]"

    def _remarks(self, drawn: Chart) -> list[Run]:
        """Say under the chart what the session did that is not in it."""
        if self.transcript is None:
            return []
        steps = walk(self.transcript)
        refused = Counter(_refusal(step, self.transcript) for step in steps if step.error)
        strange = Counter(_strange(step) for step in steps if not step.error and step.move not in drawn.moves)
        lines = [*_listed(refused, "error"), *_listed(strange, "ink")]
        return lines + [Run(line, "dim") for line in caption(self.transcript, times="")]


def _refusal(step: Step, transcript: Transcript) -> str:
    reply = shown(lines_of(transcript[step.entry].octets)[0])
    return f"✕ {_asked(step)} in state “{step.source.value}”{_leads(step)}: {reply}"


def _strange(step: Step) -> str:
    answered = f" answered {step.code}" if step.code else ""
    return f"? not in the table: {_asked(step)} in state “{step.source.value}”{answered}{_leads(step)}"


def _asked(step: Step) -> str:
    return safe(step.verb) or ("(no command)" if step.code else "(not in the capture)")


def _leads(step: Step) -> str:
    return "" if step.target == step.source else f", which leads to “{step.target.value}”"


def _listed(lines: Counter[str], role: str) -> list[Run]:
    runs = [
        Run(cut(f"{line}{f' ({times} times)' if times > 1 else ''}", COLUMNS), role) for line, times in lines.items()
    ]
    more = len(runs) - LISTED
    return runs if more <= 1 else [*runs[:LISTED], Run(f"… and {more} more of that kind", role)]


def _table_text() -> Iterator[str]:
    """Write the rows of the table, state by state, those that are alike in one line."""
    for state in chart().states:
        alike: dict[After, list[str]] = {}
        for (source, verb), follows in TRANSITIONS.items():
            if source == state:
                alike.setdefault(follows, []).append(verb)
        if alike:
            yield state.value
        for follows, verbs in alike.items():
            named = zip(OUTCOMES, follows, strict=True)
            ends = ", ".join(f"{outcome} → {end.value}" for outcome, end in named if end)
            yield f"  {', '.join(verbs):<44}{ends}"


def _way_text(steps: list[Step]) -> str:
    return "\n".join(
        f"{cut(step.source.value, 14):<15}{cut(_asked(step), 20)} {step.code or ''}"
        f"{f' → {step.target.value}' if step.source != step.target else ''}{f'   {step.error}' if step.error else ''}"
        for step in steps
    )
