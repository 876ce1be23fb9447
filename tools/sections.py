"""Collect every section of an RFC that the package and the lessons cite, look each up, and write docs/sections.md.

    python3 tools/sections.py             look everything up, and write the page anew
    python3 tools/sections.py --check     write nothing; fail where the page would change

The texts are looked for in ../shared/rfc, or where SMTPLAB_RFCS says. Where one is not at hand, what the page says of
it already is kept, and it is said.

A section without its RFC is of the RFC named last in the same paragraph, else of the first that the module's docstring
names, else of RFC 5321. In a lesson it is of RFC 5321, always.
"""

import argparse
import ast
import json
import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parents[1]
TEXTS: Final = Path(os.environ.get("SMTPLAB_RFCS", ROOT.parent / "shared" / "rfc"))
PAGE: Final = Path("docs") / "sections.md"
PROSE: Final = ("README.md", "notebooks/TEACHING.md", "docs/capture-rights.md")
FIRST: Final = "5321"

# "RFC 4954 §3, §4": what follows an RFC in one list is of that RFC. Other standards have sections too.
_CITED = re.compile(
    r"(?:WCAG|X\.|ISO)[ \w.]*(?:,? §[\d.]+)+|RFC (\d+)((?:(?:,| and| to)? §\d+(?:\.\d+)*)*)|§(\d+(?:\.\d+)*)"
)
_IN_DATA = re.compile(r'Section\("(\d+)", "([\d.]+)"\)|smtp\(([^)]*)\)')
_NUMBER = re.compile(r"\d+(?:\.\d+)*")
_HEADING = re.compile(r" {0,3}(\d{1,2}(?:\.\d+)*)\.? {1,4}(\S.*?)\s*")
_ROW = re.compile(r"\| \[([\d.]+)\]\(\S+rfc(\d+)#\S+\) \| (.*?) \|")
_SEEN = re.compile(r"\bwe measured\b|\bseen (?:in|with)\b|Wireshark \d|OpenSSL \d")

HEAD: Final = """\
# Which sections are cited, and where

<!-- Written by tools/sections.py: change what cites, and run it. -->

Every section of an RFC that the code, the lessons and what is written for teachers cite. A heading beside it says that
it was looked up in the standard's own text; the texts of some were not at hand, and those are marked.
"""


class Citation(NamedTuple):
    """A section, and where it is cited. section: "" for an RFC as a whole."""

    rfc: str
    section: str
    where: str


def citations(root: Path) -> Iterator[Citation]:
    """Give all citations, in order of the files."""
    for path in sorted((root / "smtplab").rglob("*.py")):
        where = path.relative_to(root).as_posix()
        text = path.read_text(encoding="utf-8")
        is_lesson = "lessons" in path.parts
        yield from _of_module(text, where, is_lesson)
    for path in [*sorted((root / "notebooks").glob("*.ipynb")), *map(root.joinpath, PROSE)]:
        if path.exists():
            yield from _cited(_prose(path), path.relative_to(root).as_posix(), FIRST, stays=True)


def _of_module(text: str, where: str, is_lesson: bool) -> Iterator[Citation]:
    named = re.search(r"RFC (\d+)", ast.get_docstring(ast.parse(text)) or "")
    own = FIRST if is_lesson or named is None else named[1]
    for paragraph in re.split(r"\n\s*\n", text):
        yield from _cited(paragraph, where, own, stays=is_lesson)
    for rfc, section, of_first in _IN_DATA.findall(text):
        found = [(rfc, section)] if rfc else [(FIRST, each) for each in re.findall(r'"([\d.]+)"', of_first)]
        yield from (Citation(standard, each, where) for standard, each in found)


def _cited(text: str, where: str, own: str, *, stays: bool) -> Iterator[Citation]:
    """Give what a paragraph cites. stays: sections without an RFC are of `own`, whatever was named before them."""
    last = own
    for match in _CITED.finditer(text):
        rfc, sections, alone = match.groups()
        last = rfc if rfc and not stays else last
        if rfc and not sections:
            yield Citation(rfc, "", where)
        elif rfc or alone:
            yield from (Citation(rfc or last, each, where) for each in _NUMBER.findall(sections or alone))


