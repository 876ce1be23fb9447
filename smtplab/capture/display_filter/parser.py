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

from smtplab.capture.display_filter.fields import FIELDS, NUMBERS, PRESENCES, Getter, Value, header_field
from smtplab.protocol.transcript import Entry, Transcript

Test = Callable[[Entry, Transcript], bool]

_TOKEN = re.compile(
    r"""\s*(?:(?P<string>"(?:[^"\\]|\\.)*")|(?P<symbol>==|!=|>=|<=|&&|\|\||[><!(){},~])|(?P<word>[^\s"()<>=!&|{},~]+))"""
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
_MEMBERSHIPS: Final = frozenset({"contains", "matches", "~", "in"})
# Words that begin a capture filter (pcap-filter(7)).
_CAPTURE_WORDS: Final = frozenset({"port", "host", "net", "src", "dst", "portrange", "proto", "ether"})

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
            reason = "a string without its end" if expression[start] == '"' else "not understood"
            raise FilterError(expression, start, reason)
        tokens.append(_Token(match.lastgroup, match[match.lastgroup], match.start(match.lastgroup)))
        position = match.end()
    return [*tokens, _Token("end", "", len(expression))]


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
        get = self._getter(token)
        operation = self._peek()
        if token.text in PRESENCES and operation.kind != "string" and operation.text in {*_COMPARISONS, *_MEMBERSHIPS}:
            raise self._error(operation, f"{token.text} is there or not: it has no value to compare")
        if operation.text in _COMPARISONS:
            self._take()
            return self._comparison(token, get, operation)
        if self._accept("contains"):
            part = str(self._value(self._take(), numbers=False))
            return lambda entry, transcript: any(part in str(value) for value in get(entry, transcript))
        if self._accept("matches", "~"):
            pattern = self._pattern()
            return lambda entry, transcript: any(pattern.search(str(value)) for value in get(entry, transcript))
        if self._accept("in"):
            isin = self._set(numbers=token.text in NUMBERS)
            return lambda entry, transcript: any(isin(value) for value in get(entry, transcript))
        return lambda entry, transcript: bool(get(entry, transcript))

    def _comparison(self, field: _Token, get: Getter, operation: _Token) -> Test:
        compare = _COMPARISONS[operation.text]
        wanted = self._value(self._take(), numbers=field.text in NUMBERS)
        quantify = all if compare is operator.ne else any

        def test(entry: Entry, transcript: Transcript) -> bool:
            values = get(entry, transcript)
            return bool(values) and quantify(compare(value, wanted) for value in values)

        return test

    def _getter(self, token: _Token) -> Getter:
        if token.text in FIELDS:
            return FIELDS[token.text]
        if token.text.startswith("imf.") and len(token.text) > len("imf."):
            return header_field(token.text.removeprefix("imf.").replace("_", "-"))
        if token.text in _CAPTURE_WORDS:
            raise self._capture_filter(token)
        raise self._error(token, f"{token.text!r} is no field that is known here")

    def _value(self, token: _Token, *, numbers: bool) -> Value:
        if token.kind not in ("word", "string"):
            raise self._error(token, "a value is missing here")
        text = re.sub(r"\\(.)", r"\1", token.text[1:-1]) if token.kind == "string" else token.text
        if not numbers:
            return text
        try:
            return int(text, 0) if token.kind == "word" and "." not in text else float(text)
        except ValueError:
            raise self._error(token, "this field is a number, and that is none") from None

    def _set(self, *, numbers: bool) -> Callable[[Value], bool]:
        if not self._accept("{"):
            raise self._error(self._peek(), "a set begins with {")
        ranges = [self._range(numbers=numbers)]
        while self._accept(","):
            ranges.append(self._range(numbers=numbers))
        if not self._accept("}"):
            raise self._error(self._peek(), "a set ends with }")
        return lambda value: any(operator.le(low, value) and operator.le(value, high) for low, high in ranges)

    def _range(self, *, numbers: bool) -> tuple[Value, Value]:
        """Read the first and the last value of a range, `400..599` or `400 .. 599`; one value is both."""
        token = self._take()
        low, dots, high = token.text.partition("..") if numbers and token.kind == "word" else (token.text, "", "")
        first = self._value(token._replace(text=low), numbers=numbers)
        if dots:
            return first, self._value(token._replace(text=high), numbers=numbers)
        return first, self._value(self._take(), numbers=numbers) if numbers and self._accept("..") else first

    def _pattern(self) -> re.Pattern[str]:
        token = self._take()
        if token.kind not in ("word", "string"):
            raise self._error(token, "a value is missing here")
        try:
            return re.compile(token.text[1:-1] if token.kind == "string" else token.text, re.IGNORECASE)
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
