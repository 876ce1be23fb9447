"""What the tests know of lesson 09: the capture that its notebook makes, and typical mistakes."""

from datetime import timedelta
from typing import Any

from smtplab.capture.record import Capture
from smtplab.lessons.cast import USERS
from smtplab.lessons.exercises import Exercise
from smtplab.lessons.failure.cast import NINE
from smtplab.lessons.finding.cast import CLOSED, HOSTS, MX1, RECIPIENT, SENDER, SMTP, ZONE, letter
from smtplab.lessons.finding.fates import Fates
from smtplab.lessons.finding.hops import CountHops
from smtplab.lessons.finding.lookups import WhoAsksForMx
from smtplab.lessons.finding.mending import SECOND, MendZone
from smtplab.lessons.finding.order import AttemptOrder
from smtplab.lessons.finding.town import Town
from smtplab.net.client import Client


def capture(live: bool | None = False) -> Capture:
    """Make the capture of lesson 09: a mail over three hosts, the last of which is closed at first."""
    with Town(ZONE, HOSTS) as town, Capture(town, live=live) as capture:
        town[MX1].change(hooks=[CLOSED])
        with Client(town[SMTP]) as client:
            client.ehlo("TINY-DESKTOP")
            client.auth("PLAIN", SENDER, USERS[SENDER])
            client.send_message(SENDER, [RECIPIENT], letter(RECIPIENT))
        town.run(NINE)
        town[MX1].change(hooks=[])
        town.run(NINE + timedelta(hours=1))
    return capture


def mistaken_orders(exercise: Exercise) -> list[Any]:
    assert isinstance(exercise, AttemptOrder)
    right, lines = exercise.solve(), exercise.lines
    address = next(letter for letter in lines.letters if " A " in lines[letter])
    left_out = [letter for letter in lines.letters if letter not in right]
    return [right[::-1], right + address, address + right, right[:-1], right[0], *(right + each for each in left_out)]


def mistaken_fates(exercise: Exercise) -> list[Any]:
    assert isinstance(exercise, Fates)
    right = exercise.solve()
    return [
        ["A"] * 5,
        ["MX"] * 5,
        ["back"] * 5,
        ["MX" if word == "undefined" else word for word in right],
        ["later" if word == "back" else word for word in right],
    ]


def mistaken_zones(exercise: Exercise) -> list[Any]:
    assert isinstance(exercise, MendZone)
    second, domain = exercise._second, exercise._domain
    both = f"{second} A {SECOND}\n"
    return [
        "; nothing",
        f"@  A  {SECOND}",  # as if an A record stood in for MX
        f"@  MX  20 {SECOND}",  # an address for a name
        f"{both}@ MX 5 {second}",  # better than mx1
        f"{both}@ MX 10 {second}",  # as good
        f"@ MX 20 {second}.{domain}",  # the dot forgotten
        f"@ MX 20 nobody.{domain}.",
        f"mx1 A {SECOND}",  # the second host under the name of the first
        "@ MX zzz mx2",
        "MX! 20?",
        "@ MX",
    ]


def mistaken_hops(exercise: Exercise) -> list[Any]:
    assert isinstance(exercise, CountHops)
    hosts, frame = exercise.solve()
    received = sum("received" in line.lower() for line in exercise.lines.lines)
    return [(hosts - 1, frame), (hosts + 1, frame), (received, frame), (hosts, 1), (hosts, frame - 2), [hosts, 10**6]]


def mistaken_askers(exercise: Exercise) -> list[Any]:
    assert isinstance(exercise, WhoAsksForMx)
    right, letters = exercise.solve(), exercise.lines.letters
    others = [letter for letter in letters if letter not in right]
    return [letters, right[:-1], right[1:], *others, right + others[0]]


MISTAKES = {
    1: mistaken_orders,
    2: mistaken_fates,
    3: mistaken_zones,
    4: mistaken_hops,
    5: mistaken_askers,
}
