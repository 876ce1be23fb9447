"""Sessions over sockets, inside TLS: the lab's own and those of foreign clients, against what tshark sees in them."""

import smtplib
import socket
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest

from smtplab.capture.dissect import dissect
from smtplab.capture.record import Capture
from smtplab.cli import main
from smtplab.net import dialogue
from smtplab.net.client import Client
from smtplab.net.server import Server
from smtplab.net.tls import client_context
from smtplab.protocol.transcript import Kind, Transcript
from tests.capture.tls.talks import TLS_1_2, VERSIONS

USER, OTHER, PASSWORD = "test01@coremail.cn", "test02@coremail.cn", "password01"
MESSAGE = "Subject: a mail\r\n\r\n" + "A line of it.\r\n" * 3000
Way = Literal["starttls", "implicit"]

each_version = pytest.mark.parametrize("version", VERSIONS.values(), ids=VERSIONS)
each_way = pytest.mark.parametrize("way", ["starttls", "implicit"])


@pytest.fixture(params=[True, False], ids=["live", "recorded"])
def live(request: pytest.FixtureRequest) -> bool:
    """Run a test both ways; live where this user may."""
    if request.param:
        request.getfixturevalue("may_capture")
    return bool(request.param)


@pytest.fixture
def set_version(monkeypatch: pytest.MonkeyPatch) -> Callable[[ssl.TLSVersion], None]:
    """Give a function that lets the lab's client speak no newer version of TLS."""

    def limit(version: ssl.TLSVersion) -> None:
        def limited(authority: str | None, *, verify: bool) -> ssl.SSLContext:
            context = client_context(authority, verify=verify)
            context.maximum_version = version
            return context

        monkeypatch.setattr(dialogue, "client_context", limited)

    return limit


def send_mail(server: Server, message: str = MESSAGE) -> None:
    with Client(server, implicit_tls=server.tls == "implicit") as client:
        client.ehlo("TINY-DESKTOP")
        if server.tls == "starttls":
            client.starttls()
            client.ehlo("TINY-DESKTOP")
        client.auth("LOGIN", USER, PASSWORD)
        client.mail(USER)
        client.rcpt(OTHER)
        client.data(message)


def commands_of(transcript: Transcript) -> list[tuple[str, str]]:
    """Give frame and verb of each command."""
    return [(str(entry.frame), entry.verb or "") for entry in transcript if entry.kind is Kind.COMMAND]


def contents(transcript: Transcript) -> list[tuple[str, Kind, bytes]]:
    return [(entry.party, entry.kind, entry.octets) for entry in transcript]


