"""How often does a client wait? Counted on sessions with the lab's server, which need no sockets and no time."""

from functools import cache
from random import Random
from typing import Any, ClassVar, Final

from smtplab.capture.record import Capture
from smtplab.lessons.exercises import Exercise, Unreadable, Wrong, in_order, number_of
from smtplab.lessons.pipelining.cast import LOCK_STEP, MAIL, PIPELINED, SENDER, readers
from smtplab.net.client import Client
from smtplab.net.memory import MemoryServer
from smtplab.views.growth import points

MOST: Final = 10_000_000  # of what can be an answer: milliseconds


@cache
def trips(recipients: int, *, pipelined: bool) -> int:
    """Count the round trips from the greeting to the reply to the message."""
    server = MemoryServer(extensions=PIPELINED if pipelined else LOCK_STEP)
    with Capture(server, live=False) as capture, Client(server) as client:
        client.ehlo("TINY-DESKTOP")
        client.send_message(SENDER, readers(recipients), MAIL)
    (point,) = points(capture.transcript, round_trip=1)
    return point.trips


class CountTrips(Exercise):
    """Say how many round trips a mail takes, in lock-step and pipelined. The lab's client is counted."""

    form = "two numbers, such as `(30, 20)`: in lock-step, pipelined"
    hints = (
        "The greeting is one, EHLO is one, and the mail with its dot is one. What is between them?",
        "In lock-step MAIL, each RCPT and DATA take one round trip each; pipelined, all of them take one together.",
    )

    def prepare(self, variant: Random) -> None:
        self._recipients = variant.choice((3, 7, 12, 15, 25, 30, 40))

    @property
    def question(self) -> str:
        return (
            f"A mail to {self._recipients} recipients, from the greeting to the reply to the dot, without AUTH and "
            "without QUIT. How many round trips does it take in lock-step, and how many pipelined?"
        )

    def solve(self) -> tuple[int, int]:
        return trips(self._recipients, pipelined=False), trips(self._recipients, pipelined=True)

    def judge(self, answer: Any) -> str:
        lock_step, pipelined = _pair_of(answer)
        right = self.solve()
        if (lock_step, pipelined) == right[::-1]:
            raise Wrong("The other way round: which of them waits for every reply?")
        if lock_step != right[0]:
            raise Wrong(f"In lock-step it is not {lock_step:g}. {self._why_not(lock_step)}")
        if pipelined != right[1]:
            raise Wrong(
                f"Pipelined it is not {pipelined:g}. The number of recipients makes no difference, but greeting and "
                "EHLO are waited for: only then the client knows that PIPELINING is offered."
            )
        return (
            f"Counted on the lab's own client. In lock-step there are five besides the RCPTs: greeting, EHLO, MAIL, "
            f"DATA, the mail. Pipelined, {right[1]}: greeting, EHLO, the envelope, the mail. RFC 2920 §3.1."
        )

    def _why_not(self, said: float) -> str:
        if said == self._recipients:
            return "The recipients are not all that is said."
        if said == self.solve()[0] - 1:
            return "One is missing: is it the greeting, which the client waits for too?"
        if said == self.solve()[0] - 2:
            return "Two are missing: greeting and EHLO are waited for as well."
        if said == self.solve()[0] + 1:
            return "One is too many: QUIT is not counted here."
        return "Write down what the client says, and count where it waits."


class PriceOfARecipient(Exercise):
    """Say how much time one more recipient takes."""

    form = "two numbers of milliseconds, such as `(30, 20)`: in lock-step, pipelined"
    hints = (
        "One more recipient is one more RCPT and its reply. How often does the client wait for them?",
        "A wait is a round trip: to the server and back. And what is sent with others is not waited for.",
    )
    WAYS: ClassVar = {
        "a server across the city": (2, 4),
        "a server across the ocean": (40, 75, 90),
        "a server behind a satellite": (270, 300, 310),
    }

    def prepare(self, variant: Random) -> None:
        self._where = variant.choice(list(self.WAYS))
        self._one_way = variant.choice(self.WAYS[self._where])

    @property
    def question(self) -> str:
        return (
            f"Octets need {self._one_way} ms to {self._where}, and as long back. The slope of the two lines: how many "
            "milliseconds does each further recipient cost?"
        )

    def solve(self) -> tuple[int, int]:
        lock_step, pipelined = (trips(6, pipelined=manner) - trips(5, pipelined=manner) for manner in (False, True))
        return 2 * self._one_way * lock_step, 2 * self._one_way * pipelined

    def judge(self, answer: Any) -> str:
        lock_step, pipelined = _pair_of(answer)
        right = self.solve()
        if lock_step == self._one_way:
            raise Wrong("RCPT goes there, and its reply has to come back.")
        if 1000 * lock_step == right[0]:
            raise Wrong("These are seconds, and milliseconds were asked for.")
        if lock_step != right[0]:
            raise Wrong(f"Not {lock_step:g} ms in lock-step: one RCPT is one round trip.")
        if pipelined != right[1]:
            raise Wrong(f"Not {pipelined:g} ms pipelined: its RCPT travels with the others, and so does the reply.")
        return (
            f"{right[0]} ms each against nothing: for fifty recipients {right[0] * 50 / 1000:g} s. What pipelining "
            "saves is waiting; octets and replies are as many as before."
        )


def _pair_of(answer: object) -> tuple[float, float]:
    """Read two numbers. Raises `Unreadable`."""
    first, second = (each if type(each) is float else number_of(each) for each in in_order(answer, 2))
    if not (0 <= first <= MOST and 0 <= second <= MOST):
        raise Unreadable
    return first, second
