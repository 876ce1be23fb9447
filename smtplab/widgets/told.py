"""What do those need who hear the page, or use no mouse? What is said aloud, the name of what is chosen, the focus.

ipywidgets says with colours alone which of several buttons is pressed. A style sheet can say it in words: text that it
generates is part of a button's name, and a sign beside the text shows it to those who see no difference of colours.
"""

from html import escape
from typing import Final

CHOSEN: Final = ":is(.widget-toggle-button.mod-active,.smtplab-chosen)"
SIGN: Final = "content:'▸';content:'▸' / 'chosen: '"  # the second one is for browsers that know what is said for a sign


def aloud(text: str) -> str:
    """Write what is heard as soon as it changes, and not seen."""
    return f'<span role="status" class="smtplab-aloud">{escape(text)}</span>'


def rules(scope: str) -> str:
    """Write the rules for what is said aloud, what is chosen, what an empty box asks for, and the focus, in `scope`."""
    return (
        f"{scope} .smtplab-aloud{{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);"
        "white-space:nowrap}"
        # Nothing moves when another one is chosen: the sign stands in the margin.
        f"{scope} .widget-toggle-buttons:not(.smtplab-over) button,{scope} .widget-toggle-button.smtplab-follow,"
        f"{scope} .smtplab-option{{position:relative}}"
        f"{scope} {CHOSEN}:not(.smtplab-over *)::before{{{SIGN};position:absolute;left:1px;font-size:10px}}"
        f"{scope} :is(input,textarea)::placeholder{{color:var(--smtplab-dim);opacity:1}}"
        # ipywidgets leaves lists and boxes without a ring. It lies inside where a pane would cut it off.
        f"{scope} :is(button,input,select,textarea,summary):focus-visible{{"
        "outline:2px solid var(--smtplab-client) !important;outline-offset:1px}"
        f"{scope} :is(select,textarea,summary,input:not([type=checkbox])):focus-visible{{outline-offset:-2px}}"
    )
