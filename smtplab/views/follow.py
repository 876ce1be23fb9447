"""What did the two sides of one connection say to each other? Its lines around one entry, as "Follow stream" shows."""

from collections.abc import Iterator
from html import escape
from typing import Final

from smtplab.protocol.text import dialogue_lines
from smtplab.protocol.transcript import Transcript

AROUND: Final = 100  # entries before and after the one in the middle
MAIL_LINES: Final = 200  # of one message


def follow(transcript: Transcript, index: int) -> str:
    """Write the connection of the entry with this index as HTML, the entry marked in it, passwords masked."""
    stream = transcript[index].stream
    indexes = [place for place, entry in enumerate(transcript) if entry.stream == stream]
    middle = indexes.index(index)
    first, stop = max(0, middle - AROUND), middle + AROUND + 1
    parts = (
        _rest(first, "before"),
        *(_entry(transcript, place, place == index) for place in indexes[first:stop]),
        _rest(len(indexes) - stop, "after"),
    )
    return "".join(parts)


def _rest(entries: int, where: str) -> str:
    return f"<p>… {entries:,} more {where} these</p>" if entries > 0 else ""


def _entry(transcript: Transcript, index: int, is_current: bool) -> str:
    entry = transcript[index]
    current = ' aria-current="true"' if is_current else ""
    lines = "".join(_lines(transcript, index))
    return f'<div class="smtplab-{entry.party}"{current}><b>{entry.party[0].upper()}:</b><code>{lines}</code></div>'


def _lines(transcript: Transcript, index: int) -> Iterator[str]:
    for line in dialogue_lines([transcript[index]], mail_lines=MAIL_LINES):
        note = f"   {line.note}" if line.note else ""
        error = f"   ✕ {line.error}" if line.error else ""
        yield f"{escape(line.text + note + error)}\n"
