"""How does a clone become a lab? `python3 -m smtplab`, and nothing has to be installed first.

    python3 -m smtplab          JupyterLab on the lessons
    python3 -m smtplab test     all tests
    python3 -m smtplab demo     or any other command of `smtplab --help`

Where this Python has what pyproject.toml asks for (conda, Binder, uv), it goes on at once. Where not, it makes .venv in
the clone, installs everything there, and runs itself again in it.

Standard library alone, and nothing newer than Python 3.9: it runs where nothing is there yet, and has to tell an old
Python that it is too old.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
STAMP = VENV / "smtplab-set-up"  # what is installed there; empty from the first moment until all of it is
AGAIN = "SMTPLAB_SET_UP"  # environment variable: this is the second run, in .venv
LOG = VENV / "install.log"
OLDEST = (3, 11)


class SetUpError(Exception):
    """What the person at the keyboard has to do, in one line."""


def main() -> int:
    """Set up what is missing, then start. Give the exit status, 1 when the set-up failed."""
    try:
        return run(sys.argv[1:])
    except SetUpError as error:
        say(str(error))
        return 1


def run(arguments: list[str]) -> int:
    """Start here if this Python has everything, else in .venv. Where there is no clone, nothing is set up."""
    refuse_old_python(tuple(sys.version_info[:2]))
    if not (ROOT / "pyproject.toml").exists():
        return start(arguments)
    second = os.environ.pop(AGAIN, None) or Path(sys.prefix).resolve() == VENV
    lacking = missing(requirements(project(), testing=arguments[:1] == ["test"]))
    if not lacking:
        return start(arguments)
    if second:
        raise SetUpError(f"{VENV} lacks {', '.join(lacking)}: delete it, and the next start makes it anew")
    make_venv_if_needed()
    return run_again(arguments)


def start(arguments: list[str]) -> int:
    """Do what was asked for; everything needed is installed."""
    if arguments == ["test"]:
        return subprocess.call([sys.executable, str(ROOT / "tests" / "run.py")])
    from smtplab.cli import main as command_line

    return command_line(arguments or ["lab"])


def refuse_old_python(version: tuple[int, ...]) -> None:
    """Raise SetUpError for a Python on which the lab does not run."""
    if version < OLDEST:
        found, oldest = (".".join(map(str, numbers)) for numbers in (version, OLDEST))
        raise SetUpError(f"needs Python {oldest} or newer, this one is {found}: try python{oldest} -m smtplab")


# What does the lab need, and is it here?


def project() -> dict[str, Any]:
    """Read the table `project` of pyproject.toml."""
    import tomllib  # here, since an old Python has none

    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return table


def requirements(table: dict[str, Any], testing: bool) -> list[str]:
    """List what has to be installed, as `name>=lowest,<beyond`. The package too, since a kernel starts elsewhere."""
    tests = table["optional-dependencies"]["test"] if testing else []
    return [table["name"], *table["dependencies"], *tests]


def missing(wanted: list[str]) -> list[str]:
    """List those requirements that this Python does not meet.

    The clone itself is not looked into: it may hold the egg-info of an installation into some other Python.
    """
    from importlib import metadata

    path = [folder for folder in sys.path if folder and Path(folder).resolve() != ROOT]

    def version(requirement: str) -> str | None:
        name = re.split("[<>=]", requirement)[0]
        found = next(iter(metadata.distributions(name=name, path=path)), None)
        return found.version if found else None

    return [requirement for requirement in wanted if not satisfies(version(requirement), requirement)]


def satisfies(version: str | None, requirement: str) -> bool:
    """Say whether a version lies between the bounds of a requirement. None is no version at all.

    Knows `>=` and `<`, the only two that pyproject.toml uses.
    """
    if version is None:
        return False
    bounds = re.findall(r"(>=|<)([\d.]+)", requirement)
    return all((_numbers(version) < _numbers(bound)) == (sign == "<") for sign, bound in bounds)


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)[:3]]


# Making .venv


def make_venv_if_needed() -> None:
    """Make .venv unless it is there and up to date. One that somebody else made (uv, a person) is left as it is."""
    stamp = STAMP.read_text() if STAMP.exists() else None
    if needs_making(VENV.exists(), stamp, fingerprint()):
        try:
            make_venv()
        except KeyboardInterrupt:
            raise SetUpError("set-up interrupted: the next start does it again") from None
        except OSError as error:
            raise SetUpError(f"set-up failed: {error}") from None


def needs_making(exists: bool, stamp: str | None, wanted: str) -> bool:
    """Decide from what is there. stamp: None where .venv holds none, so is not ours; "" where it was left half-made."""
    return not exists or (stamp is not None and stamp != wanted)


def fingerprint() -> str:
    """Summarise all that decides what is in .venv; other settings in pyproject.toml do not."""
    constraints = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    parts = (str(ROOT), str(sys.version_info[:2]), str(project()), constraints)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def make_venv() -> None:
    """Make .venv anew and install the clone into it, with its tests' needs."""
    if importlib.util.find_spec("ensurepip") is None:
        raise SetUpError(
            "this Python cannot make a virtual environment; on Debian and Ubuntu: apt install python3-venv"
        )
    say(f"first start: installing JupyterLab, scapy, matplotlib and the test tools into {VENV} (about a minute)")
    empty_venv()
    logged([sys.executable, "-m", "venv", str(VENV)])
    pip = [str(venv_python()), "-m", "pip", "--disable-pip-version-check", "install"]
    logged([*pip, "--constraint", "constraints.txt", "--editable", ".[test]"])
    STAMP.write_text(fingerprint())


def empty_venv() -> None:
    """Leave nothing in .venv but an empty stamp, written first: so .venv is known as ours when this is interrupted."""
    VENV.mkdir(exist_ok=True)
    STAMP.write_text("")
    for path in VENV.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path != STAMP:
            path.unlink()


def logged(command: list[str]) -> None:
    """Run a command of the set-up, its output going to the log. Raises SetUpError with the log's own words."""
    with LOG.open("ab") as log:
        failed = subprocess.call(command, cwd=str(ROOT), stdout=log, stderr=subprocess.STDOUT)
    if failed:
        reason = last_error(LOG.read_text(encoding="utf-8", errors="replace"))
        raise SetUpError(f"set-up failed: {reason} (no network? all that was said is in {LOG})")


def last_error(log: str) -> str:
    """Pick the line of pip's output that says why: the last that calls itself an error, else the last one."""
    lines = [line.strip() for line in log.splitlines() if line.strip() and "for help visit" not in line]
    errors = [line[len("ERROR:") :].strip() for line in lines if line.startswith("ERROR:")]
    return (errors or lines or ["it gave no reason"])[-1]


def venv_python() -> Path:
    """Give the path of the Python in .venv."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def run_again(arguments: list[str]) -> int:
    """Run this module in .venv, with the same arguments."""
    if not venv_python().exists():
        raise SetUpError(f"{VENV} is no virtual environment: delete it, and the next start makes one")
    command = [str(venv_python()), "-m", "smtplab", *arguments]
    os.environ[AGAIN] = "1"
    if os.name != "nt":  # there, exec returns to the shell at once
        os.execv(command[0], command)
    return subprocess.call(command)


def say(line: str) -> None:
    """Tell the person at the keyboard; on stderr, since what a command prints may be piped into another."""
    print(f"smtplab: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