VERBS = {
    "starttls": ["EHLO", "STARTTLS", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"],
    "implicit": ["EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"],
}


@each_version
@each_way
def test_capture_knows_what_was_said_inside(
    way: Way, version: ssl.TLSVersion, live: bool, set_version: Callable[[ssl.TLSVersion], None]
) -> None:
    set_version(version)
    with Server(users={USER: PASSWORD}, tls=way) as server, Capture(server, live) as capture:
        send_mail(server)
    transcript = capture.transcript
    assert [verb for _, verb in commands_of(transcript)] == VERBS[way]
    (mail,) = (entry for entry in transcript if entry.kind is Kind.MAIL_DATA)
    assert mail.octets.decode() == MESSAGE
    assert mail.tls
    assert "hidden" not in str(transcript)
    assert PASSWORD not in str(transcript)
    assert all(entry.frames == tuple(sorted(set(entry.frames))) for entry in transcript)
    assert [entry.frame for entry in transcript] == sorted(entry.frame or 0 for entry in transcript)


def test_capture_while_it_runs_has_what_was_just_said(live: bool) -> None:
    with (
        Server(tls="implicit") as server,
        Capture(server, live) as capture,
        Client(server, implicit_tls=True) as client,
    ):
        client.noop()
        assert [entry.verb for entry in capture.transcript if entry.tls] == ["GREETING", "NOOP", "NOOP"]


def test_text_of_two_runs_is_the_same() -> None:
    texts = set()
    for _ in range(5):
        with Server(users={USER: PASSWORD}, tls="starttls") as server, Capture(server) as capture:
            send_mail(server)
        texts.add(str(capture.transcript))
    (text,) = texts
    assert "TLS       C: [client hello: offers TLS 1.3, TLS 1.2]" in text


@each_version
@each_way
def test_saved_file_opens_in_tshark_and_here_without_a_key_log(
    way: Way,
    version: ssl.TLSVersion,
    live: bool,
    set_version: Callable[[ssl.TLSVersion], None],
    program: Callable[[str], str],
    tmp_path: Path,
) -> None:
    set_version(version)
    with Server(users={USER: PASSWORD}, tls=way) as server, Capture(server, live) as capture:
        send_mail(server, MESSAGE[:2000])  # after a message in several records, tshark 4.0 sees no QUIT
    saved = capture.save(tmp_path / "session.pcapng")
    assert saved.decode_as == f"{'tcp' if way == 'starttls' else 'tls'}.port=={server.port},smtp"
    command = [program("tshark"), "-r", saved.path, "-d", saved.decode_as, "-Y", "smtp.req.command", "-T", "fields"]
    done = subprocess.run(
        [*command, "-e", "frame.number", "-e", "smtp.req.command"], capture_output=True, text=True, check=True
    )
    seen = [tuple(line.split("\t")) for line in done.stdout.splitlines()]
    assert seen == [(frame, verb[:4]) for frame, verb in commands_of(capture.transcript)]
    assert contents(dissect(saved.path)) == contents(capture.transcript)


@each_version
@pytest.mark.parametrize("way", ["starttls", "implicit"])
def test_foreign_client_is_read_with_the_key_log_of_the_server(
    way: Way, version: ssl.TLSVersion, tmp_path: Path
) -> None:
    with Server(users={USER: PASSWORD}, tls=way) as server, Capture(server) as capture:
        context = client_context(server.authority_pem, verify=True)
        context.maximum_version = version
        with (
            smtplib.SMTP(server.host, server.port)
            if way == "starttls"
            else smtplib.SMTP_SSL(server.host, server.port, context=context) as client
        ):
            if way == "starttls":
                client.starttls(context=context)
            client.login(USER, PASSWORD)
            client.sendmail(USER, [OTHER], MESSAGE)
    assert server.key_log is not None
    path = tmp_path / "session.pcapng"
    capture.save(path)
    without_keys = tmp_path / "without.pcapng"
    strip_secrets(path, without_keys)
    assert not any(entry.tls for entry in dissect(without_keys, [server.port]))
    transcript = dissect(without_keys, keylog=server.key_log)
    assert contents(transcript) == contents(capture.transcript)
    (mail,) = (entry for entry in transcript if entry.kind is Kind.MAIL_DATA)
    assert mail.octets.decode() == MESSAGE


def strip_secrets(path: Path, to: Path) -> None:
    """Copy a pcapng file without its decryption secrets: the block behind the section header."""
    octets = path.read_bytes()
    start = int.from_bytes(octets[4:8], "little")
    assert octets[start] == 10
    length = int.from_bytes(octets[start + 4 : start + 8], "little")
    to.write_bytes(octets[:start] + octets[start + length :])


def test_secrets_that_editcap_put_into_a_file_are_used(program: Callable[[str], str], tmp_path: Path) -> None:
    editcap = program("editcap")
    with Server(users={USER: PASSWORD}, tls="implicit") as server, Capture(server) as capture:
        send_mail(server)
    capture.save(tmp_path / "with.pcapng")
    strip_secrets(tmp_path / "with.pcapng", tmp_path / "without.pcapng")
    injected = tmp_path / "injected.pcapng"
    command = [editcap, "--inject-secrets", f"tls,{server.key_log}", str(tmp_path / "without.pcapng"), str(injected)]
    subprocess.run(command, check=True, capture_output=True)
    assert contents(dissect(injected)) == contents(capture.transcript)


def test_key_log_of_another_server_opens_nothing(tmp_path: Path) -> None:
    with Server(users={USER: PASSWORD}, tls="starttls") as server, Capture(server) as capture:
        send_mail(server)
    with Server(users={USER: PASSWORD}, tls="starttls") as other:
        send_mail(other)
    capture.save(tmp_path / "with.pcapng")
    strip_secrets(tmp_path / "with.pcapng", tmp_path / "without.pcapng")
    transcript = dissect(tmp_path / "without.pcapng", keylog=other.key_log)
    assert [verb for _, verb in commands_of(transcript)] == ["EHLO", "STARTTLS"]
    assert "the key log has no key of this session" in str(transcript)


SUITES_OF_1_3 = [
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
]


def s_client(openssl: str, server: Server, *options: str) -> "subprocess.Popen[bytes]":
    """Start OpenSSL's own client, which sends what is typed, but for a line with Q or K, and shows what comes back."""
    command = [openssl, "s_client", "-connect", f"{server.host}:{server.port}", "-tls1_3", "-crlf", *options]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0)


