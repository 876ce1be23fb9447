"""What time is it? Given as an argument, so that a lesson can let five days pass in a millisecond."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time, and waits for one. Times have time zones."""

    def __call__(self) -> datetime: ...

    def wait_until(self, when: datetime) -> None: ...


class SystemClock:
    """The time of this machine."""

    def __call__(self) -> datetime:
        return datetime.now(UTC)

    def wait_until(self, when: datetime) -> None:
        """Sleep until then."""
        time.sleep(max(0.0, (when - self()).total_seconds()))


class FakeClock:
    """A clock that stands still until somebody waits for it. A `Server` can be given it too, for its trace fields."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def wait_until(self, when: datetime) -> None:
        """Make it that late, at once."""
        self.now = max(self.now, when)
