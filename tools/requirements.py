"""What does the standard ask for, and where is it done? Writes docs/requirements.md from docs/requirements/*.toml.

    python3 tools/requirements.py            write the page
    python3 tools/requirements.py --check    write nothing; fail where the page would change

Each requirement names the functions that meet it and the tests that hold it to that. Both kinds of names are looked up
in the sources, and so are the sections, where the texts of the RFCs are at hand (../shared/rfc): what does not exist,
and a section with requirements that is neither listed nor left out for a reason, ends the run with a line for each.
"""

import argparse
import ast
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
TEXTS: Final = ROOT.parent / "shared" / "rfc"
LEVELS: Final = ("MUST", "SHOULD", "MAY")
PARTIES: Final = ("server", "client", "both", "queue")

HEAD: Final = """\
# What the standards ask for, and where it is done

<!-- Written by tools/requirements.py from docs/requirements/*.toml: change those. -->

Each line is a requirement in our own words, with its section, how strongly it is meant, whom it concerns, the code that
meets it, and the tests that fail when it does not. "Queue" is the client in its role as a host that sends mail on.
MUST stands for MUST NOT too, and SHOULD for SHOULD NOT.
"""


@dataclass(frozen=True)
class Requirement:
    """One line. code: names below `smtplab`. tests: patterns of names. open: what is missing, "" if nothing is."""

    section: str
    level: str
    who: str
    says: str
    code: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    open: str = ""

    @property
    def is_met(self) -> bool:
        """Whether nothing is missing."""
        return not self.open


@dataclass(frozen=True)
class Standard:
    """One RFC. left_out: sections, with all below them, that ask nothing of us, each with the reason."""

    number: int
    title: str
    requirements: tuple[Requirement, ...]
    left_out: dict[str, str]


def read(path: Path) -> Standard:
    """Read a file of requirements, in the order of their sections. Raises ValueError for one that lacks something."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    requirements = [_requirement(path.name, entry) for entry in data["requirement"]]
    number = int(path.stem.removeprefix("rfc"))
    ordered = tuple(sorted(requirements, key=lambda each: _place(each.section)))
    return Standard(number, data["title"], ordered, data.get("left_out", {}))


def _requirement(file: str, entry: dict[str, object]) -> Requirement:
    try:
        made = Requirement(**{key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()})  # type: ignore[arg-type]
    except TypeError as error:
        raise ValueError(f"{file}: {error} in {entry}") from None
    if made.level not in LEVELS or made.who not in PARTIES:
        raise ValueError(f"{file} §{made.section}: unknown level or party")
    if not made.open and not (made.code and made.tests):
        raise ValueError(f"{file} §{made.section}: needs code and tests, or has to say what is open")
    return made


def _place(section: str) -> tuple[int, ...]:
    return tuple(map(int, section.split(".")))


# What there is in the sources


class Sources:
    """The names in a tree of sources. Paths are relative to its root."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._names: dict[Path, set[str]] = {}
        self._tests: dict[str, set[Path]] = defaultdict(set)
        for path in sorted((root / "tests").rglob("test_*.py")):
            for name in _defined(path):
                if name.startswith("test_"):
                    self._tests[name].add(path.relative_to(root))

    def find_code(self, name: str) -> Path | None:
        """Give the module of a name below `smtplab` such as `protocol.server.ServerSession.close`, or None."""
        parts = name.split(".")
        for length in range(len(parts), 0, -1):
            module = self.root.joinpath("smtplab", *parts[:length])
            path = module / "__init__.py" if module.is_dir() else module.with_suffix(".py")
            if path.is_file():
                defined = self._names.setdefault(path, _defined(path))
                found = not parts[length:] or ".".join(parts[length:]) in defined
                return path.relative_to(self.root) if found else None
        return None

    def find_tests(self, pattern: str) -> list[tuple[str, Path]]:
        """Give the tests whose names match, with the files that they are in, sorted."""
        return sorted((name, path) for name in self._tests if fnmatchcase(name, pattern) for path in self._tests[name])


def _defined(path: Path) -> set[str]:
    """List what a module defines, and what its classes do, as `Class.method`."""
    return set(_names(ast.parse(path.read_text(encoding="utf-8")).body, ""))


def _names(body: list[ast.stmt], before: str) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield before + node.name
        if isinstance(node, ast.ClassDef):
            yield from _names(node.body, f"{before}{node.name}.")
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        yield from (before + target.id for target in targets if isinstance(target, ast.Name))


# What there is in the texts


@dataclass(frozen=True)
class Text:
    """The text of an RFC. sections: all. asking: those in which a MUST, SHOULD or MAY stands."""

    sections: frozenset[str]
    asking: frozenset[str]


_HEADING = re.compile(r" {0,2}(\d+(?:\.\d+)*)\.? {1,3}[A-Za-z\"]")
_ASKS = re.compile(r"\b(MUST|SHOULD|MAY|REQUIRED|SHALL|RECOMMENDED)\b")
_TERMS = re.compile(r"key ?words|capital|interpreted as|discussion of the meanings")  # where RFC 2119 is brought in


