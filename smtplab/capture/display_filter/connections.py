"""Where did an entry come from, and where did it go? The ports and addresses that a display filter asks for."""

from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Literal

from smtplab.capture.display_filter.values import Value
from smtplab.protocol.transcript import Entry, Stream, Transcript

Side = Literal["source", "destination"]


class _Connections:
    """The connections of a transcript by their numbers, made once for all entries that are asked about in a row."""

    def __init__(self) -> None:
        self._last: tuple[tuple[Stream, ...], dict[int, Stream]] = (), {}

    def of(self, entry: Entry, transcript: Transcript) -> Stream | None:
        """Give the connection of an entry."""
        streams, by_number = self._last
        if streams is not transcript.streams:
            by_number = {stream.number: stream for stream in transcript.streams}
            self._last = transcript.streams, by_number
        return by_number.get(entry.stream)


_CONNECTIONS = _Connections()


def _ends(entry: Entry, transcript: Transcript, sides: tuple[Side, ...]) -> list[str]:
    stream = _CONNECTIONS.of(entry, transcript)
    if stream is None:
        return []
    by_client = entry.party == "client"
    return [stream.client if by_client is (side == "source") else stream.server for side in sides]


@lru_cache(maxsize=1024)
def _address(end: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(end.rpartition(":")[0].strip("[]"))
    except ValueError:  # the name of a host, in what was recorded at the socket
        return None


def ports(*sides: Side) -> Callable[[Entry, Transcript], list[Value]]:
    """Give the getter of the ports at these sides."""
    return lambda entry, transcript: [int(end.rpartition(":")[2]) for end in _ends(entry, transcript, sides)]


def addresses(version: int, *sides: Side) -> Callable[[Entry, Transcript], list[Value]]:
    """Give the getter of the addresses at these sides that are of this version of IP, 4 or 6."""

    def values(entry: Entry, transcript: Transcript) -> list[Value]:
        found = [_address(end) for end in _ends(entry, transcript, sides)]
        return [address for address in found if address is not None and address.version == version]

    return values
