"""Lesson 05: what its checks say beyond right and wrong, and that the facts it states come out of the wire."""

import email
import email.policy
import subprocess
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.capture.record import Capture
from smtplab.lessons import Lesson
from smtplab.lessons.cast import MAIL
from smtplab.lessons.exercises import Exercise
from smtplab.lessons.mail_data.encodings import on_the_wire, size
from smtplab.lessons.mail_data.mails import BINARY, DOTS, GREETING, TYPED, picture, with_picture
from smtplab.lessons.mail_data.segments import cut
from smtplab.lessons.mail_data.transparency import stuff, unstuff
from smtplab.net.client import Client
from smtplab.net.memory import MemoryServer
from smtplab.protocol import mail
from smtplab.protocol.mail import mail_data, with_crlf
from smtplab.protocol.mime.attachments import attachments
from smtplab.protocol.sending import CannotSend
from smtplab.protocol.transactions import transactions
from smtplab.protocol.transcript import Kind
from tests.lessons import lesson_05

Captures = dict[str, Capture]
SEEDS = range(20)


def exercise(number: int, seed: object = 1) -> Exercise:
    made = Lesson("05", seed)._exercise(number, None)
    assert isinstance(made, Exercise)
    return made


def said_to(number: int, answer: Any, seed: object = 1) -> str:
    return Lesson("05", seed).check(number, answer).remarks[0]


# Segments


@pytest.mark.parametrize("live", [False, None], ids=["recorded at the socket", "live where allowed"])
def test_message_comes_in_as_many_segments_as_were_asked_for(live: bool | None) -> None:
    transcript = lesson_05.capture(live=live).transcript
    frames = [len(entry.frames) for entry in transcript if entry.kind is Kind.MAIL_DATA]
    assert frames[:3] == [1, 2, 199]  # and one more for the end mark, but where all of it is one


def test_message_in_pieces_is_the_message(captures: Captures) -> None:
    contents = [transaction.content for transaction in transactions(captures["05"].transcript)[:3]]
    assert contents == [MAIL.replace("\n", "\r\n").encode()] * 3


def test_last_of_several_segments_is_the_end_mark_alone(captures: Captures) -> None:
    for stream in (1, 2):
        (mark,) = (entry for entry in captures["05"].transcript.stream(stream) if entry.kind is Kind.END_OF_DATA)
        carried = [entry for entry in captures["05"].transcript if set(entry.frames) & set(mark.frames)]
        assert carried == [mark]


@given(content=st.binary(min_size=10), count=st.integers(1, 11))
def test_pieces_are_as_many_as_asked_for_and_lose_nothing(content: bytes, count: int) -> None:
    octets = mail_data(content)
    pieces = cut(octets, count)
    assert b"".join(pieces) == octets
    assert len(pieces) == count
    assert count == 1 or pieces[-1] == b".\r\n"


# The mails


def test_picture_is_a_png_that_travels_whole(captures: Captures) -> None:
    (attachment,) = attachments(transactions(captures["05"].transcript)[3].content or b"")
    assert (attachment.name, attachment.media_type) == ("envelope.png", "image/png")
    assert attachment.octets == picture()


def test_picture_is_one_that_others_can_read() -> None:
    pyplot = pytest.importorskip("matplotlib.image")
    import io

    assert pyplot.imread(io.BytesIO(picture())).shape == (10, 16)


def test_mail_with_a_picture_is_the_same_every_time() -> None:
    assert with_picture().as_bytes() == with_picture().as_bytes()
    assert with_picture().as_bytes().isascii()


def test_articles_mail_has_no_header_for_python() -> None:
    for text, found in ((TYPED, 0), (TYPED.lstrip(), 3)):
        assert len(email.message_from_bytes(with_crlf(text.encode()), policy=email.policy.default)) == found


@pytest.mark.parametrize(
    ("extensions", "message", "parameter"),
    [(["8BITMIME"], GREETING, "8BITMIME"), (["CHUNKING", "BINARYMIME"], BINARY, "BINARYMIME")],
)
def test_mail_that_is_no_ascii_needs_its_extension(extensions: list[str], message: Any, parameter: str) -> None:
    server = MemoryServer(extensions=extensions)
    with Client(server) as client:
        client.ehlo("client.example")
        client.send_message("a@lab.example", ["b@lab.example"], message)
    assert server.mails[0].parameters == {"BODY": parameter}
    with Client(MemoryServer(extensions=[])) as client:
        client.ehlo("client.example")
        if parameter == "8BITMIME":
            with pytest.raises(CannotSend, match="8BITMIME"):
                client.send_message("a@lab.example", ["b@lab.example"], message)


