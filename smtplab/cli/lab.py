"""`smtplab lab`: JupyterLab on the lessons."""

import argparse
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

NOTEBOOKS: Final = Path(__file__).resolve().parents[2] / "notebooks"

# Nothing is asked of the outside: no news, no look for updates.
QUIET: Final = ["--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]

# Even so JupyterLab would ask each new reader about news. Here lie defaults: settings of their own go before.
DEFAULTS: Final = Path(__file__).parent / "jupyter"


def add(parser: argparse.ArgumentParser) -> None:
    """Say which options there are."""
    parser.description = "Open JupyterLab in a browser, on the first lesson. What follows -- goes to JupyterLab."
    parser.add_argument("jupyter", nargs="*", metavar="-- OPTION", help="such as -- --no-browser")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Become JupyterLab, so that whoever stops this process stops that; on Windows run it, and give its exit status."""
    lessons = sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))
    if not lessons:
        raise FileNotFoundError(f"no lessons in {NOTEBOOKS}: run this from a clone of the project")
    command = [sys.executable, "-m", "jupyterlab", *QUIET, *_as_root(), *arguments.jupyter, str(lessons[0])]
    if os.name != "nt":  # there, exec would give the shell back at once
        os.execve(command[0], command, environment())
    return subprocess.call(command, env=environment())


def environment() -> dict[str, str]:
    """Give this process's environment, with our defaults after the folders of settings that it names already."""
    folders = filter(None, (os.environ.get("JUPYTER_CONFIG_PATH"), str(DEFAULTS)))
    return os.environ | {"JUPYTER_CONFIG_PATH": os.pathsep.join(folders)}


def _as_root() -> list[str]:
    """Root may run it: in a container there often is nobody else, and it listens on loopback only."""
    return ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
