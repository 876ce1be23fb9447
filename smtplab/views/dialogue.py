"""How does the dialogue read, line by line? As text, and as a table in which each phase has its colour."""

from dataclasses import dataclass
from html import escape
from itertools import groupby

from smtplab.protocol.text import IN_TLS, Line, by_stream, dialogue_lines, safe, transcript_text
from smtplab.protocol.transcript import Entry, Transcript
from smtplab.views import View, palette

SCOPE = ".smtplab-dialogue"


def dialogue(transcript: Transcript, *, passwords: bool = False) -> "Dialogue":
    """Show every line that was said, with its phase and what its base64 means.

    passwords: show them instead of masking them.
    """
    return Dialogue(transcript, passwords)


@dataclass(frozen=True, repr=False)
class Dialogue(View):
    """The lines of a transcript."""

    transcript: Transcript
    passwords: bool = False

    def text(self) -> str:
        """Give the dialogue as text, as `str(transcript)` does."""
        return transcript_text(self.transcript, passwords=self.passwords)

    def html(self) -> str:
        """Give the dialogue as a table, which stays readable where styles are stripped."""
        streams = by_stream(self.transcript)
        headings = [f"<h4>stream {number}</h4>" if len(streams) > 1 else "" for number, _ in streams]
        tables = [heading + self._table(entries) for heading, (_, entries) in zip(headings, streams, strict=True)]
        problem = self.transcript.problem and f"<p>✕ reading stopped: {escape(safe(self.transcript.problem))}</p>"
        body = "".join((*tables, problem)) or "<p>nothing was said</p>"
        return f'<div class="{SCOPE[1:]}"><style>{styles(SCOPE)}</style>{body}</div>'

    def _table(self, entries: list[Entry]) -> str:
        lines = dialogue_lines(entries, passwords=self.passwords)
        bands = groupby(lines, lambda line: (line.phase, line.tls))
        phases = "".join(_phase(phase, tls, list(of_phase)) for (phase, tls), of_phase in bands)
        head = "".join(f'<th scope="col">{name}</th>' for name in ("phase", "from", "said", "means"))
        return f"<table><thead><tr>{head}</tr></thead>{phases}</table>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": self.text(), "text/html": self.html()}


def _phase(phase: str, tls: bool, lines: list[Line]) -> str:
    mark = f" <small>{IN_TLS}</small>" if tls else ""
    heading = f'<th scope="rowgroup" rowspan="{len(lines)}">{escape(phase)}{mark}</th>'
    rows = "".join(f"<tr>{'' if number else heading}{_cells(line)}</tr>" for number, line in enumerate(lines))
    name = phase if phase in palette.TINTS else "other"
    return f'<tbody class="smtplab-phase-{name}">{rows}</tbody>'


def _cells(line: Line) -> str:
    means = f"<b>✕&nbsp;{line.error}</b>" if line.error else escape(line.note)
    error = ' class="smtplab-error"' if line.error else ""
    return (
        f'<td class="smtplab-{line.party}">{line.party}</td>'
        f"<td{error}><code>{escape(line.text)}</code></td><td{error}>{means}</td>"
    )


def styles(scope: str) -> str:
    """Write the rules for tables of what was said in `scope`."""
    # Notebooks style tables of their own accord, so the class is repeated to outweigh them.
    own = f"{scope}{scope}{scope}"
    bands = "".join(
        f"{own} tbody.smtplab-phase-{phase} tr{{background:{palette.transparent(colour)}}}"
        for phase, colour in {**palette.TINTS, "other": palette.OTHER_TINT}.items()
    )
    return (
        f"{palette.variables(scope)}{bands}"
        f"{own} table{{border-collapse:collapse;margin:0}}"
        f"{own} :is(th,td){{text-align:left;vertical-align:top;padding:1px 10px;border:0;white-space:pre-wrap}}"
        f"{own} tbody th{{color:var(--smtplab-dim)}}{own} tbody{{border-bottom:4px solid transparent}}"
        f"{own} code{{background:none;padding:0;font-family:{palette.MONO};white-space:pre-wrap;color:inherit}}"
        f"{own} td.smtplab-client{{color:var(--smtplab-client);font-weight:bold}}"
        f"{own} td.smtplab-server{{color:var(--smtplab-server);font-weight:bold}}"
        f"{own} td.smtplab-error{{color:var(--smtplab-error)}}"
    )