def type_and_wait(process: "subprocess.Popen[bytes]", typed: bytes, answer: bytes) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(typed)
    heard = b""
    while answer not in heard:
        octets = process.stdout.read(4096)
        assert octets, f"{heard!r} and then nothing"
        heard += octets


@pytest.mark.parametrize("suite", SUITES_OF_1_3)
def test_every_cipher_suite_of_1_3_is_opened(suite: str, program: Callable[[str], str]) -> None:
    openssl = program("openssl")
    with (
        Server(tls="implicit") as server,
        Capture(server) as capture,
        s_client(openssl, server, "-ciphersuites", suite) as client,
    ):
        type_and_wait(client, b"", b"220")
        type_and_wait(client, b"EHLO a.example\n", b"HELP")
        type_and_wait(client, b"quit\n", b"221")
        client.communicate()
    assert f"S: [server hello: TLS 1.3, {suite}" in str(capture.transcript)
    assert [verb for _, verb in commands_of(capture.transcript)] == ["EHLO", "QUIT"]


def test_key_update_is_followed(program: Callable[[str], str]) -> None:
    openssl = program("openssl")
    with Server(tls="implicit") as server, Capture(server) as capture, s_client(openssl, server) as client:
        type_and_wait(client, b"", b"220")
        type_and_wait(client, b"EHLO a.example\n", b"HELP")
        type_and_wait(client, b"K\n", b"KEYUPDATE")  # and asks the server to do the same
        type_and_wait(client, b"NOOP\n", b"250")
        type_and_wait(client, b"quit\n", b"221")
        client.communicate()
    updates = [entry.party for entry in capture.transcript if entry.decoded == (("key update", ""),)]
    assert updates == ["client", "server"]
    assert [verb for _, verb in commands_of(capture.transcript)] == ["EHLO", "NOOP", "QUIT"]
    assert "hidden" not in str(capture.transcript)


@each_way
def test_resumed_session_is_opened(way: Way) -> None:
    with Server(tls=way) as server, Capture(server) as capture:
        context = client_context(server.authority_pem, verify=True)
        context.maximum_version = TLS_1_2
        sessions = list[ssl.SSLSession]()
        for _ in range(2):
            sessions.append(talk_again(server, context, sessions[-1] if sessions else None))
    assert len(capture.transcript.streams) == 2
    for stream in capture.transcript.streams:
        one = capture.transcript.stream(stream.number)
        assert [entry.verb for entry in one if entry.kind is Kind.COMMAND][-1] == "QUIT"
    assert "certificate" not in str(capture.transcript.stream(1))


def talk_again(server: Server, context: ssl.SSLContext, session: ssl.SSLSession | None) -> ssl.SSLSession:
    with socket.create_connection((server.host, server.port), timeout=10) as plain:
        if server.tls == "starttls":
            plain.recv(1000)
            plain.sendall(b"STARTTLS\r\n")
            plain.recv(1000)
        with context.wrap_socket(plain, server_hostname="localhost", session=session) as tls:
            if server.tls == "implicit":
                tls.recv(1000)
            tls.sendall(b"QUIT\r\n")
            tls.recv(1000)
            assert tls.session_reused == (session is not None)
            assert tls.session is not None
            return tls.session


@pytest.mark.parametrize("arguments", [["dissect"], ["draw", "-o"]], ids=["dissect", "draw"])
def test_command_line_takes_a_key_log(arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Server(users={USER: PASSWORD}, tls="implicit") as server, Capture(server) as capture:
        send_mail(server)
    capture.save(tmp_path / "with.pcapng")
    strip_secrets(tmp_path / "with.pcapng", tmp_path / "without.pcapng")
    picture = [str(tmp_path / "ladder.svg")] if arguments[-1] == "-o" else []
    file = str(tmp_path / "without.pcapng")
    assert main([*arguments, *picture, file, "--keylog", str(server.key_log)]) == 0
    shown = Path(picture[0]).read_text() if picture else capsys.readouterr().out
    assert "MAIL FROM:" in shown
    assert PASSWORD not in shown


@pytest.mark.parametrize("content", [None, "no keys"], ids=["missing", "something else"])
def test_bad_key_log_is_told_in_one_line_with_status_2(
    content: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if content is not None:
        (tmp_path / "keys").write_text(content)
    assert main(["dissect", str(tmp_path / "x.pcapng"), "--keylog", str(tmp_path / "keys")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert str(tmp_path / "keys") in line
