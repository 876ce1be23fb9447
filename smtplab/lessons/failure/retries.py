"""When is a mail tried again? By a schedule that keeps the rule of 30 minutes, and one that pleases a greylister."""

from datetime import datetime, time, timedelta
from random import Random
from typing import Any, Final

from smtplab.lessons.exercises import Exercise, Unreadable, Wrong, number_of, say_back, text_of
from smtplab.lessons.failure.cast import NINE
from smtplab.lessons.failure.post import Post
from smtplab.lessons.rehearsal import mailboxes
from smtplab.protocol.hooks import Greylist, Refuse
from smtplab.protocol.replies import GREYLISTED
from smtplab.protocol.retry import Schedule

SHORTEST: Final = 30  # minutes between two tries, RFC 5321 §4.5.4.1
MANY: Final = 20  # waits that an answer may have


class NextTry(Exercise):
    """Say when a mail is tried next. A queue with that schedule judges."""

    form = 'a time, such as `"09:30"`'
    hints = (
        "Each wait begins with the try that failed, not with the arrival of the mail.",
        "The first try is at once, the second 30 minutes later. Add the longer wait to that, as often as it takes.",
    )
    NUMBERS: Final = {3: "third", 4: "fourth"}

    def prepare(self, variant: Random) -> None:
        self._arrived = NINE.replace(hour=variant.randint(6, 11), minute=variant.randint(1, 28))
        self._hours = variant.choice((2, 3))
        self._number = variant.choice(list(self.NUMBERS))
        self._sender, self._recipient = mailboxes(variant)

    @property
    def question(self) -> str:
        return (
            f"A queue waits the shortest time allowed after the first try, and {self._hours} hours after all later "
            f"ones. A mail came into it at {self._arrived:%H:%M} and was tried at once. Each try is answered 451, and "
            f"takes no time. When is the {self.NUMBERS[self._number]} try?"
        )

    @property
    def _tries(self) -> list[datetime]:
        schedule = Schedule(
            (timedelta(minutes=SHORTEST), timedelta(hours=self._hours)), give_up_after=timedelta(hours=7)
        )
        post = Post(
            self._sender,
            self._recipient,
            lambda _: [Refuse("RCPT", GREYLISTED)],
            arrived=self._arrived,
            schedule=schedule,
        )
        return post.tries

    def solve(self) -> str:
        return f"{self._tries[self._number - 1]:%H:%M}"

    def plain(self, answer: Any) -> Any:
        """Give a time as text: a `datetime` cannot be kept."""
        return _time_of(answer)

    def judge(self, answer: Any) -> str:
        said = _time_of(answer)
        tries = [f"{each:%H:%M}" for each in self._tries[: self._number + 1]]
        if said != tries[self._number - 1]:
            raise Wrong(self._why_not(said, tries))
        return (
            f"So did the lab's queue: {', '.join(tries[: self._number])}. Two tries in the first hour, then one every "
            "two or three hours, until four or five days are over. RFC 5321 §4.5.4.1."
        )

    def _why_not(self, said: str, tries: list[str]) -> str:
        if said in tries:
            return f"That is try number {tries.index(said) + 1}: the first, at once, counts too."
        wait = timedelta(hours=self._hours) * (self._number - 2)
        if said == f"{self._arrived + wait + timedelta(hours=self._hours):%H:%M}":
            return f"Not all waits are of {self._hours} hours: the first is the shortest allowed."
        if said == f"{self._arrived + wait:%H:%M}":
            return "The wait of 30 minutes is missing, or counted from the arrival."
        if said == f"{self._arrived + timedelta(minutes=SHORTEST) * (self._number - 1):%H:%M}":
            return f"The 30 minutes are the first wait alone: after it, each is {self._hours} hours."
        return f"At {said} the lab's queue does nothing."


class PassGreylister(Exercise):
    """Write the waits of a schedule that passes a greylister at the second try. A real queue tries it."""

    form = "a list of waits in minutes, such as `[10, 20, 40]`"
    hints = (
        "The second try must come when the pair is old enough, and the wait before it may not be under 30 minutes.",
        "One wait decides all: the first. Those after it have to be lawful, too (RFC 5321 §4.5.4.1).",
    )

    def prepare(self, variant: Random) -> None:
        self._minutes = variant.choice((10, 20, 40, 45, 50, 75))
        self._latest = max(SHORTEST, self._minutes) + variant.choice((5, 10, 15))
        self._sender, self._recipient = mailboxes(variant)

    @property
    def question(self) -> str:
        return (
            f"A mail host greylists for {self._minutes} minutes. Its mail has to arrive at the second try, not later "
            f"than {self._latest} minutes after it came into your queue, and no wait may be shorter than "
            "RFC 5321 §4.5.4.1 wants it. Which waits do you give your queue?"
        )

    def solve(self) -> list[int]:
        return [max(SHORTEST, self._minutes), 120]

    def plain(self, answer: Any) -> Any:
        """Give the waits as numbers: a `timedelta` cannot be kept."""
        return _minutes_of(answer)

    def judge(self, answer: Any) -> str:
        waits = _minutes_of(answer)
        if min(waits) < SHORTEST:
            raise Wrong(
                f"{min(waits):g} is too short a wait: it should be {SHORTEST} minutes at least, whoever is called."
            )
        tries = self._tries(waits)
        after = [(each - NINE) // timedelta(minutes=1) for each in tries]
        if len(tries) > 2:
            raise Wrong(f"It took {len(tries)} tries: {after[1]} minutes after the first, the pair was too new still.")
        if after[1] > self._latest and min(waits) >= 60 * SHORTEST:
            raise Wrong(f"At the second try, but only after {after[1]} minutes. Are these waits in seconds?")
        if after[1] > self._latest:
            raise Wrong(f"At the second try, but only after {after[1]} minutes.")
        return (
            f"451 at once, 250 after {after[1]} minutes, at the second try. To a host that waits and comes back, "
            "greylisting costs a delay; who sends a million mails and does not keep a queue never gets in."
        )

    def _tries(self, waits: list[float]) -> list[datetime]:
        schedule = Schedule(tuple(timedelta(minutes=each) for each in waits))
        trouble = self._minutes * 60
        return Post(
            self._sender, self._recipient, lambda seconds: [Greylist(trouble, seconds)], schedule=schedule
        ).tries


def _time_of(answer: object) -> str:
    """Read a time as "HH:MM". Raises `Unreadable`."""
    if isinstance(answer, (datetime, time)):
        answer = f"{answer:%H:%M}"
    hour, _, minute = text_of(answer).removesuffix(":00" if str(answer).count(":") == 2 else "").partition(":")
    if not (hour.isdecimal() and minute.isdecimal() and int(hour) < 24 and int(minute) < 60 and len(minute) == 2):
        raise Unreadable
    return say_back(f"{int(hour):02}:{minute}")


def _minutes_of(answer: object) -> list[float]:
    """Read waits in minutes, each more than nothing and no more than a week. Raises `Unreadable`."""
    if not isinstance(answer, (list, tuple)) or not 1 <= len(answer) <= MANY:
        raise Unreadable
    waits = [_wait_of(each) for each in answer]
    if not all(0 < each <= 7 * 24 * 60 for each in waits):
        raise Unreadable
    return waits


def _wait_of(given: object) -> float:
    if isinstance(given, timedelta):
        return given / timedelta(minutes=1)
    return given if type(given) is float else number_of(given)
