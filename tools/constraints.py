"""Which releases is the lab known to work with? Writes constraints.txt anew.

    python3 tools/constraints.py

pip chooses the newest releases that pyproject.toml allows, as on an empty machine, and installs nothing.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

HEAD = """\
# The releases that the lab was last tested with (Python {python}); `python3 tools/constraints.py` writes this file.
# Versions only: with hashes pip refuses to install the clone itself, and a hash is of one file, so of one platform.
"""


def chosen() -> dict[str, str]:
    """Ask pip which version of each package it would install here; names in lower case."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--report", "-"]
    report = subprocess.run([*command, "--editable", ".[test]"], cwd=ROOT, check=True, capture_output=True).stdout
    packages = [package["metadata"] for package in json.loads(report)["install"]]
    return {package["name"].lower(): package["version"] for package in packages if package["name"] != "smtplab"}


def main() -> None:
    """Write one `name==version` a line, sorted by name."""
    lines = [f"{name}=={version}\n" for name, version in sorted(chosen().items())]
    head = HEAD.format(python=f"{sys.version_info.major}.{sys.version_info.minor}")
    (ROOT / "constraints.txt").write_text(head + "".join(lines))


if __name__ == "__main__":
    main()
