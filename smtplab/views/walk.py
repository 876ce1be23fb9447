"""Which way did a session take through the states? Each reply is a step, if only on the spot."""

from typing import NamedTuple

from smtplab.protocol.states import State
from smtplab.protocol.text import error_word
from smtplab.protocol.transcript import Kind, Transcript
from smtplab.views.chart import Move, Outcome


class Step(NamedTuple):
    """What one reply did, or where a session was found after something that the capture does not show.

    entry: its index in the transcript. code: 0 where there was no reply. error: the class of a negative one, or "".
    """

    entry: int
    stream: int
    source: State
    target: State
    verb: str = ""
    code: int = 0
    error: str = ""

    @property
    def outcome(self) -> Outcome:
        """The column of the table that its code belongs to."""
        return "S" if self.code < 300 else "I" if self.code < 400 else "E"

    @property
    def move(self) -> Move:
        """The move that it made, which the table may have or not."""
        return Move(self.source, self.target, self.outcome, self.verb)


def walk(transcript: Transcript) -> list[Step]:
    """Give the steps of all sessions of a transcript, oldest first."""
    steps: list[Step] = []
    places: dict[int, State] = {}
    replies = ((index, entry) for index, entry in enumerate(transcript) if entry.kind is Kind.REPLY)
    for index, reply in replies:
        place = places.get(reply.stream, reply.before)
        # After the handshake the session begins anew, as after a greeting (RFC 3207 §4.2): no reply is needed for that.
        begins_anew = place is State.TLS_HANDSHAKE and reply.tls and reply.before is State.GREETED
        if place != reply.before and not begins_anew:
            steps.append(Step(index, reply.stream, place, reply.before))
        said = reply.verb or "", reply.code or 0, error_word(reply)
        steps.append(Step(index, reply.stream, reply.before, reply.after, *said))
        places[reply.stream] = reply.after
    return steps
