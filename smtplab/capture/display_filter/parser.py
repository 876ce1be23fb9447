"""How is a display filter read? A small grammar, and errors that say where and why.

    expression = conjunction *( ("or" / "||") conjunction )
    conjunction = negation *( ("and" / "&&") negation )
    negation = ("not" / "!") negation / "(" expression ")" / test
    test = field [ comparison value / "contains" value / "matches" value / "in" "{" range *( "," range ) "}" ]
    range = value [ ".." value ]

A comparison is true of an entry if it is true of one of the field's values; `!=` if it is true of all (Wireshark 4).
"""

import operator
import re
from collections.abc import Callable
from typing import Final, NamedTuple

from smtplab.capture.display_filter.fields import FIELDS, FilterField
from smtplab.capture.display_filter.values import OCTETS, PRESENCE, TEXT, Type, Value, cut, text_of, unescaped
from smtplab.protocol.transcript import Entry, Transcript

Test = Callable[[Entry, Transcript], bool]

_TOKEN = re.compile(
    r"""\s*(?:(?P<string>[rR]?"(?:[^"\\]|\\.)*")|(?P<symbol>==|!=|>=|<=|&&|\|\||[><!(){},~])|(?P<word>[^\s"'()<>=!&|{},~]+))"""
)
_COMPARISONS: Final[dict[str, Callable[[Value, Value], bool]]] = {
    "==": operator.eq,
    "eq": operator.eq,
    "!=": operator.ne,
    "ne": operator.ne,
    ">": operator.gt,
    "gt": operator.gt,
    "<": operator.lt,
    "lt": operator.lt,
    ">=": operator.ge,
    "ge": operator.ge,
    "<=": operator.le,
    "le": operator.le,
}
# What cannot be asked of such a field: nothing is equal to one that is just there, or is octets.
_REFUSED: Final[dict[Type, frozenset[str]]] = {
    PRESENCE: frozenset({*_COMPARISONS, "in", "contains", "matches", "~"}),
    OCTETS: frozenset({*_COMPARISONS, "in"}),
}
# Words that begin a capture filter (pcap-filter(7)).
_CAPTURE_WORDS: Final = frozenset({"port", "host", "net", "src", "dst", "portrange", "proto", "ether"})

_UNREADABLE: Final = {'"': "a string without its end", "'": "a string stands in double quotes"}

NESTING: Final = ("(", "!", "not")
NESTED: Final = 100  # as many of these are read; each takes some of Python's stack


class FilterError(ValueError):
    """An expression that is no display filter. `position` is where it goes wrong, from 0."""

    def __init__(self, expression: str, position: int, reason: str) -> None:
        super().__init__(f"{reason}: {expression[:position]}»{expression[position:]}")
        self.position = position
        self.reason = reason


class _Token(NamedTuple):
    kind: str
    text: str
    position: int


def parse(expression: str) -> Test:
    """Read an expression. The empty one lets everything pass."""
    if not expression.strip():
        return lambda _entry, _transcript: True
    parser = _Parser(expression)
    test = parser.expression()
    parser.expect_end()
    return test


def _tokens(expression: str) -> list[_Token]:
    tokens, position = [], 0
    while expression[position:].strip():
        match = _TOKEN.match(expression, position)
        if match is None or match.lastgroup is None:
            start = position + len(expression[position:]) - len(expression[position:].lstrip())
            raise FilterError(expression, start, _UNREADABLE.get(expression[start], "not understood"))
        tokens.append(_Token(match.lastgroup, match[match.lastgroup], match.start(match.lastgroup)))
        position = match.end()
    return [*tokens, _Token("end", "", len(expression))]


def _any(field: FilterField, is_wanted: Callable[[Value], bool]) -> Test:
    return lambda entry, transcript: any(is_wanted(value) for value in field.get(entry, transcript))


