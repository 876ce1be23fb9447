"""The teacher's page: each belief has its experiment, each lesson its section, and what it names is there."""

import re
from pathlib import Path

import nbformat
import pytest

from smtplab.cli import COMMANDS
from smtplab.lessons.article import CLAIMS
from smtplab.lessons.lesson import LESSONS

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
PAGE = (ROOT / "notebooks" / "TEACHING.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")

BELIEF = re.compile(r"^\| (.+?) \| (.+?) \| \[(\d\d)\]\((\S+)\), ([\w ]+) \| `(.+)` \|$", re.MULTILINE)
BELIEFS = BELIEF.findall(PAGE)
CURRICULUM = 20  # beliefs that the lessons are to disprove


def code_in(notebook: Path, section: str) -> str:
    """Give the code of one section of a lesson."""
    current, found = "", []
    for cell in nbformat.read(notebook, as_version=4).cells:
        if cell.cell_type == "markdown":
            current = (re.findall(r"^## (.+)$", cell.source, re.MULTILINE) or [current])[-1]
        elif current == section:
            found.append(cell.source)
    return "\n".join(found)


def test_every_belief_of_the_curriculum_is_there() -> None:
    assert len({belief for belief, *_ in BELIEFS}) == CURRICULUM


@pytest.mark.parametrize(
    ("number", "file", "section", "code"), [pytest.param(*each[2:], id=each[0]) for each in BELIEFS]
)
def test_belief_has_its_experiment_where_the_table_says(number: str, file: str, section: str, code: str) -> None:
    assert file.startswith(f"{number}_")
    assert code in code_in(ROOT / "notebooks" / file, section)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_lesson_has_a_section_for_teachers(notebook: Path) -> None:
    _, _, rest = PAGE.partition(f"\n## {notebook.name[:2]} · ")
    section = rest.partition("\n## ")[0]
    for part in ("**Goal.**", "**Minutes.**", "**Traps.**", "**To talk about.**"):
        assert part in section


def test_commands_that_are_named_exist() -> None:
    assert {name for name in re.findall(r"smtplab (\w+)", PAGE) if name.islower()} <= {*COMMANDS}


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_readme_has_the_title_and_the_time_of_each_lesson(notebook: Path) -> None:
    first = nbformat.read(notebook, as_version=4).cells[0].source
    (title,) = re.findall(r"^# \d\d · (.+)$", first, re.MULTILINE)
    minutes, hours = re.findall(r"^(?:(\d+) minutes|(.+ hours))", first, re.MULTILINE)[0]
    row = f"| [{notebook.name[:2]}](notebooks/{notebook.name}) | {title} | {minutes or hours} |"
    assert row in README.splitlines()


def test_readme_leads_teachers_to_their_page() -> None:
    assert "(notebooks/TEACHING.md)" in README


def test_commands_for_teachers_work_in_a_clone() -> None:
    blocks = "".join(re.findall(r"(?s)```sh\n(.*?)```", PAGE))
    assert [line for line in blocks.splitlines() if not line.startswith("python3 -m smtplab ")] == []


def test_every_claim_of_the_article_is_judged_in_a_notebook() -> None:
    judged = {
        claim
        for notebook in NOTEBOOKS
        for claim in re.findall(r'"(C\d\d)"', code_in(notebook, "Is the article right?"))
    }
    assert {f"C{number:02}" for number in range(1, 47)} == set(CLAIMS) == judged


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_asks_for_the_claims_that_its_lesson_judges(notebook: Path) -> None:
    asked = re.findall(r'"(C\d\d)"', code_in(notebook, "Is the article right?"))
    assert sorted(asked) == sorted(LESSONS[notebook.name[:2]].CLAIMS)
