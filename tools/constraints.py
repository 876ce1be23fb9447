"""Which releases is the lab known to work with? Writes constraints.txt anew.

    python3 tools/constraints.py

pip chooses the newest releases that pyproject.toml allows, as on an empty machine with the oldest Python that the lab
runs on (some packages ask for a later 3.11.x than Debian's), and installs nothing.
"""

import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

SOURCE_ONLY = ("dkimpy",)  # they publish no wheel

HEAD = """\
# The newest releases that run on Python {python} when this was written, by `python3 tools/constraints.py`.
# Versions only: with hashes pip refuses to install the clone itself, and a hash is of one file, so of one platform.
"""


def chosen(python: str) -> dict[str, str]:
    """Ask pip which version of each package it would install; names in lower case."""
    pip = [sys.executable, "-m", "pip"]
    with tempfile.TemporaryDirectory() as wheels, tempfile.TemporaryDirectory() as nowhere:
        # For another Python pip takes nothing but wheels, and wants a target.
        subprocess.run([*pip, "wheel", "--quiet", "--no-deps", "--wheel-dir", wheels, *SOURCE_ONLY], check=True)
        command = [*pip, "install", "--quiet", "--dry-run", "--ignore-installed", "--report", "-"]
        command += ["--python-version", python, "--only-binary", ":all:", "--find-links", wheels]
        command += ["--target", nowhere, ".[test]"]
        report = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    packages = [package["metadata"] for package in json.loads(report)["install"]]
    return {package["name"].lower(): package["version"] for package in packages if package["name"] != "smtplab"}


def main() -> None:
    """Write one `name==version` a line, sorted by name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    python = project["requires-python"].removeprefix(">=")
    lines = [f"{name}=={version}\n" for name, version in sorted(chosen(python).items())]
    (ROOT / "constraints.txt").write_text(HEAD.format(python=python) + "".join(lines))


if __name__ == "__main__":
    main()
