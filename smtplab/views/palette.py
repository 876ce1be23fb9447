"""Which colour means what? One visual language for every view and widget.

A party has a colour, a phase has a quiet tint, an error has a colour of its own. No colour says anything alone:
parties have a side and a name, phases a label, errors a cross and a word. Blue and orange stay apart for colour-blind
eyes. Every ink reads on the paper and on every tint with a contrast of at least 4.5 (WCAG 2.1 §1.4.3).
"""

from typing import Final, NamedTuple


class Colour(NamedTuple):
    """One meaning in the light and in the dark theme."""

    light: str
    dark: str


# fmt: off
INKS: Final = {
    "ink":    Colour("#1c2126", "#e4e8ec"),  # what was said
    "dim":    Colour("#5f6770", "#a3acb5"),  # what we say about it: times, frames, captions
    "rule":   Colour("#9aa3ab", "#6b747d"),  # thin lines: brackets, borders
    "client": Colour("#1a5fa8", "#7db7f3"),
    "server": Colour("#a8480f", "#f0a26c"),
    "error":  Colour("#b3005e", "#ff86bb"),
    "paper":  Colour("#ffffff", "#15181c"),
    "lit":    Colour("#ffe27a", "#7a5c00"),  # behind what the reader points at
}

# A tint is laid over the paper with TINT_OPACITY, so that one value serves both themes.
TINTS: Final = {
    "greeting": "#e8833a",
    "EHLO":     "#3d8fdd",
    "HELO":     "#3d8fdd",
    "AUTH":     "#8b63d9",
    "MAIL":     "#2fa66a",
    "RCPT":     "#1fa39b",
    "DATA":     "#d9b21c",
    "TLS":      "#5c6bc0",
    "QUIT":     "#7d8790",
}
# fmt: on
OTHER_TINT: Final = "#7d8790"  # TCP, and whatever has no colour of its own
TINT_OPACITY: Final = Colour("0.13", "0.20")
HTML_OPACITY: Final = "0.16"

# One after the other for the fields of an entry; neighbours differ in hue and in lightness.
FIELD_TINTS: Final = ("#3d8fdd", "#e8833a", "#2fa66a", "#8b63d9", "#d9b21c", "#d64f8a", "#1fa39b", "#7d8790")

# Browsers look for glyphs that these lack, such as Chinese ones, in the reader's own fonts.
SANS: Final = "system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif"
MONO: Final = "'DejaVu Sans Mono', Menlo, Consolas, monospace"


def tint(phase: str) -> str:
    """Give the tint of a phase."""
    return TINTS.get(phase, OTHER_TINT)


def transparent(colour: str) -> str:
    """Give a tint as HTML lays it over whatever is behind: light or dark, so between the two opacities."""
    red, green, blue = bytes.fromhex(colour[1:])
    return f"rgb({red} {green} {blue} / {HTML_OPACITY})"


def dark_rules(scope: str) -> str:
    """Write the CSS rules that turn what stands in `scope` dark: classes `fill-ROLE`, `stroke-ROLE` and `tint`.

    What they repaint carries its light colours as attributes, so that a reader without styles sees the light theme.
    """
    rules = [
        f"{scope} .{name}-{role}{{{name}:{ink.dark}}}" for role, ink in INKS.items() for name in ("fill", "stroke")
    ]
    return "".join((*rules, f"{scope} .tint{{fill-opacity:{TINT_OPACITY.dark}}}"))


def variables(scope: str) -> str:
    """Write the CSS variables `--smtplab-ROLE` for HTML in `scope`, light and dark."""
    light = "".join(f"--smtplab-{role}:{ink.light};" for role, ink in INKS.items())
    dark = "".join(f"--smtplab-{role}:{ink.dark};" for role, ink in INKS.items())
    return f"{scope}{{{light}}}{in_dark(scope)}{{{dark}}}"


def in_dark(scope: str) -> str:
    """Give the selector of `scope` under a dark theme of JupyterLab, Notebook or VS Code."""
    return f":is([data-jp-theme-light=false],.vscode-dark) {scope}"
