"""How is a session read that departs from the standard? As its server took it, since that is what happened.

The core's own readers are strict. These are for the observer: they refuse nothing, and give None where there is nothing
to be understood.
"""

from functools import lru_cache
from typing import Final

from smtplab.protocol.commands import Command, Lax, SyntaxRefused, parse_command
from smtplab.protocol.replies import REPLY_LINE_LIMIT, Reply, parse_reply
from smtplab.protocol.states import TRANSITIONS, After, State, after

# Where a verb leads from some other state: for a server that accepts what the table does not know.
BELIEVED: Final[dict[str, After]] = {
    verb: row
    for (state, verb), row in reversed(TRANSITIONS.items())
    if row.success not in (None, state) or row.intermediate not in (None, state)
}
BELIEVED["LHLO"] = BELIEVED["EHLO"]  # of LMTP, which is SMTP but for its hello and the replies to messages (RFC 2033)

_LENIENT: Final = frozenset(Lax)


def state_after(state: State, answers: str, code: int) -> State:
    """Give the state after a reply. Where the table knows no such move, the server's word for it is believed."""
    believed = BELIEVED.get(answers)
    if (state, answers) in TRANSITIONS or code >= 400 or believed is None:
        return after(state, answers, code)
    return (believed.success if code < 300 else believed.intermediate) or state


def read_command(line: bytes) -> Command | None:
    """Read a command line given with its end, CRLF or LF alone."""
    try:
        return parse_command(line.removesuffix(b"\n").removesuffix(b"\r"), _LENIENT)
    except SyntaxRefused:
        return None


def read_reply(octets: bytes) -> Reply | None:
    """Read a reply whose lines end in CRLF or in LF alone."""
    return _read_usual_reply(octets) if len(octets) <= REPLY_LINE_LIMIT else _read_reply(octets)


def _read_reply(octets: bytes) -> Reply | None:
    try:
        return parse_reply(octets.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    except ValueError:
        return None


_read_usual_reply = lru_cache(maxsize=1024)(_read_reply)  # a server says the same to everybody
