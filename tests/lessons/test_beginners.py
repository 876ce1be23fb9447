"""What beginners really type: right answers in other dresses are taken, and wrong ones are told what is wrong."""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest

from smtplab.capture.record import Capture
from smtplab.lessons import Lesson
from smtplab.lessons.exercises import Exercise
from smtplab.lessons.session.hello import EhloArguments, _refusal
from smtplab.lessons.verdicts import Standing, Verdict
from tests.lessons.test_exercises import exercise_of

Captures = dict[str, Capture]
Answer = Callable[[Any], Any]  # from what is right, or from the exercise

ENVELOPE = "MAIL FROM:<{sender}>\r\n{rcpt}DATA\r\n"


def as_texts(right: list[int]) -> list[str]:
    return list(map(str, right))


def in_one_text(right: list[Any]) -> str:
    return ", ".join(map(str, right))


def with_brackets(right: list[str]) -> list[str]:
    return [path if path == "nobody" else f"<{path}>" for path in right]


DRESSES: dict[tuple[str, int], list[Answer]] = {
    ("00", 1): [lambda _: "The server.", lambda _: b"server", lambda _: ["server"]],
    ("00", 2): [lambda right: set(map(str, right)), in_one_text],
    ("00", 3): [as_texts, in_one_text],
    ("00", 4): [lambda right: f"tshark -d {right}", lambda right: f'"{right}"'],
    ("00", 5): [lambda _: "[SYN]", lambda _: "S", lambda _: "the SYN flag"],
    ("01", 1): [lambda right: " ".join(right), lambda right: "\n".join(right.lower())],
    ("01", 2): [lambda right: "." if right == "the dot" else f"{right} TO", lambda right: right.removeprefix("the ")],
    ("02", 3): [as_texts, in_one_text],
    ("02", 5): [as_texts, in_one_text],
    ("03", 1): [lambda right: [prompt.encode() for prompt in right]],
    ("03", 2): [lambda right: f"AUTH PLAIN {right}", lambda right: f"auth plain {right}", lambda right: [right]],
    ("03", 4): [lambda right: [right], lambda right: right.encode()],
    ("03", 5): [as_texts, in_one_text],
    ("04", 1): [
        in_one_text,
        with_brackets,
        lambda right: (f"MAIL FROM:<{right[0]}>", f"RCPT TO:<{right[1]}>"),
        lambda right: [path.encode() for path in right],
    ],
    ("04", 4): [
        with_brackets,
        lambda right: ["<>" if path == "nobody" else path for path in right],
        lambda right: [None if path == "nobody" else path for path in right],
        lambda right: ["Nobody" if path == "nobody" else path for path in right],
    ],
    ("04", 5): [
        lambda right: f"Return-Path: {right}",
        lambda right: f"MAIL FROM:{right}",
        lambda right: right[1:-1] or right,
    ],
    ("05", 2): [lambda right: f"{right}:", lambda right: f"{right}: Mon, 24 Nov 2025 09:00:00 +0000", str.upper],
    ("05", 3): [str],
    ("05", 5): [lambda right: f'"{right}"', lambda right: f"Subject: {right}"],
    ("06", 1): [lambda right: {fate.title(): list(letters) for fate, letters in right.items()}],
    ("06", 2): [lambda right: f"{right}:00", lambda right: time.fromisoformat(right)],
    ("06", 4): [as_texts, in_one_text],
    ("06", 5): [as_texts, lambda right: [timedelta(minutes=each) for each in right]],
    ("07", 1): [as_texts, in_one_text],
    ("07", 2): [as_texts, in_one_text],
    ("07", 5): [lambda right: [{"the message": "message", ".": "dot", "RSET": "rset"}[each] for each in right]],
    ("08", 4): [lambda right: [right], lambda right: right.encode()],
    ("08", 5): [in_one_text, lambda right: [word.title() for word in right]],
    ("09", 2): [in_one_text],
    ("09", 3): [lambda right: [right], str.upper],
    ("09", 4): [as_texts, in_one_text],
    ("10", 1): [as_texts, in_one_text],
    ("10", 3): [str],
    ("11", 1): [lambda right: {check.lower(): letter.lower() for check, letter in right.items()}],
    ("11", 2): [in_one_text],
    ("11", 3): [lambda right: {kind.title(): list(letters) for kind, letters in right.items()}],
    ("11", 4): [in_one_text],
    ("12", 1): [lambda right: {each: row | {"outcome": row["outcome"].upper()} for each, row in right.items()}],
    ("12", 3): [
        lambda right: {each: said.upper() if " " in said else said for each, said in right.items()},
        lambda right: {str(each): said.encode() for each, said in right.items()},
    ],
    ("12", 4): [lambda right: f"RCPT TO:<{right}>", lambda right: right.encode()],
    ("12", 5): [lambda right: (right[0].upper().replace(" ", "_"), str(right[1]))],
}


