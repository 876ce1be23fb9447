"""What keeps mail coming when a mail host is down? A zone is mended, and run: the mail must arrive."""

import re
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from random import Random
from typing import Any, Final, NamedTuple

from smtplab.lessons.exercises import Exercise, Unreadable, Wrong, say_back, text_of
from smtplab.lessons.failure.cast import NINE
from smtplab.lessons.finding.cast import MAIL, SENDER, SENDERS, SMTP, letter
from smtplab.lessons.finding.town import Town
from smtplab.lessons.rehearsal import DOMAINS
from smtplab.lessons.verdicts import Lettered
from smtplab.net.dns import NameServer
from smtplab.net.resolver import Resolver
from smtplab.net.timeline import Event, What
from smtplab.net.zones import Zones
from smtplab.protocol.routing import Mx

FIRST, SECOND, WEB = "127.0.0.4", "127.0.0.5", "127.0.0.6"
LONGEST: Final = 2000  # characters of an answer
MX_LIMIT: Final = 20  # records that an answer may lead to

# The hosts under names that no answer can change.
OTHERS: Final = f"$ORIGIN .\n{SENDERS}first.invalid. A {FIRST}\nsecond.invalid. A {SECOND}\n"

_MX_UNFINISHED: Final = re.compile(r"[ \t]MX\b(?![ \t]+\d+[ \t]+\S)", re.IGNORECASE)
_NAMELESS: Final = re.compile(r"^[ \t]*(?:IN[ \t]+)?(?:MX|A)[ \t]", re.IGNORECASE | re.MULTILINE)


class Run(NamedTuple):
    """What came of one mail at the first try. taken_by: the address of the host that has it, "" where none has."""

    taken_by: str
    events: tuple[Event, ...]

    @property
    def asked(self) -> str:
        """Who was asked, and what they made of it, in words."""
        said = (f"`{event.host}` at {event.address}: {event.text}" for event in self.events if event.address)
        return "; ".join(said) or self.events[-1].text


@cache
def run(zone: str, domain: str, up: tuple[str, ...]) -> Run:
    """Send a mail to a domain while only some of its hosts are up, and give what came of the first try."""
    hosts: dict[str, dict[str, object]] = {SMTP: {}, MAIL: {"delivers": ["coremail.cn"]}}
    with Town(zone, hosts | {name: {"delivers": [domain]} for name in up}) as town:
        sender = town[SMTP]
        sender.post(SENDER, f"somebody@{domain}", letter(f"somebody@{domain}"))
        town.run(NINE)
        events = [event for event in sender.queue.events if event.recipient != SENDER]
    tried = [each for each in events if each.what in (What.TRIED, What.DELIVERED, What.FAILED, What.DEFERRED)]
    taken = next((each.address for each in tried if each.what is What.DELIVERED), "")
    return Run(taken, tuple(tried))


