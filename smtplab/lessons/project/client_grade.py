"""How good is a learner's client? A hostile server plays it every scene, one after the other."""

import shlex
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import trustme

from smtplab.lessons.exercises import Unreadable, say_back
from smtplab.lessons.functions import function_of
from smtplab.lessons.project.actor import Actor
from smtplab.lessons.project.examiner import Failed, TimedOut, shown
from smtplab.lessons.project.line import Line
from smtplab.lessons.project.report import Report, Result
from smtplab.lessons.project.scenes import Scene
from smtplab.lessons.project.scenes_client import C1, C2, C3
from smtplab.lessons.project.scenes_hostile import C4, C5
from smtplab.lessons.project.site import AUTHORITY, site_of
from smtplab.lessons.project.tape import Tape
from smtplab.lessons.project.workers import Worker
from smtplab.net.certificates import LOCAL_NAMES
from smtplab.net.networks import LOOPBACK, Address
from smtplab.protocol.octets import count

SCENES: Final = (*C1, *C2, *C3, *C4, *C5)
STAGES: Final = "C1 C2 C3 C4 C5"
ENDURANCE: Final = 3.0  # seconds that a client may take for one mail
HANGS: Final = 2  # of one stage, after which the rest of it is not tried
PLACES: Final = ("{host}", "{port}")

Send = Callable[..., Any]


def grade_client(client: Send | str, stages: str = STAGES, *, seed: object = 1) -> Report:
    """Grade a client, and give the report.

    client: a function `send(host, port, reverse_path, forward_paths, message, authority)` that gives a dict of fates by
    recipient, "done", "later" or "never"; or a command line with {host} and {port}, {reverse_path}, {forward_paths}
    with commas between them, {file} and {authority} in it ("none" for clear text), which prints a line for each
    recipient, `recipient fate`. stages: those to try, as "C1 C2". Raises ValueError where it is neither.
    """
    send = _function(client)
    mailboxes = site_of(seed).mailboxes
    with Theatre() as theatre:
        results: list[Result] = []
        for scene in SCENES:
            if scene.stage in stages.split():
                results.append(_tried(scene, send, theatre, mailboxes[: scene.recipients], results))
        theatre.tape.stop()
    return Report(tuple(results), theatre.tape.capture)


def _function(client: Send | str) -> Send:
    if isinstance(client, str):
        if not all(place in client for place in PLACES):
            raise ValueError("a command line has at least {host} and {port} in it")
        return Command(client)
    try:
        return function_of(client)
    except Unreadable:
        raise ValueError("a client is a function, or a command line") from None


