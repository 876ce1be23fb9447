"""The domain name system of lesson 11, to which records are added while it runs."""

from typing import Any

from smtplab.lessons.origin.cast import HOSTS
from smtplab.net.dns import NameServer
from smtplab.net.zones import Zones


class Register(NameServer):
    """A name server with hosts, to which TXT records are added one by one. options: of a `NameServer`."""

    def __init__(self, hosts: str = HOSTS, **options: Any) -> None:
        super().__init__(hosts, **options)
        self._hosts = hosts
        self.published: dict[str, str] = {}

    def publish(self, name: str, text: str) -> None:
        """Give a name this TXT record, instead of any that it had."""
        self.published[name] = text
        self.zones = Zones(self._hosts + "".join(f'{name}. TXT "{text}"\n' for name, text in self.published.items()))