def read_text(number: int, folder: Path = TEXTS) -> Text | None:
    """Read an RFC; None where its text is not at hand. Headings in its contents have dots or a page number behind."""
    path = folder / f"rfc{number}.txt"
    if not path.is_file():
        return None
    sections, asking = set(), set()
    current = ""
    for paragraph in re.split(r"\n\s*\n", path.read_text(encoding="utf-8", errors="replace")):
        heading = _HEADING.match(paragraph)
        if heading and not re.search(r"(\. ?){3}|\s{3}\d+$", paragraph.splitlines()[0]):
            current = heading[1]
            sections.add(current)
        elif paragraph.startswith("Appendix"):
            current = ""
        if _ASKS.search(paragraph) and not _TERMS.search(paragraph):
            asking.add(current)
    return Text(frozenset(sections), frozenset(asking - {""}))


# What is wrong, and the page


def problems(standards: list[Standard], sources: Sources, texts: Path = TEXTS) -> Iterator[str]:
    """Say what does not exist, and which sections are forgotten."""
    for standard in standards:
        where = f"docs/requirements/rfc{standard.number}.toml"
        for each in standard.requirements:
            missing = [f"smtplab.{name}" for name in each.code if sources.find_code(name) is None]
            missing += [name for name in each.tests if not sources.find_tests(name)]
            yield from (f"{where} §{each.section}: there is no {name}" for name in missing)
        text = read_text(standard.number, texts)
        if text is not None:
            listed = {each.section for each in standard.requirements}
            yield from (
                f"{where}: there is no §{each}" for each in sorted((listed | {*standard.left_out}) - text.sections)
            )
            forgotten = {each for each in text.asking - listed if not _is_left_out(each, standard)}
            yield from (f"{where}: §{each} asks for something" for each in sorted(forgotten, key=_place))


def _is_left_out(section: str, standard: Standard) -> bool:
    return any(section == each or section.startswith(f"{each}.") for each in standard.left_out)


def page(standards: list[Standard], sources: Sources) -> str:
    """Write the page."""
    return "\n".join([HEAD, *_overview(standards), "", *_open(standards), *_details(standards, sources)])


def _overview(standards: list[Standard]) -> Iterator[str]:
    yield "| RFC | about | MUST | SHOULD | MAY | open |"
    yield "| --- | --- | ---: | ---: | ---: | ---: |"
    for standard in standards:
        levels = [sum(each.level == level for each in standard.requirements) for level in LEVELS]
        missing = sum(not each.is_met for each in standard.requirements)
        figures = " | ".join(map(str, [*levels, missing]))
        yield f"| [{standard.number}](#rfc-{standard.number}) | {standard.title} | {figures} |"


def _open(standards: list[Standard]) -> Iterator[str]:
    yield "## What is open\n"
    for standard in standards:
        for each in standard.requirements:
            if each.open:
                where = _section(standard, each.section, full=True)
                yield f"- {where}, {each.level}, {each.who}: {each.says} *{each.open}*"
    yield ""


def _details(standards: list[Standard], sources: Sources) -> Iterator[str]:
    for standard in standards:
        yield f"## RFC {standard.number}\n\n{standard.title}.\n"
        yield "| § | level | who | what | code | tests |"
        yield "| --- | --- | --- | --- | --- | --- |"
        for each in standard.requirements:
            code = "<br>".join(_link(f"`{name}`", sources.find_code(name)) for name in each.code)
            found = dict.fromkeys(test for pattern in each.tests for test in sources.find_tests(pattern))
            tests = "<br>".join(_link(name.removeprefix("test_").replace("_", " "), path) for name, path in found)
            says = f"{each.says} *{each.open}*" if each.open else each.says
            yield f"| {_section(standard, each.section)} | {each.level} | {each.who} | {says} | {code} | {tests} |"
        yield ""
        yield from (f"Left out: §{section}. {reason}\n" for section, reason in standard.left_out.items())


def _section(standard: Standard, section: str, *, full: bool = False) -> str:
    shown = f"RFC {standard.number} §{section}" if full else section
    return f"[{shown}](https://www.rfc-editor.org/rfc/rfc{standard.number}#section-{section})"


def _link(text: str, path: Path | None) -> str:
    return f"[{text}](../{path.as_posix()})" if path else text


def main(arguments: list[str] | None = None, root: Path = ROOT, texts: Path = TEXTS) -> int:
    """Give the exit status: 1 when a name does not exist, or with --check when the page would change."""
    parser = argparse.ArgumentParser(description="Write docs/requirements.md.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where the page would change")
    check = parser.parse_args(arguments).check
    standards = [read(path) for path in (root / "docs" / "requirements").glob("rfc*.toml")]
    standards.sort(key=lambda standard: (standard.number != 5321, standard.number))
    sources = Sources(root)
    found = list(problems(standards, sources, texts))
    print("".join(f"{problem}\n" for problem in found), end="", file=sys.stderr)
    absent = [f"RFC {standard.number}" for standard in standards if read_text(standard.number, texts) is None]
    if absent:
        print(f"not looked up, since their texts are not in ../shared/rfc: the sections of {', '.join(absent)}")
    target, text = root / "docs" / "requirements.md", page(standards, sources)
    if check and (not target.exists() or target.read_text(encoding="utf-8") != text):
        print("docs/requirements.md is out of date: run python3 tools/requirements.py", file=sys.stderr)
        return 1
    if not check and not found:
        target.write_text(text, encoding="utf-8")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
