"""How is a display filter read? A small grammar, and errors that say where and why.

    expression = exclusion *( ("or" / "||") exclusion )
    exclusion = conjunction *( ("xor" / "^^") conjunction )
    conjunction = negation *( ("and" / "&&") negation )
    negation = ("not" / "!") negation / "(" expression ")" / test
    test = operand [ comparison value / "contains" value / "matches" value / ["not"] "in" "{" range *( "," range ) "}" ]
    operand = ( field / function "(" operand ")" ) *slice
    range = value [ ".." value ]

A comparison is true of an entry if it is true of one of the operand's values; `!=` and `===` if of all (Wireshark 4).
"""

import operator
import re
from collections.abc import Callable
from typing import Final

from smtplab.capture.display_filter.fields import FIELDS, FilterField
from smtplab.capture.display_filter.operands import FUNCTIONS, applied, sliced
from smtplab.capture.display_filter.tokens import FilterError, Token, tokens_of
from smtplab.capture.display_filter.values import (
    BYTES,
    OCTETS,
    PAYLOAD,
    PRESENCE,
    TEXT,
    Type,
    Value,
    cut,
    octets_of,
    text_of,
    unescaped,
    unescaped_octets,
)
from smtplab.protocol.transcript import Entry, Transcript

Test = Callable[[Entry, Transcript], bool]

_COMPARISONS: Final[dict[str, Callable[[Value, Value], bool]]] = {
    **dict.fromkeys(("==", "eq", "any_eq", "===", "all_eq"), operator.eq),
    **dict.fromkeys(("!=", "ne", "all_ne", "!==", "any_ne"), operator.ne),
    **dict.fromkeys((">", "gt"), operator.gt),
    **dict.fromkeys(("<", "lt"), operator.lt),
    **dict.fromkeys((">=", "ge"), operator.ge),
    **dict.fromkeys(("<=", "le"), operator.le),
}
# Those that have to be true of all values.
_OF_ALL: Final = frozenset({"===", "all_eq", "!=", "ne", "all_ne"})
# What cannot be asked of such a field: nothing is equal to one that is just there, or is octets.
_REFUSED: Final[dict[Type, frozenset[str]]] = {
    PRESENCE: frozenset({*_COMPARISONS, "in", "contains", "matches", "~"}),
    OCTETS: frozenset({*_COMPARISONS, "in"}),
    PAYLOAD: frozenset({*_COMPARISONS, "in"}),
}
# Words that begin a capture filter (pcap-filter(7)).
_CAPTURE_WORDS: Final = frozenset({"port", "host", "net", "src", "dst", "portrange", "proto", "ether"})

NESTING: Final = (("symbol", "("), ("symbol", "!"), ("word", "not"))
NESTED: Final = 100  # as many of these are read; each takes some of Python's stack


def parse(expression: str) -> Test:
    """Read an expression. The empty one lets everything pass."""
    if not expression.strip():
        return lambda _entry, _transcript: True
    parser = _Parser(expression)
    test = parser.expression()
    parser.expect_end()
    return test


def _any(field: FilterField, is_wanted: Callable[[Value], bool]) -> Test:
    return lambda entry, transcript: any(is_wanted(value) for value in field.get(entry, transcript))


