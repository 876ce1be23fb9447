"""What is known of an entry beside its octets? Its connection, what it answers or is answered by, what it breaks."""

from functools import cached_property
from typing import Final, NamedTuple

from smtplab.protocol.exchanges import exchanges
from smtplab.protocol.findings import Finding, findings
from smtplab.protocol.text import error_word
from smtplab.protocol.transcript import Entry, Transcript

END: Final = len("6666]:40000")  # of an endpoint: it tells one host from the next in its network, and its port


def shortened(endpoint: str, columns: int) -> str:
    """Bring an "address:port" to so many columns, over 12: a long one is cut amid the address, and keeps its port."""
    if len(endpoint) <= columns:
        return endpoint
    return f"{endpoint[: columns - END - 1]}…{endpoint[-END:]}"


class Answer(NamedTuple):
    """The other half of an exchange. place: index of its entry. seconds: from question to answer, None if not known."""

    place: int
    seconds: float | None


class Context:
    """A transcript in which one can look up what belongs to an entry: found once, when it is first asked for."""

    def __init__(self, transcript: Transcript) -> None:
        self.transcript = transcript

    @cached_property
    def findings(self) -> dict[int, list[Finding]]:
        """What is to be said about entries, by their index; entries with nothing to say are left out."""
        found: dict[int, list[Finding]] = {}
        for finding in findings(self.transcript):
            found.setdefault(finding.index, []).append(finding)
        return found

    @cached_property
    def answers(self) -> dict[int, Answer]:
        """The reply to each entry that has one, by the index of the entry."""
        return {index: Answer(reply, seconds) for asked, reply, seconds in self._pairs for index in asked}

    @cached_property
    def questions(self) -> dict[int, Answer]:
        """What each reply answers, by the index of the reply; of a message, its last entry."""
        return {reply: Answer(asked[-1], seconds) for asked, reply, seconds in self._pairs}

    @cached_property
    def _pairs(self) -> list[tuple[list[int], int, float | None]]:
        """What was asked, the reply, and the seconds between them."""
        # Two entries may be equal, so each is known by what it is and not by what it holds.
        places = {id(entry): index for index, entry in enumerate(self.transcript)}
        return [
            ([places[id(entry)] for entry in pair.sent], places[id(pair.reply)], pair.response_time)
            for pair in exchanges(self.transcript)
            if pair.sent and pair.reply
        ]

    @cached_property
    def _streams(self) -> dict[int, tuple[str, str]]:
        return {stream.number: (stream.client, stream.server) for stream in self.transcript.streams}

    def endpoints(self, entry: Entry) -> tuple[str, str]:
        """Give source and destination of an entry as "address:port", or as "client" and "server" if nobody knows."""
        client, server = self._streams.get(entry.stream, ("client", "server"))
        return (client, server) if entry.party == "client" else (server, client)

    def mark(self, index: int) -> str:
        """Give the sign that makes an entry stand out: "✕" for a negative reply, "!" for a finding, "" for neither."""
        if error_word(self.transcript[index]):
            return "✕"
        return "!" if index in self.findings else ""
