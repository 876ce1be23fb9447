"""`smtplab serve` and `smtplab send`, which are each other's peers here."""

import smtplib
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from smtplab.cli import main
from tests.cli.conftest import Served

Serve = Callable[..., Served]

ENVELOPE = ("--from", "a@example.org", "--to", "b@example.org")


def stored(maildir: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(maildir.glob("*/new/*"))]


def test_serve_says_first_where_it_listens(serve: Serve) -> None:
    assert serve("--discard").first_line.startswith("listening on 127.0.0.1:")


def test_serve_stops_on_sigterm_and_tells_its_clients(serve: Serve) -> None:
    served = serve("--discard")
    with socket.create_connection(("127.0.0.1", served.port), timeout=10) as client:
        client.recv(1000)
        assert served.stop() == (0, "")
        assert client.recv(1000).startswith(b"421 4.3.2 ")


def test_serve_takes_mail_from_the_standard_library(serve: Serve, tmp_path: Path) -> None:
    served = serve("--maildir", str(tmp_path / "mail"), "--user", "test:secret")
    with smtplib.SMTP("127.0.0.1", served.port) as client:
        client.login("test", "secret")
        client.sendmail("a@example.org", ["b@example.org"], b"Subject: x\r\n\r\ny\r\n")
    assert stored(tmp_path / "mail")[0].endswith(b"Subject: x\r\n\r\ny\r\n")


@pytest.mark.parametrize("tls", [(), ("--starttls",), ("--tls",)], ids=["clear", "starttls", "implicit"])
def test_send_delivers_the_very_octets(
    tls: tuple[str, ...], serve: Serve, letter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    offered = {(): "none", ("--starttls",): "starttls", ("--tls",): "implicit"}[tls]
    served = serve("--maildir", str(tmp_path / "mail"), "--tls", offered)
    assert main(["send", "--server", served.address, *tls, *ENVELOPE, str(letter)]) == 0
    assert stored(tmp_path / "mail")[0].endswith(letter.read_bytes())


@pytest.mark.parametrize("mechanism", ["login", "PLAIN", "cram-md5", "scram-sha-256"])
def test_send_logs_in(mechanism: str, serve: Serve, letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    served = serve("--discard", "--user", "test:secret")
    login = ("--auth", mechanism, "--user", "test", "--password", "secret")
    assert main(["send", "--server", served.address, *login, *ENVELOPE, str(letter)]) == 0
    output = capsys.readouterr().out
    assert "S: 235 2.7.0" in output
    assert "secret" not in output


def test_send_prints_the_dialogue(serve: Serve, letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    served = serve("--discard")
    main(["send", "--server", served.address, *ENVELOPE, str(letter)])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split(maxsplit=2)[:2] == ["greeting", "S:"]
    assert lines[-1].split()[:3] == ["QUIT", "S:", "221"]


def test_send_with_a_wrong_password_says_so_in_one_line(
    serve: Serve, letter: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    served = serve("--discard", "--user", "test:secret")
    login = ("--auth", "PLAIN", "--user", "test", "--password", "wrong")
    assert main(["send", "--server", served.address, *login, *ENVELOPE, str(letter)]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "535 5.7.8" in error


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["send", "--server", "127.0.0.1:1", *ENVELOPE, "LETTER"], "nobody listens on 127.0.0.1 port 1"),
        (["send", "--server", "127.0.0.1:1", *ENVELOPE, "/nowhere"], "/nowhere: No such file"),
        (["send", "--server", "192.0.2.1:25", *ENVELOPE, "LETTER"], "not loopback"),
        (["send", "--server", "here", *ENVELOPE], "is not HOST:PORT"),
        (["send", "--server", "127.0.0.1:1", "--auth", "PLAIN", *ENVELOPE, "LETTER"], "--auth needs"),
        (["serve", "--host", "192.0.2.1"], "not loopback"),
        (["serve", "--port", "99999"], "is no port"),
        (["serve", "--user", "nobody"], "NAME:PASSWORD"),
        (["serve", "--maildir", "LETTER"], "letter.eml: File exists"),
        (["serve", "--maildir", "LETTER/mail"], "letter.eml/mail: Not a directory"),
        (["serve", "--idle-timeout", "nan"], "no time in seconds"),
        (["send", "--server", "127.0.0.1:1", "--timeout", "0", *ENVELOPE, "LETTER"], "no time in seconds"),
        (["send", "--server", "127.0.0.1:1", "--timeout", "1e999", *ENVELOPE, "LETTER"], "no time in seconds"),
        (["send", "--server", "127.0.0.1:1", "--tls", "--ca", "LETTER", *ENVELOPE, "LETTER"], "no certificate in it"),
    ],
    ids=[
        "nobody listens",
        "no file",
        "beyond loopback",
        "no port",
        "no password",
        "host",
        "port",
        "user",
        "maildir a file",
        "maildir in a file",
        "no idle time",
        "no timeout",
        "endless timeout",
        "no certificate",
    ],
)
def test_bad_input_is_told_in_one_line_with_status_2(
    arguments: list[str], words: str, letter: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        status: object = main([argument.replace("LETTER", str(letter)) for argument in arguments])
    except SystemExit as end:
        status = end.code
    error = capsys.readouterr().err
    assert (status, error.count("\n")) == (2, 1)
    assert words in error


def test_send_that_begins_with_tls_where_the_server_does_not_says_so(
    serve: Serve, letter: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["send", "--server", serve("--discard").address, "--tls", "--insecure", *ENVELOPE, str(letter)]) == 2
    assert "the server does not begin with TLS" in capsys.readouterr().err


def test_send_takes_an_authority_from_a_file_with_comments(
    serve: Serve, letter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    served = serve("--discard", "--tls", "implicit")
    (authority,) = (path for path in (tmp_path / "cache").rglob("*.pem") if b"PRIVATE" not in path.read_bytes())
    commented = tmp_path / "ca.pem"
    commented.write_text(f"# Főtanúsítvány\n{authority.read_text(encoding='ascii')}", encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "elsewhere"))
    assert main(["send", "--server", served.address, "--tls", "--ca", str(commented), *ENVELOPE, str(letter)]) == 0


def test_serve_without_a_place_for_its_certificate_authority_says_what_to_do(
    letter: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(letter))
    assert main(["serve", "--tls", "starttls"]) == 2
    assert "XDG_CACHE_HOME names another folder" in capsys.readouterr().err


def test_serve_on_a_port_that_is_taken_says_what_to_do(serve: Serve, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--port", str(serve("--discard").port)]) == 2
    assert "port 0 takes any free one" in capsys.readouterr().err
