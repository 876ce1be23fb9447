"""How does the packet browser look? Its style sheet, the colours of its rows, and what lights a field everywhere."""

from collections.abc import Sequence
from typing import Final

from smtplab.protocol.text import error_word
from smtplab.protocol.transcript import Entry
from smtplab.views import palette
from smtplab.widgets import told

SCOPE: Final = ".smtplab-browser"
LIST_HEIGHT: Final = 262  # pixels: 13 rows
TREE_HEIGHT: Final = 280
OCTETS_HEIGHT: Final = 150  # below the tree
SECTIONS_HEIGHT: Final = 28
SECTIONS_HEIGHT_NARROW: Final = 56  # two rows of them
STREAM_HEIGHT: Final = 300
COLUMN: Final = 7.53  # pixels, of one letter in the list
EDGES: Final = 36  # pixels, of the list's borders and of its scroll bar
INFO_COLUMNS: Final = 32  # that what was said has at least; else the first columns give way
WIDE: Final = 860  # pixels from which tree and octets stand side by side
FONT: Final = f"12.5px/1.6 {palette.MONO}"
OCTETS_FONT: Final = f"12px/1.6 {palette.MONO}"


def style_sheet() -> str:
    """Write the rules of all browsers on a page."""
    tints = (
        f"{SCOPE} .smtplab-t{number}{{background:{palette.transparent(colour)}}}"
        for number, colour in enumerate(palette.FIELD_TINTS)
    )
    rules = (_scoped(rule) for rule in (*_BARS, *_LIST, *_PANES, *_TREE, *_SECTIONS, *_STREAM))
    return "".join(
        (
            palette.variables(SCOPE),
            told.rules(SCOPE),
            *rules,
            *tints,
            f"{SCOPE}{{container:smtplab-browser/inline-size}}@container smtplab-browser (min-width:{WIDE}px){{",
            f"{SCOPE} .smtplab-panes{{flex-wrap:nowrap}}{SCOPE} .smtplab-octets{{height:{TREE_HEIGHT}px}}}}",
            f"@container smtplab-browser (max-width:{WIDE - 1}px){{"
            f"{SCOPE} .smtplab-sections{{height:{SECTIONS_HEIGHT_NARROW}px}}}}",
        )
    )


def _scoped(rule: str) -> str:
    """Put a rule into the scope of the browser, itself if it begins with a condition, else what is in it."""
    return rule if rule.startswith("@") else f"{SCOPE}{'' if rule.startswith(':has') else ' '}{rule}"


def row_rules(rows: str, entries: Sequence[Entry]) -> str:
    """Write the colours of rows, one for each of these: the tint of the phase, the ink of the party or of an error.

    rows: their selector.
    """
    looks: dict[tuple[str, str], list[str]] = {}
    for number, entry in enumerate(entries, 1):
        look = palette.tint(entry.phase), "error" if error_word(entry) else entry.party
        looks.setdefault(look, []).append(f":nth-child({number})")
    return "".join(
        f"{rows}:is({','.join(numbers)}){{background-color:{palette.transparent(tint)};color:var(--smtplab-{ink})}}"
        for (tint, ink), numbers in looks.items()
    )


def fit_rules(scope: str, starts: Sequence[int], info: int) -> str:
    """Write the rules by which a narrow list, and the titles above it, leave out their first columns, to fit.

    starts: where those begin that are still shown, the more of them first. info: where what was said begins. All are
    counted in letters.
    """
    rules = []
    for left_out, start in zip((0, *starts), starts, strict=False):
        least = (info - left_out + INFO_COLUMNS) * COLUMN + EDGES
        rules.append(
            f"@container smtplab-browser (max-width:{least:.0f}px){{"
            f"{scope} :is(.smtplab-list option,.smtplab-heading pre){{text-indent:-{start}ch}}}}"
        )
    return "".join(rules)


def link_rules(fields: int) -> str:
    """Write for each of so many fields the rule that lights it in the tree and among the octets.

    A field is lit while the pointer is over it or it has the focus, in either place; if it is in a branch of the tree
    that is folded, the branch is lit in its stead.
    """
    return "".join(_link(f".smtplab-f{number}", f".smtplab-h{number}") for number in range(fields))


def _link(field: str, branch: str) -> str:
    pointed = f":is({field},{branch}>summary):is(:hover,:focus)"
    lit = f":is({field},{branch}:not([open])>summary)"
    ink = "color:var(--smtplab-ink);--smtplab-dim:var(--smtplab-ink)"  # what is dim elsewhere could not be read here
    look = f"background:var(--smtplab-lit);{ink};scroll-snap-align:center"
    return f"{SCOPE}:has({pointed}) {lit}{{{look}}}"


_BARS: Final = (
    ":is(.smtplab-style,.smtplab-colours){display:none}",
    ".widget-html-content{line-height:1.5}",
    ":is(.smtplab-bar,.smtplab-panes){display:flex;flex-flow:row wrap;align-items:center;gap:4px;overflow:visible}",
    ".smtplab-filter{flex:1 1 320px;width:auto}",
    f".smtplab-filter input{{font-family:{palette.MONO}}}",
    ".smtplab-filter .widget-label{width:auto}",
    ".smtplab-number{width:150px}",
    ".smtplab-number .widget-label{width:auto}",
    ".smtplab-remarks{display:block;margin:0 2px;min-height:22px}",
    ".smtplab-remarks>.widget-html{margin:0;min-height:0}",
    ".smtplab-status{color:var(--smtplab-dim)}",
    ".smtplab-filter-error{color:var(--smtplab-error)}",
    f".smtplab-filter-error code{{font:{FONT};margin-left:1em;background:none;color:var(--smtplab-ink)}}",
    ".smtplab-filter-error code b{color:var(--smtplab-error)}",
)

