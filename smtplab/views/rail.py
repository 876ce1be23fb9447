"""Where does the session stand now, and what may come next? The state chart in small, to stand beside a dialogue.

The states are a column, as `states` draws them; those at the side stand under the one that leads to them. What may come
next is read from the table of transitions.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import Final

from smtplab.protocol.states import BDAT_LAST, END_OF_DATA, GREETING, TRANSITIONS, State
from smtplab.protocol.transcript import Transcript
from smtplab.views import View, palette
from smtplab.views.chart import OUTCOMES, chart

SCOPE: Final = ".smtplab-rail"
MOMENTS: Final = {GREETING: "the greeting", END_OF_DATA: "the end of the mail data", BDAT_LAST: "BDAT … LAST"}
WORDS: Final = {"S": "", "I": "asks for more", "E": "if refused"}
NOTHING: Final = {State.TLS_HANDSHAKE: "TLS, which is no SMTP"}


def rail(transcript: Transcript, *, now: State | None = None) -> "Rail":
    """Show the states of a session. now: the current one, if not the state after the last entry."""
    return Rail(transcript, now)


@dataclass(frozen=True, repr=False)
class Rail(View):
    """The states in a column, the current one lit, and the moves that lead on from it."""

    transcript: Transcript
    given: State | None = None

    @property
    def now(self) -> State:
        """Where the session stands."""
        if self.given is not None:
            return self.given
        return self.transcript[-1].after if len(self.transcript) else State.CONNECTED

    def text(self) -> str:
        """Give the state and what may come next as text."""
        lines = [f"  {', '.join(verbs)}: {leads}" for leads, verbs in self._moves()] or [f"  {self._nothing()}"]
        return "\n".join((f"state: {self.now.value}", "what may come next:", *lines))

    def html(self) -> str:
        """Give the column and the moves, with their style sheet."""
        return f'<div class="{SCOPE[1:]}"><style>{style_sheet()}</style>{self.body()}</div>'

    def body(self) -> str:
        """Give the column and the moves alone."""
        drawn = chart()
        at = {place: [state for state, beside in drawn.sides.items() if beside == place] for place in range(99)}
        rows = "".join(
            self._pill(state, drawn.phases, "column")
            + "".join(self._pill(side, drawn.phases, "side") for side in at[place])
            for place, state in enumerate(drawn.column)
        )
        return f'<ol aria-label="states of the session">{rows}</ol>{self.moves_html()}'

    def moves_html(self) -> str:
        """Give what may come next, and where it leads, alone."""
        moves = "".join(
            f"<li>{' '.join(f'<code>{escape(verb)}</code>' for verb in verbs)} {escape(leads)}</li>"
            for leads, verbs in self._moves()
        )
        follows = f"<p>what may come next</p><ul>{moves or f'<li>{self._nothing()}</li>'}</ul>"
        return f'<div class="smtplab-next-moves">{follows}</div>'

    @cached_property
    def _seen(self) -> set[State]:
        return {state for entry in self.transcript for state in (entry.before, entry.after)}

    def _pill(self, state: State, phases: dict[State, str], place: str) -> str:
        seen, now = state in self._seen, state is self.now
        tint = f' style="background:{palette.transparent(palette.tint(phases.get(state, "")))}"' if seen else ""
        names = " ".join(("smtplab-" + place, *(["smtplab-seen"] if seen else []), *(["smtplab-here"] if now else [])))
        mark = ' aria-current="step"' if now else ""
        here = " <b>◀ now</b>" if now else ""
        return f'<li class="{names}"{mark}{"" if now else tint}>{escape(state.value)}{here}</li>'

    def _moves(self) -> list[tuple[str, list[str]]]:
        """Give where the table lets it go from here, and by which verbs."""
        moves: dict[str, list[str]] = {}
        for leads, verb in self._leads():
            moves.setdefault(leads, []).append(self._name(verb))
        return list(moves.items())

    def _name(self, verb: str) -> str:
        in_auth = self.now is State.AUTHENTICATING
        return "an answer in base64" if in_auth else MOMENTS.get(verb, verb)

    def _nothing(self) -> str:
        return NOTHING.get(self.now, "nothing")

    def _leads(self) -> Iterator[tuple[str, str]]:
        for (state, verb), follows in TRANSITIONS.items():
            if state is not self.now:
                continue
            for outcome, target in zip(OUTCOMES, follows, strict=True):
                if target is not None and (outcome, target) != ("E", state):
                    words = WORDS[outcome]
                    leads = "stays here" if target is state else f"→ {target.value}"
                    yield f"{leads}{f' ({words})' if words else ''}", verb

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": self.text(), "text/html": self.html()}


def order_table() -> str:
    """Give the whole table of transitions as HTML: each state, and what may come next in it."""
    rows = "".join(
        f'<tr><th scope="row">{escape(state.value)}</th><td>{_listed(Rail(Transcript(), state))}</td></tr>'
        for state in chart().states
    )
    return f"<table><thead><tr><th>state</th><th>what may come next</th></tr></thead><tbody>{rows}</tbody></table>"


def _listed(rail: Rail) -> str:
    return "<br>".join(escape(line.strip()) for line in rail.text().split("\n")[2:])


def style_sheet() -> str:
    """Write the rules of the column and of the moves."""
    pill = f"{SCOPE} ol li"
    return (
        f"{palette.variables(SCOPE)}"
        f"{SCOPE}{{display:flex;flex-flow:row wrap;gap:4px 14px;line-height:1.35;font-size:13px}}"
        f"{SCOPE} ol{{list-style:none;margin:0;padding:0;flex:0 0 148px}}"
        f"{pill}{{margin:0 0 4px;padding:1px 8px;border:1px solid var(--smtplab-rule);border-radius:7px;"
        "color:var(--smtplab-dim);white-space:nowrap}"
        f"{pill}.smtplab-side{{margin-left:18px;border-style:dashed}}"
        f"{pill}.smtplab-seen{{color:var(--smtplab-ink);border-color:var(--smtplab-ink)}}"
        f"{pill}.smtplab-here{{background:var(--smtplab-lit);color:var(--smtplab-ink);font-weight:bold;"
        "border:2px solid var(--smtplab-ink);padding:0 7px}"
        f"{SCOPE} .smtplab-next-moves{{flex:1 1 120px;min-width:0}}"
        f"{SCOPE} p{{margin:0 0 2px;color:var(--smtplab-dim)}}"
        f"{SCOPE} ul{{margin:0;padding-left:1.1em}}{SCOPE} ul li{{margin:0 0 3px}}"
        f"{SCOPE} code{{font:12px {palette.MONO};background:none;padding:0;color:inherit;margin-right:.3em}}"
    )
