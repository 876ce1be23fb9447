"""Lesson 13: the grader finds what is broken and nothing else, and no program of a learner's can break or hold it."""

import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from smtplab.lessons import Lesson
from smtplab.lessons.project import __main__ as command_line
from smtplab.lessons.project import (
    client_grade,
    reference_client,
    reference_server,
    server_grade,
    skeleton_client,
    skeleton_server,
)
from smtplab.lessons.project.client_grade import grade_client
from smtplab.lessons.project.report import Report
from smtplab.lessons.project.server_grade import grade_server
from smtplab.lessons.project.site import site_of, write
from smtplab.lessons.project.workers import Worker
from smtplab.lessons.verdicts import Standing
from smtplab.net.certificates import Authority
from smtplab.net.client import Client
from smtplab.net.server import Server
from smtplab.protocol.client import SmtpError
from tests.lessons.mutants import CLIENTS, SERVERS, Mutant

TRIES = 3
AT_ONCE = 6
NAMES = [case.name for case in (*server_grade.CASES, *client_grade.SCENES)]


def names(report: Report) -> set[str]:
    return {result.name for result in report.failed}


def test_there_are_enough_cases_and_each_has_a_name_of_its_own() -> None:
    assert len(NAMES) == len(set(NAMES)) >= 60


def test_reference_server_passes_in_time() -> None:
    began = time.monotonic()
    report = grade_server(reference_server.serve)
    assert report.failed == ()
    assert time.monotonic() - began < 10


def test_reference_client_passes_in_time() -> None:
    began = time.monotonic()
    report = grade_client(reference_client.send)
    assert report.failed == ()
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("seed", ["another", 2, "名"])
def test_reference_passes_with_other_names(seed: object) -> None:
    assert grade_server(reference_server.serve, "S2 S6", seed=seed).failed == ()
    assert grade_client(reference_client.send, "C2", seed=seed).failed == ()


def grade(mutant: Mutant) -> set[str]:
    if mutant in SERVERS:
        return names(grade_server(mutant.function(reference_server, "serve")))
    return names(grade_client(mutant.function(reference_client, "send")))


@pytest.fixture(scope="module")
def graded(request: pytest.FixtureRequest) -> Iterator[dict[Mutant, Future[set[str]]]]:
    """Grade the mutants that are asked for, some at a time: mostly they wait for what does not come."""
    calls = [getattr(item, "callspec", None) for item in request.session.items]
    mutants = [call.params["mutant"] for call in calls if call is not None and "mutant" in call.params]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {mutant: pool.submit(grade, mutant) for mutant in mutants}
        pool.shutdown(cancel_futures=True)


@pytest.mark.slow
@pytest.mark.parametrize("mutant", [*SERVERS, *CLIENTS], ids=lambda mutant: mutant.name)
def test_what_is_broken_fails_exactly_what_it_breaks(mutant: Mutant, graded: dict[Mutant, Future[set[str]]]) -> None:
    """Grade up to three times: a busy machine brings octets together that were sent apart, and ends threads late."""
    failed = graded[mutant].result()
    for _ in range(TRIES - 1):
        if failed == mutant.fails or ("*" in mutant.fails and mutant.fails - {"*"} <= failed):
            return
        failed = grade(mutant)
    assert failed == mutant.fails


def test_each_case_fails_in_a_mutant_and_most_of_them_alone() -> None:
    fails = [mutant.fails for mutant in (*SERVERS, *CLIENTS)]
    assert set(NAMES) - set().union(*fails) == set()
    alone = {name for each in fails if len(each) == 1 for name in each}
    assert set(NAMES) - alone == NEVER_ALONE


# What they ask for is asked for by others, too: nothing goes without it.
NEVER_ALONE = {
    "S1.1",
    "S1.3",
    "S2.1",
    "S2.3",
    "S2.5",
    "S3.2",
    "S3.4",
    "S3.5",
    "S6.4",
    "S7.2",
    "S7.6",
    "C1.5",
    "C2.1",
    "C2.2",
    "C2.3",
    "C3.3",
    "C4.4",
    "C5.1",
    "C5.7",
}


# Somebody else's, and ours


def test_server_of_the_lab_passes(tmp_path: Path) -> None:
    site = site_of("lab")
    write(site, tmp_path)
    authority = Authority()
    (tmp_path / "authority.pem").write_text(authority.pem)
    server = Server(
        users=site.users,
        mailboxes=site.mailboxes,
        maildir=tmp_path / "mails",
        domain=site.domain,
        greeting="ready",
        authority=authority,
        tls="starttls",
        auth_inside_tls=True,
        size_limit=site.size_limit,
    )
    with server:
        report = grade_server(f"127.0.0.1:{server.port}", site=tmp_path)
    assert [result.sentence for result in report.failed] == []


