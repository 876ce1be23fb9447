"""Broken variants of lesson 13's server and client, as data: which lines of the reference are others, and what fails.

`broken_servers.txt` and `broken_clients.txt` hold them, one block for each:

    == what it does wrong: the cases that fail, and no others
    -a line of the reference
    +what stands there instead

A star behind the cases says that others may fail beside them: little goes without what is broken, or it is a matter of
time whether it does.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from inspect import getsource
from pathlib import Path
from types import ModuleType
from typing import Any, Final


@dataclass(frozen=True)
class Mutant:
    """A variant. old, new: what is replaced. fails: the cases that fail, and "*" where others do, too."""

    name: str
    old: str
    new: str
    fails: frozenset[str]

    def function(self, module: ModuleType, name: str) -> Callable[..., Any]:
        """Give the function of this name from the broken module. The lines must be there, or the test is none."""
        source = getsource(module)
        assert self.old in source, f"{self.name}: the reference has not these lines"
        broken: dict[str, Any] = {"__name__": self.name}
        exec(compile(source.replace(self.old, self.new, 1), self.name, "exec"), broken)
        function: Callable[..., Any] = broken[name]
        return function


def _read(name: str) -> list[Mutant]:
    blocks = re.split(r"(?m)^== ", Path(__file__).with_name(name).read_text(encoding="utf-8"))
    return [_mutant(*block.splitlines()) for block in blocks if block]


def _mutant(head: str, *lines: str) -> Mutant:
    name, _, fails = head.partition(": ")
    old, new = ("".join(f"{line[1:]}\n" for line in lines if line[:1] == sign) for sign in "-+")
    return Mutant(name, old, new, frozenset(fails.split()))


SERVERS: Final = _read("broken_servers.txt")
CLIENTS: Final = _read("broken_clients.txt")
