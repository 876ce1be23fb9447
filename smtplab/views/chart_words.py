"""What is written in a state chart? Words at arrows and in boxes, and which of them the session went through."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from smtplab.protocol.states import State
from smtplab.protocol.text import width
from smtplab.views.chart import Arrow, Chart, Move
from smtplab.views.scene import Run
from smtplab.views.walk import Step

Lines = list[list[Run]]  # of words, between which a blank stands

TIMES: Final = "\N{MULTIPLICATION SIGN}"
NUMBERED: Final = 3  # steps at one arrow that are numbered; more are counted


class Words:
    """The words of a chart. Steps that change the state are numbered.

    steps: what the sessions did, oldest first; None where none is to be shown, and no word is fainter than another.
    """

    def __init__(self, chart: Chart, steps: list[Step] | None) -> None:
        self._chart = chart
        self.walked = steps is not None
        steps = steps or []
        self._streams = len({step.stream for step in steps})
        self._numbers: dict[Move, list[int]] = defaultdict(list)
        moving = 0
        for step in steps:
            moving += step.source != step.target
            self._numbers[step.move].append(moving)

    def went(self, arrow: Arrow) -> bool:
        """Whether the session took this way."""
        return bool(self._taken(arrow))

    def label(self, arrow: Arrow, columns: int) -> Lines:
        """Give the words at an arrow: its verbs, its outcome, the numbers of the steps that went this way."""
        verbs = [self._verb(move, "," if move.verb != arrow.verbs[-1] else "") for move in _moves(arrow)]
        return wrapped([*verbs, Run(arrow.outcome, "dim", True), *self._counted(self._taken(arrow))], columns)

    def notes(self, state: State, columns: int) -> Lines:
        """Give the words in the box of a state: its verbs that no arrow stands for."""
        written = self._chart.written[state]
        stays = [move for move in written if move.source == move.target]
        leads = [move for move in written if move.source != move.target]
        lines = wrapped([Run("stays:", "dim"), *self._listed(stays)], columns) if stays else []
        for move in leads:
            lines += wrapped([*self._listed([move]), Run(f"→ {move.target.value}", "dim")], columns)
        return lines

    def _taken(self, arrow: Arrow) -> list[int]:
        return sorted(number for move in _moves(arrow) for number in self._numbers.get(move, ()))

    def _verb(self, move: Move, mark: str) -> Run:
        taken = move in self._numbers
        return Run(f"{move.verb}{mark}", "ink" if taken or not self.walked else "dim", taken)

    def _listed(self, moves: list[Move]) -> Iterator[Run]:
        for move in moves:
            taken = self._numbers.get(move, [])
            yield self._verb(move, "" if move.outcome == "S" else f" ({move.outcome})")
            if move.source != move.target:
                yield from self._counted(taken)
            elif taken:
                yield Run(f"{TIMES}{len(taken)}", "lit")

    def _counted(self, numbers: list[int]) -> list[Run]:
        if not numbers:
            return []
        if self._streams > 1 or len(numbers) > NUMBERED:
            return [Run(f"{TIMES}{len(numbers)}", "lit")]
        return [Run(f"{number}", "lit") for number in numbers]


def _moves(arrow: Arrow) -> list[Move]:
    return [Move(arrow.source, arrow.target, arrow.outcome, verb) for verb in arrow.verbs]


def wrapped(words: list[Run], columns: int) -> Lines:
    """Break words into lines of at most so many columns, a blank between two; a longer word has a line of its own."""
    lines: Lines = [[]]
    for word in words:
        if lines[-1] and columns_of([*lines[-1], word]) > columns:
            lines.append([])
        lines[-1].append(word)
    return lines


def columns_of(words: list[Run]) -> int:
    """Give the columns that words take in one line."""
    return sum(width(word.text) for word in words) + len(words) - 1
