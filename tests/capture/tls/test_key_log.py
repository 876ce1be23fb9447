import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.capture.tls.key_log import LABELS, KeyLog, NotAKeyLog, read_key_log

RANDOM, OTHER, SECRET = bytes(range(32)), bytes(32), b"\xab" * 48
LINE = b"CLIENT_RANDOM %b %b" % (RANDOM.hex().encode(), SECRET.hex().encode())


def log_of(octets: bytes) -> KeyLog:
    keys = KeyLog()
    keys.add(octets)
    return keys


@pytest.mark.parametrize(
    "octets",
    [
        pytest.param(LINE + b"\n", id="one line"),
        pytest.param(LINE + b"\r\n", id="CRLF"),
        pytest.param(LINE, id="no line end"),
        pytest.param(b"# a comment\n\n" + LINE + b"\n", id="comment before it"),
        pytest.param(LINE.upper() + b"\n", id="upper case"),
        pytest.param(b"EXPORTER_SECRET 00 11\nRSA 00 11\n" + LINE + b"\nCLIENT_RANDOM 00", id="other lines around it"),
    ],
)
def test_secret_is_found_by_label_and_client_random(octets: bytes) -> None:
    keys = log_of(octets)
    assert keys.secret("CLIENT_RANDOM", RANDOM) == SECRET
    assert keys.has(RANDOM)


@pytest.mark.parametrize("label", sorted(LABELS))
def test_every_label_that_is_used_is_read(label: str) -> None:
    line = LINE.replace(b"CLIENT_RANDOM", label.encode())
    assert log_of(line).secret(label, RANDOM) == SECRET


@pytest.mark.parametrize(
    "octets",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"# a comment\n", id="a comment"),
        pytest.param(LINE[:-97], id="half a line"),
        pytest.param(LINE[:-1], id="half an octet"),
        pytest.param(LINE.replace(b"CLIENT", b"SOMEBODY"), id="another label"),
        pytest.param(b"x" + LINE, id="no beginning"),
    ],
)
def test_what_is_no_line_of_it_is_left_out(octets: bytes) -> None:
    keys = log_of(octets)
    assert not keys
    assert not keys.has(RANDOM)


def test_secrets_of_other_sessions_are_not_mixed_up() -> None:
    keys = log_of(LINE)
    assert keys.secret("CLIENT_RANDOM", OTHER) is None
    assert keys.secret("CLIENT_TRAFFIC_SECRET_0", RANDOM) is None


def test_more_may_be_added() -> None:
    keys = log_of(LINE)
    keys.add(LINE.replace(RANDOM.hex().encode(), OTHER.hex().encode()))
    assert keys.has(RANDOM)
    assert keys.has(OTHER)


@given(st.one_of(st.binary(), st.text().map(str.encode), st.binary().map(lambda octets: LINE + octets + LINE)))
def test_any_octets_are_read_without_complaint(octets: bytes) -> None:
    log_of(octets)


def test_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "keys").write_bytes(LINE)
    assert read_key_log(tmp_path / "keys").has(RANDOM)


def test_empty_file_is_fine(tmp_path: Path) -> None:
    (tmp_path / "keys").write_bytes(b"\n")
    assert not read_key_log(tmp_path / "keys")


def test_file_of_something_else_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "keys").write_bytes(b"Dear all,\nno keys here\n")
    with pytest.raises(NotAKeyLog, match="keys: no TLS key in it") as refusal:
        read_key_log(tmp_path / "keys")
    assert "\n" not in str(refusal.value)


def test_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_key_log(tmp_path / "keys")


def test_library_for_ciphers_is_not_loaded_without_a_key() -> None:
    code = "import sys, smtplab.capture.record; sys.exit('cryptography' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