def lab_send(
    host: str, port: int, reverse_path: str, forward_paths: list[str], message: bytes, authority: str | None
) -> dict[str, str]:
    """Send with the lab's own client, and tell what became of the mail."""
    fates = dict.fromkeys(forward_paths, "later")
    pem = Path(authority).read_text() if authority else None
    try:
        with Client(host, port, authority=pem, timeout=2) as client:
            client.introduce("[127.0.0.1]", "required" if authority else "never")
            octets = message.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
            refused = client.send_message(reverse_path, forward_paths, octets)
            fates.update(dict.fromkeys(forward_paths, "done"))
            fates.update({path: _fate(error) for path, error in refused.items()})
    except SmtpError as error:
        if "done" not in fates.values():
            fates.update(dict.fromkeys(forward_paths, _fate(error)))
    except OSError:
        pass
    return fates


def _fate(error: SmtpError) -> str:
    return "later" if error.reply.code // 100 == 4 else "never"


def test_client_of_the_lab_passes() -> None:
    report = grade_client(lab_send)
    assert [result.sentence for result in report.failed] == []


# Whatever a learner's program does


def endless(connection: socket.socket, site: Any) -> None:
    while True:
        pass


def deaf(connection: socket.socket, site: Any) -> None:
    connection.recv(1)
    threading.Event().wait(0.5)


def babbling(connection: socket.socket, site: Any) -> None:
    while True:
        connection.sendall(b"\x00\xff<script>" * 1000)


def without_lines(connection: socket.socket, site: Any) -> None:
    connection.sendall(b"x" * 300_000)


def stubborn(connection: socket.socket, site: Any) -> None:
    while True:
        try:
            connection.recv(10)
        except Exception:
            continue


def leaving(connection: socket.socket, site: Any) -> None:
    sys.exit("enough")


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise RuntimeError("I say nothing")


def unspeakable(connection: socket.socket, site: Any) -> None:
    raise Unspeakable


def hanging_up(connection: socket.socket, site: Any) -> None:
    connection.close()


HOSTILE = [endless, deaf, babbling, without_lines, stubborn, leaving, unspeakable, hanging_up, print, lambda: 0, int]


@pytest.mark.parametrize("serve", HOSTILE, ids=lambda serve: getattr(serve, "__name__", "?"))
def test_hostile_server_is_graded(serve: Callable[..., Any]) -> None:
    report = grade_server(serve, "S1 S2")
    assert len(report.failed) == len(report.results)
    assert "<script>" not in report.html()
    assert "Traceback" not in report.text()


def test_silent_server_is_not_waited_for_again_and_again() -> None:
    began = time.monotonic()
    report = grade_server(deaf)
    assert time.monotonic() - began < 15
    assert "Not tried" in report["S7.12"].why


@pytest.mark.parametrize("serve", [leaving, unspeakable])
def test_server_that_raises_is_told_what_and_where(serve: Callable[..., Any]) -> None:
    why = grade_server(serve, "S1")["S1.1"].why
    assert f"in line {serve.__code__.co_firstlineno + 1} of `{serve.__name__}`" in why


def test_thread_that_never_ends_is_stopped() -> None:
    before = threading.active_count()
    grade_server(endless, "S1")
    assert threading.active_count() <= before


class Endless:
    def __del__(self) -> None:
        while True:
            pass


def test_thread_stopped_in_a_finaliser_says_nothing() -> None:
    """Python cannot raise there, and says so on stderr: here that is a warning, and so an error."""
    worker = Worker(lambda: Endless() and None)
    worker.stop(grace=0.1)
    assert worker.wait(0)
    assert worker.failure == ""


CLIENTS_GONE_WRONG: list[Callable[..., Any]] = [
    lambda *given: {},
    lambda *given: None,
    lambda *given: {given: given},
    lambda: 0,
    print,
    lambda *given: sys.exit(),
    lambda *given: [].pop(),
    lambda *given: threading.Event().wait(5),
    lambda host, port, *rest: socket.create_connection((host, port)).close(),
]


@pytest.mark.parametrize("send", CLIENTS_GONE_WRONG, ids=map(str, range(len(CLIENTS_GONE_WRONG))))
def test_hostile_client_is_graded(send: Callable[..., Any]) -> None:
    report = grade_client(send, "C2 C4")
    assert len(report.failed) == len(report.results)
    assert report.html()
    assert "Traceback" not in report.text()


# What is shown


def test_report_shows_table_score_and_the_first_failure_as_a_ladder() -> None:
    report = grade_server(skeleton_server.serve, "S1 S2")
    text = report.text()
    assert text.startswith("S1  greeting and QUIT                 9 of 9\nS2")
    assert "Score: 9 of 21." in text
    assert "EHLO      client → server  EHLO client.example" in text
    assert "RFC 5321 §4.1.1.1" in text
    assert report.html().count("<svg") == 1


