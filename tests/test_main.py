"""`python3 -m smtplab`: what it decides, without making a virtual environment; and one real set-up, marked slow."""

import ast
import importlib.util
import os
import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

from smtplab import __main__ as set_up

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.mark.parametrize(
    ("version", "requirement", "met"),
    [
        pytest.param("4.6.6", "jupyterlab>=4.4,<5", True, id="between the bounds"),
        pytest.param("4.4", "jupyterlab>=4.4,<5", True, id="at the lowest"),
        pytest.param("4.3.9", "jupyterlab>=4.4,<5", False, id="below the lowest"),
        pytest.param("5.0.0", "jupyterlab>=4.4,<5", False, id="at the one beyond"),
        pytest.param("4.10", "jupyterlab>=4.4,<5", True, id="ten is more than four"),
        pytest.param("0.1.0", "smtplab", True, id="any version"),
        pytest.param(None, "smtplab", False, id="none"),
    ],
)
def test_requirement_is_met_between_its_bounds(version: str | None, requirement: str, met: bool) -> None:
    assert set_up.satisfies(version, requirement) is met


def test_requirements_to_start_leave_the_test_tools_out() -> None:
    assert set_up.requirements(PROJECT, testing=False) == ["smtplab", *PROJECT["dependencies"]]


def test_requirements_to_test_name_the_test_tools_too() -> None:
    assert "nbval>=0.11,<0.12" in set_up.requirements(PROJECT, testing=True)


def test_requirements_use_only_the_signs_that_are_understood() -> None:
    signs = {mark for line in set_up.requirements(PROJECT, testing=True) for mark in line if mark in "=<>!~;["}
    assert signs == {">", "=", "<"}


def test_missing_is_empty_for_what_is_installed() -> None:
    assert set_up.missing(["pytest>=8", "pytest-timeout"]) == []


def test_missing_names_what_is_not_installed() -> None:
    assert set_up.missing(["pytest>=8", "no-such-package>=1"]) == ["no-such-package>=1"]


def test_missing_does_not_believe_the_egg_info_in_the_clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    information = tmp_path / "left_behind.egg-info"
    information.mkdir()
    (information / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: left-behind\nVersion: 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert set_up.missing(["left-behind"]) == []
    monkeypatch.setattr(set_up, "ROOT", tmp_path)
    assert set_up.missing(["left-behind"]) == ["left-behind"]


@pytest.mark.parametrize(
    ("exists", "stamp", "make"),
    [
        pytest.param(False, None, True, id="first start"),
        pytest.param(True, "new", False, id="made and up to date"),
        pytest.param(True, "old", True, id="made for an older pyproject"),
        pytest.param(True, "", True, id="interrupted half-way"),
        pytest.param(True, None, False, id="made by somebody else"),
    ],
)
def test_venv_is_made_only_when_needed(exists: bool, stamp: str | None, make: bool) -> None:
    assert set_up.needs_making(exists, stamp, "new") is make


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        pytest.param("Collecting scapy\n  ERROR: No match\nnote: the end\n", "No match", id="pip, building"),
        pytest.param("ERROR: No version\nERROR: No match\n", "No match", id="the last of two"),
        pytest.param("ERROR: Conflict\nERROR: Impossible: for help visit a page\n", "Conflict", id="no help page"),
        pytest.param("Killed\n\n", "Killed", id="no error named"),
        pytest.param("", "it gave no reason", id="nothing said"),
    ],
)
def test_failed_install_is_explained_by_its_last_error(log: str, reason: str) -> None:
    assert set_up.last_error(log) == reason


def test_failed_command_becomes_one_line_with_its_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(set_up, "LOG", tmp_path / "install.log")
    with pytest.raises(set_up.SetUpError, match=r"set-up failed: no route \(no network\?"):
        set_up.logged([sys.executable, "-c", "print('ERROR: no route'); raise SystemExit(1)"])


