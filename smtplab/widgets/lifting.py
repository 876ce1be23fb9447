"""How is one row of a ladder marked, and scrolled to? By a few rules of CSS, so that the picture is not sent again."""

from smtplab.protocol.transcript import Party
from smtplab.views.spots import Spot


def with_anchor(svg: str) -> str:
    """Put a ladder into a box with an anchor in it, which `follow_rules` puts where the reader is to look."""
    return f'<div class="smtplab-scroll"><div class="smtplab-anchor"></div>{svg}</div>'


def lift_rules(scope: str, row: str, party: Party) -> str:
    """Write the rules that lift a row, known by its name in the picture, out of its band."""
    return (
        f"{scope} #{row} .lift{{fill:var(--smtplab-paper);stroke:var(--smtplab-{party})}}"
        f"{scope} #{row} .arrow{{stroke-width:2.5}}"
    )


def follow_rules(scope: str, pane: str, spot: Spot, number: int) -> str:
    """Write the rules that scroll a pane to a spot. number: another one for each place, so that it scrolls anew.

    For a moment the pane must snap to the anchor: so no script is needed, and afterwards the reader may scroll away.
    """
    name = f"{scope[1:]}-follow-{number}"
    return (
        f"{scope} .smtplab-anchor{{top:{100 * spot.middle:.3f}%}}"
        f"@keyframes {name}{{from,to{{scroll-snap-type:y mandatory}}}}{pane}{{animation:{name} .4s}}"
    )