def test_case_is_shown_with_its_own_connection_alone() -> None:
    result = grade_server(skeleton_server.serve, "S1")["S1.6"]
    assert result.passed
    assert [entry.octets for entry in result.transcript if entry.party == "client"] == [b"quit\r\n"]


def test_tls_is_opened_in_the_ladder() -> None:
    text = grade_server(reference_server.serve, "S6")["S6.4"].text()
    assert "AUTH PLAIN ••••••••" in text
    assert "235 Authenticated" in text


def test_report_of_no_such_case_names_it() -> None:
    with pytest.raises(KeyError, match=r"S9\.9"):
        grade_server(skeleton_server.serve, "S1")["S9.9"]


def test_report_is_saved_as_a_capture(tmp_path: Path) -> None:
    from smtplab.capture.dissect import dissect

    report = grade_server(skeleton_server.serve, "S1")
    saved = report.save(str(tmp_path / "project.pcapng"))
    port = int(saved.decode_as.partition("==")[2].partition(",")[0])
    assert len(dissect(tmp_path / "project.pcapng", [port]).streams) == 10


def test_skeletons_pass_their_first_stage() -> None:
    assert grade_server(skeleton_server.serve, "S1").failed == ()
    assert grade_client(skeleton_client.send, "C1").failed == ()


# What may be graded


@pytest.mark.parametrize("server", ["", "mx.example:25", "192.0.2.1:25", "127.0.0.1:0", "127.0.0.1:x", "127.0.0.1", 4])
def test_no_server_beyond_this_machine_is_graded(server: Any, tmp_path: Path) -> None:
    write(site_of(1), tmp_path)
    with pytest.raises(ValueError, match=r"a function|this machine"):
        grade_server(server, site=tmp_path)


def test_no_command_line_without_places_is_run() -> None:
    with pytest.raises(ValueError, match=r"\{host\}"):
        grade_client("rm -r nothing")


def test_program_without_a_site_is_told_what_to_do() -> None:
    verdict = Lesson("13").check(1, "127.0.0.1:2525")
    assert verdict.standing is Standing.UNREADABLE
    assert "smtplab.lessons.project site" in verdict.text()


def test_check_names_the_first_case_and_its_section() -> None:
    verdict = Lesson("13").check(1, skeleton_server.serve)
    assert verdict.remarks[0].startswith("9 of 46 cases passed. S2.1, EHLO is answered 250.")
    assert "RFC 5321 §4.1.1.1." in verdict.remarks[0]


PROGRAM = """
import json, socket, sys, threading
from pathlib import Path
from smtplab.lessons.project.reference_server import serve
from smtplab.lessons.project.site import site_in
folder = Path(sys.argv[1])
site = site_in(folder)
site.certificate = str(folder / "certificate.pem")
def deliver(reverse_path, forward_paths, message):
    number = len(list((folder / "mails").iterdir()))
    (folder / "mails" / str(number)).write_bytes(b"Received: by me\\r\\n" + message)
site.deliver = deliver
listening = socket.create_server(("127.0.0.1", 0))
print(listening.getsockname()[1], flush=True)
while True:
    serve(listening.accept()[0], site)
"""


def test_program_that_serves_one_client_after_the_other_is_graded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import subprocess

    folder = tmp_path / "site"
    assert run(monkeypatch, "site", "--site", str(folder), "--seed", "mine") == 0
    with subprocess.Popen([sys.executable, "-c", PROGRAM, str(folder)], stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        port = program.stdout.readline().strip()
        assert run(monkeypatch, f"127.0.0.1:{port}", "--site", str(folder)) == 0
        program.kill()
    assert "Score: 95 of 95." in capsys.readouterr().out


CLIENT = """
import sys
from smtplab.lessons.project.reference_client import send
host, port, reverse_path, forward_paths, file, authority = sys.argv[1:]
message = open(file, "rb").read()
pem = None if authority == "none" else authority
fates = send(host, int(port), reverse_path, forward_paths.split(","), message, pem)
for path, fate in fates.items():
    print(path, fate)
"""


def test_client_that_is_a_command_is_graded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    program = tmp_path / "client.py"
    program.write_text(CLIENT)
    places = "{host} {port} '{reverse_path}' {forward_paths} {file} {authority}"
    assert run(monkeypatch, f"{sys.executable} {program} {places}", "C5") == 0
    assert "Score: 8 of 8." in capsys.readouterr().out


@pytest.mark.parametrize("what", ["nonsense", "mx.example:25"])
def test_command_line_that_names_no_program_is_refused(
    what: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write(site_of(1), tmp_path)
    assert run(monkeypatch, what, "--site", str(tmp_path)) == 2
    assert "this machine" in capsys.readouterr().err


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["project", *arguments])
    return command_line.main()