def _prose(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return text
    return "\n\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])


# What the standards say


def headings(rfc: str, folder: Path) -> dict[str, str] | None:
    """Give the headings of an RFC by section; None where its text is not at hand."""
    path = folder / f"rfc{rfc}.txt"
    if not path.is_file():
        return None
    found: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        heading = _HEADING.fullmatch(line)
        if heading and not re.search(r"(\. ?){3}|\s{3}\d+$", line):
            found.setdefault(heading[1], heading[2].replace("|", "\\|"))
    return found


def known_headings(page: str) -> dict[str, dict[str, str]]:
    """Give the headings that a page has, by RFC and section."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for section, rfc, heading in _ROW.findall(page):
        if heading:
            found[rfc][section] = heading
    return found


# What was seen


def seen(root: Path) -> Iterator[tuple[str, str]]:
    """Give each sentence of the lessons whose figures or facts were measured, with where it stands."""
    for path in [*sorted((root / "notebooks").glob("*.ipynb")), *map(root.joinpath, PROSE)]:
        if path.exists():
            for sentence in re.split(r"(?<=[.!?:])\s+(?=[^a-z])|\n\s*\n|\n- |\n(?=#)", _prose(path)):
                if _SEEN.search(sentence):
                    yield path.relative_to(root).as_posix(), " ".join(sentence.split()).replace("|", "\\|")


# What is wrong, and the page


def problems(cited: list[Citation], known: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """Say which sections do not exist."""
    for each in dict.fromkeys(cited):
        if each.section and each.rfc in known and each.section not in known[each.rfc]:
            yield f"{each.where}: there is no RFC {each.rfc} §{each.section}"


def page(cited: list[Citation], known: Mapping[str, Mapping[str, str]], measured: list[tuple[str, str]]) -> str:
    """Write the page."""
    by_rfc: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for each in cited:
        by_rfc[each.rfc][each.section].append(each.where)
    order = sorted(by_rfc, key=lambda rfc: (rfc not in known, rfc != FIRST, int(rfc)))
    lines = [HEAD, *_overview(order, by_rfc, known), *_measured(measured)]
    for rfc in order:
        lines += _table(rfc, by_rfc[rfc], known.get(rfc))
    return "\n".join(lines)


def _overview(
    order: list[str], by_rfc: Mapping[str, Mapping[str, list[str]]], known: Mapping[str, object]
) -> Iterator[str]:
    for title, is_read in (("Looked up", True), ("Not at hand", False)):
        rfcs = [rfc for rfc in order if (rfc in known) is is_read]
        links = ", ".join(f"[{rfc}](#rfc-{rfc})" for rfc in rfcs)
        count = sum(bool(section) for rfc in rfcs for section in by_rfc[rfc])
        yield f"{title}: {count} sections of {len(rfcs)} RFCs: {links}.\n"


def _measured(measured: list[tuple[str, str]]) -> Iterator[str]:
    yield "## Measured or seen, in no standard\n\n| where | what is said |\n| --- | --- |"
    yield from (f"| {_link(where)} | {sentence} |" for where, sentence in measured)
    yield ""


def _table(rfc: str, sections: Mapping[str, list[str]], known: Mapping[str, str] | None) -> Iterator[str]:
    yield f"## RFC {rfc}\n"
    if known is None:
        yield "Its text was not at hand: none of this was looked up.\n"
    yield "| § | heading | cited in |\n| --- | --- | --- |"
    for section in sorted(sections, key=_place):
        shown = f"[{section}](https://www.rfc-editor.org/rfc/rfc{rfc}#section-{section})" if section else "as a whole"
        heading = (known or {}).get(section, "")
        yield f"| {shown} | {heading} | {', '.join(map(_link, dict.fromkeys(sections[section])))} |"
    yield ""


def _place(section: str) -> list[int]:
    return [int(number) for number in section.split(".") if number]


def _link(where: str) -> str:
    name = where.removeprefix("smtplab/").removeprefix("notebooks/").removesuffix(".py").removesuffix(".ipynb")
    return f"[{name.removesuffix('/__init__')}](../{where})"


def main(arguments: list[str] | None = None, root: Path = ROOT, texts: Path = TEXTS) -> int:
    """Give the exit status: 1 when a section does not exist, or with --check when the page would change."""
    parser = argparse.ArgumentParser(description="Write docs/sections.md.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where the page would change")
    check = parser.parse_args(arguments).check
    target, cited = root / PAGE, list(citations(root))
    before = target.read_text(encoding="utf-8") if target.exists() else ""
    known = known_headings(before)
    read = {rfc: found for rfc in {each.rfc for each in cited} if (found := headings(rfc, texts)) is not None}
    absent = sorted(set(known) - set(read), key=int)
    if absent:
        print(f"not looked up anew, since their texts are not in {texts}: RFC {', '.join(absent)}")
    wrong = list(problems(cited, read))
    print("".join(f"{problem}\n" for problem in wrong), end="", file=sys.stderr)
    text = page(cited, known | read, list(seen(root)))
    if check and text != before:
        print("docs/sections.md is out of date: run python3 tools/sections.py", file=sys.stderr)
        return 1
    if not check and not wrong:
        target.write_text(text, encoding="utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
