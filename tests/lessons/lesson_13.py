"""What the tests know of lesson 13: the capture that its notebook makes, and typical mistakes."""

from collections.abc import Callable
from typing import Any

from smtplab.capture.record import Capture
from smtplab.lessons.exercises import Exercise
from smtplab.lessons.project import reference_client, reference_server, skeleton_client, skeleton_server
from smtplab.lessons.project.server_grade import grade_server
from tests.lessons.mutants import CLIENTS, SERVERS


def capture() -> Capture:
    """Make the capture of lesson 13: the server to begin with, graded."""
    return grade_server(skeleton_server.serve).capture


def broken_server(name: str) -> Callable[..., Any]:
    """Give a mutant of the reference server."""
    (mutant,) = (mutant for mutant in SERVERS if mutant.name == name)
    return mutant.function(reference_server, "serve")


def broken_client(name: str) -> Callable[..., Any]:
    """Give a mutant of the reference client."""
    (mutant,) = (mutant for mutant in CLIENTS if mutant.name == name)
    return mutant.function(reference_client, "send")


def mistaken_envelopes(exercise: Exercise) -> list[Any]:
    return [skeleton_server.serve, broken_server("takes RCPT before MAIL"), broken_server("forgets RSET")]


def mistaken_dots(exercise: Exercise) -> list[Any]:
    return [broken_server("leaves the stuffed dots"), broken_server("ends lines at LF"), skeleton_server.serve]


def mistaken_locks(exercise: Exercise) -> list[Any]:
    return [broken_server("keeps the buffer over STARTTLS"), broken_server("takes passwords in clear text")]


def mistaken_mails(exercise: Exercise) -> list[Any]:
    return [skeleton_client.send, broken_client("doubles no dot"), broken_client("knows no HELO")]


def mistaken_fates(exercise: Exercise) -> list[Any]:
    return [
        broken_client("takes the 354 for success"),
        broken_client("checks no certificate"),
        broken_client("goes on in clear text where TLS is not offered"),
    ]


MISTAKES: dict[int, Callable[[Exercise], list[Any]]] = {
    1: mistaken_envelopes,
    2: mistaken_dots,
    3: mistaken_locks,
    4: mistaken_mails,
    5: mistaken_fates,
}
