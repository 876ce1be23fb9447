"""What the tests know of lesson 12: the strangers' file that its notebook reads, and typical mistakes."""

from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from typing import Any, cast

from smtplab.capture.record import Capture
from smtplab.lessons import Lesson
from smtplab.lessons.capstone.digest import AttachmentsDigest
from smtplab.lessons.capstone.incident import IncidentsFrame
from smtplab.lessons.capstone.incidents import INCIDENTS
from smtplab.lessons.capstone.inventory import Inventory
from smtplab.lessons.capstone.passwords import Passwords
from smtplab.lessons.capstone.readers import BlindReader
from smtplab.lessons.exercises import Exercise
from smtplab.lessons.strangers import StrangersExercise
from smtplab.protocol.mail import stuff
from smtplab.protocol.mime.attachments import attachments


def capture() -> Capture:
    """Give the file of seed 1, which has a transcript as a capture has."""
    exercise = Lesson("12")._exercise(1, None)
    assert isinstance(exercise, StrangersExercise)
    return cast(Capture, exercise.record())


def mistaken_inventories(exercise: Exercise) -> list[Any]:
    assert isinstance(exercise, Inventory)
    right = exercise.solve()
    first, last = min(right), max(right)
    mistaken: list[dict[Any, Any]] = [
        {number: row for number, row in right.items() if number != last},
        {**right, last + 1: right[last]},
        {**right, first: {**right[first], "port": 25 if right[first]["port"] != 25 else 587}},
        {number: {key: value for key, value in row.items() if key != "tls"} for number, row in right.items()},
        {number: {**row, "pipelined": ...} for number, row in right.items()},
    ]
    for number, row in right.items():
        mistaken += [
            {**right, number: {**row, "pipelined": None if row["pipelined"] is not None else False}},
            {**right, number: {**row, "tls": not row["tls"]}},
            {**right, number: {**row, "mails": 0 if row["mails"] is None else row["mails"] + 1}},
            {**right, number: {**row, "outcome": "accepted" if row["outcome"] != "accepted" else "refused"}},
            {**right, number: {**row, "outcome": "unknown"}},
        ]
    return mistaken


def mistaken_digests(exercise: Exercise) -> list[Any]:
    assert isinstance(exercise, AttachmentsDigest)
    content, wire = exercise._content, exercise._mail_data.octets
    (attached,) = attachments(content)
    octets = attached.octets
    mistaken = {content, wire, b64encode(octets), stuff(octets), octets.replace(b"\r\n", b"\n"), octets + b"\r\n", b"x"}
    return [sha256(each).hexdigest() for each in sorted(mistaken - {octets})]


def mistaken_passwords(exercise: Exercise) -> list[Any]:
    assert isinstance(exercise, Passwords)
    right, mistaken = exercise.solve(), []
    others = ("no keys", "only a proof", "secret", "x@lab.example")
    for number, password in right.items():
        mistaken += [{**right, number: other} for other in others if other != password]
    clear = exercise._file.stream_of("clear")
    login = exercise._login(clear)
    refused = next(e for e in exercise.transcript.stream(clear) if e.verb == "AUTH" and e.party == "client")
    mistaken += [
        {**right, clear: dict(refused.decoded)["password"]},
        {**right, clear: dict(login.decoded)["username"]},
        {**right, clear: b64encode(right[clear].encode()).decode()},
        {**right, clear: f"\0{right[clear]}"},
        {number: password for number, password in right.items() if number != clear},
        {**right, 99: "secret"},
    ]
    return mistaken


def mistaken_readers(exercise: Exercise) -> list[Any]:
    assert isinstance(exercise, BlindReader)
    right, plot = exercise.solve(), exercise._file.plot
    paths = {entry.argument.decode().partition("<")[2].partition(">")[0] for entry in exercise.transcript}
    mailboxes = sorted(path for path in paths if "@" in path and path != right)
    return [plot.refused, "nobody@nowhere.example", *mailboxes]


def mistaken_incidents(exercise: Exercise) -> list[Any]:
    assert isinstance(exercise, IncidentsFrame)
    name, frame = exercise.solve()
    others = [each for each in INCIDENTS if each != name]
    first = exercise.first(lambda entry: entry.stream != exercise._stream, "other stream").frame
    return [*((each, frame) for each in others), (name, 1), (name, first), (name, frame + 2), [others[0], 1]]


MISTAKES: dict[int, Callable[[Exercise], list[Any]]] = {
    1: mistaken_inventories,
    2: mistaken_digests,
    3: mistaken_passwords,
    4: mistaken_readers,
    5: mistaken_incidents,
}
