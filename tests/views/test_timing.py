"""The timing picture as a notebook and the command line use it, and where everything in it stands."""

from dataclasses import replace
from pathlib import Path
from time import perf_counter
from xml.etree import ElementTree

import pytest

from smtplab.capture.dissect import dissect
from smtplab.protocol.transcript import Entry, Kind, Transcript
from smtplab.views.scene import Box, Group, Line, Scene
from smtplab.views.spots import SELECTED
from smtplab.views.timing import timing
from smtplab.views.timing_layout import AXIS_WIDTH, AXIS_X, BRACKET_X, CLIENT_HEIGHT, SERVER_HEIGHT
from tests.views.pictures import collisions, outside, shapes_of, texts
from tests.views.sessions import LOGIN, MAIL, ORDINARY, PIPELINED, QUIT, STARTTLS, heard, together

BOTH = together(heard(ORDINARY), heard(PIPELINED, stream=1), heard(STARTTLS, stream=4))


def bars(scene: Scene, row: str, height: float) -> list[Box]:
    return [shape for shape in shapes_of(scene, row) if isinstance(shape, Box) and shape.height == height]


def selected_in(group: Group) -> bool:
    return any(isinstance(shape, Box) and shape.name == SELECTED for shape in group.shapes)


def exchanged(seconds: float) -> Transcript:
    said = Entry(party="client", kind=Kind.COMMAND, octets=b"NOOP\r\n")
    reply = Entry(party="server", kind=Kind.REPLY, octets=b"250 OK\r\n", time=seconds, answers="NOOP")
    return Transcript((said, reply))


# As text


def test_notebook_is_shown_the_picture_and_the_round_trips_as_text() -> None:
    view = timing(heard(ORDINARY))
    assert view._repr_mimebundle_() == {"text/plain": view.text(), "image/svg+xml": view.svg()}


def test_text_has_each_command_with_its_reply_and_round_trip() -> None:
    assert timing(heard(PIPELINED)).text() == (
        "   1  greeting  (the server greets) → 220\n"
        "   2  EHLO      EHLO client.example.org → 250\n"
        "   3  MAIL      MAIL FROM:<> → 250\n"
        "   3  RCPT      RCPT TO:<a@example.org> → 250\n"
        "   3  RCPT      RCPT TO:<nobody@example.org> → 550 permanent\n"
        "   3  DATA      DATA → 354\n"
        "3 round trips"
    )


def test_text_says_what_had_no_reply_or_no_question_and_what_tls_hides() -> None:
    said = timing(heard("S: 220 a\nC: QUIT")).text() + timing(heard("S: 220 a\nS: 421 b")).text()
    assert "QUIT → no reply" in said
    assert "      (nobody asked) → 421 transient" in " ".join(said.split(" "))
    assert timing(heard(STARTTLS)).text().splitlines()[-2:] == ["      TLS       [TLS records]", "2 round trips"]


def test_text_of_a_slower_run_is_the_same_text() -> None:
    slower = tuple(replace(entry, time=entry.time * 3 + 1) for entry in heard(ORDINARY))
    assert timing(replace(heard(ORDINARY), entries=slower)).text() == timing(heard(ORDINARY)).text()


def test_text_of_several_streams_has_headings() -> None:
    assert [line for line in timing(BOTH).text().splitlines() if line.startswith("stream")] == [
        "stream 0",
        "stream 1",
        "stream 4",
    ]


def test_text_of_an_empty_transcript_says_so() -> None:
    assert timing(Transcript()).text() == "[nothing was said]"
    assert timing(Transcript()).scene().height > 0


def test_passwords_are_masked() -> None:
    for secret in ("password01", "cGFzc3dvcmQwMQ=="):
        assert secret not in timing(heard(LOGIN)).svg() + timing(heard(LOGIN)).text()


# As a picture


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(heard(ORDINARY), id="ordinary"),
        pytest.param(heard(PIPELINED), id="pipelined"),
        pytest.param(BOTH, id="several streams"),
        pytest.param(heard(LOGIN + MAIL * 30 + QUIT), id="long"),
        pytest.param(exchanged(0.00002), id="microseconds"),
        pytest.param(exchanged(40_000_000.0), id="a year"),
        pytest.param(exchanged(0.0), id="no time at all"),
        pytest.param(heard("S: 220 a\nC: " + "X" * 300 + " argument\nS: 500 " + "b" * 300), id="long words"),
    ],
)
def test_nothing_is_cut_and_no_text_runs_into_another(transcript: Transcript) -> None:
    scene = timing(transcript).scene()
    assert outside(scene) == []
    assert collisions(scene) == []


def test_title_counts_the_round_trips_and_the_time() -> None:
    assert "10 round trips in 21.0 ms" in texts(timing(heard(ORDINARY)).scene())
    assert "stream 4: 2 round trips in 8.0 ms" in texts(timing(BOTH).scene())


