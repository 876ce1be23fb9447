"""Lesson 12: what is in the strangers' file, how tshark reads it, and what its checks say beyond right and wrong."""

import json
import struct
import subprocess
import time
import zlib
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest

from smtplab.capture.dissect import dissect
from smtplab.capture.frame import Frame
from smtplab.capture.link import segment_of
from smtplab.lessons import Lesson
from smtplab.lessons.capstone.about import AboutTheFile
from smtplab.lessons.capstone.enclosures import SIDE, picture
from smtplab.lessons.capstone.file import StrangersFile, strangers_file
from smtplab.lessons.capstone.impairment import out_of_order, sent_again
from smtplab.lessons.capstone.incidents import BRUTE_FORCE, INCIDENTS, INJECTION, SMUGGLING
from smtplab.lessons.capstone.inventory import ACCEPTED, HIDDEN, LATER, REFUSED, Row, inventory
from smtplab.lessons.capstone.readers import unnamed
from smtplab.lessons.verdicts import Standing
from smtplab.protocol.mail import stuff
from smtplab.protocol.mime.attachments import attachments
from smtplab.protocol.transactions import transactions
from smtplab.protocol.transcript import Kind

SEEDS = range(20)
READ_BY_TSHARK = range(9)  # of all three incidents
INNOCENT = ("clear", "proof", "opened", "hidden", "relayed", "attached", "greylisted", "turned away")

every_seed = pytest.mark.parametrize("seed", SEEDS)
Tshark = Callable[..., list[str]]


def row(file: StrangersFile, name: str) -> Row:
    return inventory(file.transcript)[file.stream_of(name)]


def exercise(number: int, seed: object = 1) -> AboutTheFile:
    made = Lesson("12", seed)._exercise(number, None)
    assert isinstance(made, AboutTheFile)
    return made


def seed_with(incident: str) -> int:
    return next(seed for seed in range(100) if exercise(5, seed)._file.incident == incident)


def said_to(number: int, answer: Any, seed: object = 1) -> str:
    return Lesson("12", seed).check(number, answer).remarks[0]


# The file


def test_file_is_made_in_less_than_three_seconds() -> None:
    began = time.monotonic()
    StrangersFile("timed")
    assert time.monotonic() - began < 3


def test_equal_seeds_give_equal_files_but_for_tls() -> None:
    first, second = StrangersFile(5), StrangersFile(5)
    assert [frame.time for frame in first.frames] == [frame.time for frame in second.frames]
    in_clear = {talk.server.host for talk in first.talks if talk.server.tls == "none"}
    for one, other in zip(first.frames, second.frames, strict=True):
        segment = segment_of(one)
        assert segment is not None
        if {str(segment.source).split(":")[0], str(segment.destination).split(":")[0]} & in_clear:
            assert one == other


def test_seeds_give_different_files() -> None:
    assert len({strangers_file(seed).plot.blind for seed in SEEDS}) > 10


def test_each_incident_is_drawn_by_some_seed() -> None:
    assert {strangers_file(seed).incident for seed in SEEDS} == set(INCIDENTS)


@every_seed
def test_saved_file_is_read_as_it_was_made(seed: int, tmp_path: Path) -> None:
    file = strangers_file(seed)
    file.save(tmp_path / "strangers.pcapng")
    assert dissect(tmp_path / "strangers.pcapng").entries == file.transcript.entries


@every_seed
def test_every_talk_is_in_the_inventory(seed: int) -> None:
    file = strangers_file(seed)
    assert [talk.name for talk in file.talks] == [*INNOCENT, file.incident]
    assert len(inventory(file.transcript)) == len(file.talks) + 1  # the relay that came back
    assert all(row(file, talk.name).port == talk.server.port for talk in file.talks)


@every_seed
def test_inventory_says_what_happened_in_each_talk(seed: int) -> None:
    file = strangers_file(seed)
    assert row(file, "turned away") == Row(25, False, False, 0, REFUSED)
    assert row(file, "greylisted") == Row(25, False, False, 0, LATER)
    assert row(file, "relayed") == Row(25, True, False, 1, ACCEPTED)
    assert (row(file, "hidden").mails, row(file, "hidden").outcome, row(file, "hidden").tls) == (None, HIDDEN, True)
    assert (row(file, "opened").mails, row(file, "opened").outcome, row(file, "opened").tls) == (1, ACCEPTED, True)
    assert [row(file, name).mails for name in ("clear", "proof", "attached")] == [1, 1, 1]
    assert list(inventory(file.transcript).values())[-1] == Row(25, False, False, 1, ACCEPTED)


