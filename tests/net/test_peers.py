"""Other people's clients send to our server, and our client sends to other people's servers.

What arrives is what was sent, octet for octet. `test_auth` has their logins in every mechanism, `test_mail_hosts` the
servers that deliver.
"""

import asyncio
import os
import pty
import select
import smtplib
import ssl
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import aiosmtplib
import pytest
from aiosmtpd.controller import Controller

from smtplab.net.certificates import Authority
from smtplab.net.client import Client
from smtplab.net.networks import LOOPBACK
from smtplab.net.server import Server
from tests.net.mail_hosts import wait_for
from tests.net.talker import ENVELOPE, mail

Find = Callable[[str], str]

USER, PASSWORD, RECIPIENT = "test01@coremail.cn", "password01", "test02@coremail.cn"
LETTER = b"".join(
    line + b"\r\n"
    for line in [
        b"Date: Fri, 02 Jan 2026 03:04:05 +0000",
        b"From: <test01@coremail.cn>",
        b"To: <test02@coremail.cn>",
        b"Message-ID: <1@client.example>",
        b"Subject: dots",
        b"",
        *[b".", b"..", b"...x", b" . ", b"\tFrom here on", b"From there on", b"x" * 998, b"." * 998],
        *["Grüße".encode(), b"", b"", b"last"],
    ]
)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server({USER: PASSWORD}) as running:
        yield running


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    file = tmp_path / "letter.eml"
    file.write_bytes(LETTER)
    return file


def arrived(server: Server) -> list[bytes]:
    """Give what was stored, without the two trace fields on top."""
    files = sorted(server.mailboxes.directory.glob("*/new/*"))
    return [file.read_bytes().partition(b"000\r\n")[2] for file in files]


def run(command: list[str], **options: Any) -> str:
    """Run a peer to its end, which must be a good one, and give what it printed."""
    done = subprocess.run(command, capture_output=True, timeout=60, check=False, **options)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()
    return str(done.stdout, "utf-8", "replace")


# Their clients, our server

LOGINS = {"anonymous": [], "login": ["-u", f"{USER}:{PASSWORD}"]}


@pytest.mark.parametrize("login", LOGINS.values(), ids=LOGINS)
def test_curl_sends_a_letter(server: Server, program: Find, letter: Path, login: list[str]) -> None:
    envelope = ["--mail-from", USER, "--mail-rcpt", RECIPIENT, "-T", str(letter)]
    run([program("curl"), "-sS", f"smtp://127.0.0.1:{server.port}/client.example", *envelope, *login])
    assert arrived(server) == [LETTER]


@pytest.mark.parametrize("pipeline", [[], ["--pipeline"]], ids=["lock-step", "pipelined"])
@pytest.mark.parametrize("mechanism", ["", "LOGIN", "PLAIN"], ids=["anonymous", "LOGIN", "PLAIN"])
def test_swaks_sends_a_letter(server: Server, program: Find, letter: Path, mechanism: str, pipeline: list[str]) -> None:
    letter.write_bytes(LETTER.removesuffix(b"\r\n"))  # swaks adds the last line end itself
    login = ["--auth", mechanism, "--auth-user", USER, "--auth-password", PASSWORD] if mechanism else []
    where = ["--server", f"127.0.0.1:{server.port}", "--from", USER, "--to", RECIPIENT, "--data", f"@{letter}"]
    run([program("swaks"), *where, *login, *pipeline])
    assert arrived(server) == [LETTER]


@pytest.mark.parametrize("mechanism", ["off", "login", "plain"])
def test_msmtp_sends_a_letter(server: Server, program: Find, tmp_path: Path, mechanism: str) -> None:
    config = tmp_path / "msmtprc"
    lines = [f"host 127.0.0.1\nport {server.port}\nfrom {USER}\ntls off\nauth {mechanism}\n"]
    if mechanism != "off":
        lines.append(f"user {USER}\npassword {PASSWORD}\n")
    config.write_text("".join(["defaults\naccount default\n", *lines]))
    config.chmod(0o600)
    run([program("msmtp"), "-C", str(config), RECIPIENT], input=LETTER.replace(b"\r\n", b"\n"))
    assert arrived(server) == [LETTER]