def test_dots_arrive_as_they_were_typed() -> None:
    server = MemoryServer()
    with Client(server) as client:
        client.ehlo("client.example")
        client.send_message("a@lab.example", ["b@lab.example"], DOTS)
    assert server.mails[0].content == DOTS.replace("\n", "\r\n").encode()


# Exercises


@given(content=st.binary())
def test_solution_of_the_dots_is_the_cores(content: bytes) -> None:
    assert stuff(content) == mail.stuff(content)
    assert unstuff(content) == mail.unstuff(content)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, r"For `b'.\r\n'` `stuff` gives"),
        (1, r"For `b'.profile\r\n'` `stuff` gives"),
        (2, r"For `b'\n.\n\r\n'` `stuff` gives"),
        (6, r"For `b'..\r\n'` `unstuff` gives"),
        (10, "The other still returns the dots"),
        (12, "returned a str"),
        (14, "raised IndexError"),
    ],
)
def test_dots_that_go_wrong_are_told_the_simplest_case(number: int, said: str) -> None:
    assert said in said_to(1, lesson_05.mistaken_dots(exercise(1))[number])


def test_two_stubs_are_not_answered_yet() -> None:
    assert "not answered yet" in Lesson("05").check(1, (lambda content: ..., lambda wire: ...)).text()


def test_dots_may_come_as_a_bytearray() -> None:
    answer = (lambda content: bytearray(stuff(content)), lambda wire: bytearray(unstuff(wire)))
    assert Lesson("05").check(1, answer).is_correct


def test_solution_of_two_functions_shows_both() -> None:
    solution = Lesson("05").solution(1)
    assert "`stuff` and `unstuff`, which are" in solution.text()
    names: dict[str, Any] = {}
    exec(solution.code, names)
    assert Lesson("05").check(1, (names["stuff"], names["unstuff"])).is_correct


@pytest.mark.parametrize("seed", SEEDS)
def test_one_mandatory_field_is_missing(seed: int) -> None:
    lines = exercise(2, seed).lines
    assert lines is not None
    names = {line.partition(":")[0] for line in lines.lines}
    assert {"Date", "From"} - names == {exercise(2, seed).solve()}


def test_everybody_is_asked_for_the_field_that_the_article_forgets() -> None:
    assert exercise(2).solve() == "Date"


@pytest.mark.parametrize(
    ("answer", "said"),
    [("From", "is there"), ("To", "optional"), ("Received", "not in the table"), ("subject:", "is there")],
)
def test_wrong_field_is_told_why(answer: str, said: str) -> None:
    assert said in said_to(2, answer)


def test_missing_message_id_is_told_that_it_should_be_there() -> None:
    seed = next(seed for seed in SEEDS if "Message-ID" not in Lesson("05", seed).check(2, ...).text())
    assert "it should be there" in said_to(2, "Message-ID", seed)


@pytest.mark.parametrize("answer", ["date", "Date:", " DATE "])
def test_field_is_read_in_any_form(answer: str) -> None:
    assert Lesson("05").check(2, answer).is_correct


def test_after_an_empty_line_at_the_top_there_is_no_field() -> None:
    assert exercise(3).solve() == 0
    assert (lines := exercise(3).lines) is not None
    assert lines.lines[0] == "(an empty line)"


@pytest.mark.parametrize("seed", SEEDS)
def test_fields_are_counted_above_the_first_empty_line(seed: int) -> None:
    lines = exercise(3, seed).lines
    assert lines is not None
    above = lines.lines[: list(lines.lines).index("(an empty line)")]
    assert exercise(3, seed).solve() == sum(not line.startswith(" ") for line in above)


def test_fold_that_was_counted_is_noticed() -> None:
    seed = next(seed for seed in SEEDS if exercise(3, seed).solve() == 2 and " (typed" in str(exercise(3, seed).lines))
    assert "goes on with another" in said_to(3, 3, seed)


