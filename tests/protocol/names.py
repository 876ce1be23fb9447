"""A domain name system without sockets, for SPF and DMARC: the text of a zone file, and names that fail."""

from collections.abc import Collection
from typing import Any

from smtplab.net.zones import Written
from smtplab.protocol.routing import LookupFailed


class Names(Written):
    """Answers from the text of a zone file. failing: names for which there is no answer. `asked` lists what was."""

    def __init__(self, text: str, failing: Collection[str] = ()) -> None:
        super().__init__(text)
        self._failing = failing
        self.asked: list[str] = []

    def records(self, name: str, kind: str) -> list[Any]:
        self.asked.append(f"{kind} {name}")
        if name in self._failing:
            raise LookupFailed("the name server does not answer")
        return super().records(name, kind)