def test_smtp_source_sends_a_hundred_mails_in_ten_sessions(server: Server, program: Find) -> None:
    options = ["-s", "10", "-m", "100", "-l", "4000", "-f", USER, "-t", RECIPIENT]
    run([program("smtp-source"), *options, f"127.0.0.1:{server.port}"])
    contents = arrived(server)
    bodies = {content.partition(b"\r\n\r\n")[2] for content in contents}
    assert (len(contents), len(bodies)) == (100, 1)
    assert {line[1:] for line in bodies.pop().split(b"\r\n") if len(line) == 78} == {b"X" * 77}


@pytest.mark.parametrize("login", [False, True], ids=["anonymous", "login"])
def test_smtplib_sends_a_letter(server: Server, login: bool) -> None:
    with smtplib.SMTP("127.0.0.1", server.port, local_hostname="client.example") as client:
        if login:
            client.login(USER, PASSWORD)
        assert client.sendmail(USER, [RECIPIENT], LETTER, mail_options=["BODY=8BITMIME"]) == {}
    assert arrived(server) == [LETTER]


@pytest.mark.parametrize("login", [False, True], ids=["anonymous", "login"])
@pytest.mark.parametrize("tls", ["none", "starttls", "implicit"])
def test_aiosmtplib_sends_a_letter(tls: Literal["none", "starttls", "implicit"], login: bool) -> None:
    authority = Authority()

    async def send(port: int) -> dict[str, aiosmtplib.SMTPResponse]:
        context = ssl.create_default_context(cadata=authority.pem)
        async with aiosmtplib.SMTP(
            hostname="127.0.0.1",
            port=port,
            local_hostname="client.example",
            use_tls=tls == "implicit",
            start_tls=tls == "starttls",
            tls_context=context,
        ) as client:
            if login:
                await client.login(USER, PASSWORD)
            refused, _ = await client.sendmail(USER, [RECIPIENT], LETTER, mail_options=["BODY=8BITMIME"])
        await asyncio.sleep(0.1)  # its transport is closed only after it says that it is
        return refused

    with Server({USER: PASSWORD}, tls=tls, authority=authority) as server:
        assert asyncio.run(send(server.port)) == {}
        assert arrived(server) == [LETTER]


def test_smtplib_understands_each_refusal() -> None:
    with Server(mailboxes=[RECIPIENT], size_limit=100) as server, smtplib.SMTP("127.0.0.1", server.port) as client:
        assert client.sendmail(USER, [RECIPIENT, "nobody@coremail.cn"], "x")["nobody@coremail.cn"][0] == 550
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            client.sendmail(USER, ["nobody@coremail.cn"], "x")
        with pytest.raises(smtplib.SMTPSenderRefused) as refused:
            client.sendmail(USER, [RECIPIENT], "x" * 101)
        assert refused.value.smtp_code == 552
        assert client.verify(RECIPIENT)[0] == 252
        assert client.help().startswith(b"2.0.0 Commands known here")


def test_netcat_sends_a_session_in_one_piece_and_closes_its_half(server: Server, program: Find) -> None:
    printed = run([program("nc"), "-N", "127.0.0.1", str(server.port)], input=mail("Subject: x", "", "..dot"))
    assert [line[:3] for line in printed.splitlines() if line[3:4] == " "] == [
        *["220", "250", "250", "250", "354", "250", "221"]
    ]
    assert arrived(server) == [b"Subject: x\r\n\r\n.dot\r\n"]


def test_telnet_typed_by_hand_sends_a_mail(server: Server, program: Find) -> None:
    """On a terminal, as somebody would: a line, the reply to it, the next line."""
    ours, theirs = pty.openpty()
    command = [program("telnet"), "127.0.0.1", str(server.port)]
    typist = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True)
    os.close(theirs)
    try:
        seen = _until(ours, b"220 ")
        for line, reply in [*zip(ENVELOPE, (b"250 ",) * 3, strict=True), ("DATA", b"354 "), ("QUIT", b"221 ")]:
            if line == "QUIT":
                os.write(ours, b"Subject: by hand\r\r..\r.\r")
                seen += _until(ours, b"250 2.0.0 Queued as 1")
            os.write(ours, line.encode() + b"\r")  # the Enter key
            seen += _until(ours, reply)
        assert typist.wait(10) is not None
    finally:
        typist.kill()
        typist.wait()
        os.close(ours)
    assert b"Connected to 127.0.0.1." in seen
    assert arrived(server) == [b"Subject: by hand\r\n\r\n.\r\n"]


