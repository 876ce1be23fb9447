"""Where is it written? The sections that an entry's fields come from, each with the class of all its fields.

So a rule of CSS that lights a field lights its section with it, and a section all its fields.
"""

from collections.abc import Sequence
from html import escape

from smtplab.protocol.fields import Field


def sections(fields: Sequence[Field]) -> str:
    """Write the sections of these fields as HTML, in the order in which they come first."""
    found: dict[str, list[int]] = {}
    for number, field in enumerate(fields):
        if field.source:
            found.setdefault(field.source, []).append(number)
    return " ".join(_section(source, numbers, fields) for source, numbers in found.items())


def _section(source: str, numbers: list[int], fields: Sequence[Field]) -> str:
    classes = " ".join(f"smtplab-f{number}" for number in numbers)
    names = ", ".join(dict.fromkeys(fields[number].name for number in numbers))
    told = f'role="note" aria-label="{escape(source)}: {escape(names)}" title="{escape(names)}"'
    return f'<span class="{classes}" tabindex="0" {told}>{escape(source)}</span>'