@every_seed
def test_incident_is_in_the_inventory_too(seed: int) -> None:
    file = strangers_file(seed)
    found = row(file, file.incident)
    assert (found.mails, found.pipelined, found.outcome) == {
        BRUTE_FORCE: (1, False, ACCEPTED),
        INJECTION: (None, True, HIDDEN),
        SMUGGLING: (2, True, ACCEPTED),
    }[file.incident]


@every_seed
def test_file_has_odd_ports_and_both_kinds_of_tls(seed: int) -> None:
    file = strangers_file(seed)
    assert {row.port for row in inventory(file.transcript).values()} - {25, 465, 587}
    kinds = {talk.server.tls for talk in file.talks if talk.name in ("opened", "hidden")}
    assert kinds == {"starttls", "implicit"}


@every_seed
def test_attachment_is_what_was_attached(seed: int) -> None:
    file = strangers_file(seed)
    (mail,) = transactions(file.transcript.stream(file.stream_of("attached")))
    (attached,) = attachments(mail.content or b"")
    assert attached.octets == file.plot.enclosure.octets
    assert exercise(2, seed).solve() == sha256(exercise(2, seed)._file.plot.enclosure.octets).hexdigest()


def test_picture_is_a_whole_png() -> None:
    octets, place, chunks = picture(Random(1)), 8, {}
    while place < len(octets):
        (length,) = struct.unpack_from("!I", octets, place)
        kind, data = octets[place + 4 : place + 8], octets[place + 8 : place + 8 + length]
        assert struct.unpack_from("!I", octets, place + 8 + length) == (zlib.crc32(kind + data),)
        chunks[kind] = data
        place += length + 12
    assert list(chunks) == [b"IHDR", b"IDAT", b"IEND"]
    assert len(zlib.decompress(chunks[b"IDAT"])) == SIDE * (3 * SIDE + 1)


@every_seed
def test_one_reader_is_unnamed_and_no_other(seed: int) -> None:
    file = strangers_file(seed)
    assert [mention.mailbox for mention in unnamed(file.transcript)] == [file.plot.blind]


@every_seed
def test_no_password_of_a_proof_or_inside_hidden_tls_is_on_the_wire(seed: int) -> None:
    file = strangers_file(seed)
    said = {value for entry in file.transcript for _, value in entry.decoded}
    assert {name for name, password in file.plot.passwords.items() if password in said} == {"clear", "opened"}


# What tshark makes of it


@pytest.fixture
def tshark(program: Callable[[str], str], tmp_path: Path) -> Callable[[StrangersFile], Tshark]:
    """Give a function that saves a file and gives one by which tshark reads it, as Wireshark would when it was told."""
    path = program("tshark")

    def reader(file: StrangersFile) -> Tshark:
        file.save(saved := tmp_path / "strangers.pcapng")
        told = [word for port in file.decode_as for word in ("-d", port)]
        command = [path, "-n", "-r", str(saved), *told, "-o", "tcp.reassemble_out_of_order:TRUE"]

        def run(*arguments: str) -> list[str]:
            done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=True, timeout=60)
            return done.stdout.splitlines()

        return run

    return reader


@pytest.mark.parametrize("seed", READ_BY_TSHARK)
def test_tshark_sees_the_same_streams_and_frames(seed: int, tshark: Callable[[StrangersFile], Tshark]) -> None:
    file = strangers_file(seed)
    run = tshark(file)
    assert len(set(run("-T", "fields", "-e", "tcp.stream"))) == len(file.transcript.streams)
    theirs = {int(number) for number in run("-Y", "smtp", "-T", "fields", "-e", "frame.number")}
    ours = {number for entry in file.transcript if entry.kind is not Kind.TLS for number in entry.frames}
    # A segment that came too early is shown together with the one that it should have followed.
    early = {int(number) - 1 for number in run("-Y", "tcp.analysis.out_of_order", "-T", "fields", "-e", "frame.number")}
    assert ours - theirs == early
    # tshark takes the commands behind STARTTLS for those of the session, and what follows in TLS for its mail.
    streams = set(run("-Y", f"frame.number in {{{_listed(theirs - ours)}}}", "-T", "fields", "-e", "tcp.stream"))
    assert streams == ({str(file.stream_of(INJECTION))} if file.incident == INJECTION else set())