_LIST: Final = (
    f".smtplab-heading pre{{font:{FONT};margin:0 9px;padding:0;background:none;color:var(--smtplab-dim);"
    "white-space:pre;overflow:hidden}",
    ".smtplab-heading{margin:4px 2px 0}",
    f".smtplab-list{{width:auto;height:{LIST_HEIGHT}px}}",
    # The name of the list is there for those who hear the page.
    ".smtplab-list .widget-label{position:absolute;clip-path:inset(50%)}",
    # Firefox makes its rows as wide as the longest: a bar to scroll sideways would hide half of the last one.
    f".smtplab-list.widget-select>select{{font:{FONT};height:100%;padding:0;border:1px solid var(--smtplab-rule);"
    "border-radius:6px;background:var(--smtplab-paper);outline-offset:1px;overflow-x:hidden}",
    # What is too long ends in dots, in Firefox at the edge: the tree and the octets show all of it.
    ".smtplab-list option{padding:1px 8px;min-height:20px;box-sizing:border-box;"
    "overflow:hidden;text-overflow:ellipsis}",
    ".smtplab-list option:hover{box-shadow:inset 0 0 0 1px var(--smtplab-rule)}",
    # Browsers insist on their own colours here, so an image covers the one and a fill the other.
    ".smtplab-list option:checked{background-image:linear-gradient(var(--smtplab-lit),var(--smtplab-lit));"
    "-webkit-text-fill-color:var(--smtplab-ink);font-weight:bold}",
)

_PANES: Final = (
    ".smtplab-panes{align-items:stretch;margin-top:6px}",
    ":is(.smtplab-tree,.smtplab-octets,.smtplab-stream){box-sizing:border-box;margin:0;min-width:0;overflow:hidden;"
    "border:1px solid var(--smtplab-rule);border-radius:6px;background:var(--smtplab-paper);color:var(--smtplab-ink)}",
    ":is(.smtplab-tree,.smtplab-octets,.smtplab-stream) .widget-html-content{flex:1 1 100%;min-width:0}",
    ".smtplab-scroll{box-sizing:border-box;height:100%;overflow:auto;padding:4px 8px}",
    # What is pointed at in one pane is scrolled to in the other, which snaps to it: so no script is needed.
    ":has(:is(.smtplab-octets,.smtplab-sections):hover) .smtplab-tree .smtplab-scroll{scroll-snap-type:y mandatory}",
    ":has(:is(.smtplab-tree,.smtplab-sections):is(:hover,:focus-within)):not(:has(.smtplab-octets:hover))"
    " .smtplab-octets .smtplab-scroll{scroll-snap-type:y mandatory}",
    f".smtplab-tree{{flex:1 1 300px;height:{TREE_HEIGHT}px}}",
    ".smtplab-octets-pane{flex:0 0 562px;max-width:100%;margin:0;overflow:visible}",
    f".smtplab-octets{{height:{OCTETS_HEIGHT}px}}",
    ".smtplab-window{color:var(--smtplab-dim)}",
    f".smtplab-octets pre{{font:{OCTETS_FONT};margin:0;padding:0;background:none;white-space:pre;color:inherit}}",
    ".smtplab-octets pre i{font-style:normal;color:var(--smtplab-dim)}",
    ".smtplab-octets span:focus{outline:none}",
)

_TREE: Final = (
    ".smtplab-tree details>:not(summary){margin-left:18px}",
    ".smtplab-tree summary{cursor:pointer;white-space:nowrap;overflow:hidden;text-overflow:ellipsis;border-radius:3px}",
    ".smtplab-tree code{font-family:inherit;background:none;padding:0;color:inherit;unicode-bidi:isolate;"
    "overflow-wrap:anywhere}",
    f".smtplab-tree code{{font-family:{palette.MONO};font-size:12.5px}}",
    ".smtplab-note{color:var(--smtplab-dim);margin-left:.6em}",
    ".smtplab-client{color:var(--smtplab-client)}",
    ".smtplab-server{color:var(--smtplab-server)}",
    ".smtplab-findings>summary{color:var(--smtplab-error)}",
)

_SECTIONS: Final = (
    f".smtplab-sections{{height:{SECTIONS_HEIGHT}px;overflow:auto;margin:4px 2px 0;color:var(--smtplab-dim)}}",
    ".smtplab-sections span{border:1px solid var(--smtplab-rule);border-radius:8px;padding:0 7px;margin:0 2px;"
    "white-space:nowrap;color:var(--smtplab-ink)}",
    ".smtplab-sections span:focus-visible{outline:2px solid var(--smtplab-client)}",
)

_STREAM: Final = (
    f".smtplab-stream{{height:{STREAM_HEIGHT}px;margin-top:6px}}",
    # It snaps to the selected entry when it appears; after that the reader may scroll away.
    "@keyframes smtplab-arrive{from,to{scroll-snap-type:y mandatory}}",
    ".smtplab-stream .smtplab-scroll{animation:smtplab-arrive .3s}",
    f".smtplab-stream div>code{{font:{FONT};background:none;padding:0;color:inherit;white-space:pre-wrap;"
    "overflow-wrap:anywhere}",
    ".smtplab-stream div:is(.smtplab-client,.smtplab-server){display:flex;gap:8px}",
    ".smtplab-stream [aria-current]{scroll-snap-align:center;background:var(--smtplab-lit);color:var(--smtplab-ink)}",
)