class _Parser:
    def __init__(self, expression: str) -> None:
        self._expression = expression
        self._tokens = _tokens(expression)
        self._next = 0
        for token in [token for token in self._tokens if token.kind != "string" and token.text in NESTING][NESTED:]:
            raise self._error(token, "brackets and nots end here: there are too many")

    def expression(self) -> Test:
        """Read alternatives."""
        tests = [self._conjunction()]
        while self._accept("or", "||"):
            tests.append(self._conjunction())
        return lambda entry, transcript: any(test(entry, transcript) for test in tests)

    def expect_end(self) -> None:
        """Raise FilterError where something is left over."""
        token = self._peek()
        if token.kind == "end":
            return
        if token.text in _CAPTURE_WORDS:
            raise self._capture_filter(token)
        raise self._error(token, "'and' or 'or' is missing here")

    def _conjunction(self) -> Test:
        tests = [self._negation()]
        while self._accept("and", "&&"):
            tests.append(self._negation())
        return lambda entry, transcript: all(test(entry, transcript) for test in tests)

    def _negation(self) -> Test:
        if self._accept("not", "!"):
            test = self._negation()
            return lambda entry, transcript: not test(entry, transcript)
        if self._accept("("):
            test = self.expression()
            if not self._accept(")"):
                raise self._error(self._peek(), "a closing bracket is missing")
            return test
        return self._test()

    def _test(self) -> Test:
        token = self._take()
        if token.kind != "word":
            raise self._error(token, "a field is missing here" if token.kind == "end" else "this is no field")
        field = self._field(token)
        operation = self._peek()
        if operation.text in _REFUSED.get(field.type, ()):
            also = " and can be searched" if field.type is OCTETS else ""
            raise self._error(operation, f"{token.text} is there or not{also}: it has no value to compare")
        if operation.text in _COMPARISONS:
            self._take()
            return self._comparison(field, _COMPARISONS[operation.text])
        if self._accept("contains"):
            part = self._text(self._take())
            return _any(field, lambda value: part in text_of(value))
        if self._accept("matches", "~"):
            pattern = self._pattern()
            return _any(field, lambda value: pattern.search(text_of(value)) is not None)
        if self._accept("in"):
            return _any(field, self._set(field.type))
        return lambda entry, transcript: bool(field.get(entry, transcript))

    def _comparison(self, field: FilterField, compare: Callable[[Value, Value], bool]) -> Test:
        wanted = self._value(self._take(), field.type)
        if compare is not operator.ne:
            return _any(field, lambda value: compare(cut(value, wanted), wanted))

        def test(entry: Entry, transcript: Transcript) -> bool:
            values = field.get(entry, transcript)
            return bool(values) and all(cut(value, wanted) != wanted for value in values)

        return test

    def _field(self, token: _Token) -> FilterField:
        if token.text in FIELDS:
            return FIELDS[token.text]
        if token.text in _CAPTURE_WORDS:
            raise self._capture_filter(token)
        raise self._error(token, f"{token.text!r} is no field that is known here")

    def _value(self, token: _Token, type_: Type) -> Value:
        text = self._text(token)
        try:
            return type_.read(text)
        except ValueError:
            raise self._error(token, f"this field is {type_.name}, and that is none") from None

    def _text(self, token: _Token, read: Callable[[str], str] = unescaped) -> str:
        """Give what a word says, or what is between the quotes of a string, as `read` gives it if it is not raw."""
        if token.kind == "word":
            return token.text
        if token.kind != "string":
            raise self._error(token, "a value is missing here")
        if not token.text.startswith('"'):
            return token.text[2:-1]
        try:
            return read(token.text[1:-1])
        except ValueError as error:
            raise self._error(token, str(error)) from None

    def _set(self, type_: Type) -> Callable[[Value], bool]:
        if not self._accept("{"):
            raise self._error(self._peek(), "a set begins with {")
        ranges = [self._range(type_)]
        while self._accept(","):
            ranges.append(self._range(type_))
        if not self._accept("}"):
            raise self._error(self._peek(), "a set ends with }")
        return lambda value: any(
            operator.le(low, cut(value, low)) and operator.le(cut(value, high), high) for low, high in ranges
        )

    def _range(self, type_: Type) -> tuple[Value, Value]:
        """Read the first and the last value of a range, `400..599` or `400 .. 599`; one value is both."""
        token = self._take()
        is_ordered = type_ is not TEXT
        low, dots, high = token.text.partition("..") if is_ordered and token.kind == "word" else (token.text, "", "")
        first = self._value(token._replace(text=low), type_)
        if dots:
            return first, self._value(token._replace(text=high), type_)
        return first, self._value(self._take(), type_) if is_ordered and self._accept("..") else first

    def _pattern(self) -> re.Pattern[str]:
        token = self._take()
        text = self._text(token, read=lambda text: text.replace(r"\\", "\\"))  # re reads the other escapes
        try:
            return re.compile(text, re.IGNORECASE)
        except re.error as error:
            raise self._error(token, f"not a regular expression ({error})") from None

    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _take(self) -> _Token:
        token = self._peek()
        self._next += token.kind != "end"
        return token

    def _accept(self, *texts: str) -> bool:
        token = self._peek()
        if token.kind == "string" or token.text not in texts:
            return False
        self._next += 1
        return True

    def _error(self, token: _Token, reason: str) -> FilterError:
        return FilterError(self._expression, token.position, reason)

    def _capture_filter(self, token: _Token) -> FilterError:
        reason = "this is a capture filter, which chooses packets while they are captured; a display filter compares "
        return self._error(token, f"{reason}fields, as in tcp.port == 25")