def _listed(numbers: set[int]) -> str:
    return ", ".join(map(str, numbers or {0}))


@pytest.mark.parametrize("seed", READ_BY_TSHARK)
def test_tshark_sees_what_the_network_did_and_no_more(seed: int, tshark: Callable[[StrangersFile], Tshark]) -> None:
    run = tshark(strangers_file(seed))
    assert len(run("-Y", "tcp.analysis.retransmission")) == 1
    assert len(run("-Y", "tcp.analysis.out_of_order")) == 1
    expected = "tcp.analysis.retransmission or tcp.analysis.out_of_order or tcp.analysis.lost_segment"
    assert run("-Y", f"(tcp.analysis.flags and not ({expected})) or _ws.malformed") == []
    assert run("-o", "tcp.check_checksum:TRUE", "-Y", "tcp.checksum.status != 1") == []


@pytest.mark.parametrize("seed", READ_BY_TSHARK)
def test_wireshark_exports_the_mail_with_the_attachment(
    seed: int, tshark: Callable[[StrangersFile], Tshark], tmp_path: Path
) -> None:
    file = strangers_file(seed)
    tshark(file)("-q", "--export-objects", f"imf,{tmp_path / 'mails'}")
    enclosure = file.plot.enclosure
    wire = stuff(enclosure.octets) if enclosure.media_type == "text/plain" else enclosure.octets
    exported = [attachments(path.read_bytes()) for path in (tmp_path / "mails").iterdir()]
    # As it was on the wire: tshark 4.0 exports the mail with the dots that were doubled.
    assert [each.octets for attached in exported for each in attached] == [wire]


def test_tshark_is_told_of_odd_ports_alone(tshark: Callable[[StrangersFile], Tshark]) -> None:
    file = strangers_file(1)
    ports = {int(told.partition("==")[2].partition(",")[0]) for told in file.decode_as}
    assert ports == {talk.server.port for talk in file.talks} - {25, 465, 587}
    assert " -d ".join(file.decode_as) in str(file.save("/dev/null"))


# What a network does


def connection(seed: int = 1) -> list[Frame]:
    file = StrangersFile(seed)
    client = file.stream_of("attached")
    wanted = file.transcript.stream(client).streams[0].client
    return [frame for frame in file.frames if wanted in {str(end) for end in _ends(frame)}]


def _ends(frame: Frame) -> tuple[object, object]:
    segment = segment_of(frame)
    assert segment is not None
    return segment.source, segment.destination


def test_segment_that_is_sent_again_comes_twice_and_later() -> None:
    frames = connection()
    impaired = sent_again(frames, Random(1))
    assert len(impaired) == len(frames) + 1
    assert [frame.time for frame in impaired] == sorted(frame.time for frame in impaired)
    assert len({frame.octets for frame in impaired}) == len({frame.octets for frame in frames})


def test_two_segments_change_places_and_keep_the_times() -> None:
    frames = connection()
    impaired = out_of_order(frames, Random(1))
    assert [frame.time for frame in impaired] == [frame.time for frame in frames]
    moved = [number for number, (one, other) in enumerate(zip(frames, impaired, strict=True)) if one != other]
    assert len(moved) == 2
    assert moved[1] == moved[0] + 1


# The lesson


def test_all_exercises_are_about_one_file() -> None:
    assert len({exercise(number)._file for number in range(1, 6)}) == 1


def test_lesson_writes_the_file_of_its_seed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = {Lesson("12", "a name").file(number) for number in range(1, 6)}
    assert names == {"lesson12-strangers.pcapng"}
    assert inventory(dissect(names.pop())) == inventory(exercise(1, "a name").transcript)


def test_inventory_may_be_json() -> None:
    assert Lesson("12").check(1, json.dumps(exercise(1).solve())).is_correct


@pytest.mark.parametrize("answer", ["{", "[]", "1", {0: 25}, {"first": {}}, [1], 12, "no JSON"])
def test_what_is_no_inventory_cannot_be_read(answer: object) -> None:
    assert Lesson("12").check(1, answer).standing is Standing.UNREADABLE


