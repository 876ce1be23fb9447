"""How good is a learner's server? Every case is tried at it, one after the other."""

from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from smtplab.lessons.exercises import Unreadable
from smtplab.lessons.functions import function_of
from smtplab.lessons.project.cases_dialogue import S1, S2
from smtplab.lessons.project.cases_encryption import S6, S7
from smtplab.lessons.project.cases_mail_data import S4, S5
from smtplab.lessons.project.cases_order import S3
from smtplab.lessons.project.examiner import Examination, Failed, TimedOut
from smtplab.lessons.project.hosting import Hosted, Program
from smtplab.lessons.project.report import Report, Result
from smtplab.lessons.project.site import Site, site_in, site_of
from smtplab.lessons.project.steps import Again, Case
from smtplab.lessons.project.tape import Tape
from smtplab.net.networks import Address, is_loopback

CASES: Final = (*S1, *S2, *S3, *S4, *S5, *S6, *S7)
STAGES: Final = "S1 S2 S3 S4 S5 S6 S7"
SILENCES: Final = 2  # of one stage, after which the rest of it is not waited for
ALL_SILENCES: Final = 6  # of all stages
FOLDER: Final = "site"  # of a server that runs by itself


def grade_server(
    server: Callable[..., Any] | str, stages: str = STAGES, *, seed: object = 1, site: str | Path = FOLDER
) -> Report:
    """Grade a server, and give the report.

    server: a function that takes a connection and a `Site`, or the "host:port" of a program that runs on this machine.
    stages: those to try, as "S1 S2". seed: whose site. site: for a program, the folder with the site that it serves.
    Raises ValueError where it is no such server, OSError where the folder is not there.
    """
    known = site_in(Path(site)) if isinstance(server, str) else site_of(seed)
    with _hosted(server, known, Path(site)) as hosted:
        tape = Tape(hosted.address)
        names, results = names_of(known), list[Result]()
        for case in CASES:
            if case.stage in stages.split():
                results.append(_tried(case, hosted, names, tape, results))
        tape.stop()
    return Report(tuple(results), tape.capture)


def _hosted(server: Callable[..., Any] | str, site: Site, folder: Path) -> Hosted | Program:
    if isinstance(server, str):
        return Program(address_of(server), folder)
    try:
        return Hosted(function_of(server), site)
    except Unreadable:
        raise ValueError('a server is a function, or "host:port" of a program') from None


def address_of(text: str) -> Address:
    """Read "127.0.0.1:2525". Raises ValueError for what is no address of this machine."""
    host, _, port = text.rpartition(":")
    host = host.strip("[]")
    if not is_loopback(host) or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65_536:
        raise ValueError('a program is named by its address on this machine, such as "127.0.0.1:2525"')
    return host, int(port)


def _tried(case: Case, server: Hosted | Program, names: dict[str, str], tape: Tape, before: list[Result]) -> Result:
    """Try a case, unless too many before it in its stage had no answer."""
    about = case.name, case.title, case.section, case.belief
    silent = [result.stage for result in before if result.was_silent]
    if silent.count(case.stage) >= SILENCES or len(silent) >= ALL_SILENCES:
        return Result(*about, "Not tried, since the server was silent too often.", tried=False)
    server.begin()
    examination = Examination(case, server, names, tape)
    try:
        examination.run()
        why, was_silent = "", False
    except Failed as failed:
        why, was_silent = str(failed), isinstance(failed, TimedOut)
    failure = server.end(must_be_over=Again(over=True) in case.steps)
    if failure:
        why = f"{why} Your server: {failure}.".strip()
    return Result(*about, why, was_silent=was_silent, clients=examination.clients, capture=tape.capture)


def names_of(site: Site) -> dict[str, str]:
    """Give what stands in braces in the cases."""
    alice, bob, _ = site.mailboxes
    ((user, password),) = site.users.items()
    return {
        "domain": site.domain,
        "sender": "sender@client.example",
        "alice": alice,
        "alice_loud": f"{alice.partition('@')[0]}@{site.domain.upper()}",
        "alice_local": alice.partition("@")[0],
        "bob": bob,
        "stranger": site.stranger,
        "size": str(site.size_limit),
        "over": str(site.size_limit + 1),
        "plain": _plain(user, password),
        "wrong": _plain(user, f"{password}0"),
        "nobody": _plain(site.stranger, password),
    }


def _plain(user: str, password: str) -> str:
    return b64encode(f"\0{user}\0{password}".encode()).decode("ascii")
