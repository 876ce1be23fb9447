"""What the tests know of lesson 11: the capture that its notebook makes, and typical mistakes."""

from collections.abc import Callable
from typing import Any

from smtplab.capture.record import Capture
from smtplab.lessons.cast import clock
from smtplab.lessons.exercises import Exercise
from smtplab.lessons.origin.cast import AUTHOR, MAIL_HOST, SELECTOR, STRANGER, letter
from smtplab.lessons.origin.keys import key_of
from smtplab.lessons.origin.names import Register
from smtplab.lessons.origin.post import post
from smtplab.lessons.origin.receiver import Receiver
from smtplab.lessons.origin.signing import sign

HELLO = "mail.coremail.cn"


def capture() -> Capture:
    """Make the capture of lesson 11: the same lines seven times, while records are published."""
    key = key_of("coremail.cn")
    with Register() as names, Receiver(names, clock=clock) as server, Capture(server, live=False) as capture:
        post(server, STRANGER, HELLO, AUTHOR, letter())
        names.publish("coremail.cn", "v=spf1 mx -all")
        post(server, STRANGER, HELLO, AUTHOR, letter())
        post(server, MAIL_HOST, HELLO, AUTHOR, letter())
        names.publish(f"{SELECTOR}._domainkey.coremail.cn", key.record)
        post(server, MAIL_HOST, HELLO, AUTHOR, sign(letter(), "coremail.cn", key))
        for policy in ("none", "quarantine", "reject"):
            names.publish("_dmarc.coremail.cn", f"v=DMARC1; p={policy}")
            post(server, STRANGER, HELLO, AUTHOR, letter())
    return capture


def mistaken_lines(exercise: Exercise) -> list[Any]:
    right = exercise.solve()
    lines = exercise.lines
    assert lines is not None
    envelope = next(letter for letter in "AB" if letter != right["SPF"])
    return [
        right | {"SPF": envelope},
        right | {"SPF": right["DMARC"]},  # SPF looks at From
        right | {"DKIM": right["DMARC"]},  # who signs is who is named in From
        right | {"DMARC": right["SPF"]},
        dict.fromkeys(right, lines.letters[-1]),
    ]


def mistaken_results(exercise: Exercise) -> list[Any]:
    right = exercise.solve()
    turned = {"pass": "fail", "fail": "pass", "softfail": "fail", "neutral": "fail"}
    return [
        ["fail"] * 5,
        ["pass"] * 5,
        ["pass" if word == "fail" else word for word in right],  # the minus overlooked
        [turned[word] for word in right],
    ]


def mistaken_changes(exercise: Exercise) -> list[Any]:
    right, lines = exercise.solve(), exercise.lines
    assert lines is not None
    return [
        {"simple": lines.letters, "relaxed": lines.letters},  # whatever is changed kills
        {"simple": "", "relaxed": ""},
        {"simple": right["simple"], "relaxed": right["simple"]},
        {"simple": right["relaxed"], "relaxed": right["simple"]},
        {"simple": right["simple"], "relaxed": ""},  # relaxed lets everything pass
    ]


def mistaken_verdicts(exercise: Exercise) -> list[Any]:
    right = exercise.solve()
    mistaken = [
        *([word] * 6 for word in ("pass", "none", "quarantine", "reject")),
        right[1:] + right[:1],
        ["reject" if word != "pass" else word for word in right],  # who fails is refused, whatever p says
    ]
    return [words for words in mistaken if words != right]


def mistaken_reasons(exercise: Exercise) -> list[Any]:
    right, lines = exercise.solve(), exercise.lines
    assert lines is not None
    others = [letter for letter in lines.letters if letter not in right]
    return ["".join(others), right[:-1], right + others[0], lines.letters, *others]


MISTAKES: dict[int, Callable[[Exercise], list[Any]]] = {
    1: mistaken_lines,
    2: mistaken_results,
    3: mistaken_changes,
    4: mistaken_verdicts,
    5: mistaken_reasons,
}
