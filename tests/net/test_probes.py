"""The conformance probes against our server: about a hundred short sessions, each with the RFC section it is about."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from smtplab.net.server import Server
from smtplab.protocol.auth import SERVER_MECHANISMS
from tests.conftest import ROOT

USERS = {"test": "secret"}

# What a probe cannot ask of a server that is set up so.
NOT_ASKED = {
    "none": {"tls-start", "tls-version", "tls-reset-auth", "tls-inject", "tls-mail"},
    "starttls": {"helo-mail", "half-close"},
    "implicit": {"half-close", "tls-start", "tls-version", "tls-reset-auth", "tls-inject", "tls-mail"},
}


@pytest.fixture(scope="session")
def probe() -> Path:
    """Give the program that probes: SMTPLAB_PROBES, else ../shared/probes beside the clone."""
    file = Path(os.environ.get("SMTPLAB_PROBES", ROOT.parent / "shared" / "probes")) / "probe.py"
    if not file.is_file():
        pytest.skip(f"no probes at {file}; SMTPLAB_PROBES can name another folder")
    return file


@pytest.fixture(params=NOT_ASKED)
def results(request: pytest.FixtureRequest, probe: Path, tmp_path: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Probe a server with this kind of TLS, and give the kind and what each probe found."""
    box, found = tmp_path / "box", tmp_path / "found.json"
    with ExitStack() as servers:
        asked = Server(USERS, maildir=box, tls=request.param, mechanisms=SERVER_MECHANISMS)
        beside = Server(USERS, tls="implicit")
        ports = [str(servers.enter_context(server).port) for server in (asked, beside)]
        where = ["127.0.0.1", ports[0], "--tls", request.param, "--tls-port", ports[1], "--store", str(box)]
        login = ["--user", "test", "--password", "secret"]
        subprocess.run(
            [sys.executable, str(probe), *where, *login, "--json", str(found)],
            check=True,
            stdout=subprocess.DEVNULL,
            timeout=110,
        )
        yield request.param, json.loads(found.read_text())["probes"]


@pytest.mark.slow
def test_no_probe_fails(results: tuple[str, list[dict[str, Any]]]) -> None:
    kind, probes = results
    assert [(one["id"], one["rfc"], one["why"]) for one in probes if one["verdict"] == "fail"] == []
    # The last one ends the server, which here is this very process.
    assert {one["id"] for one in probes if one["verdict"] == "n-a"} == NOT_ASKED[kind] | {"shutdown-421"}
    assert len(probes) > 100


def test_server_that_is_told_to_end_says_421(probe: Path, tmp_path: Path) -> None:
    found = tmp_path / "found.json"
    main = "import sys; from smtplab.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", main, "serve", "--port", "0", "--discard"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as serving:
        assert serving.stdout is not None
        port = serving.stdout.readline().strip().rpartition(":")[2]
        options = ["--only", "shutdown-421", "--term-pid", str(serving.pid), "--json", str(found)]
        subprocess.run(
            [sys.executable, str(probe), "127.0.0.1", port, *options], check=True, stdout=subprocess.DEVNULL, timeout=60
        )
        assert serving.wait(10) == 0
    assert [one["verdict"] for one in json.loads(found.read_text())["probes"]] == ["pass"]