@pytest.mark.parametrize(
    ("where", "answers"), [pytest.param(*each, id="-".join(map(str, each[0]))) for each in DRESSES.items()]
)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_right_answer_in_another_dress_is_right(
    where: tuple[str, int], answers: list[Answer], seed: int, captures: Captures
) -> None:
    lesson, number = where
    capture = captures[lesson]
    right = exercise_of(where, seed, capture).solve()
    for dressed in (answer(right) for answer in answers):
        assert Lesson(lesson, seed).check(number, dressed, capture).is_correct, dressed


def told(where: tuple[str, int], answer: Answer, captures: Captures) -> Verdict:
    capture = captures[where[0]]
    return Lesson(where[0]).check(where[1], answer(exercise_of(where, 1, capture)), capture)


UNREADABLE: list[tuple[tuple[str, int], Answer, str]] = [
    (("00", 3), lambda made: set(made.solve()), "A set, in `{ }`, has no order"),
    (("01", 1), lambda made: made.solve() + made.solve()[0], "is there 2 times"),
    (("01", 3), lambda made: "Z", "have the letters A to F"),
    (("02", 2), lambda made: {each: str(line) for each, line in made.solve().items()}, "`None` without quotes"),
    (("02", 3), lambda made: made.solve()[1:], "7 are asked for, and this is 6."),
    (("05", 2), lambda made: "Date, From", "one name is asked for"),
    (("05", 5), lambda made: made._octets, "octets still"),
    (("08", 1), lambda made: "AB", "one letter names it"),
    (("13", 1), lambda made: "127.0.0.1", "named by its address"),
    (("13", 4), lambda made: "python3 client.py", "at least {host} and {port}"),
]


@pytest.mark.parametrize(("where", "answer", "said"), UNREADABLE, ids=lambda each: str(each)[:24])
def test_answer_of_another_form_is_told_what_is_in_the_way(
    where: tuple[str, int], answer: Answer, said: str, captures: Captures
) -> None:
    verdict = told(where, answer, captures)
    assert verdict.standing is Standing.UNREADABLE
    why, form = verdict.remarks
    assert said in why
    assert form.startswith("Answer with ")


@pytest.mark.parametrize("where", [("01", 3), ("01", 4), ("06", 3), ("07", 3), ("09", 5)], ids=str)
def test_no_letter_at_all_costs_no_try(where: tuple[str, int], captures: Captures) -> None:
    assert told(where, lambda made: "", captures).standing is Standing.UNREADABLE


def keywords_by(change: Callable[[list[str]], dict[Any, Any]]) -> Answer:
    return lambda made: lambda reply: change(reply.split("\r\n")[1:-1])


def respond_by(line: Callable[[str, bytes, bytes], Any]) -> Answer:
    return lambda made: lambda user, password, challenge: line(user, password.encode(), b64decode(challenge))


def send_by(change: Callable[[str], str], decide: Callable[[list[int]], bool]) -> Answer:
    """Make a client that says its group as one, and then decides by the codes whether to send the mail."""

    def send(say: Any, hear: Any, sender: str, recipients: list[str], message: str) -> None:
        rcpt = "".join(f"RCPT TO:<{each}>\r\n" for each in recipients)
        say(change(ENVELOPE.format(sender=sender, rcpt=rcpt)))
        if decide([hear() for _ in range(len(recipients) + 2)]):
            say(f"{message}.\r\n")
            hear()

    return lambda made: send


def stuff_by(change: Callable[[bytes], Any]) -> Answer:
    return lambda made: (change, made.solve()[1])


def copies_by(recipients: Callable[[Any], list[str]]) -> Answer:
    def hand_in(message: Any) -> Any:
        found = recipients(message)
        del message["Bcc"]
        return found, message

    return lambda made: hand_in


