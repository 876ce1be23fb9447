"""What does the grader say? A table, stage by stage, and of each stage the first case that failed, as a ladder."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Final

from smtplab.capture.record import Capture, Saved
from smtplab.lessons.exercises import say_back
from smtplab.lessons.project.tape import of_clients
from smtplab.lessons.verdicts import SCOPE, styles
from smtplab.net.networks import Address
from smtplab.protocol.transcript import Transcript
from smtplab.views import View
from smtplab.views.ladder import ladder
from smtplab.views.prose import marked_up

STAGES: Final[Mapping[str, str]] = {
    "S1": "greeting and QUIT",
    "S2": "a mail",
    "S3": "order, syntax, lengths",
    "S4": "lines and dots",
    "S5": "EHLO's list, SIZE, PIPELINING",
    "S6": "AUTH, inside TLS alone",
    "S7": "STARTTLS",
    "C1": "greeting, EHLO, QUIT",
    "C2": "envelope and mail data",
    "C3": "HELO, and replies in pieces",
    "C4": "refusals and lost connections",
    "C5": "TLS, or nothing",
}


@dataclass(frozen=True, repr=False)
class Result(View):
    """How one case went. why: what went wrong; "" where nothing did. tried: False where it was left out. was_silent:
    whether it was waited for in vain.

    clients: the connections of this case; capture: where they were recorded.
    """

    name: str
    title: str
    section: str
    belief: str
    why: str = ""
    tried: bool = True
    was_silent: bool = False
    clients: list[Address] = field(default_factory=list)
    capture: Capture | None = None

    @property
    def stage(self) -> str:
        """The stage that the case belongs to."""
        return self.name.partition(".")[0]

    @property
    def passed(self) -> bool:
        """Whether the case went well."""
        return self.tried and not self.why

    @property
    def transcript(self) -> Transcript:
        """What was said in this case."""
        return of_clients(self.capture.transcript, self.clients) if self.capture else Transcript()

    @property
    def sentence(self) -> str:
        """The case, what went wrong, and what to think of: `code` stands between backquotes."""
        if self.passed:
            return f"{self.name}, {self.title}: passed. {self.section}."
        return f"{self.name}, {self.title}. {self.why} {self.belief} {self.section}."

    def text(self) -> str:
        """Give the case as text, with its ladder."""
        if not self.transcript.entries:
            return self.sentence
        return f"{self.sentence}\n\n{ladder(self.transcript, tcp=False).text()}"

    def html(self) -> str:
        """Give the case as HTML, with its ladder as a picture."""
        picture = ladder(self.transcript, tcp=False).svg() if self.transcript.entries else ""
        return _framed(f'<div class="smtplab-{"client" if self.passed else "error"}">{self._inner(picture)}</div>')

    def _inner(self, picture: str) -> str:
        return f"<div>{marked_up(self.sentence)}</div>{picture}"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": self.text(), "text/html": self.html()}


@dataclass(frozen=True, repr=False)
class Report(View):
    """All results, in the order of the cases. `report["S2.3"]` is one of them; `save` writes all that was said."""

    results: tuple[Result, ...]
    capture: Capture

    def __getitem__(self, name: str) -> Result:
        for result in self.results:
            if result.name == name:
                return result
        raise KeyError(f"there is no case {say_back(name)!r} in this report")

    @property
    def transcript(self) -> Transcript:
        """All that was said, one stream for each connection."""
        return self.capture.transcript

    @property
    def failed(self) -> tuple[Result, ...]:
        """Those that did not pass."""
        return tuple(result for result in self.results if not result.passed)

    @property
    def score(self) -> str:
        """How many cases passed, of how many."""
        return f"{len(self.results) - len(self.failed)} of {len(self.results)}"

    def save(self, path: str) -> Saved:
        """Save all that was said as a pcapng file, one TCP stream for each connection."""
        return self.capture.save(path)

    def _rows(self) -> list[tuple[str, str, str, str]]:
        """Give (stage, what it is about, how many passed, the names of those that did not) of each stage."""
        rows = []
        for stage in dict.fromkeys(result.stage for result in self.results):
            of_stage = [result for result in self.results if result.stage == stage]
            missing = " ".join(f".{result.name.partition('.')[2]}" for result in of_stage if not result.passed)
            passed = sum(result.passed for result in of_stage)
            if not passed:
                missing = "one of them"
            rows.append((stage, STAGES[stage], f"{passed} of {len(of_stage)}", missing))
        return rows

    def _first_failures(self) -> list[Result]:
        """Give the first case of each stage that failed."""
        first: dict[str, Result] = {}
        for result in self.failed:
            if result.tried:
                first.setdefault(result.stage, result)
        return list(first.values())

    def text(self) -> str:
        """Give the table as text, and below it the first case that failed; of later stages, what went wrong alone."""
        table = "\n".join(
            f"{stage}  {about:<31}{passed:>9}  {f'not {missing}' if missing else ''}".rstrip()
            for stage, about, passed, missing in self._rows()
        )
        failures = self._first_failures()
        parts = [f"{table}\nScore: {self.score}."]
        parts += [each.sentence if number else each.text() for number, each in enumerate(failures)]
        return "\n\n".join(parts)

    def html(self) -> str:
        """Give the table as HTML, and below it the first case that failed of each stage, with its ladder."""
        rows = "".join(
            f"<tr><th>{stage}</th><td>{escape(about)}</td><td>{'✕' if missing else '✓'} {passed}</td>"
            f"<td>{escape(f'not {missing}') if missing else ''}</td></tr>"
            for stage, about, passed, missing in self._rows()
        )
        failures = "".join(self._folded(each, number) for number, each in enumerate(self._first_failures()))
        return _framed(f"<table>{rows}</table><p><b>Score: {self.score}.</b></p>{failures}")

    def _folded(self, result: Result, number: int) -> str:
        picture = ladder(result.transcript, tcp=False).svg() if result.transcript.entries else ""
        head = f"<summary><b>✕ {escape(result.name)}</b> {marked_up(result.title)}</summary>"
        body = f'<div class="smtplab-error">{result._inner(picture)}</div>'
        return f"<details{'' if number else ' open'}>{head}{body}</details>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": self.text(), "text/html": self.html()}


def _framed(inner: str) -> str:
    return f'<div class="{SCOPE[1:]}"><style>{styles(SCOPE)}</style>{inner}</div>'
