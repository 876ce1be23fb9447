"""Captures that strangers made, against what tshark and a scan of the octets found in them: see the README there."""

import csv
import email
import hashlib
import random
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from smtplab.capture.dissect import dissect, transcript_of
from smtplab.capture.files import read_frames
from smtplab.capture.link import segment_of
from smtplab.capture.save import save
from smtplab.capture.streams import Streams
from smtplab.protocol.mime.entity import read_entity
from smtplab.protocol.transactions import transactions
from smtplab.protocol.transcript import Entry, Kind, Transcript
from tests.capture.packets import numbered

# Where tshark's streams are not the octets that went by.
STREAMS_DIFFER = {
    "tracepcap-week1-broken": "all sequence numbers are 0, so that tshark takes the first octet for the SYN",
}
# Where the scan for messages, which does not look at replies, is mistaken.
BODIES_DIFFER = {
    "sv-ehlo-reset-after-reject": "DATA was refused, so that what follows is commands",
    "sv-out-of-order-cmds": "DATA was refused, so that what follows is commands",
}
# Their connections are in others too. tshark 4.0 takes the second of each for retransmissions of the first.
SEEN_ELSEWHERE = {"cs-sender-server-2.pcapng", "ipfix-smtp-auth-login-icmp.pcap"}


@pytest.fixture(scope="module")
def transcripts(shared_captures: Path) -> dict[str, Transcript]:
    """Give the transcript of each capture, by name."""
    paths = sorted((shared_captures / "pcaps").iterdir())
    assert len(paths) >= 67
    return {path.stem: dissect(path) for path in paths}


def oracle(folder: Path, name: str, table: str) -> list[dict[str, str]]:
    path = folder / "oracle" / f"{name}.{table}.tsv"
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def digest(octets: bytes) -> str:
    return hashlib.sha256(octets).hexdigest()


def octets_of(entries: Iterable[Entry]) -> bytes:
    return b"".join(entry.octets for entry in entries)


def test_every_capture_gives_a_dialogue_and_no_problem(transcripts: dict[str, Transcript]) -> None:
    assert [name for name, transcript in transcripts.items() if transcript.problem or not transcript.entries] == []


def test_fields_tile_the_octets_of_every_entry(transcripts: dict[str, Transcript]) -> None:
    for transcript in transcripts.values():
        for entry in transcript:
            assert_tiled(entry)


def assert_tiled(entry: Entry) -> None:
    edges = [0, *(field.stop for field in entry.fields)]
    assert [field.start for field in entry.fields] == edges[:-1]
    assert edges[-1] == len(entry.octets)


def test_streams_and_their_octets_are_those_of_tshark(
    transcripts: dict[str, Transcript], shared_captures: Path
) -> None:
    differing = set()
    for name, transcript in transcripts.items():
        ours = [
            {
                "tcp.stream": str(stream.number),
                "client": stream.client,
                "server": stream.server,
                "sha256_c2s": digest(octets_of(e for e in transcript.stream(stream.number) if e.party == "client")),
                "sha256_s2c": digest(octets_of(e for e in transcript.stream(stream.number) if e.party == "server")),
            }
            for stream in transcript.streams
        ]
        theirs = [{key: row[key] for key in ours[0]} for row in oracle(shared_captures, name, "streams")]
        if ours != theirs:
            differing.add(name)
    assert differing == set(STREAMS_DIFFER)


def test_messages_are_those_found_by_a_scan(transcripts: dict[str, Transcript], shared_captures: Path) -> None:
    differing = set()
    for name, transcript in transcripts.items():
        ours = [(str(each.stream), digest(each.content or b"")) for each in transactions(transcript)]
        rows = oracle(shared_captures, name, "bodies")
        if ours != [(row["tcp.stream"], row["sha256_unstuffed"]) for row in rows]:
            differing.add(name)
    assert differing == set(BODIES_DIFFER)