class _Parser:
    def __init__(self, expression: str) -> None:
        self._expression = expression
        self._tokens = tokens_of(expression)
        self._next = 0
        nesting = [token for token in self._tokens if token.kind == "slice" or (token.kind, token.text) in NESTING]
        for token in nesting[NESTED:]:
            raise self._error(token, "brackets and nots end here: there are too many")

    def expression(self) -> Test:
        """Read alternatives."""
        tests = [self._exclusion()]
        while self._accept("or", "||"):
            tests.append(self._exclusion())
        return lambda entry, transcript: any(test(entry, transcript) for test in tests)

    def expect_end(self) -> None:
        """Raise FilterError where something is left over."""
        token = self._peek()
        if token.kind == "end":
            return
        if token.text in _CAPTURE_WORDS:
            raise self._capture_filter(token)
        raise self._error(token, "'and' or 'or' is missing here")

    def _exclusion(self) -> Test:
        tests = [self._conjunction()]
        while self._accept("xor", "^^"):
            tests.append(self._conjunction())
        return lambda entry, transcript: sum(test(entry, transcript) for test in tests) % 2 == 1

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
        called = self._peek().text == "("
        field = self._operand(token)
        operation = self._peek()
        if operation.text in _REFUSED.get(field.type, ()):
            also = "" if field.type is PRESENCE else " and can be searched"
            raise self._error(operation, f"{token.text} is there or not{also}: it has no value to compare")
        if operation.text in _COMPARISONS:
            return self._comparison(field, self._take())
        if self._accept("contains"):
            part = self._part(self._take(), field.type)
            return _any(field, lambda value: part in text_of(value))
        if self._accept("matches", "~"):
            pattern = self._pattern()
            return _any(field, lambda value: pattern.search(text_of(value)) is not None)
        if self._accept("in"):
            return _any(field, self._set(field.type))
        if operation.text == "not" and self._accept_not_in():
            is_in = _any(field, self._set(field.type))
            return lambda entry, transcript: not is_in(entry, transcript)
        if called:
            raise self._error(operation, f"what {token.text}() gives has to be compared")
        return lambda entry, transcript: bool(field.get(entry, transcript))

    def _operand(self, token: Token) -> FilterField:
        """Read a field, or a function with what it is applied to, and the slices behind it."""
        if token.kind != "word":
            raise self._error(token, "a field is missing here" if token.kind == "end" else "this is no field")
        field = self._call(token) if self._peek().text == "(" and token.text not in FIELDS else self._field(token)
        while self._peek().kind == "slice":
            part = self._take()
            try:
                field = sliced(field, part.text)
            except ValueError as error:
                raise self._error(part, str(error)) from None
        return field

    def _call(self, name: Token) -> FilterField:
        self._take()
        if name.text not in FUNCTIONS:
            raise self._error(name, f"{name.text!r} is no function; there are {', '.join(FUNCTIONS)}")
        token = self._take()
        field = self._operand(token)
        if not self._accept(")"):
            raise self._error(self._peek(), "a closing bracket is missing: a function takes one field")
        try:
            return applied(name.text, field)
        except ValueError as error:
            raise self._error(token, str(error)) from None

    def _comparison(self, field: FilterField, operation: Token) -> Test:
        compare = _COMPARISONS[operation.text]
        wanted = self._value(self._take(), field.type)
        if operation.text not in _OF_ALL:
            return _any(field, lambda value: compare(cut(value, wanted), wanted))

        def test(entry: Entry, transcript: Transcript) -> bool:
            values = field.get(entry, transcript)
            return bool(values) and all(compare(cut(value, wanted), wanted) for value in values)

        return test

    def _accept_not_in(self) -> bool:
        if self._tokens[self._next + 1].text != "in":
            return False
        self._next += 2
        return True

    def _field(self, token: Token) -> FilterField:
        if token.text in FIELDS:
            return FIELDS[token.text]
        if token.text in _CAPTURE_WORDS:
            raise self._capture_filter(token)
        raise self._error(token, f"{token.text!r} is no field that is known here")

    def _value(self, token: Token, type_: Type) -> Value:
        if token.kind == "word" and token.text in FIELDS:
            raise self._error(token, "a field stands on the left only, and a text like that in quotes")
        if type_ is BYTES and token.kind == "string":
            return octets_of(self._text(token, lambda text: unescaped_octets(text).decode("utf-8", "surrogateescape")))
        text = self._text(token)
        try:
            return type_.read(text)
        except ValueError:
            raise self._error(token, f"this field is {type_.name}, and that is none") from None

    def _part(self, token: Token, type_: Type) -> str:
        """Read what is searched for, which may be octets where octets are searched."""
        is_octets = type_ in (OCTETS, PAYLOAD, BYTES) and token.kind == "word"
        return text_of(self._value(token, BYTES)) if is_octets else self._text(token)

    def _text(self, token: Token, read: Callable[[str], str] = unescaped) -> str:
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
        """Read the first and the last value of a range, `400..599` or `"A" .. "M"`; one value is both."""
        token = self._take()
        may_hold_dots = token.kind == "word" and type_ not in (TEXT, BYTES)
        low, dots, high = token.text.partition("..") if may_hold_dots else (token.text, "", "")
        first = self._value(token._replace(text=low), type_)
        if dots:
            return first, self._value(token._replace(text=high), type_)
        return first, self._value(self._take(), type_) if self._accept("..") else first

    def _pattern(self) -> re.Pattern[str]:
        token = self._take()
        text = self._text(token, read=lambda text: text.replace(r"\\", "\\"))  # re reads the other escapes
        try:
            return re.compile(text, re.IGNORECASE)
        except re.error as error:
            raise self._error(token, f"not a regular expression ({error})") from None

    def _peek(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._peek()
        self._next += token.kind != "end"
        return token

    def _accept(self, *texts: str) -> bool:
        token = self._peek()
        if token.kind == "string" or token.text not in texts:
            return False
        self._next += 1
        return True

    def _error(self, token: Token, reason: str) -> FilterError:
        return FilterError(self._expression, token.position, reason)

    def _capture_filter(self, token: Token) -> FilterError:
        reason = "this is a capture filter, which chooses packets while they are captured; a display filter compares "
        return self._error(token, f"{reason}fields, as in tcp.port == 25")
