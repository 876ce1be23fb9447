"""What did others say? Exercises about a capture that the learner has not made, another one for each learner."""

from abc import abstractmethod
from collections.abc import Callable
from functools import cached_property
from os import PathLike
from typing import Protocol

from smtplab.capture.record import Capture, Saved
from smtplab.lessons.exercises import Exercise
from smtplab.net.client import Client
from smtplab.net.memory import MemoryServer
from smtplab.protocol.transcript import Transcript


class Recording(Protocol):
    """What was captured of strangers: a `Capture`, or several sessions that were put into one."""

    @property
    def transcript(self) -> Transcript: ...
    def save(self, path: str | PathLike[str]) -> Saved: ...


class StrangersExercise(Exercise):
    """An exercise about a session of others: `transcript` is theirs. `Lesson.file` writes it for the learner."""

    @abstractmethod
    def record(self) -> Recording:
        """Let the strangers talk, in the learner's variant, and give what was captured."""

    @cached_property
    def transcript(self) -> Transcript:
        """What the strangers said."""
        return self.record().transcript


def recorded(server: MemoryServer, *talks: Callable[[Client], object]) -> Capture:
    """Capture sessions with a server, one after the other: each is given a client that is connected, and says QUIT."""
    with Capture(server, live=False) as capture:
        for talk in talks:
            with Client(server) as client:
                talk(client)
    return capture