def test_python_without_ensurepip_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(set_up.SetUpError, match="apt install python3-venv"):
        set_up.make_venv()


def test_venv_interrupted_while_it_is_emptied_is_still_known_as_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv = fill(monkeypatch, tmp_path, "pyvenv.cfg", "lib/python/module.py", "smtplab-set-up")
    monkeypatch.setattr(shutil, "rmtree", interrupt)
    with pytest.raises(KeyboardInterrupt):
        set_up.empty_venv()
    assert (venv / "smtplab-set-up").read_text() == ""


def test_venv_is_emptied_of_all_but_its_stamp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    venv = fill(monkeypatch, tmp_path, "pyvenv.cfg", "lib/python/module.py", "smtplab-set-up")
    (venv / "lib64").symlink_to("lib")
    set_up.empty_venv()
    assert [path.name for path in venv.iterdir()] == ["smtplab-set-up"]


def test_second_run_that_still_lacks_something_says_so_and_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(monkeypatch, tmp_path, "bin/python")
    monkeypatch.setattr(set_up, "missing", lambda wanted: ["scapy>=2.6,<3"])
    monkeypatch.setenv(set_up.AGAIN, "1")
    with pytest.raises(set_up.SetUpError, match=r"lacks scapy>=2\.6,<3: delete it"):
        set_up.run(["demo"])


def test_venv_without_a_python_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(monkeypatch, tmp_path, "lib/python/module.py")
    with pytest.raises(set_up.SetUpError, match="is no virtual environment: delete it"):
        set_up.run_again(["demo"])


def test_second_run_hides_that_it_is_one_from_those_it_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(set_up.AGAIN, "1")
    monkeypatch.setattr(set_up, "missing", lambda wanted: [])
    monkeypatch.setattr(set_up, "start", lambda arguments: int(set_up.AGAIN in os.environ))
    assert set_up.run(["demo"]) == 0


def test_old_python_is_told_which_one_is_needed() -> None:
    with pytest.raises(set_up.SetUpError, match=r"needs Python 3\.11 or newer, this one is 3\.9"):
        set_up.refuse_old_python((3, 9))


def test_oldest_python_is_the_one_in_pyproject() -> None:
    assert PROJECT["requires-python"] == f">={set_up.OLDEST[0]}.{set_up.OLDEST[1]}"


@pytest.mark.parametrize("module", ["__init__.py", "__main__.py"])
def test_set_up_can_be_parsed_by_an_old_python(module: str) -> None:
    ast.parse((ROOT / "smtplab" / module).read_text(), feature_version=(3, 9))


def test_error_is_one_line_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 8, 0))
    assert set_up.main() == 1
    assert capsys.readouterr().err.splitlines() == [
        "smtplab: needs Python 3.11 or newer, this one is 3.8: try python3.11 -m smtplab"
    ]


def fill(monkeypatch: pytest.MonkeyPatch, root: Path, *files: str) -> Path:
    """Let the set-up work in `root`/.venv, which holds these files, each with something in it."""
    venv = root / ".venv"
    for name in files:
        (venv / name).parent.mkdir(parents=True, exist_ok=True)
        (venv / name).write_text("something")
    monkeypatch.setattr(set_up, "VENV", venv)
    monkeypatch.setattr(set_up, "STAMP", venv / set_up.STAMP.name)
    return venv


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_fresh_clone_sets_itself_up_once(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
    first = start(clone)
    assert "first start" in first.stderr
    assert "usage: smtplab" in first.stdout
    began = time.monotonic()
    second = start(clone)
    assert time.monotonic() - began < 5
    assert (second.stdout, second.stderr) == (first.stdout, "")


def start(clone: Path) -> subprocess.CompletedProcess[str]:
    """Start the lab as a Python does that has nothing installed: -S hides what this one has."""
    command = [sys.executable, "-S", "-m", "smtplab", "--help"]
    return subprocess.run(command, cwd=clone, check=True, capture_output=True, text=True)
