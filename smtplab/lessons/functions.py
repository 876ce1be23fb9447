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
        mixed = isinstance(error, TypeError) and "bytes" in str(error)
        advice = ' Texts and octets do not mix: `"."` is a text, `b"."` is octets.' if mixed else ""
        raise Wrong(f"For {shown} it raised {type(error).__name__}: `{say_back(error)}`.{advice}") from None
    if given is ...:
        raise Unanswered
    return given


def kind_of(given: object) -> str:
    """Say what a function has returned that should have returned something else."""
    if given is None:
        return "nothing (None): what it finds it has to `return`, not to print"
    return f"a {type(given).__name__}"


def line_of(given: object) -> str:
    """Read one line that goes on the wire: a text, or octets of ASCII; or a list of one. Raises `Unreadable`."""
    if isinstance(given, (list, tuple)) and len(given) == 1:
        (given,) = given
    if isinstance(given, bytes):
        return given.decode("ascii", "backslashreplace").strip()
    if not isinstance(given, str):
        raise Unreadable
    return given.strip()
