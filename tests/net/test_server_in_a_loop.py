"""A server inside a program that has an event loop of its own, as a notebook's kernel has."""

import asyncio

from smtplab.net.client import Client
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


def test_server_runs_on_the_loop_that_it_is_given() -> None:
    class Loop(asyncio.SelectorEventLoop):
        """One that is known again."""

    made: list[Loop] = []

    def new_loop() -> Loop:
        made.append(Loop())
        return made[-1]

    with Server(new_loop=new_loop) as server, Client(server) as client:
        assert client.ehlo().code == 250
        assert made[0].is_running()
    assert made[0].is_closed()
