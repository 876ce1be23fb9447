"""When is a mail tried again, and when does the sender give up? The schedule is data, the clock is somebody else's."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Schedule:
    """How long a mail waits between tries.

    intervals: after the first try, after the second, and so on; the last one holds for all later tries.
    give_up_after: the first try that fails at this age, or later, is the last.
    warn_after: the first try that fails at this age tells the sender of the delay, if the sender asked to be told.

    RFC 5321 §4.5.4.1 asks for 30 minutes at least, likes two tries in the first hour and then one every two or three
    hours, gives up after 4 to 5 days, and demands that all of it can be set.
    """

    intervals: tuple[timedelta, ...] = (timedelta(minutes=30), timedelta(hours=2))
    give_up_after: timedelta = timedelta(days=5)
    warn_after: timedelta = timedelta(hours=4)

    def __post_init__(self) -> None:
        if not self.intervals or min(self.intervals) <= timedelta(0):
            raise ValueError("a schedule needs intervals, each of them longer than nothing")

    def interval(self, tries: int) -> timedelta:
        """Give how long to wait after so many tries, 1 at least."""
        return self.intervals[min(tries, len(self.intervals)) - 1]

    def next_try(self, arrived: datetime, tried: datetime, tries: int) -> datetime | None:
        """Give the time of the next try after one that failed, or None where it was the last.

        arrived: when the mail came into the queue. tried: when this try was made. tries: with this one.
        """
        return tried + self.interval(tries) if tried - arrived < self.give_up_after else None
