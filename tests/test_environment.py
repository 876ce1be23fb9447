"""environment.yml, for conda and Binder, asks for what pyproject.toml asks for."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# What conda-forge calls it when it is not what PyPI calls it.
CONDA_NAMES = {"matplotlib": "matplotlib-base"}


def test_environment_has_the_dependencies_of_pyproject_in_the_same_ranges() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names_and_ranges = [re.fullmatch(r"([\w.-]+)(.*)", line) for line in project["dependencies"]]
    wanted = {CONDA_NAMES.get(found[1], found[1]): found[2] for found in names_and_ranges if found}
    assert conda_packages() == wanted | {"python": project["requires-python"], "pip": ""}


def test_environment_installs_the_clone_itself() -> None:
    assert "      - -e .\n" in (ROOT / "environment.yml").read_text()


def conda_packages() -> dict[str, str]:
    """Give the range of each package of environment.yml, those for pip aside."""
    lines = re.findall(r"^  - ([\w-]+)([\d<>=.,]*)(?: #.*)?$", (ROOT / "environment.yml").read_text(), re.MULTILINE)
    return {name: bounds for name, bounds in lines if name != "conda-forge"}
