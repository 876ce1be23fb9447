"""Many packets: neither time nor memory grows faster than they do. `benchmarks/dissect.py` has the figures."""

import tracemalloc
from pathlib import Path
from time import process_time

import pytest

from benchmarks.dissect import made
from smtplab.capture.dissect import dissect

FEW, MANY = 2_000, 20_000
MAIL_SIZES = (300, 3_000)  # octets
A_PACKET = 3_000  # octets: 300 MB for 100,000


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("many") / "many.pcapng", MANY, MAIL_SIZES)


@pytest.mark.slow
def test_ten_times_the_packets_take_about_ten_times_as_long(many: Path, tmp_path: Path) -> None:
    few = made(tmp_path / "few.pcapng", FEW, MAIL_SIZES)
    assert seconds(many) < 15 * seconds(few)


def seconds(path: Path) -> float:
    """Measure how long it takes to read a capture and explain each octet in it: the least of three times."""
    taken = []
    for _ in range(3):
        begun = process_time()
        assert sum(len(entry.fields) for entry in dissect(path))
        taken.append(process_time() - begun)
    return min(taken)


@pytest.mark.slow
def test_memory_is_bounded_by_the_packets(many: Path) -> None:
    tracemalloc.start()
    try:
        assert dissect(many).packets == MANY
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < A_PACKET * MANY
