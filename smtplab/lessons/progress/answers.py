"""How is an answer kept in a text file, so that it can be judged again later?

As Python writes it: `{250, 354}`, `'server'`. A function is kept by its name, and beside it the source of it and of all
that it calls. What can be kept in neither way (a server that runs, say) is not kept.
"""

import ast
import sys
from collections.abc import Iterator
from inspect import getsource, isclass, isfunction, ismodule
from textwrap import dedent
from types import CodeType
from typing import Any, Final, NamedTuple

LONGEST: Final = 20_000  # characters of an answer or of its code; more is no answer to a question of ours


class NotKept(Exception):
    """This answer cannot be written as text, or not be read back."""


class Written(NamedTuple):
    """An answer as text. code: the source of the functions that it names; "" where it names none."""

    answer: str
    code: str = ""


def write(answer: object) -> Written:
    """Write an answer as text. Raises `NotKept`, and whatever an object that fails in everything raises."""
    functions = answer if isinstance(answer, (tuple, list)) else (answer,)
    if functions and all(isfunction(each) or isclass(each) for each in functions):
        names = [each.__name__ for each in functions]
        written = Written(names[0] if functions[0] is answer else f"({', '.join(names)},)", _sources(functions))
    else:
        written = Written(repr(answer))
        if read(written) != answer:
            raise NotKept
    if len(written.answer) > LONGEST or len(written.code) > LONGEST:
        raise NotKept
    return written


def read(written: Written) -> Any:
    """Give an answer that names no functions. Raises `NotKept` for any other, without running anything."""
    if len(written.answer) > LONGEST or written.code:
        raise NotKept
    try:
        return ast.literal_eval(written.answer)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        raise NotKept from None


def run(written: Written) -> Any:
    """Give an answer that names functions, and run its code for that: only where a stranger's code may be run."""
    names: dict[str, Any] = {"__name__": "answer"}
    exec(compile(written.code, "answer", "exec"), names)
    return eval(written.answer, names)


def _sources(functions: Any) -> str:
    """Give the source of functions and classes, and before it that of everything of the notebook's that they use."""
    found: dict[str, str] = {}
    for each in functions:
        _add(each.__name__, each, found)
    return "\n\n\n".join(found.values()) + "\n"


def _add(name: str, thing: Any, found: dict[str, str]) -> None:
    """Add the line or the source that gives `name` its meaning, after those of what it needs itself."""
    if name in found:
        return
    if ismodule(thing):
        found[name] = f"import {thing.__name__} as {name}"
    elif _is_own(thing):
        found[name] = ""  # it may call itself
        source, node = _source(thing)
        for needed in _needed(node, thing):
            _add(*needed, found)
        del found[name]  # what it needs comes first
        found[name] = source.strip()
    elif getattr(thing, "__module__", "") and getattr(thing, "__name__", ""):
        found[name] = f"from {thing.__module__} import {thing.__name__} as {name}"
    else:
        found[name] = f"{name} = {write(thing).answer}"


def _is_own(thing: Any) -> bool:
    """Tell whether something was defined in the notebook."""
    if not (isfunction(thing) or isclass(thing)):
        return False
    if getattr(thing, "__closure__", None):
        raise NotKept  # what it was made with is in no source
    return thing.__module__ == "__main__" or "<locals>" in thing.__qualname__


def _source(thing: Any) -> tuple[str, ast.FunctionDef | ast.ClassDef]:
    try:
        source = dedent(getsource(thing))
        (node,) = ast.parse(source).body
    except (OSError, TypeError, SyntaxError, ValueError):
        raise NotKept from None
    if not isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        raise NotKept  # a lambda's source is the whole line around it
    return source, node


def _needed(node: ast.AST, thing: Any) -> Iterator[tuple[str, Any]]:
    """Give the names that a function or a class uses and does not make itself, with what they stand for."""
    functions = [thing] if isfunction(thing) else [each for each in vars(thing).values() if isfunction(each)]
    names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    local = {name for function in functions for name in _locals(function.__code__)}
    known = thing.__globals__ if isfunction(thing) else vars(sys.modules[thing.__module__])
    yield from ((name, known[name]) for name in sorted(names - local) if name in known)


def _locals(code: CodeType) -> Iterator[str]:
    """Give the names that belong to a function, and to the functions inside it."""
    yield from (*code.co_varnames, *code.co_cellvars)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _locals(constant)
