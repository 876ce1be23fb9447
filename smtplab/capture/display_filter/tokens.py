"""What are the words of a display filter? Fields, values and signs, each with its place in the expression."""

import re
from typing import Final, NamedTuple

_TOKEN: Final = re.compile(
    r"""\s*(?:(?P<string>[rR]?"(?:[^"\\]|\\.)*")"""
    r"""|(?P<symbol>===|!==|==|!=|>=|<=|&&|\|\||\^\^|[><!(){},~])"""
    r"""|(?P<slice>\[[^\]"]*\]?)"""
    r"""|(?P<word>[^\s"'()<>=!&|{},~[\]]+))"""
)
_UNREADABLE: Final = {'"': "a string without its end", "'": "a string stands in double quotes"}


class FilterError(ValueError):
    """An expression that is no display filter. `position` is where it goes wrong, from 0."""

    def __init__(self, expression: str, position: int, reason: str) -> None:
        super().__init__(f"{reason}: {expression[:position]}»{expression[position:]}")
        self.position = position
        self.reason = reason


class Token(NamedTuple):
    """kind: "string", "symbol", "slice", "word", or "end" behind the last one. position: where it begins, from 0."""

    kind: str
    text: str
    position: int


def tokens_of(expression: str) -> list[Token]:
    """Cut an expression. Raises `FilterError` where there is no token."""
    tokens, position = [], 0
    while expression[position:].strip():
        match = _TOKEN.match(expression, position)
        if match is None or match.lastgroup is None:
            start = position + len(expression[position:]) - len(expression[position:].lstrip())
            raise FilterError(expression, start, _UNREADABLE.get(expression[start], "not understood"))
        tokens.append(Token(match.lastgroup, match[match.lastgroup], match.start(match.lastgroup)))
        position = match.end()
    return [*tokens, Token("end", "", len(expression))]