@pytest.mark.parametrize(
    ("name", "key", "value", "said"),
    [
        pytest.param("clear", "port", 49152, "That is the client's", id="the client's port"),
        pytest.param("clear", "port", 1, "Look at the destination", id="another port"),
        pytest.param("greylisted", "pipelined", True, "Does this client make use of it?", id="offered is not used"),
        pytest.param("turned away", "pipelined", True, "waits for each reply", id="not pipelined"),
        pytest.param("relayed", "pipelined", False, "hold besides one command", id="pipelined"),
        pytest.param("hidden", "pipelined", False, "that is `None`", id="hidden"),
        pytest.param("clear", "tls", True, "no TLS record", id="no TLS"),
        pytest.param("opened", "tls", False, "whether the file has its keys or not", id="opened TLS"),
        pytest.param("hidden", "mails", 1, "nobody can count", id="mails in TLS"),
        pytest.param("turned away", "mails", 1, "No reply here answers", id="no mail"),
        pytest.param("relayed", "mails", 3, "each 250 there is one mail", id="one mail for three"),
        pytest.param("hidden", "outcome", ACCEPTED, "stays hidden", id="outcome in TLS"),
        pytest.param("greylisted", "outcome", REFUSED, "last word is 451", id="451 is not the end"),
        pytest.param("relayed", "outcome", REFUSED, "the last word on it", id="one of four was refused"),
        pytest.param("clear", "outcome", "sent", "one of accepted, later", id="another word"),
        pytest.param("clear", "mails", True, "has to be a whole number", id="True is not 1"),
        pytest.param("clear", "tls", 0, "has to be `True` or `False`", id="0 is not False"),
        pytest.param("clear", "mails", ..., "still to be filled in", id="dots"),
    ],
)
def test_wrong_key_is_told_why_and_in_which_stream(name: str, key: str, value: object, said: str) -> None:
    asked = exercise(1)
    number, right = asked._file.stream_of(name), asked.solve()
    told = said_to(1, {**right, number: {**right[number], key: value}})
    assert told.startswith((f'Stream {number}, "{key}"', f'In stream {number} the key "{key}"'))
    assert said in told


def test_inventory_without_a_key_or_a_stream_names_it() -> None:
    right = exercise(1).solve()
    assert said_to(1, {0: {}}) == 'In stream 0 the key "port" is missing.'
    assert said_to(1, {0: right[0]}).startswith("Stream 0 is right; stream 1 is missing, its first line is in frame ")
    assert "no SMTP in a stream 10" in said_to(1, {**right, 10: right[0]})


def test_half_an_inventory_is_judged_whichever_streams_are_in_it() -> None:
    right = exercise(1).solve()
    some = {number: right[number] for number in (7, 2, 4)}
    assert said_to(1, some).startswith("Streams 2, 4 and 7 are right; stream 0 is missing, its first line is in frame ")
    assert said_to(1, {7: {**right[7], "mails": 9}}).startswith('Stream 7, "mails": `9` is not right')
    assert said_to(1, {number: right[number] for number in range(4)}).startswith(
        "Streams 0 to 3 are right; stream 4 is"
    )


@every_seed
def test_frame_in_which_a_missing_stream_begins_is_of_it(seed: int) -> None:
    asked = exercise(1, seed)
    right = asked.solve()
    for number in right:
        told = said_to(1, {other: row for other, row in right.items() if other != number}, seed)
        frame = int(told.rpartition("frame ")[2].rstrip("."))
        first = next(entry for entry in asked.transcript if entry.frame == frame)
        assert first.stream == number
        assert ("record" if first.kind is Kind.TLS else "line") in told


@pytest.mark.parametrize(("key", "value"), [("port", "25"), ("tls", "True"), ("mails", "1"), ("pipelined", "None")])
def test_text_in_an_inventory_is_told_to_be_one(key: str, value: str) -> None:
    right = exercise(1).solve()
    assert f"\"{key}\": `'{value}'` is a text. Leave out the quotes." in said_to(1, {0: {**right[0], key: value}})


@every_seed
def test_frames_that_feedback_names_are_of_the_stream(seed: int) -> None:
    asked = exercise(1, seed)
    right = asked.solve()
    for number, described in right.items():
        told = said_to(1, {**right, number: {**described, "outcome": "unknown", "port": 1}}, seed)
        frame = int(told.rpartition("frame ")[2].rstrip("."))
        assert {entry.stream for entry in asked.transcript if entry.frame == frame} == {number}