def _until(terminal: int, words: bytes) -> bytes:
    seen, deadline = b"", time.monotonic() + 10
    while words not in seen:
        ready, _, _ = select.select([terminal], [], [], deadline - time.monotonic())
        assert ready, seen
        seen += os.read(terminal, 4096)
    return seen


# Our client, their servers


@contextmanager
def smtp_sink(program: Find) -> Iterator[tuple[int, Path]]:
    """Run postfix's smtp-sink, which stores each message in a file of a directory; give its port and the directory."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        directory.chmod(0o777)  # started by root, it becomes somebody who may do nothing else
        with LOOPBACK.listen("127.0.0.1", 0) as listening:
            port = listening.getsockname()[1]
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        command = [program("smtp-sink"), *user, "-d", "mail.", f"127.0.0.1:{port}", "10"]
        sink = subprocess.Popen(command, cwd=directory)
        try:
            wait_for(port)
            yield port, directory
        finally:
            sink.kill()
            sink.wait()


@pytest.mark.parametrize("hello", ["ehlo", "helo"], ids=["pipelined", "lock-step"])
def test_client_sends_a_letter_to_smtp_sink(program: Find, hello: str) -> None:
    letter = LETTER if hello == "ehlo" else LETTER.decode().encode("ascii", "replace")
    with smtp_sink(program) as (port, directory):
        with Client("127.0.0.1", port) as client:
            getattr(client, hello)()
            assert client.send_message(USER, [RECIPIENT, "test03@coremail.cn"], letter) == {}
        (file,) = directory.iterdir()
        stored = file.read_bytes()
    head, _, content = stored.partition(b"(UTC)\n")
    assert [line for line in head.splitlines() if line.startswith((b"X-Mail", b"X-Rcpt"))] == [
        *[b"X-Mail-Args: <test01@coremail.cn>" + (b" BODY=8BITMIME" if hello == "ehlo" else b"")],
        *[b"X-Rcpt-Args: <test02@coremail.cn>", b"X-Rcpt-Args: <test03@coremail.cn>"],
    ]
    assert content.replace(b"\n", b"\r\n") == letter + b"\r\n"  # it stores lines for Unix, and one more


class Keep:
    """A handler for aiosmtpd that keeps the envelopes."""

    def __init__(self) -> None:
        self.envelopes: list[Any] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.envelopes.append(envelope)
        return "250 2.0.0 kept"


@pytest.fixture
def aiosmtpd() -> Iterator[Controller]:
    with LOOPBACK.listen("127.0.0.1", 0) as listening:
        port = listening.getsockname()[1]
    controller = Controller(Keep(), hostname="127.0.0.1", port=port, enable_SMTPUTF8=True)
    controller.start()
    yield controller
    controller.stop()


@pytest.mark.parametrize("hello", ["ehlo", "helo"])
def test_client_sends_a_letter_to_aiosmtpd(aiosmtpd: Controller, hello: str) -> None:
    letter = LETTER if hello == "ehlo" else LETTER.decode().encode("ascii", "replace")
    with Client("127.0.0.1", aiosmtpd.port) as client:
        getattr(client, hello)()
        assert client.send_message(USER, [RECIPIENT, "test03@coremail.cn"], letter) == {}
        assert client.noop().code == 250
    (envelope,) = aiosmtpd.handler.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == (USER, [RECIPIENT, "test03@coremail.cn"])
    assert envelope.content == letter


def test_client_hears_from_aiosmtpd_what_is_wrong(aiosmtpd: Controller) -> None:
    with Client("127.0.0.1", aiosmtpd.port) as client:
        assert client.send_line("MAIL FROM:<a@example.org>").code == 503
        client.ehlo()
        assert client.send_line("XFOO").code == 500
        assert client.send_line("RCPT TO:<a@example.org>").code == 503
        assert client.vrfy("test02@coremail.cn").code == 252