class Theatre:
    """Where scenes are played: one port, certificates, and the authority that a client is told to trust."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="smtplab-")
        self.authority = str(Path(self._folder.name) / AUTHORITY)
        authority = trustme.CA(organization_name="smtplab")
        authority.cert_pem.write_to_path(self.authority)
        self._listening = LOOPBACK.listen("127.0.0.1", 0)
        self.address: Address = self._listening.getsockname()[:2]
        self.tape = Tape(self.address)
        self.contexts = {
            "right": self._context(authority, *LOCAL_NAMES),
            "unknown": self._context(trustme.CA(organization_name="somebody"), *LOCAL_NAMES),
            "other": self._context(authority, "mx.other.example"),
        }

    def _context(self, authority: trustme.CA, *names: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.num_tickets = 0  # see `net.tls`: they come when they like, and no two runs would be alike
        context.keylog_filename = str(self.tape.key_log)
        authority.issue_cert(*names).configure_cert(context)
        return context

    def accepted(self) -> Line | None:
        """Give the next connection, if one comes at once."""
        self._listening.settimeout(0.01)
        with suppress(TimeoutError):
            connection, _ = self._listening.accept()
            return Line(connection, "server", self.tape.record)
        return None

    def closed_address(self) -> Address:
        """Give an address at which nobody listens."""
        with socket.create_server(("127.0.0.1", 0)) as nobody:
            address: Address = nobody.getsockname()[:2]
        return address

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._listening.close()
        self._folder.cleanup()


def _tried(scene: Scene, send: Send, theatre: Theatre, mailboxes: tuple[str, ...], before: list[Result]) -> Result:
    """Play a scene, unless the client hung too often before it in its stage."""
    about = scene.name, scene.title, scene.section, scene.belief
    if sum(result.stage == scene.stage and result.was_silent for result in before) >= HANGS:
        return Result(*about, "Not tried, since your client did not come back too often.", tried=False)
    actor, clients = Actor(scene, theatre.contexts[scene.certificate]), list[Address]()
    address = theatre.closed_address() if scene.absent else theatre.address
    authority = theatre.authority if scene.tls else None
    worker = Worker(send, *address, scene.reverse_path, list(mailboxes), scene.message, authority)
    try:
        _play(actor, worker, theatre, clients)
        _judge(actor, worker, mailboxes)
        why, was_silent = "", False
    except Failed as failed:
        why, was_silent = str(failed), isinstance(failed, TimedOut)
    worker.stop()
    return Result(*about, why, was_silent=was_silent, clients=clients, capture=theatre.tape.capture)


def _play(actor: Actor, worker: Worker, theatre: Theatre, clients: list[Address]) -> None:
    """Play to each connection of the client until it is back. Raises `TimedOut` where it does not."""
    deadline = time.monotonic() + ENDURANCE
    while not worker.wait(0):
        if time.monotonic() > deadline:
            raise TimedOut(f"Your client did not come back within {ENDURANCE:g} seconds.")
        line = theatre.accepted()
        if line is not None:
            clients.append(line.client)
            actor.play(line)
    while (late := theatre.accepted()) is not None:  # it connected, and did not wait for anybody
        clients.append(late.client)
        late.close()


def _judge(actor: Actor, worker: Worker, mailboxes: tuple[str, ...]) -> None:
    """Raises `Failed` where the client did not do what the scene asks."""
    if worker.failure:
        raise Failed(f"Your client: {worker.failure}.")
    scene, said = actor.scene, actor.said
    if actor.early:
        place = "the greeting" if actor.early == "greeting" else f"the reply to {actor.early}"
        raise Failed(f"It did not wait for {place}, and went on.")
    if actor.strange:
        raise Failed(f"It said `{shown(actor.strange)}`, which is no command, or not one on a line of its own.")
    for verb in scene.must_not_say:
        if verb in said:
            raise Failed(f"It said {verb}{' in clear text' if scene.tls else ''}, and must not.")
    coming = iter(said)
    if not all(verb in coming for verb in scene.must_say):
        raise Failed(
            f"It must say {', '.join(scene.must_say)}, in this order, and said {', '.join(said) or 'nothing'}."
        )
    if scene.fates:
        _judge_mail(actor, mailboxes)
        _judge_fates(scene, worker.given, mailboxes)


def _judge_mail(actor: Actor, mailboxes: tuple[str, ...]) -> None:
    scene = actor.scene
    if scene.arrives is None:
        if actor.messages:
            raise Failed("It sent the mail, and must not.")
        return
    if len(actor.messages) != 1:
        raise Failed(f"One mail must arrive, and it were {len(actor.messages)}.")
    ((message, (reverse_path, *forward_paths)),) = actor.messages
    if message != scene.arrives:
        raise Failed(_difference(scene.arrives, message))
    if reverse_path != scene.reverse_path.encode():
        raise Failed(f"The reverse-path was `{shown(reverse_path)}`, and not `{scene.reverse_path}`.")
    if forward_paths != [mailbox.encode() for mailbox in mailboxes]:
        raise Failed(f"RCPT was said {count(len(forward_paths), 'time')}, for {count(len(mailboxes), 'recipient')}.")


def _difference(right: bytes, found: bytes) -> str:
    wanted, came = right.splitlines(keepends=True), found.splitlines(keepends=True)
    for own, its in zip([*wanted, b""], [*came, b""], strict=False):
        if own != its:
            return f"Another mail arrived: instead of the line `{shown(own)}` it has `{shown(its)}`."
    return "Another mail arrived: its end differs."


def _judge_fates(scene: Scene, given: object, mailboxes: tuple[str, ...]) -> None:
    right = [dict(zip(mailboxes, fates, strict=True)) for fates in scene.fates]
    if not isinstance(given, Mapping):
        raise Failed(f"It must give back a dict, such as `{right[0]}`, and gave `{say_back(given)}`.")
    for mailbox in mailboxes:
        wanted = list(dict.fromkeys(each[mailbox] for each in right))
        if given.get(mailbox) not in wanted:
            said = say_back(given.get(mailbox, "nothing"))
            raise Failed(f"What became of `{mailbox}` is “{'” or “'.join(wanted)}”, and it gave “{said}”.")


class Command:
    """A client that is a command line, in any language."""

    def __init__(self, template: str) -> None:
        self._template = template

    def __call__(
        self, host: str, port: int, reverse_path: str, forward_paths: list[str], message: bytes, authority: str | None
    ) -> dict[str, str]:
        """Run it, and read the fates that it printed. Raises OSError or SubprocessError where it fails."""
        with tempfile.TemporaryDirectory(prefix="smtplab-") as folder:
            file = Path(folder) / "mail.eml"
            file.write_bytes(message)
            places = {
                "host": host,
                "port": port,
                "reverse_path": reverse_path,
                "forward_paths": ",".join(forward_paths),
                "file": file,
                "authority": authority or "none",
            }
            command = [part.format_map(places) for part in shlex.split(self._template)]
            ran = subprocess.run(command, capture_output=True, text=True, timeout=ENDURANCE, check=False)
        words = (line.split() for line in ran.stdout.splitlines())
        fates = {found[0]: found[1] for found in words if len(found) == 2}
        if not fates and ran.returncode:
            raise ChildProcessError(f"it ended with status {ran.returncode}. {ran.stderr.strip().splitlines()[-1:]}")
        return fates
