"""Over how many hosts has a mail come? Its trace fields tell, and so do the packets that carried it."""

from itertools import pairwise
from random import Random
from typing import Any, ClassVar, Final

from smtplab.lessons.exercises import Exercise, NoCapture, Wrong, numbers_in_order
from smtplab.lessons.failure.cast import NINE
from smtplab.lessons.finding.cast import MX1, MX2, SMTP
from smtplab.lessons.rehearsal import CLIENT, HOSTS
from smtplab.lessons.verdicts import Lettered
from smtplab.protocol import trace
from smtplab.protocol.states import END_OF_DATA, GREETING
from smtplab.protocol.transcript import Entry, Kind, Transcript

TAKERS: Final = (SMTP, MX2, MX1)
NAMES: Final = (
    "edge.river.example",
    "scan.river.example",
    "mx1.blue.example",
    "list.blue.example",
    "mail.north.example",
)


def takers(transcript: Transcript) -> dict[str, Entry]:
    """Find the replies by which hosts took a mail over, by the name in their greeting."""
    names: dict[int, str] = {}
    taken: dict[str, Entry] = {}
    for entry in transcript:
        if entry.answers == GREETING and entry.code == 220:
            names[entry.stream] = entry.octets.split()[1].decode("ascii", "replace")
        elif entry.answers == END_OF_DATA and entry.code == 250 and entry.stream in names:
            taken[names[entry.stream]] = entry
    return taken


class CountHops(Exercise):
    """Count the hosts that have passed a mail on, and find the frame in which one of them took it over."""

    form = "two numbers, hosts and frame, such as `(4, 31)`"
    hints = (
        "Each host that takes a mail writes one field Received on top. Fields of other names are not trace fields, and "
        "what stands below the empty line is the body.",
        "A host takes a mail over with the 250 that answers the dot. Find the connection whose greeting has the host's "
        "name.",
    )
    NOT_FIELDS: ClassVar = 2  # lines with that word in them that are no trace fields: the decoy, and one of the body

    def prepare(self, variant: Random) -> None:
        self._taker = variant.choice(TAKERS)
        path = [CLIENT, variant.choice(HOSTS), *variant.sample(NAMES, variant.randint(1, 4))]
        fields = [
            trace.received(client, f"127.0.0.{number}", server, "ESMTP", f"{variant.randrange(10**6):06}", NINE)
            for number, (client, server) in enumerate(pairwise(path), 1)
        ]
        decoys = [
            f"Received-SPF: pass (mail from {path[1]})\r\n".encode(),
            f"X-Received: by {path[-1]}\r\n".encode(),
        ]
        decoy = variant.choice(decoys)
        self._decoy = decoy.partition(b":")[0].decode()
        top = variant.randint(0, len(fields) - 1)
        header = b"".join((*reversed(fields[top:]), decoy, *reversed(fields[:top])))
        self._message = header + b"Subject: Ways\r\n\r\nReceived: from me, by you, with love\r\n"

    @property
    def question(self) -> str:
        return (
            "The beginning of a mail. How many hosts have taken it over so far? And in which frame of your own capture "
            f"did `{self._taker}` take yours?"
        )

    @property
    def lines(self) -> Lettered:
        return Lettered(self._message.decode().replace("\t", "    ").removesuffix("\r\n").split("\r\n"))

    @property
    def _reply(self) -> Entry:
        taken = takers(self.transcript)
        if self._taker not in taken:
            raise NoCapture(f"Your capture has no mail that `{self._taker}` took: run the cell that makes it again.")
        return taken[self._taker]

    @property
    def known(self) -> str:
        return f"`({trace.hops(self._message)}, FRAME)`, where in FRAME `{self._taker}` says 250 to the dot"

    def solve(self) -> tuple[int, int]:
        frame = self._reply.frame
        assert frame is not None
        return trace.hops(self._message), frame

    def judge(self, answer: Any) -> str:
        hosts, frame = numbers_in_order(answer, 2)
        right, taken = self.solve()
        if (frame, hosts) == (right, taken):
            raise Wrong("You have both numbers: now the other way round.")
        if hosts != right:
            raise Wrong(f"Not {hosts} hosts. {self._why_not_hosts(hosts, right)}")
        if frame != taken:
            raise Wrong(f"{hosts} hosts, yes. {self._why_not_frame(frame)}")
        return (
            f"{right} times Received; read from below, they tell the way. And with frame {taken} `{self._taker}` "
            "answers for your mail: from there on it passes the mail on, or tells the sender. RFC 5321 §4.4, §4.2.5."
        )

    def _why_not_hosts(self, said: int, right: int) -> str:
        if said == right - 1:
            return "The host that has it now wrote one as well."
        if said < right:
            return "Each of them wrote a field of its own."
        if said <= right + self.NOT_FIELDS:
            return f"`{self._decoy}` is a field of another name, and what stands below the empty line is the body."
        return "A field may go on in the lines below it, which begin with a blank."

    def _why_not_frame(self, frame: int) -> str:
        entry = next((each for each in self.transcript if frame in each.frames), None)
        if entry is None:
            return f"But frame {frame} says nothing: there is only TCP in it."
        other = next((name for name, each in takers(self.transcript).items() if each.frame == frame), "")
        if other:
            return f"But frame {frame} is where `{other}` takes it."
        if entry.kind in (Kind.MAIL_DATA, Kind.END_OF_DATA):
            return f"But with frame {frame} the mail is only sent. Who says that it was taken?"
        return f"But frame {frame} is part of {entry.phase}, not the reply to the dot."