WRONG: list[tuple[tuple[str, int], Answer, str]] = [
    (("00", 4), lambda made: "tcp.port=={server.port},smtp", "an f before the quotes"),
    (("00", 5), lambda made: "[SYN, ACK]", "ACK acknowledges something"),
    (("01", 5), keywords_by(lambda lines: {line: line.split() for line in lines}), "are texts"),
    (("01", 5), keywords_by(lambda lines: {f"{line[4:]}\r": "" for line in lines}), "the CR is in there"),
    (("01", 5), keywords_by(lambda lines: dict.fromkeys(lines, "")), "The code and the mark"),
    (
        ("01", 5),
        keywords_by(lambda lines: {line[4:].split()[0]: "" for line in lines[:-1]}),
        "The last line has a blank",
    ),
    (("01", 5), lambda made: lambda reply: print(), "nothing (None): what it finds it has to `return`"),
    (("02", 2), lambda made: {each: line or "" for each, line in made.solve().items()}, "`None` strikes it out"),
    (("02", 2), lambda made: {**made.solve(), "M": None}, "M was not broken"),
    (("03", 1), lambda made: "".join(made.solve()).encode(), "That is one text"),
    (("03", 2), lambda made: str(made.solve().encode()), "`.decode()` makes a text"),
    (("03", 2), lambda made: b64encode(rb"\0user\0password"), "A backslash and a 0"),
    (
        ("03", 3),
        respond_by(lambda user, key, text: str(b64encode(f"{user} {hmac.new(key, text, 'md5').hexdigest()}".encode()))),
        "`.decode()` makes a text",
    ),
    (
        ("03", 3),
        respond_by(lambda user, key, text: b64encode(f"{user} {hmac.new(key, text, 'md5').digest()!r}".encode())),
        "`hexdigest()` gives the 32 digits",
    ),
    (("03", 3), lambda made: lambda user, password, challenge: hmac.new(password, challenge, "md5"), "do not mix"),
    (
        ("04", 2),
        lambda made: lambda client: client.send_message(made._named, made._recipient, "\n"),
        "the recipients have to be a list",
    ),
    (
        ("04", 3),
        copies_by(lambda message: [str(message[name]) for name in ("To", "Cc", "Bcc") if message[name]]),
        "is not one address alone",
    ),
    (("04", 5), lambda made: "nobody", "is not what MAIL said for this mail"),
    (("05", 1), stuff_by(lambda content: content + b".\r\n"), "The line that ends the mail is not asked for"),
    (
        ("05", 1),
        stuff_by(lambda content: b"".join(b"." * (line[:1] == b".") + line for line in content.splitlines(True))),
        "LF alone ends no line",
    ),
    (
        ("06", 2),
        lambda made: f"{made._arrived + timedelta(hours=made._hours * (made._number - 1)):%H:%M}",
        "Not all waits",
    ),
    (("06", 2), lambda made: f"{made._arrived + timedelta(minutes=30 * (made._number - 1)):%H:%M}", "first wait alone"),
    (("06", 5), lambda made: [60 * each for each in made.solve()], "in seconds?"),
    (("07", 1), lambda made: (made.solve()[0] - 2, 4), "Two are missing"),
    (("07", 2), lambda made: (made.solve()[0] / 1000, 0), "These are seconds"),
    (("07", 4), send_by(str, lambda codes: max(codes) < 400), "The last code of the group decides"),
    (("07", 4), send_by(str, lambda codes: codes[0] == 354), "The last code of the group decides"),
    (("09", 3), lambda made: f"MX 20 {made._second}", "begins with a name"),
    (("09", 3), lambda made: f"@ MX 20 {made._second}.", "With a dot at its end a name is whole"),
    (("09", 3), lambda made: f"{made._domain} MX 20 {made._second}", "here a second time"),
    (("09", 4), lambda made: made.solve()[::-1], "now the other way round"),
    (("10", 2), lambda made: lambda octets: print(), "Does the function `return`"),
    (("10", 5), lambda made: lambda *each: str(made.solve()(*each)), "A number was asked for: 250 or 550."),
]


@pytest.mark.parametrize(("where", "answer", "said"), WRONG, ids=lambda each: str(each)[:24])
def test_wrong_answer_is_told_the_misconception(
    where: tuple[str, int], answer: Answer, said: str, captures: Captures
) -> None:
    verdict = told(where, answer, captures)
    assert verdict.standing is Standing.WRONG
    assert said in verdict.remarks[0]


def test_list_that_is_half_filled_in_is_not_answered_yet(captures: Captures) -> None:
    assert told(("02", 3), lambda made: [*made.solve()[:3], ...], captures).standing is Standing.UNANSWERED


def test_line_before_the_last_in_clear_text_does_not_tell_the_last(captures: Captures) -> None:
    verdict = told(("08", 1), lambda made: chr(ord(made.solve()) - 1), captures)
    assert "cannot know yet" in verdict.remarks[0]
    assert "220 Ready" not in verdict.remarks[0]


@pytest.mark.parametrize("argument", EhloArguments.BAD)
def test_argument_of_ehlo_that_hints_speak_against_is_refused(argument: str) -> None:
    assert _refusal(f"EHLO {argument}") is not None


@pytest.mark.parametrize("argument", [EhloArguments.SHORT, *EhloArguments.GOOD])
def test_argument_of_ehlo_that_is_good_grammar_is_taken(argument: str) -> None:
    assert _refusal(f"EHLO {argument}") is None


@pytest.mark.parametrize(("number", "answer"), [(2, time(9, 30)), (5, [timedelta(minutes=45)])])
def test_answer_that_is_no_literal_is_kept_as_one(number: int, answer: object) -> None:
    made = Lesson("06")._exercise(number, None)
    assert isinstance(made, Exercise)
    assert made.plain(answer) in ("09:30", [45])
