"""An answer as text is the same answer when it is read back, and reading one runs nothing."""

import base64
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.lessons.progress.answers import LONGEST, NotKept, Written, read, run, write

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.binary(),
    lambda inner: (
        st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner) | st.sets(st.integers())
    ),
    max_leaves=10,
)
NOTEBOOK = """
import base64 as b64
from textwrap import dedent as even

LIMIT = 3

def twice(text):
    return text * 2

def shout(text: str, mark: str = "!") -> str:
    return even(twice(text))[:LIMIT].upper() + mark

def reveal(text):
    twice = b64.b64decode(text)
    return twice

def count(n):
    return n and count(n - 1) + 1

class Base:
    limit = LIMIT

class Loud(Base):
    def say(self, text):
        return shout(text)

lambdas = lambda text: text

def made():
    def inner(text):
        return text + LIMIT
    return inner

def closed(word):
    def inner(text):
        return text + word
    return inner

thing = object()

def uses_a_thing():
    return thing
"""


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> dict[str, Any]:
    """Give what a notebook would have defined, in a module that is called __main__ as a notebook's is."""
    path = tmp_path / "cell.py"
    path.write_text(NOTEBOOK)
    module = type(sys)("__main__")
    module.__file__ = str(path)
    monkeypatch.setitem(sys.modules, "__main__", module)
    exec(compile(NOTEBOOK, str(path), "exec"), vars(module))
    return vars(module)


@given(PLAIN)
def test_plain_answer_is_read_as_it_was_written(answer: object) -> None:
    assert read(write(answer)) == answer


def test_function_is_kept_with_all_that_it_uses(notebook: dict[str, Any]) -> None:
    written = write(notebook["shout"])
    assert written.answer == "shout"
    assert run(written)("abc") == "ABC!"


@pytest.mark.parametrize(
    ("name", "tried"),
    [
        pytest.param("reveal", lambda reveal: reveal(base64.b64encode(b"yes")) == b"yes", id="with a module"),
        pytest.param("count", lambda count: count(4) == 4, id="calls itself"),
        pytest.param("Loud", lambda loud: loud().say("abc") == "ABC!" and loud.limit == 3, id="a class"),
    ],
)
def test_function_read_back_does_the_same(notebook: dict[str, Any], name: str, tried: Callable[[Any], bool]) -> None:
    assert tried(run(write(notebook[name])))


def test_two_functions_are_kept_as_a_pair(notebook: dict[str, Any]) -> None:
    first, second = run(write((notebook["twice"], notebook["reveal"])))
    assert (first("a"), first.__name__, second.__name__) == ("aa", "twice", "reveal")


def test_function_defined_in_a_function_is_kept(notebook: dict[str, Any]) -> None:
    assert run(write(notebook["made"]()))(1) == 4


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(lambda names: names["lambdas"], id="lambda"),
        pytest.param(lambda names: names["closed"]("x"), id="closure"),
        pytest.param(lambda names: names["uses_a_thing"], id="uses what has no source"),
        pytest.param(lambda names: names["thing"], id="object"),
        pytest.param(lambda names: float("nan"), id="unlike itself"),
        pytest.param(lambda names: "x" * LONGEST, id="too long"),
    ],
)
def test_answer_that_cannot_be_read_back_is_not_kept(
    notebook: dict[str, Any], answer: Callable[[dict[str, Any]], object]
) -> None:
    with pytest.raises(NotKept):
        write(answer(notebook))


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(Written("print('ran')"), id="a call"),
        pytest.param(Written("f", "def f():\n    pass"), id="a function"),
        pytest.param(Written("(" * 9000), id="brackets"),
        pytest.param(Written("-" * 9000 + "1"), id="signs"),
        pytest.param(Written("1" * (LONGEST + 1)), id="too long"),
        pytest.param(Written("{[]: 1}"), id="no key"),
        pytest.param(Written("\0"), id="NUL"),
        pytest.param(Written(""), id="nothing"),
    ],
)
def test_reading_anything_else_runs_nothing(written: Written, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NotKept):
        read(written)
    assert capsys.readouterr().out == ""
