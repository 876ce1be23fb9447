"""Which way is a server set? Switches for what it lets pass, offers, requires and does wrong, while it runs."""

from collections.abc import Callable
from html import escape

from ipywidgets import Box, Checkbox, Layout, ToggleButtons, Widget

from smtplab.net.faults import FAULTS
from smtplab.net.server import Server
from smtplab.protocol.commands import Lax
from smtplab.widgets.live import Live, pane, show
from smtplab.widgets.settings import AUTH_SETTINGS, EXTENSIONS, LAX_WORDS, TLS_SETTINGS, Settings

SCOPE = ".smtplab-knobs"
STYLES = (
    f"{SCOPE} .smtplab-heading{{flex:0 0 84px}}{SCOPE} .widget-toggle-buttons button{{width:auto}}"
    f"{SCOPE} .smtplab-knob{{display:flex;overflow:visible;border-bottom:1px solid var(--smtplab-rule)}}"
    f"{SCOPE} .smtplab-controls{{display:flex;flex-flow:row wrap;align-items:center;flex:1 1 0;overflow:visible}}"
    f"{SCOPE} .widget-checkbox{{width:auto;margin-right:10px}}"
    f"{SCOPE} .smtplab-meanings :is(p,ul){{margin:0}}{SCOPE} .smtplab-meanings summary{{cursor:pointer}}"
)


def knobs(server: Server) -> "Knobs":
    """Set a server otherwise while it runs; connections that are open keep what they found."""
    return Knobs(server)


class Knobs(Live):
    """The widget. `settings` is what it turns."""

    def __init__(self, server: Server) -> None:
        self.settings = Settings(server)
        self._checks: list[tuple[Checkbox, Callable[[], bool]]] = []
        self._choices: list[tuple[ToggleButtons, Callable[[], str]]] = []
        self._code = pane("code")
        super().__init__("knobs", styles=STYLES)
        self.add(*self._rows(), self._code, pane("meanings", _meanings()))
        server.watchers.append(self.ring)
        self.draw()

    def close(self) -> None:
        """End it; the server stays as it is set."""
        watchers = self.settings.server.watchers
        if self.ring in watchers:
            watchers.remove(self.ring)
        super().close()

    def _rows(self) -> list[Widget]:
        settings = self.settings
        return [
            self._row(
                "reads",
                self._choice("strictness", ("strict", "lax"), lambda: settings.strictness, settings.set_strictness),
                *(self._lax(name) for name in Lax),
            ),
            self._row(
                "AUTH",
                self._choice("auth", AUTH_SETTINGS, lambda: settings.auth, settings.set_auth),
                self._check(
                    "auth-inside-tls",
                    "inside TLS only",
                    "neither offered nor taken in clear text (RFC 4954 §4)",
                    lambda: settings.auth_inside_tls,
                    settings.set_auth_inside_tls,
                ),
            ),
            self._row("TLS", self._choice("tls-kind", TLS_SETTINGS, lambda: settings.tls, settings.set_tls)),
            self._row("extensions", *(self._extension(name) for name in EXTENSIONS)),
            self._row("faults", *(self._fault(name, says) for name, says, _ in FAULTS)),
        ]

    def _row(self, name: str, *controls: Widget) -> Box:
        inner = Box(list(controls))
        inner.add_class("smtplab-controls")
        row = Box([pane("heading", escape(name)), inner])
        row.add_class("smtplab-knob")
        return row

    def _choice(
        self, name: str, options: tuple[str, ...], now: Callable[[], str], choose: Callable[..., None]
    ) -> ToggleButtons:
        made = ToggleButtons(options=options, tooltips=[f"{name}: {option}" for option in options])
        made.add_class(f"smtplab-{name}")
        self._choices.append((made, now))
        self.on_change(made, lambda value: choose(value) if value is not None else None)
        return made

    def _check(
        self, name: str, text: str, tooltip: str, now: Callable[[], bool], turn: Callable[[bool], None]
    ) -> Checkbox:
        made = Checkbox(description=text, tooltip=tooltip, indent=False, layout=Layout(width="auto"))
        made.add_class(f"smtplab-{name}")
        self._checks.append((made, now))
        self.on_change(made, turn)
        return made

    def _lax(self, name: Lax) -> Checkbox:
        settings, says = self.settings, LAX_WORDS.get(name, str(name))
        return self._check(
            f"lax-{name}", str(name), says, lambda: settings.lax(name), lambda on: settings.set_lax(name, on)
        )

    def _extension(self, name: str) -> Checkbox:
        settings = self.settings
        return self._check(
            f"extension-{name}",
            name,
            f"offer {name}",
            lambda: settings.extension(name),
            lambda on: settings.set_extension(name, on),
        )

    def _fault(self, name: str, says: str) -> Checkbox:
        settings, words = self.settings, name.replace(" ", "-")
        return self._check(
            f"fault-{words}", name, says, lambda: settings.fault(name), lambda on: settings.set_fault(name, on)
        )

    def paint(self) -> None:
        """Show how the server is set, whoever set it so."""
        for check, is_on in self._checks:
            check.value = is_on()
        for choice, now in self._choices:
            value = now()
            choice.value = value if value in choice.options else None
        users = "" if self.settings.can_authenticate else " AUTH needs users: this server has none."
        show(
            self._code,
            f'<span role="status"><span class="smtplab-dim">connections from now on find</span> '
            f'<code>{escape(self.settings.code)}</code><span class="smtplab-dim">{users}</span></span>',
        )

    def text(self) -> str:
        """Give how the server is set as text."""
        return "\n".join(f"{name:<11}{value}" for name, value in self.settings.rows)

    def html(self) -> str:
        """Give how the server is set, and what the knobs would do."""
        rows = "".join(
            f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>'
            for name, value in self.settings.rows
        )
        return f"<table>{rows}</table>{_lists()}"


def _meanings() -> str:
    """Write what the knobs do, to unfold: no box shows the words that belong to it, nor says them."""
    return f"<details><summary>what they do</summary>{_lists()}</details>"


def _lists() -> str:
    faults = "".join(f"<li><b>{escape(name)}</b>: {escape(says)}</li>" for name, says, _ in FAULTS)
    lax = "".join(f"<li><b>{name}</b>: {escape(says)}</li>" for name, says in LAX_WORDS.items())
    return f"<p>it can be made to let pass</p><ul>{lax}</ul><p>it can be made to go wrong</p><ul>{faults}</ul>"