class MendZone(Exercise):
    """Add to a zone, so that mail arrives though the first host is down. The lab's name server and queue run it."""

    form = 'the lines to add to the zone, such as `"www  A  127.0.0.7"`'
    hints = (
        "A second MX record lets a sender go on to the next host. It names a host, and that host needs an address.",
        "The higher number is the second choice, so give the second host one above 10. A name without a dot at its end "
        "gets the $ORIGIN behind it.",
    )

    def prepare(self, variant: Random) -> None:
        self._domain = variant.choice(DOMAINS)
        self._second = variant.choice(("post", "backup", "in", "mx2"))
        self._without_address = variant.random() < 0.5
        last = (
            [f"@  MX  20 {self._second}"]
            if self._without_address
            else [f"{self._second}  A  {SECOND}   ; up, and takes mail for {self._domain}"]
        )
        self._records = [
            f"$ORIGIN {self._domain}.",
            "@  MX  10 mx1",
            f"mx1  A  {FIRST}   ; down until tomorrow",
            f"@  A  {WEB}   ; a web site, takes no mail",
            *last,
        ]

    @property
    def question(self) -> str:
        where = f" `{self._second}` is the host at {SECOND}: up, and ready for it." if self._without_address else ""
        return (
            f"Mail for {self._domain} waits, since mx1 is down.{where} Which lines do you add, so that mail arrives "
            "today, and goes to mx1 again as soon as that is back?"
        )

    @property
    def lines(self) -> Lettered:
        return Lettered(self._records)

    def _zone(self, added: str) -> str:
        return "\n".join((*self._records, added, OTHERS))

    def solve(self) -> str:
        return f"{self._second}  A  {SECOND}" if self._without_address else f"@  MX  20 {self._second}"

    def judge(self, answer: Any) -> str:
        added = "\n".join(map(text_of, answer)) if isinstance(answer, (list, tuple)) else text_of(answer)
        if not added or len(added) > LONGEST:
            raise Unreadable
        zone = self._zone(added)
        exchangers = self._exchangers(zone, added)
        if len(exchangers) > MX_LIMIT:
            raise Unreadable
        today = run(zone, self._domain, ("second.invalid",))
        if today.taken_by != SECOND:
            raise Wrong(f"The mail does not arrive. {self._why_not(zone, added, exchangers)} The queue: {today.asked}.")
        if doubt := self._doubt(zone, exchangers):
            raise Wrong(doubt)
        return (
            f"It arrives: {today.asked}. With mx1 back it goes there, as it should. A second mail host costs one line, "
            "and no sender has to be told. RFC 5321 §5.1."
        )

    def _doubt(self, zone: str, exchangers: Iterable[Mx]) -> str:
        """Say what is wrong with a zone by which the mail arrives today; "" where nothing is."""
        if self._addresses(zone, f"mx1.{self._domain}") - {FIRST}:
            return (
                "It arrives. But that gives the name mx1 to another machine. When mx1 is back, the order in which the "
                "addresses come decides which of the two is called."
            )
        if any(Zones(zone).look_up(mx.host, "CNAME").answers for mx in exchangers):
            return (
                "It arrives here. But an MX record must not name an alias, and another sender may not follow it "
                "(RFC 5321 §5.1)."
            )
        tomorrow = run(zone, self._domain, ("first.invalid", "second.invalid"))
        if tomorrow.taken_by != FIRST:
            return (
                f"Today it arrives. But mx1 is back, and the mail goes past it to {tomorrow.taken_by}. "
                "Who has the lowest number?"
            )
        if self._is_shared(exchangers):
            return "It arrives. But with equal numbers chance decides: half of the mail would go past mx1."
        return ""

    def _exchangers(self, zone: str, added: str) -> list[Mx]:
        try:
            with NameServer(zone) as names:
                return Resolver(names).mx(self._domain)
        except (ValueError, LookupError) as error:
            if _NAMELESS.search(added):
                raise Wrong("A line begins with a name: what is it about?") from None
            if _MX_UNFINISHED.search(added):
                raise Wrong("After MX a number is needed, and then the name of a host.") from None
            raise Wrong(f"The zone cannot be used: {say_back(str(error).partition(': ')[0])}.") from None

    def _addresses(self, zone: str, name: str) -> set[str]:
        with NameServer(zone) as names, suppress(LookupError):
            return set(Resolver(names).addresses(name))
        return set()

    def _is_shared(self, exchangers: Iterable[Mx]) -> bool:
        best = min(mx.preference for mx in exchangers)
        return {mx.host for mx in exchangers if mx.preference == best} != {f"mx1.{self._domain}"}

    def _why_not(self, zone: str, added: str, exchangers: Iterable[Mx]) -> str:
        hosts = {mx.host for mx in exchangers} - {f"mx1.{self._domain}"}
        if any(host.replace(".", "").removesuffix(self._domain.replace(".", "")).isdecimal() for host in hosts):
            return "MX has to name a host; an address in its place is read as a name, which nobody has."
        begins_without_dot = re.search(rf"(?im)^{re.escape(self._domain)}[ \t]", added)
        if begins_without_dot or any(host.endswith(f"{self._domain}.{self._domain}") for host in hosts):
            return f"A name without a dot at its end gets `{self._domain}.` behind it, here a second time."
        if any("." not in host for host in hosts):
            return "With a dot at its end a name is whole: no domain is put behind it."
        if SECOND in self._addresses(zone, self._domain):
            return "Where a domain has MX records, its own A record does not stand in for them."
        return "The sender must be led from the domain to a host that is up, and from there to its address."
