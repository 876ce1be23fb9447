"""What is a learner told? A verdict: what it is about, how it stands, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from html import escape
from typing import Final

from smtplab.views import View, palette
from smtplab.views.prose import marked_up

SCOPE: Final = ".smtplab-verdict"


class Standing(Enum):
    """How an answer stands: in words, with the mark and the role of the colour that say the same."""

    UNANSWERED = ("not answered yet", "…", "rule")
    UNREADABLE = ("this answer cannot be read", "?", "rule")
    WRONG = ("not yet", "✕", "error")
    CORRECT = ("correct", "✓", "client")
    SOLVED = ("the answer", "→", "rule")

    @property
    def words(self) -> str:
        """The standing in words."""
        return self.value[0]


@dataclass(frozen=True, repr=False)
class Verdict(View):
    """What a check says.

    title: what was answered. remarks: sentences, in the order in which they are read; `code` stands between backquotes.
    question, lines: what the answer is about, shown above it; "" and None where the notebook says it all.
    code: a solution that is a function, shown below.
    """

    title: str
    standing: Standing
    remarks: Sequence[str] = ()
    question: str = ""
    lines: "Lettered | None" = None
    code: str = ""

    @property
    def is_correct(self) -> bool:
        """Whether the answer is right."""
        return self.standing is Standing.CORRECT

    def text(self) -> str:
        """Give the verdict as text."""
        above = [self.question] if self.question else []
        above += [self.lines.text(), ""] if self.lines else []
        below = [self.code.rstrip()] if self.code else []
        return "\n".join((*above, f"{self.title}: {self.standing.words}.", *self.remarks, *below))

    def html(self) -> str:
        """Give the verdict as HTML, which reads well without its styles too."""
        words, mark, role = self.standing.value
        above = f"<div>{marked_up(self.question)}</div>" if self.question else ""
        above += self.lines.html() if self.lines else ""
        head = f"<b>{mark} {escape(self.title)}: {words}.</b>"
        rest = "".join(f"<div>{marked_up(remark)}</div>" for remark in self.remarks)
        rest += f"<pre>{escape(self.code)}</pre>" if self.code else ""
        return (
            f'<div class="{SCOPE[1:]}"><style>{styles(SCOPE)}</style>{above}'
            f'<div class="smtplab-{role}">{head}{rest}</div></div>'
        )

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": self.text(), "text/html": self.html()}


@dataclass(frozen=True, repr=False)
class Lettered(View):
    """Lines that an answer names by their letters: the first is A. One may go on below itself, after a line break."""

    lines: Sequence[str]

    @property
    def letters(self) -> str:
        """The letters in use, in order."""
        return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[: len(self.lines)]

    def __getitem__(self, letter: str) -> str:
        return self.lines[self.letters.index(letter)]

    def __len__(self) -> int:
        return len(self.lines)

    def half(self, letter: str) -> str:
        """Say in which half of the lines one stands, to help who has overlooked it: "A to C"."""
        middle = (len(self) + 1) // 2
        half = self.letters[:middle] if letter in self.letters[:middle] else self.letters[middle:]
        return f"{half[0]} to {half[-1]}"

    def text(self) -> str:
        """Give the lines with their letters as text."""
        lines = (line.replace("\n", "\n   ") for line in self.lines)
        return "\n".join(f"{letter}  {line}" for letter, line in zip(self.letters, lines, strict=True))

    def html(self) -> str:
        """Give the same as a table."""
        rows = (
            f"<tr><th>{letter}</th><td><code>{escape(line)}</code></td></tr>"
            for letter, line in zip(self.letters, self.lines, strict=True)
        )
        return f"<table>{''.join(rows)}</table>"


def styles(scope: str) -> str:
    """Write the style sheet that verdicts, claims and questions share, for what stands in `scope`."""
    own = f"{scope}{scope}{scope}"  # repeated to outweigh the notebook's own styles of tables
    edges = "".join(
        f"{own} .smtplab-{role}{{border-left:5px solid var(--smtplab-{role});padding:2px 0 2px 12px}}"
        for role in ("rule", "error", "client")
    )
    return (
        f"{palette.variables(scope)}{own}{{line-height:1.5;max-width:62em;color:var(--smtplab-ink)}}{edges}"
        f"{own} b{{font-weight:600}}{own} table{{border-collapse:collapse;margin:0 0 8px}}"
        f"{own} tr{{background:none}}"
        f"{own} :is(th,td){{text-align:left;vertical-align:top;padding:2px 14px 2px 6px;border:0;white-space:normal}}"
        f"{own} td:not(:first-child){{min-width:7em}}"
        f"{own} code{{font-family:{palette.MONO};background:none;padding:0;color:inherit;white-space:pre-wrap}}"
    )
