"""What is to be seen in the packet browser? Its list, tree, octets and remarks, written from a position."""

from functools import cached_property
from html import escape
from typing import Final

from smtplab.protocol.text import safe
from smtplab.views.follow import follow
from smtplab.views.hexdump import dump
from smtplab.views.lines import Lines, info
from smtplab.views.sections import sections
from smtplab.views.tree import tree
from smtplab.widgets.browser_style import fit_rules, link_rules
from smtplab.widgets.browsing import PAGE, WINDOW, Browsing
from smtplab.widgets.told import aloud

NARROWER: Final = ("frame", "phase", "no.")  # with what a narrow list begins, a narrower one, and the narrowest


class Panes:
    """The panes of a browser. What they show depends on its position alone."""

    def __init__(self, browsing: Browsing) -> None:
        self._browsing = browsing
        self._lines = Lines(browsing.context)

    def heading(self, scope: str) -> str:
        """Write the names of the columns above the list, with the rules that make both fit the page.

        scope: the selector of the browser.
        """
        starts = [self._lines.starts(title) for title in NARROWER]
        rules = fit_rules(scope, starts, self._lines.starts("info"))
        return f"<style>{rules}</style><pre>{escape(self._lines.heading())}</pre>"

    def rows(self) -> list[str]:
        """Give the lines of the page, as text."""
        browsing = self._browsing
        return [self._lines.line(browsing.listed[place]) for place in browsing.page]

    def tree(self) -> str:
        """Write the tree of the selected entry, with the rules that light its fields and their octets."""
        browsing = self._browsing
        if browsing.selected is None:
            return _scroll("no entry passes this filter" if len(browsing.transcript) else "nothing was said")
        fields = browsing.fields
        rules = f"<style>{link_rules(len(fields))}</style>"
        return rules + _scroll(self._heard() + tree(browsing.context, browsing.selected, fields))

    def _heard(self) -> str:
        """Say which entry is selected, for those who hear the page."""
        entry, index = self._browsing.entry, self._browsing.selected
        return "" if entry is None or index is None else aloud(f"entry {index + 1}, {entry.party}: {info(entry)}")

    def octets(self) -> str:
        """Write the octets of the selected entry that are in sight."""
        entry, browsing = self._browsing.entry, self._browsing
        return _scroll(dump(entry.octets, browsing.fields, browsing.window, focusable=True)) if entry else ""

    def sections(self) -> str:
        """Write the sections that the fields in sight come from."""
        written = sections(self._browsing.fields)
        return f"<div>sections: {written}</div>" if written else ""

    def window(self) -> str:
        """Say which octets are in sight; "" where they all are."""
        entry, window = self._browsing.entry, self._browsing.window
        if entry is None or len(entry.octets) <= WINDOW:
            return ""
        return f"octets {window.start:,} to {window.stop - 1:,} of {len(entry.octets):,}"

    def stream(self) -> str:
        """Write the connection of the selected entry, where it is followed."""
        browsing = self._browsing
        if browsing.selected is None or not browsing.following:
            return ""
        return _scroll(follow(browsing.transcript, browsing.selected))

    def error(self) -> str:
        """Say what is wrong with the filter, and where."""
        error = self._browsing.error
        if error is None:
            return ""
        tried, place = self._browsing.tried, error.position
        before, after = escape(safe(tried[:place])), escape(safe(tried[place:]))
        reason = f"✕ at character {place + 1}: {escape(safe(error.reason))}"
        return f'<div role="alert">{reason}<code>{before}<b>▸{after}</b></code></div>'

    def status(self) -> str:
        """Say how many entries there are, how many pass, which are in the list, and what their signs mean.

        It gives way to what is wrong with the filter.
        """
        browsing = self._browsing
        if browsing.error is not None:
            return ""
        page, listed = browsing.page, len(browsing.listed)
        said = [_entries(len(browsing.transcript))]
        if browsing.expression:
            said.append(f"{listed:,} pass the filter")
        if listed > PAGE:
            said.append(f"{page.start + 1:,} to {page.stop:,} in the list")
        said += self._signs
        return f'<div role="status">{" · ".join(said)}</div>'

    @cached_property
    def _signs(self) -> list[str]:
        context = self._browsing.context
        marks = [context.mark(index) for index in range(len(context.transcript))]
        named = (("✕", "negative replies"), ("!", "entries with findings"))
        signs = [f"{sign} {name}: {marks.count(sign):,}" for sign, name in named if sign in marks]
        problem = context.transcript.problem
        return [*signs, f"✕ reading stopped: {escape(safe(problem))}"] if problem else signs


def _scroll(html: str) -> str:
    """Put a pane into a box that scrolls. It comes with its content, so that what is new is seen from its beginning."""
    return f'<div class="smtplab-scroll">{html}</div>'


def _entries(number: int) -> str:
    return "1 entry" if number == 1 else f"{number:,} entries"
