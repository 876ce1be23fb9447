"""For whom does a server take mail? Two questions: whose domain is it, and who asks. All other ways are holes.

What is taken here goes into a mailbox of the lab, whatever domain it is for: nothing is ever sent on.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from random import Random
from typing import Any, Final, NamedTuple

from smtplab.lessons.cast import USERS
from smtplab.lessons.exercises import Exercise, Wrong
from smtplab.lessons.functions import call, function_of, kind_of
from smtplab.lessons.rehearsal import DOMAINS, LOCAL_PARTS
from smtplab.lessons.verdicts import Lettered
from smtplab.net.client import Client
from smtplab.net.server import Server
from smtplab.protocol.commands import Command, Rcpt
from smtplab.protocol.hooks import Hook
from smtplab.protocol.replies import Reply
from smtplab.protocol.server import ServerSession

OURS: Final = "coremail.cn"
DENIED: Final = Reply(550, "5.7.1", "This server does not relay for you")  # RFC 5321 §3.6.2, §7.9

Policy = Callable[[str, str | None, Collection[str], Collection[str]], int]


def rcpt(path: str, user: str | None, domains: Collection[str], mailboxes: Collection[str]) -> int:
    """Give the code that answers RCPT TO:<path>: 250 or 550. user: who has logged in, or None."""
    mailbox = path.partition(":")[2] if path.startswith("@") else path  # a source route is struck
    local_part, at, domain = mailbox.rpartition("@")
    if not at:
        return 250 if mailbox.lower() == "postmaster" else 550
    if domain.lower() in domains:
        return 250 if f"{local_part}@{domain.lower()}" in mailboxes else 550
    return 250 if user else 550


def by_name(path: str, user: str | None, domains: Collection[str], mailboxes: Collection[str]) -> int:
    """Take everything in which the name of an own domain stands: a policy with holes."""
    return 250 if user or any(domain in path for domain in domains) else 550


@dataclass
class Guard(Hook):
    """Has RCPT answered by a policy. The source route is gone when it is asked: the server reads it, and drops it."""

    policy: Policy

    def instead(self, session: ServerSession, verb: str, command: Command | None) -> Reply | None:
        """Refuse what the policy refuses."""
        if not isinstance(command, Rcpt):
            return None
        code = self.policy(command.forward_path, session.user, {OURS}, USERS)
        return DENIED if code == 550 else None


PROBES: Final = (
    f"test02@{OURS}",
    "victim@river.example",
    f"@{OURS}:victim@river.example",
    f"victim%river.example@{OURS}",
    f"river.example!victim@{OURS}",
    f'"victim@river.example"@{OURS}',
    f"victim@{OURS}.river.example",
    "victim@[192.0.2.7]",
)


def probe(server: Server) -> list[int]:
    """Try each of `PROBES` as a recipient, without having logged in, and give the codes. Nothing is sent."""
    with Client(server) as client:
        client.ehlo("TINY-DESKTOP")
        client.mail("nobody@river.example")
        codes = [client.send_line(f"RCPT TO:<{path}>").code for path in PROBES]
        client.rset()
    return codes


class Case(NamedTuple):
    """A recipient that a client asks for. says: how it is written, X and Y being others' names. why: 250 or 550."""

    says: str
    logged_in: bool
    code: int
    why: str


_HACK: Final = "The domain is ours, so who it is for is our own business, and there is no such mailbox here."
CASES: Final = (
    Case("test02@{ours}", False, 250, "Mail for the own users has to be taken from anybody."),
    Case("{them}", False, 550, "That is another host's mail, for a stranger: who takes it is an open relay."),
    Case("{them}", True, 250, "An own user may send to everybody: for that there are providers."),
    Case("@{ours}:{them}", False, 550, "The route is struck (§3.6.1), and what is left is another host's mailbox."),
    Case("{name}%{host}@{ours}", False, 550, _HACK),
    Case("{host}!{name}@{ours}", False, 550, _HACK),
    Case('"{them}"@{ours}', False, 550, "The domain stands behind the last @. " + _HACK),
    Case("{name}@{ours}.{host}", False, 550, "This domain only begins like ours."),
    Case("test01@{shouted}", False, 250, "Domains know no case (§2.4)."),
    Case("@{host}:test02@{ours}", False, 250, "The route is struck (§3.6.1), and what is left is one of our own."),
    Case("Postmaster", False, 250, "The postmaster is there always, and needs no domain (§4.5.1)."),
    Case("{name}@[192.0.2.7]", False, 550, "An address in brackets is a host like any other, and not this one."),
    Case("{name}@not{ours}", False, 550, "This domain only ends like ours."),
    Case("{name}@{ours}", True, 550, "The domain is ours, and there is no such mailbox; who asks does not matter."),
)
ALWAYS: Final = 6  # of them, the first, are put to everybody
SHOWN: Final = 8


class RelayCases(Exercise):
    """Write the policy of RCPT. It is tried on the cases that are shown, and on others of their kind."""

    form = "a function of path, user, domains and mailboxes that returns 250 or 550"
    hints = (
        "First strike a source route, if there is one. Then split at the last @. Then two questions: is the domain "
        "ours? If not, has somebody logged in?",
        "For an own domain the mailbox has to be one of `mailboxes`; then `%`, `!` and quotes are no cases at all. "
        "Compare domains in lower case, and think of the postmaster.",
    )

    def prepare(self, variant: Random) -> None:
        self._ours = variant.choice((OURS, "lab.test", "post.test"))
        self._name, self._host = variant.choice(LOCAL_PARTS), variant.choice(DOMAINS)
        shown = [*CASES[:ALWAYS], *variant.sample(CASES[ALWAYS:], SHOWN - ALWAYS)]
        self._shown = variant.sample(shown, SHOWN)
        self._cases = [*self._shown, *(case for case in CASES if case not in shown)]

    @property
    def question(self) -> str:
        return (
            f'`domains` is `{{"{self._ours}"}}`; `mailboxes` has test01, test02 and postmaster there. '
            "What is answered to these, and to others like them?"
        )

    @property
    def lines(self) -> Lettered:
        return Lettered([f"RCPT TO:<{self._path(case)}>{_who(case)}" for case in self._shown])

    def _path(self, case: Case) -> str:
        them = f"{self._name}@{self._host}"
        return case.says.format(
            ours=self._ours, shouted=self._ours.upper(), them=them, name=self._name, host=self._host
        )

    def solve(self) -> Policy:
        return rcpt

    def judge(self, answer: Any) -> str:
        function = function_of(answer)
        mailboxes = frozenset(f"{name}@{self._ours}" for name in ("test01", "test02", "postmaster"))
        for case in self._cases:
            path, user = self._path(case), f"test01@{self._ours}" if case.logged_in else None
            shown = f"`{path}`{_who(case)}"
            given = call(function, path, user, frozenset({self._ours}), mailboxes, shown=shown)
            if type(given) is not int:
                raise Wrong(f"To {shown} it gives {kind_of(given)}. A number was asked for: 250 or 550.")
            if given != case.code:
                raise Wrong(f"To {shown} it gives `{given!r}`, and right is {case.code}. {case.why}")
        return (
            f"Right for {len(self._cases)} cases, by two questions: whose domain is it, and who asks? "
            "RFC 5321 §3.3, §3.6.1, §3.6.2, §7.9."
        )


def _who(case: Case) -> str:
    return ", logged in" if case.logged_in else ""
