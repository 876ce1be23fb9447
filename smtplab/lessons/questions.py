"""What does a learner expect, and what is still known? Questions with a few options each, answered by a click.

A prediction is made before a run, and the capture tells afterwards what was right. A recall question is about an
earlier lesson, and is answered at once.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import escape

from smtplab.lessons.verdicts import SCOPE, styles
from smtplab.protocol.transcript import Transcript
from smtplab.views import View
from smtplab.views.prose import marked_up


@dataclass(frozen=True)
class Prediction:
    """A question whose answer is on the wire. outcome: gives the option that turned out right.

    It takes a transcript, and raises LookupError or StopIteration where that does not hold the answer.
    """

    asks: str
    options: tuple[str, ...]
    outcome: Callable[[Transcript], str]


@dataclass(frozen=True)
class Recall:
    """A question about an earlier lesson. The first option is right; `because` says why."""

    asks: str
    options: tuple[str, ...]
    because: str

    @property
    def right(self) -> str:
        """The option that is right."""
        return self.options[0]


@dataclass(frozen=True, repr=False)
class Comparison(View):
    """What was predicted beside what happened: (question, what the learner said or "", what the wire says) of each."""

    rows: tuple[tuple[str, str, str], ...]

    def text(self) -> str:
        """Give the comparison as text."""
        return "\n".join(
            f"{asks}\n    you: {said or 'no prediction'}   the wire: {outcome}" for asks, said, outcome in self.rows
        )

    def html(self) -> str:
        """Give the comparison as a table, each row marked where a prediction was made."""
        head = "".join(f'<th scope="col">{name}</th>' for name in ("", "you", "the wire"))
        rows = "".join(self._row(*row) for row in self.rows)
        return f'<div class="{SCOPE[1:]}"><style>{styles(SCOPE)}</style><table><tr>{head}</tr>{rows}</table></div>'

    def _row(self, asks: str, said: str, outcome: str) -> str:
        mark = "" if not said else "✓ " if said == outcome else "✕ "
        cells = (marked_up(asks), f"{mark}{escape(said) or 'no prediction'}", f"<b>{escape(outcome)}</b>")
        return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": self.text(), "text/html": self.html()}


def compare(predictions: Iterable[Prediction], said: dict[str, str], transcript: Transcript) -> Comparison:
    """Set what was said beside what the transcript shows. said: option by question."""
    return Comparison(tuple((each.asks, said.get(each.asks, ""), _outcome(each, transcript)) for each in predictions))


def _outcome(prediction: Prediction, transcript: Transcript) -> str:
    try:
        return prediction.outcome(transcript)
    except (LookupError, StopIteration):
        return "not in this capture"
