"""When is a picture drawn again? Soon after something has changed, in a thread that lives only that long.

Whoever has news rings, from any thread, and goes on at once: a server is not held up by those who watch it, and a
picture changes even while a notebook's cell runs. However often it rings, no more is drawn than the eye can follow.
"""

import threading
from collections.abc import Callable
from typing import Final

PAUSE: Final = 0.03  # seconds between two pictures


class Painter:
    """Calls `paint` after each ring, from a thread of its own, one call at a time.

    paint: gives whether there is more to be drawn though nobody rings, as where arrows are drawn one by one.
    """

    def __init__(self, paint: Callable[[], bool | None], pause: float = PAUSE) -> None:
        self.pause = pause
        self._paint = paint
        self._lock = threading.Lock()
        self._rung = False
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def ring(self) -> None:
        """Have it drawn soon. Several rings that come before that count once."""
        with self._lock:
            self._rung = True
            if self._thread is None and not self._closed.is_set():
                self._thread = threading.Thread(target=self._run, name="smtplab painter", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Draw no more, and wait until nothing is being drawn. Closing twice is fine."""
        self._closed.set()
        with self._lock:
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _run(self) -> None:
        try:
            while self._goes_on():
                if self._paint():
                    self._rung = True
                self._closed.wait(self.pause)
        except BaseException:
            self._thread = None  # so that the next ring tries again
            raise

    def _goes_on(self) -> bool:
        with self._lock:
            if self._rung and not self._closed.is_set():
                self._rung = False
                return True
            self._thread = None
            return False