def test_bars_stand_on_the_axis_from_question_to_answer() -> None:
    scene = timing(heard(ORDINARY)).scene()
    [client], [server] = bars(scene, "row-0-2", CLIENT_HEIGHT), bars(scene, "row-0-2", SERVER_HEIGHT)
    millisecond = AXIS_WIDTH / 21
    assert (client.fill, server.fill) == ("client", "server")
    assert (client.x, server.x) == pytest.approx((AXIS_X + 3 * millisecond, AXIS_X + 4 * millisecond))
    assert (client.width, server.width) == pytest.approx((millisecond, millisecond))


def test_handshake_is_hollow_since_it_is_no_smtp() -> None:
    syn, ack = bars(timing(heard(ORDINARY)).scene(), "row-0-0", SERVER_HEIGHT)
    assert [(bar.fill, bar.stroke) for bar in (syn, ack)] == [("", "server"), ("", "client")]


def test_legend_names_one_round_trip_of_the_network() -> None:
    [meaning] = [text for text in texts(timing(heard(ORDINARY)).scene()) if "SYN to SYN, ACK" in text]
    assert meaning.endswith("one round trip of the network alone: 1.00 ms")


def test_quickest_reply_is_seen_too() -> None:
    quick = replace(exchanged(0.000001), entries=(*exchanged(0.000001), *exchanged(60.0)))
    [bar] = bars(timing(quick).scene(), "row-0-0", SERVER_HEIGHT)
    assert bar.width >= 1.5


def test_response_times_are_milliseconds() -> None:
    assert "1.00" in texts(timing(heard(ORDINARY)).scene())
    assert "61,500.0" in texts(timing(exchanged(61.5)).scene())


def test_refusal_is_marked_with_a_cross_beside_its_code() -> None:
    assert "✕ 550" in texts(timing(heard(PIPELINED)).scene())


def test_round_trip_of_several_commands_is_numbered_once_and_bracketed() -> None:
    scene = timing(heard(PIPELINED)).scene()
    brackets = [shape for shape in scene.shapes() if isinstance(shape, Line) and shape.x1 == shape.x2 == BRACKET_X]
    assert len(brackets) == 1
    assert texts(scene).count("3") == 1


@pytest.mark.parametrize(
    ("seconds", "labels"),
    [
        pytest.param(0.000022, ["0 ms", "0.005", "0.010", "0.015", "0.020"], id="microseconds"),
        pytest.param(0.021, ["0 ms", "5", "10", "15", "20"], id="milliseconds"),
        pytest.param(0.9, ["0 ms", "200", "400", "600", "800"], id="most of a second"),
        pytest.param(2.6, ["0 s", "1", "2"], id="seconds"),
        pytest.param(2.4, ["0 s", "0.5", "1.0", "1.5", "2.0"], id="halves of a second"),
        pytest.param(6000.0, ["0 s", "2,000", "4,000"], id="hours"),
    ],
)
def test_axis_has_round_times(seconds: float, labels: list[str]) -> None:
    shown = texts(timing(exchanged(seconds)).scene())
    start = shown.index(labels[0])
    assert shown[start : start + len(labels)] == labels


@pytest.mark.parametrize(
    ("index", "row"),
    [
        pytest.param(0, "row-0-1", id="greeting"),
        pytest.param(11, "row-0-7", id="command"),
        pytest.param(12, "row-0-7", id="its reply"),
        pytest.param(16, "row-0-9", id="end of the mail data"),
        pytest.param(20, "row-1-1", id="another connection"),
    ],
)
def test_row_that_tells_of_the_selected_entry_is_lifted(index: int, row: str) -> None:
    scene = timing(together(heard(ORDINARY), heard(PIPELINED, stream=1)), selected=index).scene()
    cards = [item.name for item in scene.items if isinstance(item, Group) and selected_in(item)]
    assert cards == [row]


def test_transcript_without_times_shows_none() -> None:
    shown = texts(timing(exchanged(0.0)).scene())
    assert "1 round trip, and no times to show" in shown
    assert not [text for text in shown if text.endswith("ms")]


def test_long_picture_has_its_axis_again_at_the_end() -> None:
    assert texts(timing(heard(ORDINARY)).scene()).count("0 ms") == 1
    assert texts(timing(heard(LOGIN + MAIL * 8)).scene()).count("0 ms") == 2


def test_caption_says_where_each_axis_begins() -> None:
    assert texts(timing(heard(ORDINARY)).scene())[-1].endswith("times since the first SYN")
    assert texts(timing(BOTH).scene())[-1].endswith("each axis begins with its connection")


def test_same_transcript_gives_the_same_octets() -> None:
    assert timing(BOTH).svg() == timing(BOTH).svg()
    assert timing(BOTH).png() == timing(BOTH).png()


def test_five_hundred_entries_are_drawn_in_less_than_a_second() -> None:
    transcript = heard(LOGIN + MAIL * 53 + QUIT)
    begin = perf_counter()
    timing(transcript).svg()
    assert perf_counter() - begin < 1


def test_timing_of_every_strangers_capture_is_well_formed_and_readable(shared_captures: Path) -> None:
    for path in sorted((shared_captures / "pcaps").iterdir()):
        view = timing(dissect(path))
        ElementTree.fromstring(view.svg())
        scene = view.scene()
        assert (outside(scene), collisions(scene)) == ([], []), path.name
