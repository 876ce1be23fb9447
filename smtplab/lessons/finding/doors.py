"""Are 25, 465 and 587 the same door? Three servers, each set up for its part, are asked the same three things."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from html import escape
from types import MappingProxyType
from typing import Any, Final

from smtplab.lessons.cast import USERS
from smtplab.lessons.finding.cast import RECIPIENT, SENDER
from smtplab.lessons.finding.relaying import NoOpenRelay
from smtplab.lessons.finding.town import town_network
from smtplab.lessons.verdicts import SCOPE, styles
from smtplab.net.client import Client
from smtplab.net.server import Server
from smtplab.protocol.client import SmtpError
from smtplab.views import View

QUESTIONS: Final = ("STARTTLS", "AUTH", "relay")
HELLO: Final = "TINY-DESKTOP"
OWN: Final = frozenset({"coremail.cn"})

DOORS: Final = MappingProxyType[int, dict[str, Any]](
    {
        25: {"tls": "starttls", "hooks": [NoOpenRelay(OWN)]},
        465: {"tls": "implicit", "users": dict(USERS), "auth_required": True},
        587: {"tls": "starttls", "users": dict(USERS), "auth_required": True, "auth_inside_tls": True},
    }
)


@contextmanager
def doors() -> Iterator[dict[int, Server]]:
    """Open the three servers, by the port of their part: at that port itself in a private network, else at any."""
    with ExitStack() as opened:
        network = town_network()
        yield {
            number: opened.enter_context(
                Server(network=network, port=number if network.name == "private" else 0, **choices)
            )
            for number, choices in DOORS.items()
        }


def ask(door: Server) -> dict[str, str]:
    """Ask one server for STARTTLS, AUTH and to pass a mail on, and give what it replies to each, in order."""
    with Client(door, implicit_tls=door.tls == "implicit", authority=door.authority_pem) as client:
        client.ehlo(HELLO)
        before = [_tried(client.auth, "PLAIN", *_login())] if door.tls == "starttls" else []
        stranger = _relay(client)
        starttls = _tried(client.starttls)
        client.ehlo(HELLO)
        login = _tried(client.auth, "PLAIN", *_login())
        user = _relay(client) if login == "235" else ""
    return {
        "STARTTLS": starttls,
        "AUTH": f"{before[0]} in clear, {login} in TLS" if before and before[0] != login else login,
        "relay": f"{stranger} for a stranger, {user} for a user" if user else f"{stranger} for everybody",
    }


def _login() -> tuple[str, str]:
    return SENDER, USERS[SENDER]


def _tried(say: Any, *arguments: Any) -> str:
    """Give the code of the reply, whichever it is."""
    try:
        return str(say(*arguments).code)
    except SmtpError as error:
        return str(error.reply.code)


def _relay(client: Client) -> str:
    """Try to hand in a mail for a domain elsewhere, and give the code that decided."""
    said = _tried(client.mail, SENDER)
    if said == "250":
        said = _tried(client.rcpt, RECIPIENT)
    client.rset()
    return said


def grid(asked: Mapping[int, Mapping[str, str]]) -> "Grid":
    """Set what the doors said beside each other. asked: what `ask` gave, by port."""
    return Grid(tuple((str(number), *(said[question] for question in QUESTIONS)) for number, said in asked.items()))


@dataclass(frozen=True, repr=False)
class Grid(View):
    """The replies of three doors to three questions."""

    rows: tuple[tuple[str, ...], ...]

    def text(self) -> str:
        """Give the grid as text."""
        table = [("port", *QUESTIONS), *self.rows]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in table)
        return "\n".join(line.rstrip() for line in lines)

    def html(self) -> str:
        """Give the grid as a table."""
        head = "".join(f'<th scope="col">{name}</th>' for name in ("port", *QUESTIONS))
        rows = "".join(
            f"<tr><th>{escape(row[0])}</th>{''.join(f'<td>{escape(cell)}</td>' for cell in row[1:])}</tr>"
            for row in self.rows
        )
        return f'<div class="{SCOPE[1:]}"><style>{styles(SCOPE)}</style><table><tr>{head}</tr>{rows}</table></div>'

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": self.text(), "text/html": self.html()}
