import asyncio
import threading

import pytest

from smtplab.net.background import Background


def test_work_gives_its_value_and_is_done_in_the_thread_of_the_loop() -> None:
    background = Background("test", asyncio.new_event_loop())

    async def where() -> str:
        return threading.current_thread().name

    assert background.wait_for(where()) == "smtplab test"
    background.end()


def test_work_that_raises_raises_here() -> None:
    background = Background("test", asyncio.new_event_loop())

    async def fail() -> None:
        raise OSError("no")

    with pytest.raises(OSError, match="no"):
        background.wait_for(fail())
    background.end()


def test_end_leaves_no_thread_and_no_open_loop() -> None:
    before = threading.active_count()
    background = Background("test", asyncio.new_event_loop())
    background.end()
    assert background.loop.is_closed()
    assert threading.active_count() == before
