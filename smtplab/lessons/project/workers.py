"""How does a learner's function run, and how does it end? In a thread of its own, which can be stopped.

It may crash, exit, loop for ever or wait for ever: the grader learns what happened, and goes on.
"""

import ctypes
import sys
import threading
from collections.abc import Callable
from traceback import extract_tb
from typing import Any, Final

from smtplab.lessons.exercises import say_back

GRACE: Final = 0.5  # seconds that a function has to end after its connection has
UNENDING: Final = "it did not end when the client was gone"


class Stopped(BaseException):
    """Raised in a learner's function that does not end by itself."""


def _expect_unraisable() -> None:
    """Have nothing said of a `Stopped` that Python cannot raise: it comes at any time, in a finaliser too."""
    say = sys.unraisablehook
    if getattr(say, "__module__", "") == __name__:
        return

    def say_others(unraisable: "sys.UnraisableHookArgs") -> None:
        if unraisable.exc_type is not Stopped:
            say(unraisable)

    sys.unraisablehook = say_others


class Worker:
    """A function at work. `given` is what it gave back, `failure` what it raised, in words; "" where it did not."""

    def __init__(self, function: Callable[..., Any], *arguments: object) -> None:
        self._function = function
        self._arguments = arguments
        self.given: Any = None
        self.failure = ""
        self._thread = threading.Thread(target=self._work, name="a learner's function", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        try:
            self.given = self._function(*self._arguments)
        except Stopped:
            self.failure = UNENDING
        except ConnectionError:
            pass  # the grader left while it spoke, as anybody may
        except BaseException as error:  # SystemExit and KeyboardInterrupt too: whatever it is, it is the learner's
            self.failure = told(error)

    def wait(self, patience: float) -> bool:
        """Wait for the end. Tells whether it came."""
        self._thread.join(patience)
        return not self._thread.is_alive()

    def stop(self, grace: float = GRACE) -> None:
        """End it, if it has not ended after so many seconds.

        A call of the system that it waits in cannot be ended: then it is left behind, and stops after it.
        A finaliser or a callback of the collector that is running swallows `Stopped`: hence it is sent again.
        """
        _expect_unraisable()
        for patience in (grace, GRACE, GRACE):
            if self.wait(patience):
                return
            if self._thread.ident is not None:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(self._thread.ident), ctypes.py_object(Stopped)
                )


def told(error: BaseException) -> str:
    """Say what was raised, and in which line of the learner's function."""
    frames = [frame for frame in extract_tb(error.__traceback__) if not _is_foreign(frame.filename)]
    where = f" in line {frames[-1].lineno} of `{frames[-1].name}`" if frames else ""
    try:
        words = say_back(error)
    except Exception:  # its __str__ fails as well
        words = ""
    return f"it raised {type(error).__name__}{f': {words}' if words else ''}{where}"


def _is_foreign(path: str) -> bool:
    """Whether code is the grader's, Python's own or a package's, and so not where the learner's mistake is."""
    return path == __file__ or "/lib/python3" in path or path.startswith("<frozen")
