"""How do the instruments look? Panes with thin borders, controls in rows, and nothing that jumps."""

from typing import Final

from smtplab.views import palette
from smtplab.widgets import told

SCOPE: Final = ".smtplab-instrument"


def style_sheet() -> str:
    """Write the rules that all instruments on a page share."""
    return "".join(
        (palette.variables(SCOPE), palette.dark_rules(palette.in_dark(SCOPE)), told.rules(SCOPE), *(_scoped(_RULES)))
    )


def _scoped(rules: tuple[str, ...]) -> list[str]:
    return [f"{SCOPE} {rule}" for rule in rules]


_RULES: Final = (
    ".smtplab-style{display:none}",
    ".widget-html-content{line-height:1.45}",
    ".smtplab-row{display:flex;flex-flow:row wrap;align-items:center;gap:2px 6px;overflow:visible}",
    ".smtplab-pane{box-sizing:border-box;margin:2px;min-width:0;overflow:auto;"
    "border:1px solid var(--smtplab-rule);border-radius:6px;padding:4px 8px}",
    ".smtplab-pane>.widget-html-content{width:100%}",
    # A log shows its end, and stays there while it grows.
    ".smtplab-log{display:flex;flex-direction:column-reverse;align-items:stretch}",
    ".smtplab-log>.widget-html-content{margin-bottom:auto}",
    ".smtplab-heading{color:var(--smtplab-dim);font-weight:bold}",
    ".smtplab-dim{color:var(--smtplab-dim)}",
    ".smtplab-error{color:var(--smtplab-error);font-weight:bold}",
    ".smtplab-client{color:var(--smtplab-client)}",
    ".smtplab-server{color:var(--smtplab-server)}",
    f":is(code,pre){{font:12.5px/1.45 {palette.MONO};background:none;padding:0;color:inherit}}",
    "pre{word-break:normal}",
    f":is(.smtplab-mono) :is(input,textarea){{font-family:{palette.MONO}}}",
)
