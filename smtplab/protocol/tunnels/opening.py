"""In which order are the messages said that open a tunnel? Each script below reads like its standard."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from smtplab.protocol.tunnels import http, proxied, socks
from smtplab.protocol.tunnels.message import Message, NoTunnel, Unfinished

Side = Literal["client", "server"]
Grammar = Callable[[bytes], Message]
DIGITS: Final = 5  # of a port


@dataclass
class Opening:
    """How a tunnel was opened. messages: who sent each, and how many octets it has, in order. target: "host:port"."""

    messages: list[tuple[Side, int]]
    target: str

    @property
    def port(self) -> int:
        """The port of the target; 0 where it names none."""
        port = self.target.rpartition(":")[2]
        return int(port) if port.isascii() and port.isdigit() and len(port) <= DIGITS else 0

    def size(self, side: Side) -> int:
        """How many octets of a side belong to the opening."""
        return sum(size for sender, size in self.messages if sender == side)


class _Listening:
    """Hears both sides, one message after the other."""

    def __init__(self, client: bytes, server: bytes) -> None:
        self.messages: list[tuple[Side, int]] = []
        self._rest = {"client": client, "server": server}

    def hear(self, side: Side, grammar: Grammar) -> Message:
        """Give the next message of a side. Raises Unfinished while it is not whole, NoTunnel when it is another."""
        message = grammar(self._rest[side])
        self._rest[side] = self._rest[side][message.size :]
        self.messages.append((side, message.size))
        return message


def opening(client: bytes, server: bytes) -> Opening:
    """Read how a tunnel was opened, from the first octets of both sides.

    Raises Unfinished while more is needed to tell, NoTunnel when these octets open none.
    """
    script = _script(client, server)
    listening = _Listening(client, server)
    target = script(listening)
    return Opening(listening.messages, target)


def _script(client: bytes, server: bytes) -> "Callable[[_Listening], str]":
    """Find out by the first octets which kind it could be. In each the client speaks first."""
    if not client:
        raise NoTunnel if server else Unfinished
    if client.startswith(http.CONNECT[: len(client)]):
        return _http
    if any(client.startswith(mark[: len(client)]) for mark in (proxied.TEXT, proxied.SIGNATURE)):
        return _proxied
    if client[0] not in (socks.SOCKS4, socks.SOCKS5):
        raise NoTunnel
    return _socks4 if client[0] == socks.SOCKS4 else _socks5


def _socks5(listening: _Listening) -> str:
    listening.hear("client", socks.socks5_greeting)
    method = listening.hear("server", socks.socks5_choice).method
    if method == socks.USERNAME_PASSWORD:
        listening.hear("client", socks.socks5_login)
        _granted(listening.hear("server", socks.socks5_verdict))
    elif method != socks.NO_AUTHENTICATION:
        raise NoTunnel
    request = listening.hear("client", socks.socks5_request)
    _granted(listening.hear("server", socks.socks5_reply))
    return request.target


def _socks4(listening: _Listening) -> str:
    request = listening.hear("client", socks.socks4_request)
    _granted(listening.hear("server", socks.socks4_reply))
    return request.target


def _http(listening: _Listening) -> str:
    """The proxy may ask for credentials first (407): then the client asks again."""
    while True:
        request = listening.hear("client", http.http_request)
        if listening.hear("server", http.http_response).granted:
            return request.target


def _proxied(listening: _Listening) -> str:
    return listening.hear("client", proxied.proxied).target


def _granted(answer: Message) -> None:
    if not answer.granted:
        raise NoTunnel


_GRAMMARS: Final[dict[Side, tuple[Grammar, ...]]] = {
    "client": (
        socks.socks5_greeting,
        socks.socks5_request,
        socks.socks5_login,
        socks.socks4_request,
        http.http_request,
        proxied.proxied,
    ),
    "server": (socks.socks5_choice, socks.socks5_reply, socks.socks5_verdict, socks.socks4_reply, http.http_response),
}


def explain(side: Side, octets: bytes) -> Message | None:
    """Read one message of an opening. Gives None for octets that are not exactly one."""
    for grammar in _GRAMMARS[side]:
        try:
            message = grammar(octets)
        except (NoTunnel, Unfinished):
            continue
        if message.size == len(octets):
            return message
    return None