def test_parts_of_messages_are_those_that_python_finds(transcripts: dict[str, Transcript]) -> None:
    for transcript in transcripts.values():
        for content in filter(None, (each.content for each in transactions(transcript))):
            ours, theirs = list(read_entity(content).walk()), list(email.message_from_bytes(content).walk())
            assert [each.media_type for each in ours] == [each.get_content_type() for each in theirs]
            assert [each.filename for each in ours] == [each.get_filename("") for each in theirs]
            for entity, message in zip(ours, theirs, strict=True):
                assert entity.parts or entity.content() == message.get_payload(decode=True)


def test_mail_data_is_as_it_was_on_the_wire(transcripts: dict[str, Transcript], shared_captures: Path) -> None:
    for name, transcript in transcripts.items():
        rows = {row["sha256_on_wire"] for row in oracle(shared_captures, name, "bodies")}
        if name not in BODIES_DIFFER:
            assert {digest(entry.octets) for entry in transcript if entry.kind is Kind.MAIL_DATA} <= rows


def test_frames_of_an_entry_ascend_and_carried_its_octets(
    transcripts: dict[str, Transcript], shared_captures: Path
) -> None:
    for path in (shared_captures / "pcaps").iterdir():
        frames = {frame.number: frame.octets for frame in read_frames(path)}
        for entry in transcripts[path.stem]:
            assert list(entry.frames) == sorted(set(entry.frames))
            carried = b"".join(frames[number] for number in entry.frames)
            assert entry.octets[:1] in carried
            assert len(entry.frames) > 1 or entry.octets in carried


def test_streams_are_numbered_as_by_tshark(
    shared_captures: Path, tmp_path: Path, program: Callable[[str], str]
) -> None:
    """All captures in one file, which has several interfaces and ports that are used again."""
    together = tmp_path / "all.pcapng"
    paths = [path for path in sorted((shared_captures / "pcaps").iterdir()) if path.name not in SEEN_ELSEWHERE]
    run([program("mergecap"), "-a", "-w", str(together), *map(str, paths)])
    lines = run(
        [program("tshark"), "-n", "-r", str(together), "-T", "fields", "-E", "occurrence=l", "-e", "tcp.stream"]
    )
    assert list(stream_numbers(together)) == lines.split("\n")[:-1]


def stream_numbers(path: Path) -> Iterator[str]:
    streams = Streams()
    for frame in read_frames(path):
        segment = segment_of(frame)
        yield "" if segment is None else str(streams.add(segment, frame.number, frame.time)[0].number)


def run(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=100).stdout


def test_saved_again_a_capture_tells_the_same(
    transcripts: dict[str, Transcript], shared_captures: Path, tmp_path: Path
) -> None:
    for path in (shared_captures / "pcaps").iterdir():
        save(tmp_path / path.name, read_frames(path))
        assert dissect(tmp_path / path.name) == transcripts[path.stem]


def test_cut_capture_gives_the_beginning_of_the_dialogue(
    transcripts: dict[str, Transcript], shared_captures: Path, tmp_path: Path
) -> None:
    for path in (shared_captures / "pcaps").iterdir():
        content = path.read_bytes()
        (tmp_path / path.name).write_bytes(content[: len(content) * 2 // 3])
        cut = dissect(tmp_path / path.name)
        assert cut.packets < transcripts[path.stem].packets
        for stream in cut.streams:
            for party in ("client", "server"):
                whole = octets_of(e for e in transcripts[path.stem].stream(stream.number) if e.party == party)
                assert whole.startswith(octets_of(e for e in cut.stream(stream.number) if e.party == party))


@pytest.mark.parametrize("seed", range(5))
def test_capture_with_frames_lost_and_out_of_order_is_still_read(shared_captures: Path, seed: int) -> None:
    chance = random.Random(seed)
    for path in (shared_captures / "pcaps").iterdir():
        kept = [frame for frame in read_frames(path) if chance.random() > 0.1]
        shuffled = sorted(enumerate(kept), key=lambda placed: placed[0] + chance.uniform(0, 4))
        for entry in transcript_of(numbered(frame for _, frame in shuffled), path.name):
            assert_tiled(entry)
            assert bool(entry.octets) != bool(entry.missing)
