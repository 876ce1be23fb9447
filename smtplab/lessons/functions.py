"""What does a learner's function do? It is called, and whatever happens becomes a verdict."""

from collections.abc import Callable
from inspect import isclass, isroutine
from typing import Any

from smtplab.lessons.exercises import Unanswered, Unreadable, Wrong, say_back


def function_of(answer: object) -> Callable[..., Any]:
    """Read an answer that is a function, or a class. Raises `Unreadable`."""
    if isroutine(answer) or isclass(answer):
        return answer
    raise Unreadable


def call(function: Callable[..., Any], *arguments: object, shown: str) -> Any:
    """Call a learner's function and give what it returns.

    shown: what it was called with, as it is told where it fails. Raises `Unanswered` where the stub still returns the
    dots, `Wrong` where it raises anything.
    """
    try:
        given = function(*arguments)
    except (Exception, SystemExit) as error:
        raise Wrong(f"For {shown} it raised {type(error).__name__}: `{say_back(error)}`.") from None
    if given is ...:
        raise Unanswered
    return given


def line_of(given: object) -> str:
    """Read one line that goes on the wire: a text, or octets of ASCII. Raises `Unreadable`."""
    if isinstance(given, bytes):
        return given.decode("ascii", "backslashreplace").strip()
    if not isinstance(given, str):
        raise Unreadable
    return given.strip()
