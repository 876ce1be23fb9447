"""How does something serve while a notebook's kernel stays free? On an event loop in a thread of its own."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

Value = TypeVar("Value")


class Background:
    """An event loop that runs in a thread of its own, from now until it is ended.

    name: of the thread. loop: what runs there; it is closed at the end.
    """

    def __init__(self, name: str, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._thread = threading.Thread(target=loop.run_forever, name=f"smtplab {name}", daemon=True)
        self._thread.start()

    def wait_for(self, work: Coroutine[Any, Any, Value]) -> Value:
        """Have work done on the loop, and give its value. Raises what it raises.

        Not run_until_complete: a notebook has a loop running in this thread already, and two in one are not allowed.
        """
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    def end(self) -> None:
        """End the loop and its thread."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()
