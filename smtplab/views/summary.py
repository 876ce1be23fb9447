"""What was said, in one line? For the arrow of a ladder and the current line of the stepper."""

from typing import Final, NamedTuple

from smtplab.protocol.octets import count
from smtplab.protocol.text import cut, decoded_note, lines_of, record_said, said_line, shown, tunnel_said, width
from smtplab.protocol.transcript import Entry, Kind

GAP: Final = "   "  # between what was said and the note
NOTE_COLUMNS: Final = 34


class Summary(NamedTuple):
    """One entry in one line. note: what we say about it, such as what its base64 means; often ""."""

    said: str
    note: str = ""

    def fitted(self, columns: int) -> "Summary":
        """Give a summary that takes at most so many columns, cut where it is longer."""
        if not self.note:
            return Summary(cut(self.said, columns))
        note = cut(self.note, max(NOTE_COLUMNS, columns - width(self.said) - len(GAP)))
        return Summary(cut(self.said, columns - width(note) - len(GAP)), note)


def summary(entry: Entry, *, passwords: bool = False) -> Summary:
    """Say an entry in one line, with passwords masked unless they are asked for."""
    octets = count(len(entry.octets), "octet")
    match entry.kind:
        case Kind.REPLY:
            return _reply(entry)
        case Kind.MAIL_DATA:
            return Summary(f"mail data · {octets} in {count(len(lines_of(entry.octets)), 'line')}")
        case Kind.CHUNK:
            return Summary(f"chunk · {octets}")
        case Kind.TLS:
            return Summary("; ".join(record_said(entry)), octets)
        case Kind.GAP:
            return Summary(f"{count(entry.missing, 'octet')} missing from the capture")
        case Kind.UNKNOWN if said := tunnel_said(entry):
            return Summary(said, octets)
        case Kind.UNKNOWN:
            return Summary(shown(entry.octets), f"not SMTP, {octets}")
        case _:
            return Summary(said_line(entry, passwords=passwords), decoded_note(entry, passwords=passwords))


def _reply(entry: Entry) -> Summary:
    first, *more = lines_of(entry.octets)
    if not more:
        return Summary(shown(first), decoded_note(entry))
    return Summary(shown(first), f"+{count(len(more), 'keyword' if entry.answers == 'EHLO' else 'line')}")


def clock(time: float, longest: float) -> str:
    """Write a time in seconds with the unit and the precision that suit the longest one beside it."""
    if longest < 1:
        return f"{time * 1000:.1f} ms"
    return f"{time:.3f} s" if longest < 100 else f"{time:.1f} s"
