"""The schedule of tries. RFC 5321 §4.5.4.1."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol.retry import Schedule

ARRIVED = datetime(2024, 5, 1, 9, tzinfo=UTC)
MINUTES = st.integers(1, 10_000).map(lambda minutes: timedelta(minutes=minutes))


def tries(schedule: Schedule) -> list[timedelta]:
    """Give the age of a mail at each try, if every try fails at once."""
    now: datetime | None = ARRIVED
    ages = []
    while now is not None:
        ages.append(now - ARRIVED)
        now = schedule.next_try(ARRIVED, now, len(ages))
    return ages


def test_default_tries_twice_in_the_first_hour_and_then_every_two_hours() -> None:
    assert tries(Schedule())[:4] == [timedelta(minutes=minutes) for minutes in (0, 30, 150, 270)]


def test_default_waits_half_an_hour_at_least() -> None:
    ages = tries(Schedule())
    assert min(later - sooner for sooner, later in pairwise(ages)) == timedelta(minutes=30)


def test_default_gives_up_after_five_days() -> None:
    *_, last_but_one, last = tries(Schedule())
    assert last_but_one < timedelta(days=5) <= last


def test_schedule_repeats_its_last_interval() -> None:
    schedule = Schedule((timedelta(minutes=1), timedelta(minutes=5)), give_up_after=timedelta(minutes=15))
    assert [age.total_seconds() / 60 for age in tries(schedule)] == [0, 1, 6, 11, 16]


def test_try_at_the_very_end_is_the_last() -> None:
    schedule = Schedule((timedelta(minutes=5),), give_up_after=timedelta(minutes=10))
    assert [age.total_seconds() / 60 for age in tries(schedule)] == [0, 5, 10]


def test_late_try_moves_the_next_one() -> None:
    late = ARRIVED + timedelta(hours=7)
    assert Schedule().next_try(ARRIVED, late, 1) == late + timedelta(minutes=30)


@pytest.mark.parametrize("intervals", [(), (timedelta(0),), (timedelta(minutes=30), timedelta(minutes=-1))])
def test_schedule_without_waiting_is_refused(intervals: tuple[timedelta, ...]) -> None:
    with pytest.raises(ValueError, match="needs intervals"):
        Schedule(intervals)


@given(st.lists(MINUTES, min_size=1, max_size=5), st.timedeltas(timedelta(0), timedelta(hours=9)))
def test_tries_end_at_the_first_that_is_old_enough(intervals: list[timedelta], give_up_after: timedelta) -> None:
    ages = tries(Schedule(tuple(intervals), give_up_after))
    assert ages[-1] >= give_up_after
    assert all(age < give_up_after for age in ages[:-1])
