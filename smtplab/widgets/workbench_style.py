"""How does the workbench look? Phases, then ladder, dialogue and states, then the packet browser."""

from typing import Final

from smtplab.views import palette
from smtplab.widgets import told
from smtplab.widgets.places import tint_rules

SCOPE: Final = ".smtplab-workbench"
HEIGHT: Final = 318  # pixels, of ladder, dialogue and states
STATES_WIDTH: Final = 290
PACKETS_HEIGHT: Final = 535  # of the packet browser: a picture in its place must not make the page jump
WIDE: Final = 1060  # pixels from which the three stand side by side
LIST_ROWS: Final = 8
ROW: Final = 20  # pixels


def style_sheet() -> str:
    """Write the rules of all workbenches on a page."""
    return "".join(
        (
            palette.variables(SCOPE),
            told.rules(SCOPE),
            palette.dark_rules(palette.in_dark(SCOPE)),
            *(f"{SCOPE} {rule}" for rule in (*_FRAME, *_BELOW, *_ARROWS, *_TALK, *_STATIONS)),
            phase_rules(SCOPE),
            # Sixty stops of the Tab key are too many: without a mouse there are the selected arrow and those beside it.
            f"@media (hover:hover){{{SCOPE} .smtplab-arrows:not(:hover) .smtplab-over button:not(:focus)"
            "{visibility:hidden}}",
            f"{SCOPE}{{container:smtplab-workbench/inline-size}}",
            f"@container smtplab-workbench (min-width:{WIDE}px){{{SCOPE} .smtplab-views{{flex-wrap:nowrap}}",
            f"{SCOPE} .smtplab-arrows{{flex:5 1 0}}{SCOPE} .smtplab-talk{{flex:3 1 0}}",
            f"{SCOPE} .smtplab-stations{{flex:0 0 {STATES_WIDTH}px}}}}",
        )
    )


def phase_rules(scope: str) -> str:
    """Write the rules of the tabs for phases in `scope`."""
    rules = (
        ".smtplab-phases{display:flex;flex-flow:row wrap;gap:3px;margin:2px;overflow:visible}",
        ".smtplab-phases button{position:relative;margin:0;border-radius:6px 6px 0 0;color:var(--smtplab-ink);"
        "border-bottom:3px solid transparent}",
        # No bold type, and a sign in the margin: the other tabs stay where they are.
        ".smtplab-phases button.smtplab-here{border-bottom-color:var(--smtplab-ink)}",
        f".smtplab-phases button.smtplab-here::before{{{told.SIGN};position:absolute;left:1px;font-size:10px}}",
    )
    return "".join(f"{scope} {rule}" for rule in rules) + tint_rules(f"{scope} .smtplab-phases")


_FRAME: Final = (
    ".smtplab-style{display:none}",
    ".smtplab-views{display:flex;flex-flow:row wrap;gap:6px;margin:0 2px;overflow:visible}",
    f":is(.smtplab-arrows,.smtplab-talk,.smtplab-stations){{box-sizing:border-box;margin:0;min-width:0;"
    f"height:{HEIGHT}px;border:1px solid var(--smtplab-rule);border-radius:6px;background:var(--smtplab-paper);"
    "color:var(--smtplab-ink)}",
    f".smtplab-browser .smtplab-list{{height:{LIST_ROWS * ROW + 2}px}}",
    ".smtplab-browser :is(.smtplab-tree,.smtplab-octets){height:226px}",
)

_BELOW: Final = (
    ".smtplab-below{margin:4px 2px 0}",
    f".smtplab-drawing{{height:{PACKETS_HEIGHT}px;margin:2px;overflow:auto;border:1px solid var(--smtplab-rule);"
    "border-radius:6px;background:var(--smtplab-paper)}",
    ".smtplab-drawing .smtplab-scroll{position:relative;line-height:0;max-width:900px;margin:auto}",
    ".smtplab-drawing svg{width:100%;height:auto}",
)

_ARROWS: Final = (
    ".smtplab-arrows{display:block;overflow:auto;flex:1 1 100%}",
    ".smtplab-sheet{display:block;position:relative;overflow:visible;line-height:0;min-width:440px;max-width:860px;"
    "margin:auto}",
    ":is(.smtplab-sheet>.widget-html,.smtplab-sheet .widget-html-content){display:block;line-height:0;margin:0;"
    "width:100%;height:auto;overflow:visible}",
    ".smtplab-sheet svg{display:block;width:100%;height:auto}",
    ".smtplab-anchor{position:absolute;left:0;width:1px;height:1px;scroll-snap-align:center}",
    ":is(.smtplab-over,.smtplab-over>div){display:block;position:absolute;inset:0;margin:0;width:auto;height:auto}",
    ".smtplab-over button{position:absolute;margin:0;padding:0;min-width:0;border-radius:5px;overflow:hidden;"
    "background:none;box-shadow:none;color:transparent;font-size:1px;line-height:1px}",
    ".smtplab-over button:hover{box-shadow:inset 0 0 0 1.5px var(--smtplab-rule)}",
)

_TALK: Final = (
    ".smtplab-talk{flex:1 1 300px;overflow:hidden;padding:0}",
    ".smtplab-lines{width:auto;height:100%;margin:0}",
    # The name of the list is there for those who hear the page.
    ".smtplab-lines .widget-label{position:absolute;clip-path:inset(50%)}",
    f".smtplab-lines.widget-select>select{{font:12.5px/1.6 {palette.MONO};height:100%;padding:0;border:0;"
    "border-radius:6px;background:var(--smtplab-paper);overflow:auto}",
    ".smtplab-lines option{padding:1px 8px;min-height:20px;box-sizing:border-box;width:max-content;min-width:100%}",
    ".smtplab-lines option:hover{box-shadow:inset 0 0 0 1px var(--smtplab-rule)}",
    ".smtplab-lines option:checked{font-weight:bold}",
)

_STATIONS: Final = (
    f".smtplab-stations{{display:flex;flex-flow:row;flex:1 1 {STATES_WIDTH}px;overflow:auto;padding:6px 8px;gap:10px}}",
    ".smtplab-column{display:flex;flex-flow:column;flex:0 0 142px;gap:3px;margin:0;overflow:visible}",
    ".smtplab-column button{box-sizing:border-box;display:flex;align-items:center;flex:0 0 24px;"
    "height:24px;margin:0;padding:0 8px;white-space:pre;text-align:left;"
    "border:1px solid var(--smtplab-rule);border-radius:7px;background:none;color:var(--smtplab-dim)}",
    ".smtplab-column button:disabled{opacity:1}",  # a state that was not reached can be read all the same
    ".smtplab-column button.smtplab-side{margin-left:16px;border-style:dashed}",
    ".smtplab-column button.smtplab-seen{color:var(--smtplab-ink);border-color:var(--smtplab-ink)}",
    ".smtplab-column button.smtplab-here{background:var(--smtplab-lit);font-weight:bold;"
    "border:2px solid var(--smtplab-ink);padding:0 7px}",
    ".smtplab-column button.smtplab-here::after{content:' ◀ now'}",
    ".smtplab-moves{flex:1 1 90px;min-width:0;margin:0}",
    ".smtplab-moves :is(p,ul){margin:0;padding:0;line-height:1.4}",
    ".smtplab-moves p{color:var(--smtplab-dim)}",
    ".smtplab-moves li{list-style:none;margin-top:5px;font-size:12px}",
    f".smtplab-moves code{{font:12px {palette.MONO};background:none;padding:0;color:inherit;font-weight:bold;"
    "margin-right:.4em}",
)
