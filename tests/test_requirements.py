"""The page about what the standards ask for: it is up to date, and names nothing that does not exist."""

from pathlib import Path

import pytest

from tools.requirements import ROOT, Requirement, Sources, Standard, main, page, problems, read, read_text

FILES = sorted((ROOT / "docs" / "requirements").glob("rfc*.toml"))
HANDLER = Requirement("4.1.1.5", "MUST", "server", "RSET resets.", ("protocol.handlers.on_rset",), ("test_rset_*",))


@pytest.fixture(scope="module")
def sources() -> Sources:
    return Sources(ROOT)


def standard(*requirements: Requirement, left_out: dict[str, str] | None = None) -> Standard:
    return Standard(1, "A standard", requirements, left_out or {})


def test_page_is_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["--check"])
    assert (status, capsys.readouterr().err) == (0, "")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_sections_are_those_of_the_standard(file: Path, sources: Sources) -> None:
    listed = read(file)
    if read_text(listed.number) is None:
        pytest.skip(f"the text of RFC {listed.number} is not in ../shared/rfc")
    assert list(problems([listed], sources)) == []


# The tool


@pytest.mark.parametrize(
    "name",
    [
        "protocol.handlers.on_rset",
        "protocol.server.ServerSession.receive",
        "protocol.states.TRANSITIONS",
        "protocol.mail.Buffers.size",
        "protocol.auth.plain",
        "protocol.auth",
    ],
)
def test_find_code_knows_modules_functions_methods_and_names(sources: Sources, name: str) -> None:
    path = sources.find_code(name)
    assert path is not None
    assert (ROOT / path).is_file()


@pytest.mark.parametrize(
    "name", ["protocol.handlers.on_xfoo", "protocol.server.ServerSession.xfoo", "xfoo", "protocol.x"]
)
def test_find_code_knows_nothing_else(sources: Sources, name: str) -> None:
    assert sources.find_code(name) is None


def test_problems_names_what_does_not_exist(sources: Sources) -> None:
    wrong = Requirement("1", "MUST", "server", "Says.", ("protocol.handlers.on_xfoo",), ("test_xfoo*",))
    where = "docs/requirements/rfc1.toml §1: there is no"
    assert list(problems([standard(wrong, HANDLER)], sources)) == [
        f"{where} smtplab.protocol.handlers.on_xfoo",
        f"{where} test_xfoo*",
    ]


TEXT = """
Network Working Group

1.  Introduction . . . . . . . . . 1
2.  Rules   3

1.  Introduction

   The key words "MUST" and "MAY" are to be interpreted as usual.

2.  Rules

   Be good.

2.1.  More rules about reply code 502

   You MUST.

3.  Notes

   You SHOULD.

Appendix A.  Examples

   MAY
"""


def test_read_text_finds_sections_and_those_that_ask_for_something(tmp_path: Path) -> None:
    (tmp_path / "rfc1.txt").write_text(TEXT)
    text = read_text(1, tmp_path)
    assert text is not None
    assert text.sections == frozenset({"1", "2", "2.1", "3"})
    assert text.asking == frozenset({"2.1", "3"})
    assert read_text(2, tmp_path) is None


@pytest.mark.parametrize(
    ("listed", "left_out", "found"),
    [
        ("2.1", {"3": "why"}, []),
        ("2.1", {}, ["§3 asks for something"]),
        ("3", {"2": "why"}, []),
        ("3", {}, ["§2.1 asks for something"]),
        ("9", {"2": "why", "3": "why"}, ["there is no §9"]),
        ("2.1", {"3": "why", "8": "why"}, ["there is no §8"]),
    ],
)
def test_problems_names_sections_that_are_forgotten_or_not_there(
    tmp_path: Path, sources: Sources, listed: str, left_out: dict[str, str], found: list[str]
) -> None:
    (tmp_path / "rfc1.txt").write_text(TEXT)
    one = Requirement(listed, "MUST", "both", "Says.", open="Not yet.")
    seen = problems([standard(one, left_out=left_out)], sources, tmp_path)
    assert list(seen) == [f"docs/requirements/rfc1.toml: {problem}" for problem in found]


@pytest.mark.parametrize(
    ("entry", "match"),
    [
        ('section = "1"\nlevel = "OUGHT"\nwho = "server"\nsays = ""\nopen = "x"', "unknown level"),
        ('section = "1"\nlevel = "MUST"\nwho = "you"\nsays = ""\nopen = "x"', "unknown level or party"),
        ('section = "1"\nlevel = "MUST"\nwho = "server"\nsays = ""', "needs code and tests"),
        ('section = "1"\nlevel = "MUST"\nwho = "server"', "says"),
        ('section = "1"\nlevel = "MUST"\nwho = "server"\nsays = ""\nxfoo = "x"', "xfoo"),
    ],
)
def test_read_refuses_an_entry_that_is_not_whole(tmp_path: Path, entry: str, match: str) -> None:
    file = tmp_path / "rfc1.toml"
    file.write_text(f'title = "A standard"\n[[requirement]]\n{entry}\n')
    with pytest.raises(ValueError, match=match):
        read(file)


def test_read_gives_requirements_in_the_order_of_their_sections(tmp_path: Path) -> None:
    entries = [
        f'[[requirement]]\nsection = "{place}"\nlevel = "MUST"\nwho = "both"\nsays = ""\nopen = "x"\n'
        for place in ("10", "9.1", "9")
    ]
    file = tmp_path / "rfc1.toml"
    file.write_text('title = "A standard"\n' + "".join(entries))
    assert [each.section for each in read(file).requirements] == ["9", "9.1", "10"]


def test_page_links_code_tests_and_section(sources: Sources) -> None:
    text = page([standard(HANDLER)], sources)
    assert "[4.1.1.5](https://www.rfc-editor.org/rfc/rfc1#section-4.1.1.5)" in text
    assert "[`protocol.handlers.on_rset`](../smtplab/protocol/handlers.py)" in text
    assert "[rset clears the mail transaction](../tests/protocol/test_server_lines.py)" in text


def test_page_lists_what_is_open(sources: Sources) -> None:
    text = page([standard(Requirement("1", "MAY", "client", "Says.", open="Not yet."))], sources)
    assert "§1](https://www.rfc-editor.org/rfc/rfc1#section-1), MAY, client: Says. *Not yet.*" in text


def test_main_writes_nothing_while_something_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "docs" / "requirements"
    folder.mkdir(parents=True)
    entry = '[[requirement]]\nsection = "1"\nlevel = "MUST"\nwho = "both"\nsays = "x"\n'
    (folder / "rfc1.toml").write_text(f'title = "A"\n{entry}code = ["xfoo"]\ntests = ["test_xfoo"]\n')
    assert main([], tmp_path, tmp_path) == 1
    assert "there is no smtplab.xfoo" in capsys.readouterr().err
    assert not (tmp_path / "docs" / "requirements.md").exists()
    (folder / "rfc1.toml").write_text(f'title = "A"\n{entry}open = "Not yet."\n')
    assert (main(["--check"], tmp_path, tmp_path), main([], tmp_path, tmp_path)) == (1, 0)
    assert main(["--check"], tmp_path, tmp_path) == 0
