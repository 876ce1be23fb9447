"""Which commands a client sends together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol.commands import DATA, Command, Mail, Rcpt
from smtplab.protocol.grouping import GROUP_LIMIT, groups

MANY: list[Command] = [Mail("a@example.org"), *(Rcpt(f"{number:05}@example.org") for number in range(1000)), DATA]


def test_groups_not_pipelined_are_single_commands() -> None:
    envelope: list[Command] = [Mail("a@example.org"), Rcpt("b@example.org"), DATA]
    assert list(groups(envelope, pipelined=False)) == [[command] for command in envelope]


def test_groups_pipelined_small_envelope_is_one() -> None:
    envelope: list[Command] = [Mail("a@example.org"), Rcpt("b@example.org"), DATA]
    assert list(groups(envelope, pipelined=True)) == [envelope]


def test_groups_pipelined_hold_all_commands_in_order() -> None:
    assert [command for group in groups(MANY, pipelined=True) for command in group] == MANY


def test_groups_pipelined_are_as_large_as_they_may_be() -> None:
    sizes = [sum(len(bytes(command)) + 2 for command in group) for group in groups(MANY, pipelined=True)]
    assert max(sizes) <= GROUP_LIMIT
    assert min(sizes[:-1]) > GROUP_LIMIT - len(b"RCPT TO:<00000@example.org>\r\n")


@given(st.integers(0, 2 * GROUP_LIMIT))
def test_groups_command_over_the_limit_goes_alone(length: int) -> None:
    envelope: list[Command] = [Mail("a@example.org"), Rcpt("b" * length), DATA]
    found = list(groups(envelope, pipelined=True))
    assert [command for group in found for command in group] == envelope
    assert [] not in found


@pytest.mark.parametrize("pipelined", [True, False], ids=["pipelined", "lock-step"])
def test_groups_data_ends_the_last(pipelined: bool) -> None:
    assert list(groups(MANY, pipelined=pipelined))[-1][-1] is DATA
