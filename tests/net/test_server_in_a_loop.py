"""A server inside a program that has an event loop of its own, as a notebook's kernel has."""

import asyncio

from smtplab.net.dns import NameServer
from smtplab.net.server import Server


def test_server_starts_and_stops_while_an_event_loop_runs_here() -> None:
    async def use() -> int:
        with Server() as server:
            return server.port

    assert asyncio.run(use()) > 0


def test_name_server_starts_and_stops_while_an_event_loop_runs_here() -> None:
    async def use() -> int:
        with NameServer("") as names:
            return names.port

    assert asyncio.run(use()) > 0
