"""What was captured of one server? A tap that notes what happens, by a clock that goes as the session does.

Nobody waits: a server in memory answers at once, and the clock is put forward by what a network would have taken. So
two recordings of one session have the same times, and the file of a stranger who waited half an hour is made at once.
"""

from typing import Final

from smtplab.capture.synthesis import Endpoint, Happening, What

MICROSECOND: Final = 1_000
MILLISECOND: Final = 1_000_000
SECOND: Final = 1_000_000_000

THINKING: Final = 2 * MILLISECOND  # of a client before it goes on
AT_ONCE: Final = 300 * MICROSECOND  # between two writes of one party


class Tape:
    """A tap for `net.taps`, on the client's side. start: nanoseconds since 1970. round_trip: nanoseconds."""

    def __init__(self, start: int, round_trip: int) -> None:
        self.happenings: list[Happening] = []
        self._time = start
        self._round_trip = round_trip
        self._last: What = "open"

    def __call__(self, client: Endpoint, server: Endpoint, what: What, octets: bytes) -> None:
        """Note what happens, some time after what happened before."""
        if what == "server" and self._last != "server":
            self._time += self._round_trip
        else:
            self._time += THINKING if what != self._last else AT_ONCE
        self._last = what
        self.happenings.append(Happening(client, server, what, octets, self._time))

    def pause(self, seconds: float) -> None:
        """Let time pass."""
        self._time += round(seconds * SECOND)
