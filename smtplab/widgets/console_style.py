"""How does the console look? The dialogue wide and the states beside it, both of a fixed height."""

from typing import Final

SCOPE: Final = ".smtplab-console"
HEIGHT: Final = 336  # pixels, of the dialogue
DRAWER_HEIGHT: Final = 400

STYLES: Final = "".join(
    (
        f"{SCOPE} .smtplab-talk{{display:flex;flex-flow:row wrap;overflow:visible}}",
        f"{SCOPE} .smtplab-dialogue{{height:{HEIGHT}px;flex:6 1 480px}}",
        f"{SCOPE} .smtplab-place{{height:{HEIGHT}px;flex:1 1 316px}}",
        f"{SCOPE} .smtplab-status{{flex:1 1 240px;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}}",
        f"{SCOPE} .smtplab-drawers{{height:{DRAWER_HEIGHT}px;overflow:auto;border-top:2px solid var(--smtplab-rule);"
        "margin-top:-2px;padding-top:4px}",
        f"{SCOPE} .smtplab-line-box textarea{{height:28px;min-height:28px;line-height:26px;padding:0 8px;"
        "box-sizing:border-box;overflow:hidden;white-space:pre;resize:none}",
        f"{SCOPE} .smtplab-line-end{{display:flex;flex-flow:row nowrap;align-items:center;width:auto}}",
        f"{SCOPE} .smtplab-line-end .widget-label{{width:auto;margin-right:6px}}",
        f"{SCOPE} .smtplab-chart svg{{max-width:100%;height:auto}}",
        f"{SCOPE} .smtplab-drawer button{{width:auto}}",
    )
)
