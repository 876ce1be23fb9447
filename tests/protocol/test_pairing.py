import pytest

from smtplab.protocol.pairing import Pairing
from smtplab.protocol.states import State


def pairing_of(*asked: str) -> Pairing:
    return Pairing(asked, greeted=True)


@pytest.mark.parametrize(
    ("asked", "code", "answered", "left"),
    [
        pytest.param(["MAIL", "RCPT"], 250, "MAIL", ["RCPT"], id="the oldest"),
        pytest.param(["", "RCPT"], 500, None, ["RCPT"], id="no command"),
        pytest.param([], 250, None, [], id="none"),
        pytest.param(["RSET", "QUIT"], 221, "QUIT", [], id="221 behind a lost reply"),
        pytest.param(["RSET"], 221, "RSET", [], id="221 though nobody said QUIT"),
        pytest.param(["NOOP", "AUTH"], 235, "AUTH", [], id="235 behind a lost reply"),
        pytest.param(["XFOO"], 334, "AUTH", [], id="334 though no AUTH was heard"),
        pytest.param(["MAIL", "RCPT", "DATA", "NOOP"], 354, "DATA", ["NOOP"], id="354 behind lost replies"),
        pytest.param(["XFOO", "DATA"], 354, "DATA", [], id="354 behind what is no standard"),
        pytest.param(["XFOO"], 354, "XFOO", [], id="354 to what is no standard"),
        pytest.param(["RCPT"], 354, "DATA", [], id="354 though no DATA was heard"),
    ],
)
def test_reply_answers_the_oldest_command_or_the_one_that_its_code_names(
    asked: list[str], code: int, answered: str | None, left: list[str]
) -> None:
    pairing = pairing_of(*asked)
    assert pairing.answer(code, State.READY) == answered
    assert list(pairing.asked) == left


def test_command_that_has_its_reply_is_not_waited_for() -> None:
    pairing = pairing_of("QUIT")
    assert pairing.has_asked("QUIT")
    pairing.answer(221, State.READY)
    pairing.ask("NOOP")
    assert not pairing.has_asked("QUIT")


@pytest.mark.timeout(20)
def test_many_unanswered_commands_cost_no_square_of_time() -> None:
    pairing = pairing_of(*["XFOO"] * 60_000)
    for _ in range(60_000):
        assert pairing.answer(221, State.READY) == "XFOO"