@pytest.mark.parametrize("answer", ["abc", "z" * 64, "", b"x" * 64, 12])
def test_what_is_no_digest_cannot_be_read(answer: object) -> None:
    assert Lesson("12").check(2, answer).standing is Standing.UNREADABLE


@pytest.mark.parametrize("form", [str.upper, lambda text: f" {text} ", lambda text: f"0x{text}"])
def test_digest_is_read_in_any_form(form: Callable[[str], str]) -> None:
    assert Lesson("12").check(2, form(exercise(2).solve())).is_correct


@pytest.mark.parametrize(
    ("name", "answer", "said"),
    [
        pytest.param("hidden", "secret", "no key in the file opens them", id="guessed"),
        pytest.param("proof", "secret", "something that was made with one", id="a proof is no password"),
        pytest.param("opened", "no keys", "The file has the keys", id="the keys are there"),
        pytest.param("clear", "no keys", "There is one to be read", id="in clear text"),
        pytest.param("clear", "nothing", "is not what frame", id="another one"),
    ],
)
def test_wrong_password_is_told_why(name: str, answer: str, said: str) -> None:
    asked = exercise(3)
    assert said in said_to(3, {**asked.solve(), asked._file.stream_of(name): answer})


def test_password_that_was_tried_in_vain_is_told_its_frame() -> None:
    asked = exercise(3)
    number = asked._file.stream_of("clear")
    tried = next(dict(e.decoded)["password"] for e in asked.transcript.stream(number) if "password" in dict(e.decoded))
    assert "answered 535 in frame" in said_to(3, {**asked.solve(), number: tried})


def test_passwords_may_be_json_and_only_four_are_asked_for() -> None:
    right = exercise(3).solve()
    assert Lesson("12").check(3, json.dumps(right)).is_correct
    assert "is not asked about" in said_to(3, {**right, 99: "x"})
    assert "is missing" in said_to(3, dict(list(right.items())[1:]))


def test_reader_who_is_no_blind_one_is_told_why() -> None:
    plot = exercise(4)._file.plot
    assert "refused it" in said_to(4, plot.refused)
    assert "is in no RCPT" in said_to(4, "nobody@nowhere.example")
    senders = [
        e.argument.decode()[6:].partition(">")[0] for e in exercise(4).transcript if e.verb == "MAIL" and e.argument
    ]
    assert "sends, and gets nothing" in said_to(4, senders[-1])


@pytest.mark.parametrize("form", ["<{}>", " {} "])
def test_reader_is_read_in_any_form(form: str) -> None:
    assert Lesson("12").check(4, form.format(exercise(4).solve())).is_correct


@pytest.mark.parametrize(
    ("incident", "answer", "said"),
    [
        pytest.param(INJECTION, BRUTE_FORCE, "a slip of the finger", id="one 535"),
        pytest.param(BRUTE_FORCE, INJECTION, "STARTTLS", id="STARTTLS alone"),
        pytest.param(BRUTE_FORCE, SMUGGLING, "between two CRLF", id="a dot alone"),
    ],
)
def test_other_incident_is_told_why_not(incident: str, answer: str, said: str) -> None:
    assert said in said_to(5, (answer, 20), seed_with(incident))


@pytest.mark.parametrize("incident", INCIDENTS)
def test_other_frame_is_told_why_not(incident: str) -> None:
    seed = seed_with(incident)
    asked = exercise(5, seed)
    assert "no command, reply or mail ends in frame 1." in said_to(5, (incident, 1), seed)
    assert f"the frames are 1 to {asked.transcript.packets}" in said_to(5, (incident, 9999), seed)
    other = asked.first(lambda entry: entry.stream != asked._file.stream_of(incident), "other").frame
    assert "is of stream" in said_to(5, (incident, other), seed)
    first = asked.first(lambda entry: entry.stream == asked._file.stream_of(incident), "greeting").frame
    assert "The stream is right" in said_to(5, (incident, first), seed)


@pytest.mark.parametrize(
    "answer", [("phishing", 1), ("injection", "one"), ("injection", True), "injection", (1, 1), ()]
)
def test_what_is_no_incident_cannot_be_read(answer: object) -> None:
    assert Lesson("12").check(5, answer).standing is Standing.UNREADABLE
