"""`smtplab lab`: the JupyterLab that it starts."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from smtplab.cli.lab import DEFAULTS, environment
from tests.browser.jupyterlab import places, wait_for_address

NOTIFICATION = "@jupyterlab/apputils-extension:notification"


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """Start the lab as a reader does whose JupyterLab was never started before, and say where it listens."""
    command = [sys.executable, "-m", "smtplab", "lab", "--", "--no-browser", "--ServerApp.port=0"]
    with (tmp_path / "server.log").open("wb") as log:
        process = subprocess.Popen(command, env=os.environ | places(tmp_path), stdout=log, stderr=log)
    try:
        yield wait_for_address(process, tmp_path)
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.mark.slow
def test_lab_started_first_does_not_ask_about_news_and_leaves_the_settings_alone(
    lab: dict[str, Any], tmp_path: Path
) -> None:
    with urlopen(f"{lab['url']}lab/api/settings/{NOTIFICATION}?token={lab['token']}") as answer:
        found = json.load(answer)
    assert found["schema"]["properties"]["fetchNews"]["default"] == "false"
    assert found["settings"] == {}
    assert list((tmp_path / "settings").rglob("*.*")) == []


@pytest.mark.parametrize(
    ("named", "searched"),
    [
        pytest.param("", [str(DEFAULTS)], id="none named"),
        pytest.param("own", ["own", str(DEFAULTS)], id="the reader's own first"),
    ],
)
def test_defaults_come_after_the_folders_of_settings_already_named(
    named: str, searched: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", named)
    assert environment()["JUPYTER_CONFIG_PATH"].split(os.pathsep) == searched
