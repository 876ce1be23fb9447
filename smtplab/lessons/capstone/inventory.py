"""What is in this file? An inventory, stream by stream; where an answer is wrong, the wire is asked why."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Final

from smtplab.lessons.capstone.about import AboutTheFile
from smtplab.lessons.exercises import Unreadable, Wrong, at, say_back
from smtplab.protocol.exchanges import exchanges
from smtplab.protocol.states import END_OF_DATA
from smtplab.protocol.transactions import all_transactions
from smtplab.protocol.transcript import Entry, Kind, Transcript

ACCEPTED, LATER, REFUSED, HIDDEN = "accepted", "later", "refused", "hidden"
OUTCOMES: Final = (ACCEPTED, LATER, REFUSED, HIDDEN)


@dataclass(frozen=True)
class Row:
    """One connection.

    port: of the server. pipelined: whether the client said a command before the reply to the one before had come.
    tls: whether TLS records are in it. mails: how many the server took. outcome: one of `OUTCOMES`.
    pipelined and mails are None where TLS hides what would tell.
    """

    port: int
    pipelined: bool | None
    tls: bool
    mails: int | None
    outcome: str


def inventory(transcript: Transcript) -> dict[int, Row]:
    """Make the inventory of a capture, by number of the stream."""
    return {stream.number: row_of(transcript.stream(stream.number)) for stream in transcript.streams}


def row_of(transcript: Transcript) -> Row:
    """Describe a connection. transcript: of it alone."""
    (stream,) = transcript.streams
    tls = any(entry.kind is Kind.TLS for entry in transcript)
    hidden = tls and not any(entry.tls for entry in transcript)
    pipelined = early_command(transcript) is not None
    mails = sum(transaction.accepted for transaction in all_transactions(transcript))
    return Row(
        port=int(stream.server.rpartition(":")[2]),
        pipelined=pipelined or (None if hidden else False),
        tls=tls,
        mails=None if hidden else mails,
        outcome=HIDDEN if hidden else ACCEPTED if mails else _outcome(transcript),
    )


def early_command(transcript: Transcript) -> Entry | None:
    """Give the first command that was said before the reply to the one before it; None where there is none."""
    asked = [exchange for exchange in exchanges(transcript) if exchange.sent]
    for before, after in pairwise(asked):
        if before.trip == after.trip and after.verb != END_OF_DATA:
            return after.sent[0]
    return None


def _outcome(transcript: Transcript) -> str:
    codes = [entry.code for entry in transcript if entry.code is not None and entry.code >= 400]
    return LATER if codes and codes[-1] < 500 else REFUSED


class Inventory(AboutTheFile):
    """Make the inventory of the file. Each key of each stream is judged, and the first that is wrong is named."""

    form = (
        'a dict by number of the stream, or its JSON, such as `{0: {"port": 25, "pipelined": False, "tls": False, '
        '"mails": 1, "outcome": "accepted"}, 1: ...}`'
    )
    hints = (
        "`strangers.streams` lists the connections with their ports, and `print(strangers.stream(0))` what one of them "
        "said. What TLS hides is `None`, and `hidden`.",
        "A client pipelines when it says a command before the last one is answered: several commands of one frame do. "
        'That PIPELINING is offered says nothing. With 4yz the outcome is "later", with 5yz "refused".',
    )

    def solve(self) -> dict[int, dict[str, Any]]:
        return {number: asdict(row) for number, row in inventory(self.transcript).items()}

    def judge(self, answer: Any) -> str:
        said, right = _rows_of(answer), self.solve()
        for number in said:
            if number not in right:
                raise Wrong(f"There is no SMTP in a stream {number}: the streams are {min(right)} to {max(right)}.")
        for number in sorted(said):
            self._compare(number, said[number], right[number])
        missing = next((number for number in right if number not in said), None)
        if missing is not None:
            raise Wrong(f"{_right_so_far(sorted(said))}; stream {missing} is missing, {self._begins(missing)}.")
        opened = sum(any(entry.tls for entry in self.transcript.stream(number)) for number in right)
        inside = sum(row["tls"] for row in right.values())
        return (
            f"{len(right)} connections at {len({row['port'] for row in right.values()})} ports, {inside} with TLS, of "
            f"which the keys in the file open {opened}; {sum(row['mails'] or 0 for row in right.values())} mails were "
            "seen to be taken. What nobody can see you have not guessed."
        )

    def _compare(self, number: int, said: Mapping[str, Any], right: Mapping[str, Any]) -> None:
        for key, value in right.items():
            if key not in said:
                raise Wrong(f'In stream {number} the key "{key}" is missing.')
            if said[key] is ...:
                raise Wrong(f'In stream {number} the key "{key}" is still to be filled in.')
            if isinstance(said[key], str) and key != "outcome":
                raise Wrong(f'Stream {number}, "{key}": `{say_back(repr(said[key]))}` is a text. Leave out the quotes.')
            if said[key] == value and type(said[key]) is not type(value):
                kind = "`True` or `False`" if isinstance(value, bool) else "a whole number"
                raise Wrong(f'Stream {number}, "{key}": `{say_back(said[key])}` is not right. It has to be {kind}.')
            if said[key] != value:
                why = _REASONS[key](self, number, said[key])
                raise Wrong(f'Stream {number}, "{key}": `{say_back(said[key])}` is not right. {why}')

    def _begins(self, number: int) -> str:
        first = self.entry(number, lambda _: True)
        return f"its first {'record' if first.kind is Kind.TLS or first.tls else 'line'} is in {at(first)}"

    def _why_port(self, number: int, said: object) -> str:
        (stream,) = self.transcript.stream(number).streams
        if stream.client.endswith(f":{said}"):
            return "That is the client's, which any free one serves. Which end sends the greeting?"
        return f"Look at the destination of its first frame with SMTP from the client: {self._of_client(number)}."

    def _of_client(self, number: int) -> str:
        return at(self.entry(number, lambda entry: entry.party == "client"))

    def _why_pipelined(self, number: int, said: object) -> str:
        transcript = self.transcript.stream(number)
        early = early_command(transcript)
        if early is not None:
            return f"What does {at(early)} hold besides one command? None of it had been answered."
        if row_of(transcript).pipelined is None:
            return "The records of TLS do not tell how many commands are in them: that is `None`."
        if any(entry.answers == "EHLO" and b"PIPELINING" in entry.octets for entry in transcript):
            return "The server offers PIPELINING. Does this client make use of it? Look at what follows EHLO."
        return "Here the client waits for each reply, and no command comes before it."

    def _why_tls(self, number: int, said: object) -> str:
        records = [entry for entry in self.transcript.stream(number) if entry.kind is Kind.TLS]
        if not records:
            return "There is no TLS record in it: all of it can be read."
        return f"A TLS record is in {at(records[0])}. TLS is TLS, whether the file has its keys or not."

    def _why_mails(self, number: int, said: object) -> str:
        transcript = self.transcript.stream(number)
        row = row_of(transcript)
        if row.mails is None:
            return "Inside TLS, and without its keys, nobody can count mails: that is `None`."
        ends = [entry for entry in transcript if entry.answers == END_OF_DATA]
        if not ends:
            return "A mail is there when the end of its data is answered 250. No reply here answers such an end."
        return f"The end of mail data is answered in {_frames(ends)}, and each 250 there is one mail."

    def _why_outcome(self, number: int, said: object) -> str:
        if said not in OUTCOMES:
            return f"It is one of {', '.join(OUTCOMES)}."
        transcript = self.transcript.stream(number)
        outcome = row_of(transcript).outcome
        if outcome == HIDDEN:
            return "What was said after the handshake stays hidden: the file has no keys for it."
        if outcome == ACCEPTED:
            end = self.entry(number, lambda entry: entry.answers == END_OF_DATA)
            return f"See what the server says to the mail in {at(end)}: that is the last word on it."
        refusal = [entry for entry in transcript if entry.code is not None and entry.code >= 400][-1]
        return f"The server's last word is {refusal.code}, in {at(refusal)}. What does its first digit ask for?"


_REASONS: Final[dict[str, Callable[[Inventory, int, object], str]]] = {
    "port": Inventory._why_port,
    "pipelined": Inventory._why_pipelined,
    "tls": Inventory._why_tls,
    "mails": Inventory._why_mails,
    "outcome": Inventory._why_outcome,
}


def _right_so_far(numbers: list[int]) -> str:
    """Say of which streams all is right: single ones, or a row of them."""
    if len(numbers) == 1:
        return f"Stream {numbers[0]} is right"
    if numbers == [*range(numbers[0], numbers[-1] + 1)] and len(numbers) > 2:
        return f"Streams {numbers[0]} to {numbers[-1]} are right"
    return f"Streams {', '.join(map(str, numbers[:-1]))} and {numbers[-1]} are right"


def _frames(entries: list[Entry]) -> str:
    numbers = [str(entry.frame) for entry in entries]
    return f"frame {numbers[0]}" if len(numbers) == 1 else f"frames {', '.join(numbers[:-1])} and {numbers[-1]}"


def _rows_of(answer: object) -> dict[int, Mapping[str, Any]]:
    """Read an inventory: a dict, or JSON, where all keys are texts. Raises `Unreadable`."""
    read = json.loads(answer) if isinstance(answer, str) else answer
    if not isinstance(read, Mapping) or not read:
        raise Unreadable
    if not all(isinstance(row, Mapping) for row in read.values()):
        raise Unreadable
    return {int(number): dict(row) | _outcome_in(row) for number, row in read.items()}


def _outcome_in(row: Mapping[str, Any]) -> dict[str, str]:
    """Give the outcome in small letters, if there is one."""
    outcome = row.get("outcome")
    return {"outcome": outcome.strip().lower()} if isinstance(outcome, str) else {}
