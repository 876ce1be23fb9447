"""How does the stepper look? Its style sheet: fixed heights, so that nothing jumps, and panes that scroll."""

from typing import Final

from smtplab.views import hexdump, palette
from smtplab.widgets import told
from smtplab.widgets.workbench_style import phase_rules

SCOPE: Final = ".smtplab-stepper"
LADDER_HEIGHT: Final = 300  # pixels, with the octets below it
OCTETS_HEIGHT: Final = 230
LINE_HEIGHT: Final = 84
WIDE: Final = 1150  # pixels from which they stand side by side
WIDE_HEIGHT: Final = 440
WIDE_LINE_HEIGHT: Final = 64


def style_sheet() -> str:
    """Write the rules of all steppers on a page."""
    return "".join(
        (
            palette.variables(SCOPE),
            told.rules(SCOPE),
            palette.dark_rules(palette.in_dark(SCOPE)),
            hexdump.styles(hexdump.FIELDS),
            phase_rules(SCOPE),
            *(f"{SCOPE} {rule}" for rule in (*_PANES, *_LINE, *_LADDER)),
            f"{SCOPE}{{container:smtplab/inline-size}}@container smtplab (min-width:{WIDE}px){{",
            f"{SCOPE} :is(.smtplab-ladder,.smtplab-octets){{height:{WIDE_HEIGHT}px}}",
            f"{SCOPE} :is(.smtplab-line,.smtplab-state){{height:{WIDE_LINE_HEIGHT}px}}"
            f"{SCOPE} .smtplab-ladder{{flex-basis:48%}}{SCOPE} .smtplab-octets{{flex-basis:48%}}}}",
        )
    )


_PANES: Final = (
    ".smtplab-mark{display:none}",
    ".widget-html-content{line-height:1.5}",
    ":is(.smtplab-now,.smtplab-panes){display:flex;flex-flow:row wrap;gap:6px;margin-top:6px;overflow:visible}",
    ":is(.smtplab-line,.smtplab-state,.smtplab-ladder,.smtplab-octets){box-sizing:border-box;margin:0;min-width:0;"
    "overflow:auto;border:1px solid var(--smtplab-rule);border-radius:6px}",
    f":is(.smtplab-line,.smtplab-state){{height:{LINE_HEIGHT}px;padding:4px 10px}}",
    ".smtplab-line{flex:1.3 1 400px}",
    ".smtplab-state{flex:1 1 300px}",
    f".smtplab-ladder{{height:{LADDER_HEIGHT}px;flex:1 1 100%}}",
    f".smtplab-octets{{height:{OCTETS_HEIGHT}px;flex:1 1 100%;padding:6px 10px}}",
)

_LINE: Final = (
    ".smtplab-number{width:150px}",
    ".smtplab-number .widget-label{width:auto}",
    # The handle of the slider has no name and cannot be given one, so it is there for the mouse alone: whoever uses the
    # keyboard, or hears the page, has the box with the number. What is seen of it is drawn in its stead.
    ".smtplab-slider .noUi-handle{visibility:hidden}",
    ".smtplab-slider .noUi-touch-area{visibility:visible;box-sizing:border-box;border:1px solid var(--smtplab-rule);"
    "border-radius:50%;background:var(--smtplab-paper);cursor:pointer}",
    ".smtplab-place{white-space:nowrap;color:var(--smtplab-dim)}",
    ".smtplab-said{white-space:nowrap}",
    f".smtplab-said code{{font:14px {palette.MONO};background:none;padding:0;color:inherit;white-space:pre}}",
    ".smtplab-error{color:var(--smtplab-error);font-weight:bold}",
    ".smtplab-note{color:var(--smtplab-dim);margin-left:1em;font-weight:normal}",
    ".smtplab-phase{padding:1px 8px;border-radius:8px;margin:0 .6em;color:var(--smtplab-ink)}",
    ".smtplab-gate{display:flex;flex-flow:row wrap;align-items:center;gap:4px 8px;margin:6px 0 0;padding:4px 8px;"
    "border:2px solid var(--smtplab-ink);border-radius:6px;overflow:visible}",
    f".smtplab-question code{{font:14px {palette.MONO};background:none;padding:0;color:inherit}}",
    ".smtplab-client{color:var(--smtplab-client)}",
    ".smtplab-server{color:var(--smtplab-server)}",
    ".smtplab-follows{color:var(--smtplab-dim);font-size:12px;line-height:1.3}",
)

_LADDER: Final = (
    ".smtplab-ladder{background:var(--smtplab-paper)}",
    ".smtplab-scroll{position:relative;line-height:0;max-width:860px;min-width:420px;margin:auto}",
    ".smtplab-scroll svg{width:100%;height:auto}",
    ".smtplab-curtain{display:none;position:absolute;left:0;right:0;bottom:0;background:var(--smtplab-paper);"
    "border-top:2px dashed var(--smtplab-rule)}",
    ".smtplab-curtain::before{content:'hidden until you have predicted it';display:block;padding:10px;"
    "text-align:center;font-size:13px;line-height:1.5;color:var(--smtplab-dim)}",
    ".smtplab-anchor{position:absolute;left:0;width:1px;height:1px;scroll-snap-align:center}",
    ".lift{transition:fill .15s,stroke .15s}",
)
