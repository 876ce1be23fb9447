"""What do the exercises of this lesson have in common? They are all about one file: that of the learner's seed."""

from collections.abc import Callable
from random import Random
from typing import ClassVar

from smtplab.lessons.capstone.file import StrangersFile, strangers_file
from smtplab.lessons.exercises import NoCapture
from smtplab.lessons.strangers import StrangersExercise
from smtplab.protocol.transcript import Entry


class AboutTheFile(StrangersExercise):
    """An exercise about the strangers' file."""

    variant_of: ClassVar = "strangers"

    def prepare(self, variant: Random) -> None:
        self._file = strangers_file(variant.getrandbits(64))

    def record(self) -> StrangersFile:
        return self._file

    def entry(self, stream: int, wanted: Callable[[Entry], bool]) -> Entry:
        """Give the first entry of a stream that is wanted."""
        for entry in self.transcript:
            if entry.stream == stream and wanted(entry):
                return entry
        raise NoCapture(f"There is nothing of the kind in stream {stream}.")
