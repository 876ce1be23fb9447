"""What the tests know of lesson 07: the capture that its notebook makes, and typical mistakes."""

from typing import Any

from smtplab.capture.record import Capture
from smtplab.lessons.exercises import Exercise
from smtplab.lessons.pipelining.cast import LOCK_STEP, MAIL, PIPELINED, SENDER, readers
from smtplab.lessons.pipelining.refusals import NEXT
from smtplab.net.client import Client
from smtplab.net.delay_proxy import DelayProxy
from smtplab.net.server import Server

ONE_WAY = 0.002  # seconds; the notebook takes its time


def capture() -> Capture:
    """Make the capture of lesson 07: ten recipients, with and without PIPELINING."""
    with Server(discard=True) as server, DelayProxy(server, ONE_WAY) as proxy, Capture(proxy, live=False) as capture:
        for offered in (LOCK_STEP, PIPELINED):
            server.change(extensions=offered)
            with Client(proxy) as client:
                client.ehlo("TINY-DESKTOP")
                client.send_message(SENDER, readers(10), MAIL)
    return capture


def mistaken_trips(exercise: Exercise) -> list[Any]:
    lock_step, pipelined = exercise.solve()
    return [
        (pipelined, lock_step),
        (lock_step - 5, pipelined),  # the recipients alone
        (lock_step - 1, pipelined),
        (lock_step + 1, pipelined + 1),
        (lock_step, 1),
        [lock_step, lock_step],
    ]


def mistaken_prices(exercise: Exercise) -> list[Any]:
    lock_step, pipelined = exercise.solve()
    return [(lock_step / 2, pipelined), (lock_step, lock_step), (0, 0), (pipelined, lock_step)]


def mistaken_groups(exercise: Exercise) -> list[Any]:
    right, lines = exercise.solve(), exercise.lines
    assert lines is not None
    wrong = "".join(letter for letter in lines.letters if letter not in right)
    return [lines.letters, wrong, right[:-1], right + wrong[0]]


def mistaken_senders(_exercise: Exercise) -> list[Any]:
    def in_lock_step(say, hear, sender, recipients, message):  # type: ignore[no-untyped-def]
        for line in (f"MAIL FROM:<{sender}>", *(f"RCPT TO:<{each}>" for each in recipients), "DATA"):
            say(f"{line}\r\n")
            code = hear()
        if code == 354:
            say(f"{message}.\r\n")
            hear()

    def blind(say, hear, sender, recipients, message):  # type: ignore[no-untyped-def]
        lines = [f"MAIL FROM:<{sender}>", *(f"RCPT TO:<{each}>" for each in recipients), "DATA"]
        say("".join(f"{line}\r\n" for line in lines))
        for _ in lines:
            hear()
        say(f"{message}.\r\n")
        hear()

    def without_waiting(say, hear, sender, recipients, message):  # type: ignore[no-untyped-def]
        lines = [f"MAIL FROM:<{sender}>", *(f"RCPT TO:<{each}>" for each in recipients), "DATA"]
        say("".join(f"{line}\r\n" for line in lines) + message + ".\r\n")

    def gives_up(say, hear, sender, recipients, message):  # type: ignore[no-untyped-def]
        lines = [f"MAIL FROM:<{sender}>", *(f"RCPT TO:<{each}>" for each in recipients), "DATA"]
        say("".join(f"{line}\r\n" for line in lines))
        if all(hear() in (250, 354) for _ in lines):
            say(f"{message}.\r\n")
            hear()

    def one_by_one(say, hear, sender, recipients, message):  # type: ignore[no-untyped-def]
        for each in recipients:
            say(f"MAIL FROM:<{sender}>\r\nRCPT TO:<{each}>\r\nDATA\r\n")
            if [hear(), hear(), hear()][-1] == 354:
                say(f"{message}.\r\n")
                hear()

    def without_a_dot(say, hear, sender, recipients, message):  # type: ignore[no-untyped-def]
        lines = [f"MAIL FROM:<{sender}>", *(f"RCPT TO:<{each}>" for each in recipients), "DATA"]
        say("".join(f"{line}\r\n" for line in lines))
        if [hear() for _ in lines][-1] == 354:
            say(message)
            hear()

    def with_line_feeds(say, hear, sender, recipients, message):  # type: ignore[no-untyped-def]
        say(f"MAIL FROM:<{sender}>\n")
        hear()

    return [
        in_lock_step,
        blind,
        without_waiting,
        gives_up,
        one_by_one,
        without_a_dot,
        with_line_feeds,
        lambda say, hear, sender, recipients, message: None,
        lambda say, hear, sender, recipients, message: say(None),
        lambda say, hear, sender, recipients, message: exit(),
        lambda say: None,
        dict,
    ]


def mistaken_next(exercise: Exercise) -> list[Any]:
    right = exercise.solve()
    return [[name] * 4 for name in NEXT] + [right[::-1] if right != right[::-1] else [".", "RSET", ".", "."]]


MISTAKES = {
    1: mistaken_trips,
    2: mistaken_prices,
    3: mistaken_groups,
    4: mistaken_senders,
    5: mistaken_next,
}
