"""How does the stepper look? Its style sheet: fixed heights, so that nothing jumps, and panes that scroll."""

from typing import Final

from smtplab.views import hexdump, palette

SCOPE: Final = ".smtplab-stepper"
LADDER_HEIGHT: Final = 430  # pixels
OCTETS_HEIGHT: Final = 322


def style_sheet() -> str:
    """Write the rules of all steppers on a page."""
    pane = "box-sizing:border-box;border:1px solid var(--smtplab-rule);border-radius:6px;overflow:auto;margin:0"
    return (
        f"{palette.variables(SCOPE)}{palette.dark_rules(palette.in_dark(SCOPE))}{hexdump.styles(hexdump.FIELDS)}"
        f"{SCOPE} .widget-html-content{{line-height:1.5}}{SCOPE} .smtplab-mark{{display:none}}"
        f"{SCOPE} :is(.smtplab-ladder,.smtplab-octets,.smtplab-state,.smtplab-line){{{pane}}}"
        f"{SCOPE} .smtplab-panes{{flex-flow:row wrap;gap:8px;align-items:stretch}}"
        f"{SCOPE} .smtplab-ladder{{height:{LADDER_HEIGHT}px;flex:1.3 1 470px;min-width:0}}"
        f"{SCOPE} .smtplab-ladder{{background:var(--smtplab-paper)}}"
        f"{SCOPE} .smtplab-details{{height:{LADDER_HEIGHT}px;flex:1 1 430px;min-width:0;gap:8px;overflow:hidden}}"
        f"{SCOPE} .smtplab-octets{{flex:1 1 {OCTETS_HEIGHT}px;min-height:0;padding:6px 8px}}"
        f"{SCOPE} .smtplab-state{{flex:0 0 auto;height:66px;padding:6px 8px}}"
        f"{SCOPE} .smtplab-line{{height:66px;padding:6px 10px}}"
        f"{SCOPE} .smtplab-said{{white-space:nowrap;font-size:15px}}"
        f"{SCOPE} .smtplab-said code{{font-family:{palette.MONO};background:none}}"
        f"{SCOPE} .smtplab-said code{{padding:0;color:inherit;white-space:pre}}"
        f"{SCOPE} .smtplab-error{{color:var(--smtplab-error);font-weight:bold}}"
        f"{SCOPE} .smtplab-place{{white-space:nowrap;color:var(--smtplab-dim)}}"
        f"{SCOPE} .smtplab-note{{color:var(--smtplab-dim);margin-left:1.2em;font-weight:normal}}"
        f"{SCOPE} .smtplab-phase{{padding:1px 8px;border-radius:8px;margin:0 .6em;color:var(--smtplab-ink)}}"
        f"{SCOPE} .smtplab-client{{color:var(--smtplab-client)}}{SCOPE} .smtplab-server{{color:var(--smtplab-server)}}"
        f"{SCOPE} .smtplab-next{{color:var(--smtplab-dim);font-size:12px}}"
        f"{SCOPE} .smtplab-scroll{{position:relative;line-height:0}}"
        f"{SCOPE} .smtplab-scroll svg{{width:100%;height:auto}}"
        f"{SCOPE} .smtplab-anchor{{position:absolute;left:0;width:1px;height:1px;scroll-snap-align:center}}"
        f"{SCOPE} .lift{{transition:fill .15s,stroke .15s}}"
    )