@given(count=st.integers(0, 10_000))
def test_size_is_that_of_the_encoder(count: int) -> None:
    assert size(count) == on_the_wire(count)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "4 characters, in lines of 76"),
        (3, "So many are the characters"),
        (4, "how does each of them end"),
        (7, "For 1 octet it gives 2"),
        (8, "A whole number was asked for"),
        (11, "raised ZeroDivisionError"),
    ],
)
def test_wrong_size_is_told_why(number: int, said: str) -> None:
    assert said in said_to(4, lesson_05.mistaken_sizes(exercise(4))[number])


def test_size_may_be_a_whole_float() -> None:
    assert Lesson("05").check(4, lambda count: float(size(count))).is_correct


@pytest.mark.parametrize("seed", range(60))
def test_encoded_word_is_what_python_reads(seed: int) -> None:
    word = exercise(5, seed).question.partition("Subject: ")[2].partition("`")[0]
    assert word.isascii()
    header = email.message_from_string(f"Subject: {word}\n\n", policy=email.policy.default)
    assert header["Subject"] == exercise(5, seed).solve()


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "how it stands in the header"), (1, "how it stands in the header"), (2, "you read them as iso-8859-1")],
)
def test_wrong_text_is_told_why(number: int, said: str) -> None:
    assert said in said_to(5, lesson_05.mistaken_words(exercise(5))[number])


def test_underscore_that_was_left_is_noticed() -> None:
    assert "`_` is a blank" in said_to(5, exercise(5).solve().replace(" ", "_"))


def test_predictions_are_answered_by_the_wire(captures: Captures) -> None:
    comparison = Lesson("05").compare(captures["05"])
    assert [outcome for _, _, outcome in comparison.rows] == [  # type: ignore[union-attr]
        "the same mail three times",
        "as lines of letters and digits",
        "0",
    ]


# What Wireshark makes of it


@pytest.fixture
def shown(captures: Captures, tmp_path: Path, program: Callable[[str], str]) -> Callable[..., list[list[str]]]:
    """Give a function that tells fields of the frames that pass a display filter."""
    saved = captures["05"].save(tmp_path / "messages.pcapng")
    command = [program("tshark"), "-r", saved.path, "-d", saved.decode_as, "-T", "fields"]

    def show(passes: str, *names: str) -> list[list[str]]:
        fields = [option for name in names for option in ("-e", name)]
        told = subprocess.run([*command, "-Y", passes, *fields], check=True, capture_output=True, text=True).stdout
        return [line.split("\t") for line in told.splitlines()]

    return show


def test_packet_with_a_message_has_smtp_and_imf(shown: Callable[..., list[list[str]]]) -> None:
    (protocols,), *_ = shown("imf", "frame.protocols")
    assert protocols.replace("ethertype:", "") == "eth:ip:tcp:smtp:imf"


def test_picture_is_smtp_and_imf_as_well(shown: Callable[..., list[list[str]]]) -> None:
    ((protocols,),) = shown('imf.subject == "A picture"', "frame.protocols")
    assert ":smtp:imf" in protocols


def test_message_hangs_on_the_frame_with_the_dot(shown: Callable[..., list[list[str]]], captures: Captures) -> None:
    marks = [str(entry.frame) for entry in captures["05"].transcript if entry.kind is Kind.END_OF_DATA]
    assert [frame for (frame,) in shown("imf", "frame.number")] == marks
    ((size_of_last,),) = shown("imf and tcp.stream == 1", "tcp.len")
    assert size_of_last == "3"


def test_articles_empty_line_loses_the_subject(shown: Callable[..., list[list[str]]]) -> None:
    assert len(shown("imf", "frame.number")) == 6
    subjects = [subject for (subject,) in shown("imf.subject", "imf.subject")]
    assert subjects == ["A first mail"] * 3 + ["A picture", "telnet test mail"]


def test_picture_is_in_what_wireshark_exports(
    captures: Captures, tmp_path: Path, program: Callable[[str], str]
) -> None:
    saved = captures["05"].save(tmp_path / "messages.pcapng")
    command = [program("tshark"), "-q", "-r", saved.path, "-d", saved.decode_as]
    subprocess.run([*command, "--export-objects", f"imf,{tmp_path / 'mails'}"], check=True, capture_output=True)
    (exported,) = (tmp_path / "mails").glob("A?picture*")
    encoded = exported.read_bytes().partition(b"envelope.png")[2].partition(b"\r\n\r\n")[2].partition(b"\r\n--")[0]
    assert b64decode(encoded) == picture()
